"""What is computed of progress and never stored: shares of the whole, completion, the overview of a project."""

from progress.figures.lent import completed_on, progress, tower_progress
from progress.figures.overview import Overview, TowerOverview, overview_of

__all__ = [
    "Overview",
    "TowerOverview",
    "completed_on",
    "overview_of",
    "progress",
    "tower_progress",
]
