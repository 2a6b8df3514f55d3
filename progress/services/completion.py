"""The promised completion of a project or tower: every revision is kept, and buyers hear of it (R7, R13.5)."""

from datetime import date

from accounts.models import User
from progress.events import CompletionRevised
from progress.models import CompletionDate
from projects.models import Project, Tower
from projects.services import change_project
from realestate.core import audit, clock
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.transactions import service

BEFORE = "Planned before"


class CompletionUnchanged(DomainError):
    """This is the promised date already."""

    code, status = "completion_unchanged", 409


@service
def revise_completion(
    *,
    actor: User,
    project_id: int,
    promised_on: date,
    reason: str = "",
    tower_id: int | None = None,
) -> CompletionDate:
    """Promise another completion date of a project or tower. The project's planned completion follows its own.

    Raises InvalidValue (400) for a later revision without a reason and a date before the project's start,
    CompletionUnchanged (409); DoesNotExist for strangers and towers of other projects.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    if tower_id is not None:
        Tower.objects.filter(project=project).get(pk=tower_id)
    last = _last(project.pk, tower_id) or _known_before(actor, project, tower_id)
    if last is not None and last.promised_on == promised_on:
        raise CompletionUnchanged
    if last is not None and not reason.strip():
        raise InvalidValue(errors={"reason": ["Buyers want to know why the date moves."]})
    if project.start_date is not None and promised_on < project.start_date:
        raise InvalidValue(errors={"promised_on": ["Must not be before the project's start."]})
    row = _record(actor, project.pk, promised_on, tower_id=tower_id, reason=reason, last=last)
    if tower_id is None and project.expected_completion_date != promised_on:
        change_project(actor=actor, project_id=project.pk, expected_completion_date=promised_on)
    return row


@service
def note_completion(*, actor_id: int, project_id: int, old: date | None, new: date) -> None:
    """The planned completion of a project was changed where projects are edited: that is a revision too."""
    lock(Project.objects.all(), project_id)
    actor = User.objects.get(pk=actor_id)
    last = _last(project_id, None)
    if last is None and old is not None:
        last = _record(actor, project_id, old, reason=BEFORE)
    if last is None or last.promised_on != new:
        _record(actor, project_id, new, last=last)


def _last(project_id: int, tower_id: int | None) -> CompletionDate | None:
    return CompletionDate.objects.of(project_id, tower_id).first()


def _known_before(actor: User, project: Project, tower_id: int | None) -> CompletionDate | None:
    """What was planned before revisions were kept is the first of them."""
    day = project.expected_completion_date
    if tower_id is not None or day is None:
        return None
    return _record(actor, project.pk, day, reason=BEFORE)


def _record(
    actor: User,
    project_id: int,
    promised_on: date,
    *,
    tower_id: int | None = None,
    reason: str = "",
    last: CompletionDate | None = None,
) -> CompletionDate:
    row = CompletionDate.objects.create(
        project_id=project_id,
        tower_id=tower_id,
        number=last.number + 1 if last else 1,
        promised_on=promised_on,
        reason=reason.strip(),
        revised_by=actor,
        revised_at=clock.now(),
    )
    after = {"promised_on": promised_on, "number": row.number}
    audit.record(actor, row, "promised", after=after, reason=reason)
    if last is not None:
        publish(CompletionRevised(completion_id=row.pk, project_id=project_id))
    return row
