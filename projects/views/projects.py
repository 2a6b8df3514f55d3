"""Projects and their availability grid."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects import services
from projects.filters import ProjectFilter
from projects.models import Project
from projects.serializers import (
    AvailabilityRead,
    ProjectPageRead,
    ProjectPatch,
    ProjectRead,
    ProjectWrite,
)
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PUBLIC, role_of
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty, Role
from realestate.core.limits import RECORDS

LONGEST_KEY = 18  # digits


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
    limits = {"create": RECORDS}
    catalogue = frozenset({"list", "retrieve", "availability"})
    duty = Duty.SETUP
    errors = {
        "destroy": (services.ProjectHasBookings,),
    }

    @extend_schema(operation_id="projects_list", responses=ProjectPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Projects, newest first.

        A builder's token sees that builder's own projects, unless ``builder_id`` asks for others.
        """
        return self.show_list(self.offered)

    def offered(self) -> QuerySet[Any]:
        """What is not archived; a builder's own unless others are asked for."""
        rows = self.get_queryset().filter(archived_at=None)
        request = self.request
        if role_of(request) == Role.BUILDER and not request.query_params.get("builder_id"):
            rows = rows.filter(builder=self.caller.builder_id)
        return self.filter_queryset(rows)

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

    @extend_schema(
        operation_id="projects_availability",
        responses=AvailabilityRead,
        parameters=[OpenApiParameter("tower_id", int, description="One tower of the project.")],
    )
    def availability(self, request: Request, pk: str) -> Response:
        """The stock of a project as a grid: towers, floors, units with status and price.

        Who asks again with the answer's ETag in ``If-None-Match`` hears 304 while nothing has changed.
        """
        project = self.rows().get(pk=pk)
        tower = request.query_params.get("tower_id", "")
        # As in filters: what is no key of a tower matches nothing (contract T12).
        is_key = tower.isdecimal() and len(tower) <= LONGEST_KEY
        tower_id = (int(tower) if is_key else 0) if tower else None
        grid = services.availability(
            project=project, user=request.user, now=clock.now(), tower_id=tower_id
        )
        return Response(AvailabilityRead(grid).data)
