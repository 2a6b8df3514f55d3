"""The catalogue over HTTP (contract 7.2): parse, call one service, show."""

from projects.views.models3d import Model3DVersionViewSet, Model3DViewSet
from projects.views.prices import CostSheetView, PriceListViewSet, TaxRateViewSet
from projects.views.projects import ProjectViewSet
from projects.views.units import TowerViewSet, UnitViewSet

__all__ = [
    "CostSheetView",
    "Model3DVersionViewSet",
    "Model3DViewSet",
    "PriceListViewSet",
    "ProjectViewSet",
    "TaxRateViewSet",
    "TowerViewSet",
    "UnitViewSet",
]
