"""Back-office pages for phases, construction updates, milestones and certificates."""

from progress.admin import links
from progress.admin.completion import CompletionDateAdmin
from progress.admin.construction import PhaseAdmin, UpdateAdmin
from progress.admin.milestones import CertificateAdmin, MilestoneAdmin

__all__ = [
    "CertificateAdmin",
    "CompletionDateAdmin",
    "MilestoneAdmin",
    "PhaseAdmin",
    "UpdateAdmin",
    "links",
]
