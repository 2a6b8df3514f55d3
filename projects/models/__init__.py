"""What is for sale and who occupies it (``catalogue``), its 3D models (``models3d``) and what it costs (``prices``)."""

from projects.models.catalogue import (
    Claim,
    Project,
    Tower,
    Unit,
    link_list,
    text_list,
)
from projects.models.models3d import Model3D, Model3DVersion
from projects.models.prices import ChargeLine, PriceList, TaxRate

__all__ = [
    "ChargeLine",
    "Claim",
    "Model3D",
    "Model3DVersion",
    "PriceList",
    "Project",
    "TaxRate",
    "Tower",
    "Unit",
    "link_list",
    "text_list",
]
