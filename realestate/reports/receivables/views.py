"""The collections report over HTTP: read only."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from realestate.core import clock
from realestate.core.api.access import BUILDERS
from realestate.core.api.explain import EXPLAIN, wants_explanation
from realestate.core.api.pagination import envelope, paginate
from realestate.core.api.views import DEFAULT_LIMIT, Edge
from realestate.core.errors import InvalidValue, NotFound
from realestate.core.limits import REPORTS
from realestate.reports.receivables import queries
from realestate.reports.receivables.serializers import CollectionsQuery, CollectionsRead

PARAMETERS = [
    OpenApiParameter("project_id", int, description="One project; all of yours when left out."),
    OpenApiParameter("on", str, description="As of this day; today when left out."),
    OpenApiParameter("page", int, description="Of the overdue bookings, from 1."),
    OpenApiParameter("limit", int, description="Overdue bookings on a page, at most 100."),
    EXPLAIN,
]


class CollectionsView(Edge):
    """GET /api/reports/collections."""

    tag = "reports"
    access = {"get": BUILDERS}
    limits = {"get": REPORTS}
    errors = {"get": (InvalidValue, NotFound)}

    @extend_schema(
        operation_id="reports_collections", responses=CollectionsRead, parameters=PARAMETERS
    )
    def get(self, request: Request) -> Response:
        """What buyers owe and how late it is, who is late most, how well money comes in, and what is to come.

        Everything as of one day: facts valued after it do not count. Each currency has a section of its own.
        """
        wanted = self._wanted(request)
        page = paginate(queries.overdue_bookings(wanted), request, default_limit=DEFAULT_LIMIT)
        body = envelope(
            page,
            "overdue_bookings",
            queries.in_words(page.rows, wanted.on),
            on=wanted.on,
            project_id=wanted.project.pk if wanted.project else None,
            currencies=queries.collections(wanted, explain=wants_explanation(request)),
        )
        return Response(CollectionsRead(body).data)

    def _wanted(self, request: Request) -> queries.Wanted:
        query = request.query_params
        asked = CollectionsQuery(
            data={name: query[name] for name in ("project_id", "on") if name in query}
        )
        asked.is_valid(raise_exception=True)
        project, key = None, asked.validated_data.get("project_id")
        if key is not None:
            project = Project.objects.editable_by(request.user).get(pk=key)
        today = clock.today(project.time_zone) if project else clock.today()
        on = asked.validated_data.get("on") or today
        return queries.Wanted(user=self.caller, on=on, project=project)
