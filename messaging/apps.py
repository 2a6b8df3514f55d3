"""Registers the messaging app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messaging: who wrote what to whom."""

    name = "messaging"
