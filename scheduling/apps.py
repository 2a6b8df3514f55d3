"""Registers the scheduling app and its settings."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Scheduling: when people meet."""

    name = "scheduling"

    def ready(self) -> None:
        """Define the limits, so that settings pages know them before the first booking."""
        from scheduling.services import limits  # noqa: F401  # registers by being imported
