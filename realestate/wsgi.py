"""The entry point of web servers; without DJANGO_SETTINGS_MODULE they get the strict production settings."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from realestate.deployment import refuse_superuser

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")

application = get_wsgi_application()
if settings.REFUSE_SUPERUSER:
    refuse_superuser()
_ = get_resolver().url_patterns  # all views are loaded now, not while the first caller waits
