"""Request tracing by OpenTelemetry, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says to whom spans go.

Imported only then: its packages are optional (requirements-otel.txt). Requests have the official instrumentation;
statements have a wrapper of ours, because the official one knows only the ORM's cursors, and frequent reads use others.
A span holds a statement as it stands in the code, never its values, and a route, never an address with a token in it.
The official instrumentation notes both, addresses and what the database says of a row: a processor takes it away.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest, HttpResponse

from realestate import __version__

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Status, Tracer
except ImportError as error:
    missing = "OTEL_EXPORTER_OTLP_ENDPOINT is set, and tracing is not installed: pip install -r requirements-otel.txt"
    raise ImproperlyConfigured(missing) from error

STATEMENTS = "realestate.tracing.StatementsMiddleware"
UNTRACED = "health,metrics"
# Where addresses stand, in the old words of the conventions and in the new ones.
ADDRESSES = {"http.url", "http.target", "url.full", "url.path", "url.query"}
OF_A_FAULT = {"exception.type", "exception.escaped"}  # its message and its trace may quote a row
_tracers: list[Tracer] = []


def begin(processor: SpanProcessor | None = None) -> None:
    """Trace every request from now on; before the application is made. Spans leave in batches, beside the requests."""
    name = Resource.create({"service.name": "realestate", "service.version": __version__})
    provider = TracerProvider(resource=name)
    provider.add_span_processor(Discreet(processor or BatchSpanProcessor(OTLPSpanExporter())))
    _tracers[:] = [provider.get_tracer(__name__, __version__)]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, STATEMENTS]
    DjangoInstrumentor().instrument(tracer_provider=provider, excluded_urls=UNTRACED)


class Discreet(SpanProcessor):
    """Gives another processor each span without what may be a secret or somebody's data."""

    def __init__(self, inner: SpanProcessor) -> None:
        self.inner = inner

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing is to be taken away yet."""
        self.inner.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """A span that ended is not changed: another one goes on in its place."""
        self.inner.on_end(discreet(span))

    def shutdown(self) -> None:
        """No more spans will come."""
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits; whether it was sent in that time, in ms."""
        return self.inner.force_flush(timeout_millis)


def discreet(span: ReadableSpan) -> ReadableSpan:
    """The same span without addresses and without words of faults: their kind stays."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={k: v for k, v in (span.attributes or {}).items() if k not in ADDRESSES},
        events=[_discreet_event(event) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _discreet_event(event: Event) -> Event:
    kept = {k: v for k, v in (event.attributes or {}).items() if k in OF_A_FAULT}
    return Event(event.name, kept, event.timestamp)


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
