"""Until which stage of construction a kind of change can be agreed (R13.1)."""

from collections.abc import Sequence

from accounts.models import User
from bookings.enums import ChangeType
from bookings.models import ChangeCutoff, ChangeRequest
from progress.enums import MilestoneState
from progress.models import Milestone
from projects.models import Project
from realestate.core import audit
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.locking import lock
from realestate.core.transactions import service


class CategoryClosed(DomainError):
    """It is too late for a change of this kind: the construction is past it."""

    code, status = "category_closed", 409


class StageIsCutoff(DomainError):
    """Changes can be asked for until this stage; choose another stage for that limit first."""

    code, status = "stage_is_cutoff", 409


@service
def set_cutoffs(
    *, actor: User, project_id: int, cutoffs: Sequence[tuple[ChangeType, str]]
) -> list[ChangeCutoff]:
    """The stages from which on kinds of change are too late; kinds that are not named have none.

    Raises InvalidValue (400) for a code that no stage of the project has or a kind twice; DoesNotExist for strangers.
    """
    project = lock(Project.objects.open_to(actor), project_id)
    codes = set(Milestone.objects.filter(project=project).values_list("code", flat=True))
    unknown = sorted({code for _kind, code in cutoffs} - codes)
    if unknown:
        raise InvalidValue(errors={"cutoffs": [f"No stage has the code {unknown[0]}."]})
    if len({kind for kind, _code in cutoffs}) < len(cutoffs):
        raise InvalidValue(errors={"cutoffs": ["Name each kind of change once."]})
    rows = ChangeCutoff.objects.filter(project=project)
    before = dict(rows.values_list("request_type", "milestone_code"))
    rows.delete()
    made = ChangeCutoff.objects.bulk_create(
        ChangeCutoff(project=project, request_type=kind, milestone_code=code)
        for kind, code in cutoffs
    )
    after = {str(kind): code for kind, code in cutoffs}
    audit.record(actor, project, "cutoffs_set", before=before, after=after)
    return made


def refuse_lost_cutoff(*, project_id: int, code: str) -> None:
    """R13.1: raises StageIsCutoff (409) when the last stage with the code of a limit was removed.

    Within the service that removed it, which holds the project as ``set_cutoffs`` does.
    """
    named = ChangeCutoff.objects.filter(project=project_id, milestone_code=code)
    kind = named.values_list("request_type", flat=True).first()
    if kind and not Milestone.objects.filter(project=project_id, code=code).exists():
        raise StageIsCutoff(request_type=kind)


def refuse_too_late(row: ChangeRequest) -> None:
    """Raises CategoryClosed (409) when the cut-off stage of the unit's tower is certified.

    Also when the project has no such stage any more: nobody could certify it, and the limit would never come.
    """
    booking = row.booking
    limits = ChangeCutoff.objects.filter(project=booking.project_id)
    cutoff = limits.filter(request_type=row.request_type).first()
    if cutoff is None or booking.unit is None:
        return
    stages = Milestone.objects.filter(project=booking.project_id, code=cutoff.milestone_code)
    of_unit = stages.filter(tower=booking.unit.tower_id)
    if not stages.exists() or of_unit.filter(state=MilestoneState.CERTIFIED).exists():
        raise CategoryClosed(milestone_code=cutoff.milestone_code)
