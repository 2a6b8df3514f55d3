"""Where a project stands and when it was promised, over HTTP and on paper."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from progress import services
from progress.documents import progress_report
from progress.figures import overview_of
from progress.filters import CompletionFilter
from progress.models import CompletionDate
from progress.serializers import CompletionRead, CompletionWrite, OverviewRead
from projects.models import Project
from realestate.core.api.access import BUILDERS, PUBLIC, USERS
from realestate.core.api.idempotency import idempotent
from realestate.core.api.pdf import pdf_response
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import ServiceUnavailable
from realestate.core.limits import PAPERS, RECORDS


class CompletionViewSet(HouseViewSet):
    """Promised completion dates, for everybody who may see the project; each revision is kept."""

    model, read, filterset_class = CompletionDate, CompletionRead, CompletionFilter
    tag = "progress"
    default_limit = 100
    access = {"list": PUBLIC, "create": BUILDERS}
    limits = {"create": RECORDS}
    catalogue = frozenset({"list"})
    duty = Duty.SITE
    errors = {
        "create": (services.CompletionUnchanged,),
    }

    @extend_schema(
        operation_id="projects_completion_dates_list", responses=CompletionRead(many=True)
    )
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The dates that were promised for a project and its towers, the latest of each first."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(
        operation_id="projects_completion_dates_create",
        request=CompletionWrite,
        responses={201: CompletionRead},
    )
    @idempotent
    def create(self, request: Request, *, project_id: int) -> Response:
        """Promise another date for a project or a tower; buyers hear of it and why."""
        row = services.revise_completion(
            actor=self.caller, project_id=project_id, **self.parse(CompletionWrite)
        )
        return self.show(row.pk, status.HTTP_201_CREATED)


class OverviewView(Edge):
    """GET /api/projects/{id}/progress/overview."""

    access = {"get": PUBLIC}
    catalogue = frozenset({"get"})
    tag = "progress"

    @extend_schema(operation_id="projects_progress_overview", responses=OverviewRead)
    def get(self, request: Request, project_id: int) -> Response:
        """Where a project stands: overall, tower by tower, and what was promised."""
        rows = Project.objects.for_user(request.user).with_figures("progress")
        return Response(OverviewRead(overview_of(rows.get(pk=project_id))).data)


class ReportView(Edge):
    """GET /api/projects/{id}/progress/report."""

    access = {"get": USERS}
    limits = {"get": PAPERS}
    errors = {"get": (ServiceUnavailable,)}
    tag = "progress"

    @extend_schema(
        operation_id="projects_progress_report",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, project_id: int) -> HttpResponse:
        """The progress report as a PDF, with the news that its reader may read."""
        rows = Project.objects.for_user(request.user).with_figures("progress")
        project = rows.select_related("builder__user").get(pk=project_id)
        return pdf_response(progress_report(project, request.user), f"progress-report-{project.pk}")
