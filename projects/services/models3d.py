"""3D models: add, change, take away. A model's file is private: it opens by links for those who may see the model."""

import re
from collections.abc import Mapping
from typing import Any

from accounts.models import User
from projects.enums import FileFormat
from projects.models import Model3D, Model3DVersion, Project, Unit
from projects.rules import viewer_problems
from projects.services.limits import VIEWER_DEFAULTS
from realestate.core.edits import create_row, update_row
from realestate.core.enums import FilePurpose
from realestate.core.errors import InvalidValue
from realestate.core.files import KINDS, file_path, file_url
from realestate.core.locking import lock, lock_all
from realestate.core.models import StoredFile
from realestate.core.transactions import service

OWN_FILE = re.compile(r"/api/files/(\d{1,18})(?:\?.*)?")
FORMATS = {KINDS[word].media_type: word for word in FileFormat}


@service
def add_model(
    *, actor: User, project_id: int, unit_id: int | None = None, **values: Any
) -> Model3D:
    """A 3D model of a project or one of its units, whose file was sent (``file_id``) or lies elsewhere (``file_url``).

    Raises InvalidValue (400) for a unit of another project, a file that is not the actor's own 3D model, a format that
    is not the file's, and settings that no viewer knows. Without ``viewer_settings`` those of the project hold.
    """
    project = Project.objects.open_to(actor).get(pk=project_id)
    if unit_id is not None and not Unit.objects.filter(project=project, pk=unit_id).exists():
        raise InvalidValue(errors={"unit_id": ["There is no such unit in this project."]})
    facts = _facts(actor, values)
    if not facts.get("file_url"):
        raise InvalidValue(errors={"file_url": ["This field is required."]})
    if not facts.get("file_format"):
        raise InvalidValue(errors={"file_format": ["This field is required."]})
    facts.setdefault("viewer_settings", dict(VIEWER_DEFAULTS.for_project(project)))
    model = Model3D(project=project, unit_id=unit_id, **facts)
    return create_row(actor=actor, row=model, model_name=model.model_name)


@service
def change_model(*, actor: User, model_id: int, **changes: Any) -> Model3D:
    """Change what was sent; another file is the next version, and the one before is kept.

    Raises InvalidValue (400) as for a new one; Model3D.DoesNotExist for strangers.
    """
    rows = Model3D.objects.editable_by(actor)
    model = lock(rows, model_id)
    facts = _facts(actor, _without_own_link(model, changes), model)
    facts.pop("version", None)
    if facts.get("file_url", model.file_url) != model.file_url:
        if "file_id" not in facts:  # from now on it lies elsewhere
            facts = {"file_size": None} | facts | {"file_id": None}
        Model3DVersion.objects.create(
            model=model,
            version=model.version,
            file_format=model.file_format,
            file_url=model.file_url,
            file_id=model.file_id,
            file_size=model.file_size,
        )
        facts["version"] = model.version + 1
    return update_row(actor=actor, rows=rows, pk=model_id, changes=facts)


@service
def remove_model(*, actor: User, model_id: int) -> Model3D:
    """Hide a model; its row stays for the record."""
    rows = Model3D.objects.editable_by(actor).filter(is_active=True)
    return update_row(
        actor=actor, rows=rows, pk=model_id, changes={"is_active": False}, action="removed"
    )


def _facts(actor: User, values: Mapping[str, Any], model: Model3D | None = None) -> dict[str, Any]:
    """The columns for what was sent, with those that a sent file decides: address, format and size."""
    facts = dict(values)
    if problems := viewer_problems(facts.get("viewer_settings") or {}):
        raise InvalidValue(errors={"viewer_settings": problems})
    wanted = {
        "file_id": facts.pop("file_id", None),
        "thumbnail_id": facts.pop("thumbnail_id", None),
    }
    files = _files(actor, wanted)
    if thumbnail := files.get("thumbnail_id"):
        facts |= {"thumbnail_id": thumbnail.pk, "thumbnail_url": file_path(thumbnail)}
    elif "thumbnail_url" in facts and (
        model is None or facts["thumbnail_url"] != model.thumbnail_url
    ):
        facts["thumbnail_id"] = None
    if file := files.get("file_id"):
        found = FORMATS[file.content_type]
        if facts.get("file_format", found) != found:
            raise InvalidValue(errors={"file_format": [f"The file is {found}."]})
        known = {"file_id": file.pk, "file_url": file_path(file), "file_size": file.size}
        facts |= known | {"file_format": FileFormat(found)}
    elif model and model.file_id and facts.get("file_url", model.file_url) == model.file_url:
        for name in ("file_format", "file_size"):  # the file says them
            facts.pop(name, None)
    return facts


def _files(actor: User, wanted: Mapping[str, int | None]) -> dict[str, StoredFile]:
    """The actor's own files, locked against the clean-up. Raises InvalidValue (400)."""
    keys = [key for key in wanted.values() if key is not None]
    found = {row.pk: row for row in lock_all(StoredFile.objects.filter(owner=actor), keys)}
    files: dict[str, StoredFile] = {}
    for field, key in wanted.items():
        if key is None:
            continue
        row = found.get(key)
        fits = row is not None and (
            (row.purpose == FilePurpose.MODEL and row.content_type in FORMATS)
            if field == "file_id"
            else row.width is not None
        )
        if row is None or not fits:
            what = "3D model" if field == "file_id" else "picture"
            raise InvalidValue(errors={field: [f"There is no such {what} of yours."]})
        files[field] = row
    return files


def _without_own_link(model: Model3D, changes: Mapping[str, Any]) -> dict[str, Any]:
    """A form that sends back the links it was shown changes nothing: they are signed anew each time."""
    kept = dict(changes)
    for name, file in (("file_url", model.file), ("thumbnail_url", model.thumbnail)):
        link = str(kept.get(name, ""))
        if file and link.partition("?")[0] in {file_path(file), file_url(file)}:
            del kept[name]
    return kept
