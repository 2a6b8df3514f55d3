"""The entry point of the process that holds browsers' sockets. The API and the admin are WSGI: see wsgi.py."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")
django.setup()

from notifications.gateways import Realtime  # noqa: E402  # models are there only now

application = Realtime()
