"""Registers the projects app."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects: what is for sale."""

    name = "projects"
