"""The reports over HTTP: the same rows as on the back office's dashboard; read only."""

from typing import Any, ClassVar

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from realestate.core import clock
from realestate.core.api.access import BUILDERS
from realestate.core.api.views import Edge
from realestate.core.errors import InvalidValue, NotFound
from realestate.reports.dashboard.catalogue import REPORTS, Figures, Report
from realestate.reports.dashboard.scope import DEFAULT_MONTHS, MONTHS, Scope
from realestate.reports.dashboard.serializers import ReportQuery, ReportRead

ASKED = ("builder_id", "project_id", "months", "currency")
PARAMETERS = [
    OpenApiParameter("builder_id", int, description="For staff; builders get their own figures."),
    OpenApiParameter("project_id", int, description="One project; all of yours when left out."),
    OpenApiParameter(
        "months", int, enum=MONTHS, description=f"Back from today; {DEFAULT_MONTHS} when left out."
    ),
    OpenApiParameter("currency", str, description="ISO 4217; that of your projects."),
]


class ReportView(Edge):
    """GET /api/builder/reports/<name>."""

    tag = "reports"
    access = {"get": BUILDERS}
    errors: ClassVar = {"get": (InvalidValue, NotFound)}
    report: ClassVar[Report]
    shape: ClassVar[type[ReportRead]]

    def get(self, request: Request) -> Response:
        """The rows of the report for whoever asks (R21)."""
        figures = Figures(self._scope(request))
        scope = figures.scope
        body = {
            "on": scope.today,
            "builder_id": scope.builder_id,
            "project_id": scope.project.pk if scope.project else None,
            "months": scope.months,
            "currency": scope.currency,
            "currencies": scope.currencies,
            "rows": figures.rows(self.report),
        }
        return Response(self.shape(body).data)

    def _scope(self, request: Request) -> Scope:
        query = request.query_params
        asked = ReportQuery(data={name: query[name] for name in ASKED if name in query})
        asked.is_valid(raise_exception=True)
        data: dict[str, Any] = asked.validated_data
        key = data.get("project_id")
        project = Project.objects.editable_by(request.user).get(pk=key) if key else None
        return Scope(
            user=self.caller,
            now=clock.now(),
            months=data.get("months") or DEFAULT_MONTHS,
            wanted_builder=data.get("builder_id"),
            project=project,
            wanted_currency=data.get("currency", "").upper(),
        )


def view_of(report: Report) -> type[ReportView]:
    """The view of a report, whose answer has rows of the report's own shape."""
    name = report.name.capitalize()
    fields = {"__doc__": f"{report.title}.", "rows": report.row(many=True)}
    shape = type(f"{name}ReportRead", (ReportRead,), fields)

    class View(ReportView):
        @extend_schema(
            operation_id=f"reports_{report.name}_series",
            summary=report.title,
            description=report.note,
            responses=shape,
            parameters=PARAMETERS,
        )
        def get(self, request: Request) -> Response:
            return super().get(request)

    View.report, View.shape = report, shape
    View.__name__ = View.__qualname__ = f"{name}ReportView"
    return View


urlpatterns: list[URLPattern] = [
    path(f"builder/reports/{name}", view_of(report).as_view()) for name, report in REPORTS.items()
]
