"""Projects and their availability grid."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects import services
from projects.filters import ProjectFilter
from projects.models import Project, Tower, Unit
from projects.serializers import (
    AvailabilityRead,
    ProjectPageRead,
    ProjectPatch,
    ProjectRead,
    ProjectWrite,
    UnitRead,
)
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PUBLIC, role_of
from realestate.core.api.idempotency import IdempotencyInProgress, IdempotencyMismatch, idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty, Role


class ProjectViewSet(HouseViewSet):
    """What is for sale."""

    model, read, filterset_class = Project, ProjectRead, ProjectFilter
    list_key = "projects"
    tag = "projects"
    access = {
        "list": PUBLIC,
        "create": BUILDERS,
        "retrieve": PUBLIC,
        "partial_update": BUILDERS,
        "destroy": BUILDERS,
        "availability": PUBLIC,
    }
    duty = Duty.SETUP
    errors = {
        "create": (IdempotencyMismatch, IdempotencyInProgress),
        "destroy": (services.ProjectHasBookings,),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Projects and their builders, each with its figures."""
        rows: QuerySet[Any] = ProjectRead.whole(self.rows()).order_by(*ProjectRead.order)
        return rows

    @extend_schema(operation_id="projects_list", responses=ProjectPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Projects, newest first.

        A builder's token sees that builder's own projects, unless ``builder_id`` asks for others.
        """
        rows = self.get_queryset().filter(archived_at=None)
        if role_of(request) == Role.BUILDER and not request.query_params.get("builder_id"):
            rows = rows.filter(builder=self.caller.builder_id)
        return self.show_list(self.filter_queryset(rows))

    @extend_schema(operation_id="projects_retrieve", responses=ProjectRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One project with its builder and its stock."""
        return self.show(int(pk))

    @extend_schema(
        operation_id="projects_create", request=ProjectWrite, responses={201: ProjectRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Publish a project.

        It is public at once unless ``is_published`` is false.
        """
        project = services.publish_project(actor=self.caller, **self.parse(ProjectWrite))
        return self.show(project.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="projects_update", request=ProjectPatch, responses=ProjectRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a project; fields that are not sent stay."""
        services.change_project(actor=self.caller, project_id=int(pk), **self.parse(ProjectPatch))
        return self.show(int(pk))

    @extend_schema(operation_id="projects_delete", responses=MessageRead)
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a project off the catalogue.

        Refused as soon as anybody has held or booked one of its units; nothing is erased.
        """
        services.archive_project(actor=self.caller, project_id=int(pk))
        return message("The project was archived.")

    @extend_schema(operation_id="projects_availability", responses=AvailabilityRead)
    def availability(self, request: Request, pk: str) -> Response:
        """The stock of a project as a grid: towers, floors, units with status and price."""
        project = self.rows().get(pk=pk)
        units = Unit.objects.filter(project=project).with_status(clock.now())
        units = units.select_related("project").order_by("-floor_number", "unit_number", "pk")
        return Response(AvailabilityRead(self._grid(project, units)).data)

    def _grid(self, project: Project, units: QuerySet[Unit]) -> dict[str, Any]:
        shape = UnitRead(context=self.get_serializer_context())
        cells: dict[int | None, dict[int, list[dict[str, Any]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        totals: Counter[str] = Counter()
        for unit in units:
            seen = shape.get_status(unit)
            totals[seen] += 1
            cells[unit.tower_id][unit.floor_number].append(_cell(unit, seen))
        names = dict(
            Tower.objects.filter(project=project).order_by("name", "pk").values_list("pk", "name")
        )
        towers = [(pk, name) for pk, name in names.items() if pk in cells]
        return {
            "project_id": project.pk,
            "currency": project.currency,
            "totals": totals,
            "towers": [
                {"id": pk, "name": name, "floors": _floors(cells[pk])}
                for pk, name in [*towers, *([(None, "")] if None in cells else [])]
            ],
        }


def _cell(unit: Unit, seen: str) -> dict[str, Any]:
    shown = ("id", "unit_number", "unit_type", "price", "area_sqft")
    return {name: getattr(unit, name) for name in shown} | {"status": seen}


def _floors(floors: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [{"floor_number": floor, "units": units} for floor, units in floors.items()]
