"""What progress looks like on the wire."""

from progress.serializers.completion import (
    CompletionRead,
    CompletionWrite,
    OverviewRead,
    TowerOverviewRead,
)
from progress.serializers.milestones import (
    CertificateRead,
    CertificateWrite,
    CertifyWrite,
    MilestonePatch,
    MilestoneRead,
    MilestoneWrite,
    StagesWrite,
    StageWrite,
)
from progress.serializers.news import (
    PhasePatch,
    PhaseRead,
    PhaseWrite,
    UpdatePatch,
    UpdateRead,
    UpdateWrite,
)

__all__ = [
    "CertificateRead",
    "CertificateWrite",
    "CertifyWrite",
    "CompletionRead",
    "CompletionWrite",
    "MilestonePatch",
    "MilestoneRead",
    "MilestoneWrite",
    "OverviewRead",
    "PhasePatch",
    "PhaseRead",
    "PhaseWrite",
    "StageWrite",
    "StagesWrite",
    "TowerOverviewRead",
    "UpdatePatch",
    "UpdateRead",
    "UpdateWrite",
]
