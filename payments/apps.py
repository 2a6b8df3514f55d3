"""Registers the payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments: who paid what."""

    name = "payments"
