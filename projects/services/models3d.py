"""3D models: add, change, take away."""

from typing import Any

from accounts.models import User
from projects.models import Model3D, Project, Unit
from realestate.core.edits import create_row, update_row
from realestate.core.errors import InvalidValue
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def add_model(
    *, actor: User, project_id: int, unit_id: int | None = None, **values: Any
) -> Model3D:
    """A 3D model of a project or one of its units. Raises InvalidValue (400) for a unit of another project."""
    project = Project.objects.editable_by(actor).filter(archived_at=None).get(pk=project_id)
    if unit_id is not None and not Unit.objects.filter(project=project, pk=unit_id).exists():
        raise InvalidValue(errors={"unit_id": ["There is no such unit in this project."]})
    model = Model3D(project=project, unit_id=unit_id, **values)
    return create_row(actor=actor, row=model, model_name=model.model_name)


@service
def change_model(*, actor: User, model_id: int, **changes: Any) -> Model3D:
    """Change what was sent; another file is another version. Model3D.DoesNotExist for strangers."""
    rows = Model3D.objects.editable_by(actor)
    model = lock(rows, model_id)
    if changes.get("file_url", model.file_url) != model.file_url:
        changes["version"] = model.version + 1
    return update_row(actor=actor, rows=rows, pk=model_id, changes=changes)


@service
def remove_model(*, actor: User, model_id: int) -> Model3D:
    """Hide a model; its row stays for the record."""
    rows = Model3D.objects.editable_by(actor).filter(is_active=True)
    return update_row(
        actor=actor, rows=rows, pk=model_id, changes={"is_active": False}, action="removed"
    )
