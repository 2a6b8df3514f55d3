"""Registers the progress app."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """Progress: what has been built."""

    name = "progress"
