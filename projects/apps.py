"""Registers the projects app and lends its figures."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects: what is for sale."""

    name = "projects"

    def ready(self) -> None:
        """Offer counted numbers to builders and projects, and two kinds of imports."""
        from accounts.models import Builder
        from projects import figures
        from projects.imports import PriceListImport, UnitImport
        from projects.models import Project
        from realestate.core.figures import lend
        from realestate.core.imports import register_kind

        lend(Builder, total_projects=figures.total_projects)
        lend(Project, total_units=figures.total_units, available_units=figures.available_units)
        register_kind(UnitImport())
        register_kind(PriceListImport())
