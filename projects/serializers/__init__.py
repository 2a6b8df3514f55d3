"""What projects look like on the wire. Apps above nest ``ProjectRead`` and ``UnitRead``."""

from projects.serializers.grid import AvailabilityRead
from projects.serializers.models3d import Model3DRead, Model3DVersionRead
from projects.serializers.reads import (
    ProjectPageRead,
    ProjectRead,
    TowerRead,
    UnitRead,
)
from projects.serializers.writes import (
    Model3DPatch,
    Model3DWrite,
    ProjectPatch,
    ProjectWrite,
    TowerWrite,
    UnitPatch,
    UnitsGenerate,
    UnitWrite,
)

__all__ = [
    "AvailabilityRead",
    "Model3DPatch",
    "Model3DRead",
    "Model3DVersionRead",
    "Model3DWrite",
    "ProjectPageRead",
    "ProjectPatch",
    "ProjectRead",
    "ProjectWrite",
    "TowerRead",
    "TowerWrite",
    "UnitPatch",
    "UnitRead",
    "UnitWrite",
    "UnitsGenerate",
]
