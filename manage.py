#!/usr/bin/env python3
"""Django's command line; without DJANGO_SETTINGS_MODULE it works on the local set-up."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from realestate.core.db.embedded_cluster import EmbeddedServerError

# One statement of these may take longer than a web request allows; a lock is still waited for only briefly.
LONG_COMMANDS = frozenset(
    {
        "backup",
        "check_integrity",
        "dbshell",
        "export_project",
        "flush",
        "migrate",
        "restore",
        "seed_benchmark",
        "seed_demo",
        "shell",
    },
)


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.local")
    if sys.argv[1:2] and sys.argv[1] in LONG_COMMANDS:
        os.environ.setdefault("DB_STATEMENT_TIMEOUT", "0")
        os.environ.setdefault("DB_IDLE_TRANSACTION_TIMEOUT", "0")
    try:
        execute_from_command_line(sys.argv)
    except (EmbeddedServerError, ImproperlyConfigured) as error:
        sys.exit(str(error))  # its text says what to do; where it was raised does not matter


if __name__ == "__main__":
    main()
