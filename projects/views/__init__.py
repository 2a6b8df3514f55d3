"""The catalogue over HTTP (contract 7.2): parse, call one service, show."""

from projects.views.models3d import Model3DViewSet
from projects.views.projects import ProjectViewSet
from projects.views.units import TowerViewSet, UnitViewSet

__all__ = ["Model3DViewSet", "ProjectViewSet", "TowerViewSet", "UnitViewSet"]
