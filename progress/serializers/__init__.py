"""What progress looks like on the wire."""

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
    "MilestonePatch",
    "MilestoneRead",
    "MilestoneWrite",
    "PhasePatch",
    "PhaseRead",
    "PhaseWrite",
    "StageWrite",
    "StagesWrite",
    "UpdatePatch",
    "UpdateRead",
    "UpdateWrite",
]
