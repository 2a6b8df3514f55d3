"""Phases of a project: add and change."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from accounts.models import User
from progress.models import ProjectProgress
from projects.models import Project
from realestate.core.edits import create_row, update_row
from realestate.core.errors import InvalidValue
from realestate.core.locking import lock
from realestate.core.transactions import service


@service
def add_phase(*, actor: User, project_id: int, **values: Any) -> ProjectProgress:
    """A new phase, last unless ``sequence`` says where. Raises InvalidValue (400) for dates out of order."""
    project = Project.objects.editable_by(actor).filter(archived_at=None).get(pk=project_id)
    if "sequence" not in values:
        last = ProjectProgress.objects.filter(project=project).aggregate(last=Max("sequence"))[
            "last"
        ]
        values["sequence"] = (last or 0) + 1
    phase = ProjectProgress(project=project, **values)
    _check_dates(phase, {})
    return create_row(actor=actor, row=phase, phase_name=phase.phase_name)


@service
def change_phase(*, actor: User, phase_id: int, **changes: Any) -> ProjectProgress:
    """Change what was sent. Raises InvalidValue (400); ProjectProgress.DoesNotExist for strangers."""
    rows = ProjectProgress.objects.editable_by(actor)
    _check_dates(lock(rows, phase_id), changes)
    return update_row(actor=actor, rows=rows, pk=phase_id, changes=changes)


def _check_dates(phase: ProjectProgress, changes: Mapping[str, Any]) -> None:
    """The friendly form of the constraint on a phase's dates."""
    start = changes.get("start_date", phase.start_date)
    for name in ("expected_end_date", "actual_end_date"):
        end = changes.get(name, getattr(phase, name))
        if start is not None and end is not None and end < start:
            raise InvalidValue(errors={name: ["A phase cannot end before it starts."]})
