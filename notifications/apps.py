"""Registers the notifications app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications: what people are told."""

    name = "notifications"
