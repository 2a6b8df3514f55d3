"""Who receives people (R14.2): kept by builders, chosen by customers."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects.models import Project
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import Edge, HouseViewSet
from realestate.core.enums import Duty
from realestate.core.limits import RECORDS
from scheduling import services
from scheduling.models import Host
from scheduling.serializers import HostPatch, HostPublic, HostRead, HostWrite


class HostViewSet(HouseViewSet):
    """A builder's hosts."""

    model, read = Host, HostRead
    tag = "appointments"
    default_limit = 100
    access = {"list": BUILDERS, "create": BUILDERS, "partial_update": BUILDERS}
    limits = {"create": RECORDS}
    duty = Duty.SALES
    errors = {
        "create": (services.HostHasLogin,),
        "partial_update": (services.HostHasLogin,),
    }

    @extend_schema(operation_id="hosts_list", responses=HostRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Your hosts, those who are not active too."""
        return self.show_list()

    @extend_schema(operation_id="hosts_create", request=HostWrite, responses={201: HostRead})
    @idempotent
    def create(self, request: Request) -> Response:
        """Name somebody more who receives people."""
        row = services.add_host(actor=self.caller, **self.parse(HostWrite))
        return self.show(row.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="hosts_update", request=HostPatch, responses=HostRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a host; one who is not active keeps what is agreed and gets nothing new."""
        services.change_host(actor=self.caller, host_id=int(pk), **self.parse(HostPatch))
        return self.show(int(pk))


class ProjectHostsView(Edge):
    """GET /api/projects/{id}/hosts."""

    access = {"get": PARTIES}
    tag = "appointments"

    @extend_schema(operation_id="projects_hosts_list", responses=HostPublic(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """Whom customers can meet at a project."""
        rows = Project.objects.for_user(request.user).select_related("builder")
        project = rows.get(pk=project_id)
        found = services.hosts_of(project)
        shown = [
            {"id": host.pk, "name": host.name or project.builder.company_name} for host in found
        ]
        return Response(HostPublic(shown, many=True).data)
