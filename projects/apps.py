"""Registers the projects app and lends its figures."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects: what is for sale."""

    name = "projects"

    def ready(self) -> None:
        """Lend counted numbers, tell when holds free units, offer two kinds of imports, and projects to settings."""
        from accounts.models import Builder
        from projects import figures
        from projects.imports import PriceListImport, UnitImport
        from projects.models import Claim, Project
        from realestate.core.answers.version import changes_by_time
        from realestate.core.enums import SettingScope
        from realestate.core.figures import lend
        from realestate.core.imports import register_kind
        from realestate.core.setting_places import Source, lend_places

        lend(Builder, total_projects=figures.total_projects)
        lend(Project, total_units=figures.total_units, available_units=figures.available_units)
        changes_by_time(Claim.objects.next_end)
        register_kind(UnitImport())
        register_kind(PriceListImport())
        own = Project.objects.editable_by
        places = Source(Project, own, name="project_name", builder="builder_id")
        lend_places(SettingScope.PROJECT, places)
