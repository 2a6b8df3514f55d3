"""What progress looks like on the wire."""

from progress.serializers.milestones import (
    CertificateRead,
    CertificateWrite,
    CertifyWrite,
    MilestonePatch,
    MilestoneRead,
    MilestoneWrite,
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
    "UpdatePatch",
    "UpdateRead",
    "UpdateWrite",
]
