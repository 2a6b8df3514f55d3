"""Milestones and certificates over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from progress import services
from progress.filters import CertificateFilter, MilestoneFilter
from progress.models import Certificate, Milestone
from progress.serializers import (
    CertificateRead,
    CertificateWrite,
    CertifyWrite,
    MilestonePatch,
    MilestoneRead,
    MilestoneWrite,
    StagesWrite,
)
from projects.models import Project
from realestate.core.api.access import BUILDERS, PUBLIC
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, ProtectedRow, StaleVersion
from realestate.core.limits import RECORDS


class MilestoneViewSet(HouseViewSet):
    """Stages of construction, for everybody who may see the project."""

    model, read, filterset_class = Milestone, MilestoneRead, MilestoneFilter
    tag = "progress"
    default_limit = 100
    access = {
        "list": PUBLIC,
        "retrieve": PUBLIC,
        "create": BUILDERS,
        "replace": BUILDERS,
        "partial_update": BUILDERS,
        "report": BUILDERS,
        "certify": BUILDERS,
    }
    limits = {"create": RECORDS, "replace": RECORDS, "certify": RECORDS}
    catalogue = frozenset({"list", "retrieve"})
    duty = Duty.SITE
    errors = {
        "create": (services.MilestoneExists, services.StagePassedOver),
        "replace": (
            services.MilestoneIsCertified,
            services.StagePassedOver,
            ProtectedRow,
            StaleVersion,
        ),
        "partial_update": (
            services.MilestoneIsCertified,
            services.MilestoneExists,
            services.StagePassedOver,
        ),
        "report": (InvalidTransition,),
        "certify": (
            InvalidTransition,
            services.MilestoneOutOfOrder,
            services.PhotosMissing,
            services.OverrideNeedsAnother,
        ),
    }

    @extend_schema(operation_id="projects_milestones_list", responses=MilestoneRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The milestones of a project, tower by tower in their order."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(
        operation_id="projects_milestones_replace",
        request=StagesWrite,
        responses=MilestoneRead(many=True),
    )
    def replace(self, request: Request, *, project_id: int) -> Response:
        """Say what the stages of one tower are, or of several that are built alike, in their order.

        Stages are known by their codes; those that are not named are removed. Certified ones stay as and where they
        are.
        """
        body = self.parse(StagesWrite)
        services.set_milestones(
            actor=self.caller,
            project_id=project_id,
            stages=body["milestones"],
            tower_ids=body.get("tower_ids", ()),
        )
        return self.list(request, project_id=project_id)

    @extend_schema(operation_id="milestones_retrieve", responses=MilestoneRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One milestone."""
        return self.show(int(pk))

    @extend_schema(
        operation_id="milestones_create", request=MilestoneWrite, responses={201: MilestoneRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a milestone to a tower, or to a project without towers."""
        row = services.add_milestone(actor=self.caller, **self.parse(MilestoneWrite))
        return self.show(row.pk, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="milestones_update", request=MilestonePatch, responses=MilestoneRead
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a milestone that is not certified yet."""
        services.change_milestone(
            actor=self.caller, milestone_id=int(pk), **self.parse(MilestonePatch)
        )
        return self.show(int(pk))

    @extend_schema(operation_id="milestones_report", request=None, responses=MilestoneRead)
    def report(self, request: Request, pk: str) -> Response:
        """Report a stage as done; it counts once it is certified."""
        services.report_milestone(actor=self.caller, milestone_id=int(pk))
        return self.show(int(pk))

    @extend_schema(operation_id="milestones_certify", request=CertifyWrite, responses=MilestoneRead)
    @idempotent
    def certify(self, request: Request, pk: str) -> Response:
        """Certify a stage with photos; what waits for it is demanded by the worker.

        Stages are certified in their order. To pass one over takes a reason, which buyers see, and somebody else than
        whoever reported the stage.
        """
        services.certify_milestone(
            actor=self.caller, milestone_id=int(pk), **self.parse(CertifyWrite)
        )
        return self.show(int(pk))


class CertificateViewSet(HouseViewSet):
    """What authorities certified, for everybody who may see the project."""

    model, read, filterset_class = Certificate, CertificateRead, CertificateFilter
    tag = "progress"
    default_limit = 100
    access = {"list": PUBLIC, "create": BUILDERS}
    limits = {"create": RECORDS}
    catalogue = frozenset({"list"})
    duty = Duty.SITE
    errors = {"create": (services.CertificateExists,)}

    @extend_schema(operation_id="projects_certificates_list", responses=CertificateRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The certificates of a project, newest first."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(
        operation_id="certificates_create",
        request=CertificateWrite,
        responses={201: CertificateRead},
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Record a certificate of a tower or a project."""
        row = services.record_certificate(actor=self.caller, **self.parse(CertificateWrite))
        return self.show(row.pk, status.HTTP_201_CREATED)
