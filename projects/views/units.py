"""Towers and units."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects import services
from projects.filters import UnitFilter
from projects.models import Project, Tower, Unit
from projects.serializers import (
    TowerRead,
    TowerWrite,
    UnitPatch,
    UnitRead,
    UnitsGenerate,
    UnitWrite,
)
from realestate.core.api.access import BUILDERS, PUBLIC
from realestate.core.api.idempotency import idempotent
from realestate.core.api.pagination import MOST
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.limits import BATCHES, RECORDS


class TowerViewSet(HouseViewSet):
    """The buildings of a project."""

    model, read = Tower, TowerRead
    tag = "projects"
    default_limit = 100
    access = {"list": PUBLIC, "create": BUILDERS}
    limits = {"create": RECORDS}
    catalogue = frozenset({"list"})
    duty = Duty.SETUP
    errors = {"create": (services.TowerNameTaken,)}

    @extend_schema(operation_id="projects_towers_list", responses=TowerRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The towers of a project, by name."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(
        operation_id="projects_towers_create", request=TowerWrite, responses={201: TowerRead}
    )
    @idempotent
    def create(self, request: Request, project_id: int) -> Response:
        """Add a tower to a project."""
        body = self.parse(TowerWrite)
        tower = services.add_tower(actor=self.caller, project_id=project_id, **body)
        return self.show(tower.pk, status.HTTP_201_CREATED)


class UnitViewSet(HouseViewSet):
    """Flats, shops, parking spaces."""

    model, read, filterset_class = Unit, UnitRead, UnitFilter
    tag = "units"
    default_limit = 100
    access = {
        "list": PUBLIC,
        "of_project": PUBLIC,
        "create": BUILDERS,
        "generate": BUILDERS,
        "retrieve": PUBLIC,
        "partial_update": BUILDERS,
    }
    limits = {"create": RECORDS, "generate": BATCHES}
    catalogue = frozenset({"list", "of_project", "retrieve"})
    duty = Duty.SETUP
    errors = {
        "create": (services.UnitNumberTaken,),
        "generate": (services.UnitNumberTaken, services.TooManyUnits),
        "partial_update": (services.UnitNumberTaken,),
    }

    @property
    def paged(self) -> bool:
        """Whether the action answers in pages; for the OpenAPI document."""
        return self.action in {"list", "of_project"}

    @property
    def at_most(self) -> int | None:
        """All units of one project; of all projects as many as somebody may look through."""
        return MOST if self.action == "list" else None

    @extend_schema(operation_id="units_list", responses=UnitRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Units of all projects, with filters by place, kind, price, area and status.

        At most 10,000 are counted and paged; `X-Total-More` says that more match. Whoever wants all goes project by
        project.
        """
        return self.show_list(self.offered)

    def offered(self) -> QuerySet[Any]:
        """What belongs to no archived project."""
        return self.filter_queryset(self.get_queryset().filter(project__archived_at=None))

    @extend_schema(operation_id="projects_units_list", responses=UnitRead(many=True))
    def of_project(self, request: Request, project_id: int) -> Response:
        """The units of a project, floor by floor."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(operation_id="units_retrieve", responses=UnitRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One unit and whether it is free."""
        return self.show(int(pk))

    @extend_schema(operation_id="units_create", request=UnitWrite, responses={201: UnitRead})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a unit, for sale at once unless said otherwise."""
        unit = services.add_unit(actor=self.caller, **self.parse(UnitWrite))
        return self.show(unit.pk, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="units_generate", request=UnitsGenerate, responses={201: UnitRead(many=True)}
    )
    @idempotent
    def generate(self, request: Request) -> Response:
        """Generate the units of a tower: the same positions on every floor, all or none."""
        units = services.generate_units(actor=self.caller, **self.parse(UnitsGenerate))
        rows = self.get_queryset().filter(pk__in=[unit.pk for unit in units])
        shown = self.read(rows, many=True, context=self.get_serializer_context()).data
        return Response(shown, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="units_update", request=UnitPatch, responses=UnitRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a unit, put it on sale or block it; live bookings keep their price."""
        services.change_unit(actor=self.caller, unit_id=int(pk), **self.parse(UnitPatch))
        return self.show(int(pk))
