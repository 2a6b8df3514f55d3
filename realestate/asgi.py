"""The entry point of the process that holds browsers' sockets. The API and the admin are WSGI: see wsgi.py."""

import os

from realestate.core.processes import end_when_asked_while_starting

end_when_asked_while_starting()  # before anything that takes time

import django  # noqa: E402  # see above

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")
django.setup()

from notifications.gateways import Realtime  # noqa: E402  # models are there only now

application = Realtime()
