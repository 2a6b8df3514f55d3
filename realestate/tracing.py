"""Request tracing by OpenTelemetry, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says to whom spans go.

Imported only then: its packages are optional (requirements-otel.txt). Requests have the official instrumentation;
statements have a wrapper of ours, because the official one knows only the ORM's cursors, and frequent reads use others.
A span holds a statement as it stands in the code, never its values, and a route, never an address with a token in it.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse

from realestate import __version__

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Tracer
except ImportError as error:
    missing = "OTEL_EXPORTER_OTLP_ENDPOINT is set, and tracing is not installed: pip install -r requirements-otel.txt"
    raise ImproperlyConfigured(missing) from error

STATEMENTS = "realestate.tracing.StatementsMiddleware"
UNTRACED = "health,metrics"
_tracers: list[Tracer] = []


def begin(processor: SpanProcessor | None = None) -> None:
    """Trace every request from now on; before the application is made. Spans leave in batches, beside the requests."""
    name = Resource.create({"service.name": "realestate", "service.version": __version__})
    provider = TracerProvider(resource=name)
    provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
    _tracers[:] = [provider.get_tracer(__name__, __version__)]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, STATEMENTS]
    DjangoInstrumentor().instrument(tracer_provider=provider, excluded_urls=UNTRACED)


class StatementsMiddleware:
    """Innermost: the statements of a view, and all that is read for its answer, are spans within the request's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        with connection.execute_wrapper(_spanned):
            return self.get_response(request)


def _spanned(
    execute: Callable[..., Any], sql: str, *given: Any
) -> Any:  # whatever the cursor answers
    with _tracers[0].start_as_current_span(sql.split(maxsplit=1)[0], kind=SpanKind.CLIENT) as span:
        span.set_attribute("db.system.name", "postgresql")
        span.set_attribute("db.query.text", sql)
        return execute(sql, *given)
