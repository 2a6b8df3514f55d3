"""How machines watch over the platform: metrics and traces."""

from realestate.settings.env import env

METRICS_TOKEN = env.text(
    "METRICS_TOKEN",
    secret=True,
    about="Who sends it as a Bearer token may read /metrics. If empty: programs of this machine, unless a proxy stands"
    " in front.",
)
