"""The entry point of web servers; without DJANGO_SETTINGS_MODULE they get the strict production settings."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")

application = get_wsgi_application()
