"""How machines watch over the platform: metrics and traces."""

from realestate.settings.env import env

METRICS_TOKEN = env.text(
    "METRICS_TOKEN",
    secret=True,
    about="Who sends it as a Bearer token may read /metrics. If empty: programs of this machine, unless a proxy stands"
    " in front.",
)
OTEL_EXPORTER_OTLP_ENDPOINT = env.url(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    about="Collector of OpenTelemetry that traces of requests are sent to (HTTP); needs requirements-otel.txt. If"
    " empty: nothing is traced. OpenTelemetry's other OTEL_ variables hold too.",
)
