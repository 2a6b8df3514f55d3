"""Registers the scheduling app."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    """Scheduling: when people meet."""

    name = "scheduling"
