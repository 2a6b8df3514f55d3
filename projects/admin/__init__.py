"""Back-office pages for projects, towers, units, claims and 3D models."""

from projects.admin import links
from projects.admin.catalogue import ProjectAdmin, TowerAdmin
from projects.admin.models3d import Model3DAdmin
from projects.admin.prices import PriceListAdmin, TaxRateAdmin
from projects.admin.units import ClaimAdmin, UnitAdmin

__all__ = [
    "ClaimAdmin",
    "Model3DAdmin",
    "PriceListAdmin",
    "ProjectAdmin",
    "TaxRateAdmin",
    "TowerAdmin",
    "UnitAdmin",
    "links",
]
