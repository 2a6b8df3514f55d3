"""Registers the progress app and lends its figure."""

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    """Progress: what has been built."""

    name = "progress"

    def ready(self) -> None:
        """Offer each project's overall progress."""
        from progress import figures
        from projects.models import Project
        from realestate.core.figures import lend

        lend(Project, progress=figures.progress)
