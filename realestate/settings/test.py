"""Tests: fast hashing, e-mail in memory, a throw-away server, and a database name of its own for each run."""

import os

os.environ["ENV_FILE"] = ""  # tests do not depend on what a developer has put into .env

from realestate.core.db import embedded
from realestate.logs import logging_config
from realestate.settings import base
from realestate.settings.base import *  # noqa: F403  # the base with differences
from realestate.settings.env import DEVELOPMENT_PREFIX, env

DEBUG = False
SECRET_KEY = DEVELOPMENT_PREFIX + "sessions-and-links-of-the-tests-0123456789"
SIMPLE_JWT = {
    **base.SIMPLE_JWT,
    "SIGNING_KEY": DEVELOPMENT_PREFIX + "tokens-of-the-tests-0123456789-abcdefghij",
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PUBLIC_URL = "http://testserver"
REALTIME_URL = "http://testserver:8001"
FRONTEND_URL = "http://localhost:3000"
CORS_ALLOWED_ORIGINS = ["http://localhost:3000", "http://localhost:3001"]
TRUSTED_PROXIES = 0
CATALOGUE_CACHE_MB = (
    0  # clients that are logged in by force look like nobody; its own tests keep answers
)
ADMIN_SECOND_FACTOR = "offered"
REGISTER_DISCREETLY = LOGIN_CODES = False
ADMIN_IDLE_MINUTES, ADMIN_SESSION_HOURS = 60, 12
FAKE_GATEWAY = True
METRICS_TOKEN = OTEL_EXPORTER_OTLP_ENDPOINT = ""
SMS_URL = PUSH_URL = "console://"
CLAMD_ADDRESS = ""
CHECKOUT_SUCCESS_URL = CHECKOUT_CANCEL_URL = ""
STRIPE_SECRET_KEY = RAZORPAY_KEY_ID = RAZORPAY_KEY_SECRET = ""
STRIPE_WEBHOOK_SECRETS = base.STRIPE_WEBHOOK_SECRETS[:0]
RAZORPAY_WEBHOOK_SECRETS = base.RAZORPAY_WEBHOOK_SECRETS[:0]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = None
WHITENOISE_AUTOREFRESH = True  # nothing is scanned at start
MEDIA_ROOT = base.VAR_DIR / "test-media" / str(os.getpid())
STORAGES = {**base.STORAGES, "default": base.files_storage({})}
LOGGING = logging_config(level="WARNING", columns=False)

env.refuse()
DATABASES = base.DATABASES or {
    "default": base.database(embedded.ensure_running(base.VAR_DIR, durable=False).as_django()),
}
DATABASES.pop("replica", None)
# Several runs may use one server at the same time.
DATABASES["default"]["TEST"] = {"NAME": f"test_realestate_{os.getpid()}"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
