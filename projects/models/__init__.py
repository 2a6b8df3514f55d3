"""The tables of projects: what is for sale and who occupies it (``catalogue``), and what it costs (``prices``)."""

from projects.models.catalogue import (
    Claim,
    Model3D,
    Model3DVersion,
    Project,
    Tower,
    Unit,
    link_list,
    text_list,
)
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
