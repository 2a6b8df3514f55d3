"""A process under settings of its choice, and what production cannot start without."""

import os
import subprocess
import sys

from realestate.settings.env import BASE_DIR

KEY = "k3Yq-7wZp_0aLr9XcVb2nM5sDf8gHj1tUo4iPe6RyTzQxWvBnMkJh"
OTHER_KEY = "Z9x8-C7v6_B5n4M3a2S1d0FgHjKlQwErTyUiOpLmNbVcXzAsDfGh"
GOOD = {
    "SECRET_KEY": KEY,
    "JWT_SIGNING_KEY": OTHER_KEY,
    "DATABASE_URL": "postgres://app:p%40ss@db.example.org:5432/house?sslmode=verify-full",
    "ALLOWED_HOSTS": "api.example.org",
    "PUBLIC_URL": "https://api.example.org",
}


def start(
    variables, code="from django.conf import settings; settings.DEBUG", *, module="production"
):
    """A process with exactly these variables; its output."""
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": f"realestate.settings.{module}",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
