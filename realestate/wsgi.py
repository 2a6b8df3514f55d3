"""The entry point of web servers; without DJANGO_SETTINGS_MODULE they get the strict production settings."""

import os

from realestate.core.processes import end_when_asked_while_starting, say_that_we_are_loaded

end_when_asked_while_starting()  # before anything that takes time

from django.conf import settings  # noqa: E402  # see above
from django.core.wsgi import get_wsgi_application  # noqa: E402  # see above
from django.urls import get_resolver  # noqa: E402  # see above

from realestate.deployment import refuse_superuser  # noqa: E402  # see above

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.production")

if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
    from realestate import tracing  # its packages are optional

    tracing.begin()
application = get_wsgi_application()
if settings.REFUSE_SUPERUSER:
    refuse_superuser()
_ = get_resolver().url_patterns  # all views are loaded now, not while the first caller waits
say_that_we_are_loaded()
