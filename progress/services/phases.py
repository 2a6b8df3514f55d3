"""Phases of a project: add and change."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max

from accounts.models import User
from progress.models import ProjectProgress
from projects.models import Project, Tower
from realestate.core.edits import create_row, update_row
from realestate.core.errors import InvalidValue
from realestate.core.files import attached
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def add_phase(*, actor: User, project_id: int, **values: Any) -> ProjectProgress:
    """A new phase, last unless ``sequence`` says where.

    Raises InvalidValue (400) for dates out of order, pictures that are not the actor's and towers of other projects.
    """
    project = Project.objects.open_to(actor).get(pk=project_id)
    if "sequence" not in values:
        last = ProjectProgress.objects.filter(project=project).aggregate(last=Max("sequence"))[
            "last"
        ]
        values["sequence"] = (last or 0) + 1
    _own_pictures(actor, values)
    phase = ProjectProgress(project=project, **values)
    _check_tower(phase, values)
    _check_dates(phase, {})
    return create_row(actor=actor, row=phase, phase_name=phase.phase_name)


@service
def change_phase(*, actor: User, phase_id: int, **changes: Any) -> ProjectProgress:
    """Change what was sent. Raises InvalidValue (400), as above; ProjectProgress.DoesNotExist for strangers."""
    rows = ProjectProgress.objects.editable_by(actor)
    phase = lock(rows, phase_id)
    _check_tower(phase, changes)
    _check_dates(phase, changes)
    _own_pictures(actor, changes, known=phase.milestone_images)
    return update_row(actor=actor, rows=rows, pk=phase_id, changes=changes)


def _check_dates(phase: ProjectProgress, changes: Mapping[str, Any]) -> None:
    """The friendly form of the constraint on a phase's dates."""
    start = changes.get("start_date", phase.start_date)
    for name in ("expected_end_date", "actual_end_date"):
        end = changes.get(name, getattr(phase, name))
        if start is not None and end is not None and end < start:
            raise InvalidValue(errors={name: ["A phase cannot end before it starts."]})


def _check_tower(phase: ProjectProgress, changes: Mapping[str, Any]) -> None:
    tower_id = changes.get("tower_id")
    if tower_id is not None:
        towers = Tower.objects.filter(project=phase.project_id, pk=tower_id)
        if not towers.exists():
            raise InvalidValue(errors={"tower_id": ["There is no such tower in this project."]})


def _own_pictures(actor: User, values: dict[str, Any], known: Iterable[str] = ()) -> None:
    if "milestone_images" in values:
        values["milestone_images"] = attached(
            actor=actor, addresses=values["milestone_images"], field="milestone_images", known=known
        )
