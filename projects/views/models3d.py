"""3D models."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from projects import services
from projects.filters import Model3DFilter
from projects.models import Model3D, Model3DVersion, Project
from projects.serializers import (
    Model3DPatch,
    Model3DRead,
    Model3DVersionRead,
    Model3DWrite,
)
from realestate.core.api.access import BUILDERS, PUBLIC
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.limits import RECORDS


class Model3DViewSet(HouseViewSet):
    """3D models, each for those whom its access level admits."""

    model, read, filterset_class = Model3D, Model3DRead, Model3DFilter
    tag = "models"
    default_limit = 100
    access = {
        "of_project": PUBLIC,
        "create": BUILDERS,
        "retrieve": PUBLIC,
        "partial_update": BUILDERS,
        "destroy": BUILDERS,
    }
    limits = {"create": RECORDS}
    catalogue = frozenset({"of_project", "retrieve"})
    duty = Duty.SETUP

    @property
    def paged(self) -> bool:
        """Whether the action answers in pages; for the OpenAPI document."""
        return self.action == "of_project"

    @extend_schema(operation_id="projects_models_list", responses=Model3DRead(many=True))
    def of_project(self, request: Request, project_id: str) -> Response:
        """The 3D models of a project that the caller may open."""
        self.expect(Project, int(project_id))
        return self.show_list(keys={"project_id": int(project_id)})

    @extend_schema(operation_id="models_retrieve", responses=Model3DRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One 3D model."""
        return self.show(int(pk))

    @extend_schema(operation_id="models_create", request=Model3DWrite, responses={201: Model3DRead})
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a 3D model to a project or one of its units.

        Send the file before, as a model, and name it here: then it opens only for those whom the access level admits.
        """
        model = services.add_model(actor=self.caller, **self.parse(Model3DWrite))
        return self.show(model.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="models_update", request=Model3DPatch, responses=Model3DRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a 3D model; another file becomes its next version, and the one before is kept."""
        services.change_model(actor=self.caller, model_id=int(pk), **self.parse(Model3DPatch))
        return self.show(int(pk))

    @extend_schema(operation_id="models_delete", responses=MessageRead)
    def destroy(self, request: Request, pk: str) -> Response:
        """Take a 3D model off the project."""
        services.remove_model(actor=self.caller, model_id=int(pk))
        return message("The 3D model was removed.")


class Model3DVersionViewSet(HouseViewSet):
    """What a 3D model showed before, for its builder and staff."""

    model, read = Model3DVersion, Model3DVersionRead
    tag = "models"
    default_limit = 100
    access = {"of_model": BUILDERS}
    paged = True

    @extend_schema(operation_id="models_versions_list", responses=Model3DVersionRead(many=True))
    def of_model(self, request: Request, model_id: str) -> Response:
        """The earlier files of a 3D model, the latest first; the present one is the model's own."""
        model = Model3D.objects.editable_by(request.user).get(pk=model_id)
        return self.show_list(keys={"model_id": model.pk})
