"""Registers the progress app and lends its figures."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """Progress: what has been built."""

    name = "progress"

    def ready(self) -> None:
        """Offer each project's overall progress, and when each unit was completed."""
        from progress import figures
        from projects.models import Project, Unit
        from realestate.core.figures import lend

        lend(Project, progress=figures.progress)
        lend(Unit, completed_on=figures.completed_on)
