"""One machine, nothing installed: ``make run``. Development keys, e-mail on the console, a database of its own."""

import sys

from realestate.core.db import embedded
from realestate.logs import logging_config
from realestate.settings import base
from realestate.settings.base import *  # noqa: F403  # the base with differences
from realestate.settings.env import DEVELOPMENT_PREFIX, env

# Known to everybody who reads this file: production refuses whatever begins with the same words.
SECRET_KEY = base.SECRET_KEY or DEVELOPMENT_PREFIX + "sessions-and-links-of-one-machine-0123456789"
SIMPLE_JWT = {
    **base.SIMPLE_JWT,
    "SIGNING_KEY": base.SIMPLE_JWT["SIGNING_KEY"]
    or DEVELOPMENT_PREFIX + "tokens-of-one-machine-0123456789-abcdef",
}
ALLOWED_HOSTS = base.ALLOWED_HOSTS or ["localhost", "127.0.0.1", "[::1]"]

FAKE_GATEWAY = base.FAKE_GATEWAY or not env.given("FAKE_GATEWAY")

# Straight from the apps' folders: no collectstatic.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = base.DEBUG

LOGGING = logging_config(level=base.LOG_LEVEL, columns=sys.stderr.isatty())

env.refuse()
DATABASES = base.DATABASES or {
    "default": base.database(embedded.ensure_running(base.VAR_DIR).as_django())
}
