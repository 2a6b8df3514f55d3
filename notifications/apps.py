"""Registers the notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications: what people are told."""

    name = "notifications"

    def ready(self) -> None:
        """Listen to every app that speaks."""
        from notifications import receivers  # noqa: F401  # registers by being imported
