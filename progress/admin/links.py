"""What leads to the pages of progress."""

from progress.models import (
    ConstructionUpdate,
    Milestone,
    ProjectProgress,
)
from projects.models import Project
from realestate.core.admin import Neighbour, lend_neighbours

lend_neighbours(
    Project,
    Neighbour("Phases", ProjectProgress, {"project": "pk"}),
    Neighbour("Milestones", Milestone, {"project": "pk"}),
    Neighbour("Updates", ConstructionUpdate, {"project": "pk"}),
)
