"""What has been built: phases, construction updates, milestones and certificates, promised completion."""

from progress.models.completion import CompletionDate
from progress.models.milestones import Certificate, Milestone
from progress.models.news import ConstructionUpdate, ProjectProgress

__all__ = ["Certificate", "CompletionDate", "ConstructionUpdate", "Milestone", "ProjectProgress"]
