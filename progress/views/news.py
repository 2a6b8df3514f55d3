"""Phases and construction updates over HTTP (contract 7.2): parse, call one service, show."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from progress import services
from progress.filters import PhaseFilter, UpdateFilter
from progress.models import ConstructionUpdate, ProjectProgress
from progress.serializers import (
    PhasePatch,
    PhaseRead,
    PhaseWrite,
    UpdatePatch,
    UpdateRead,
    UpdateWrite,
)
from projects.models import Project
from realestate.core.api.access import BUILDERS, PUBLIC
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.limits import RECORDS


class PhaseViewSet(HouseViewSet):
    """How far a project is, phase by phase."""

    model, read, filterset_class = ProjectProgress, PhaseRead, PhaseFilter
    tag = "progress"
    default_limit = 100
    access = {"list": PUBLIC, "create": BUILDERS, "retrieve": PUBLIC, "partial_update": BUILDERS}
    limits = {"create": RECORDS}
    catalogue = frozenset({"list", "retrieve"})
    duty = Duty.SITE

    @extend_schema(operation_id="projects_progress_list", responses=PhaseRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The phases of a project, in their order."""
        return self.show_within(Project, project_id=project_id)

    @extend_schema(operation_id="progress_retrieve", responses=PhaseRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One phase."""
        return self.show(int(pk))

    @extend_schema(operation_id="progress_create", request=PhaseWrite, responses={201: PhaseRead})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a phase to a project."""
        phase = services.add_phase(actor=self.caller, **self.parse(PhaseWrite))
        return self.show(phase.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="progress_update", request=PhasePatch, responses=PhaseRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a phase."""
        services.change_phase(actor=self.caller, phase_id=int(pk), **self.parse(PhasePatch))
        return self.show(int(pk))


class UpdateViewSet(HouseViewSet):
    """News from the site, for buyers and, where marked so, for everybody."""

    model, read, filterset_class = ConstructionUpdate, UpdateRead, UpdateFilter
    tag = "progress"
    default_limit = 100
    access = {
        "list": PUBLIC,
        "create": BUILDERS,
        "retrieve": PUBLIC,
        "partial_update": BUILDERS,
        "destroy": BUILDERS,
    }
    limits = {"create": RECORDS}
    catalogue = frozenset({"list", "retrieve"})
    duty = Duty.SITE

    @extend_schema(operation_id="projects_updates_list", responses=UpdateRead(many=True))
    def list(self, request: Request, *, project_id: int) -> Response:  # type: ignore[override]  # nested: the route names the project
        """The construction updates of a project that the caller may read, newest first."""
        self.expect(Project, project_id)
        return self.show_list(keys={"project_id": project_id})

    @extend_schema(operation_id="updates_retrieve", responses=UpdateRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One construction update."""
        return self.show(int(pk))

    @extend_schema(operation_id="updates_create", request=UpdateWrite, responses={201: UpdateRead})
    @idempotent
    def create(self, request: Request) -> Response:
        """Post a construction update, or save it as a draft."""
        update = services.post_update(actor=self.caller, **self.parse(UpdateWrite))
        return self.show(update.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="updates_update", request=UpdatePatch, responses=UpdateRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a construction update, publish a draft, or take one back."""
        services.change_update(actor=self.caller, update_id=int(pk), **self.parse(UpdatePatch))
        return self.show(int(pk))

    @extend_schema(operation_id="updates_delete", responses=MessageRead)
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a construction update."""
        services.remove_update(actor=self.caller, update_id=int(pk))
        return message("The update was deleted.")
