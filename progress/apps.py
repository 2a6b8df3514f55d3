"""Registers the progress app, what it lends and what it hears."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """Progress: what has been built."""

    name = "progress"

    def ready(self) -> None:
        """Offer each project's overall progress, and when each unit was completed; listen to projects."""
        from progress import figures, receivers  # noqa: F401  # receivers register themselves
        from projects.models import Project, Unit
        from realestate.core.figures import lend

        lend(Project, progress=figures.progress)
        lend(Unit, completed_on=figures.completed_on)
