"""Registers the ground of the house: no app of ours stands below it."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The ground: words, tables and edges that every app shares."""

    name = "realestate.core"
    label = "core"
    verbose_name = "System"
