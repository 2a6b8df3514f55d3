"""When a project receives people, and which starts are free (R14.4)."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PARTIES, PUBLIC
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidValue
from realestate.core.limits import RECORDS
from scheduling import services
from scheduling.models import Holiday, WorkingHours
from scheduling.serializers import (
    FreeSlotRead,
    HolidayRead,
    HolidaysWrite,
    HoursWrite,
    OpeningRead,
    SlotsWrite,
)


class OfProject(HouseViewSet):
    """Rows of one project, all at once: read by everybody, replaced by the builder."""

    default_limit = 400
    tag = "appointments"
    access = {"list": PUBLIC, "replace": BUILDERS}
    limits = {"replace": RECORDS}
    duty = Duty.SALES
    errors = {"replace": (InvalidValue,)}

    def of_project(self, request: Request, project_id: int) -> Response:
        """The rows of a project that the caller may see."""
        self.expect(Project, project_id)
        return self.show_list(keys={"project_id": project_id})


class WorkingHoursViewSet(OfProject):
    """Working hours of a project."""

    model, read = WorkingHours, OpeningRead

    @extend_schema(operation_id="projects_working_hours_list", responses=OpeningRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """When people are received; empty: as the settings say."""
        return self.of_project(request, project_id)

    @extend_schema(
        operation_id="projects_working_hours_replace",
        request=HoursWrite,
        responses=OpeningRead(many=True),
    )
    def replace(self, request: Request, *, project_id: int) -> Response:
        """Say when people are received: all openings at once."""
        rows = self.parse(HoursWrite)["hours"]
        services.set_hours(
            actor=self.caller,
            project_id=project_id,
            hours=[(row["weekday"], row["opens"], row["closes"]) for row in rows],
        )
        return self.of_project(request, project_id)


class HolidayViewSet(OfProject):
    """Holidays of a project."""

    model, read = Holiday, HolidayRead

    @extend_schema(operation_id="projects_holidays_list", responses=HolidayRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The days on which nobody is there."""
        return self.of_project(request, project_id)

    @extend_schema(
        operation_id="projects_holidays_replace",
        request=HolidaysWrite,
        responses=HolidayRead(many=True),
    )
    def replace(self, request: Request, *, project_id: int) -> Response:
        """Say on which days nobody is there: all holidays at once."""
        rows = self.parse(HolidaysWrite)["holidays"]
        services.set_holidays(
            actor=self.caller,
            project_id=project_id,
            holidays=[(row["day"], row["name"]) for row in rows],
        )
        return self.of_project(request, project_id)


class FreeSlotsView(Edge):
    """GET /api/projects/{id}/slots."""

    access = {"get": PARTIES}
    errors = {"get": (InvalidValue, services.DurationOutOfRange)}
    tag = "appointments"

    @extend_schema(
        operation_id="projects_slots",
        responses=FreeSlotRead(many=True),
        parameters=[
            OpenApiParameter("date", str, description="Today in the project's zone when left out."),
            OpenApiParameter("duration", int, description="Minutes; 60 when left out."),
            OpenApiParameter("host_id", int, description="One host; the first who is free."),
        ],
    )
    def get(self, request: Request, project_id: int) -> Response:
        """The free starts of a day, every half hour, in order; empty when there is none."""
        rows: Any = Project.objects.all()
        # Where a booking may be made.
        open_to = rows.for_user(request.user).filter(archived_at=None)
        project = open_to.select_related("builder").get(pk=project_id)
        query = request.query_params
        asked = SlotsWrite(
            data={n: query[n] for n in ("date", "duration", "host_id") if n in query}
        )
        asked.is_valid(raise_exception=True)
        day = asked.validated_data.get("day") or clock.today(project.time_zone)
        found = services.free_slots(
            project, day, asked.validated_data["duration"], asked.validated_data.get("host_id")
        )
        return Response(FreeSlotRead(found, many=True).data)
