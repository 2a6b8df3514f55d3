"""The stages of whole towers at once: one list in its order, for a tower and for others like it (R7.1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from accounts.models import User
from progress.enums import MilestoneState
from progress.events import MilestoneRemoved
from progress.models import Milestone
from progress.services.milestones import MilestoneIsCertified, order_kept
from projects.models import Project, Tower
from realestate.core import audit, clock
from realestate.core.edits import create_row, remove_row
from realestate.core.errors import InvalidValue, StaleVersion
from realestate.core.events import publish
from realestate.core.locking import lock, lock_all
from realestate.core.transactions import service

Stage = Mapping[str, Any]  # ``code`` and ``name``, and what else of a milestone is said
CHANGEABLE = ("sequence", "name", "description", "is_billable", "planned_on")


@service
def set_milestones(
    *, actor: User, project_id: int, stages: Sequence[Stage], tower_ids: Sequence[int] = ()
) -> list[Milestone]:
    """The stages of each tower are these, in this order; without towers, those of the project itself.

    Stages are known by their codes: those that are not named are removed, what is not said of the others stays.
    Certified ones stay as and where they are. Raises MilestoneIsCertified, StagePassedOver, ProtectedRow (409) where a
    payment plan waits for a removed one, StaleVersion (412), InvalidValue (400) for a code that stands there twice;
    DoesNotExist for strangers and towers of other projects.
    """
    codes = [stage["code"] for stage in stages]
    if len(set(codes)) < len(codes):
        raise InvalidValue(errors={"milestones": ["Each code may stand here once."]})
    projects = Project.objects.open_to(actor)
    towers = _towers(projects.get(pk=project_id), tower_ids)
    rows = Milestone.objects.filter(_of(towers), project=project_id)
    known = lock_all(rows, rows.values_list("pk", flat=True))
    project = lock(projects, project_id)
    if rows.exclude(
        pk__in=[row.pk for row in known]
    ).exists():  # added before the project was locked
        raise StaleVersion
    for tower in towers:
        own = [row for row in known if row.tower_id == (tower.pk if tower else None)]
        with order_kept(project.pk, tower.pk if tower else None):
            _arrange(actor, Milestone(project=project, tower=tower), own, stages)
    return list(rows.order_by("tower_id", "sequence", "pk"))


def _towers(project: Project, tower_ids: Sequence[int]) -> list[Tower | None]:
    if not tower_ids:
        return [None]
    found = Tower.objects.filter(project=project).in_bulk(set(tower_ids))
    if len(found) < len(set(tower_ids)):
        raise Tower.DoesNotExist
    return [found[pk] for pk in sorted(found)]


def _of(towers: Iterable[Tower | None]) -> Q:
    keys = [tower.pk for tower in towers if tower is not None]
    return Q(tower__in=keys) if keys else Q(tower=None)


def _arrange(actor: User, blank: Milestone, own: list[Milestone], stages: Sequence[Stage]) -> None:
    """One tower: remove, move, add. ``blank`` says where."""
    by_code = {row.code: row for row in own}
    for code in by_code.keys() - {stage["code"] for stage in stages}:
        _remove(actor, by_code.pop(code))
    last, changed, new = 0, [], []
    for stage in stages:
        row = by_code.get(stage["code"])
        is_certified = row is not None and row.state == MilestoneState.CERTIFIED
        place = row.sequence if row is not None and is_certified else last + 1
        if place <= last:
            raise MilestoneIsCertified
        last = place
        if row is None:
            new.append(Milestone(project=blank.project, tower=blank.tower, **stage, sequence=place))
        elif before := _change(row, {**stage, "sequence": place}):
            changed.append((row, before))
    _store(actor, changed)
    for row in new:
        create_row(actor=actor, row=row, code=row.code, name=row.name)


def _remove(actor: User, row: Milestone) -> None:
    if row.state == MilestoneState.CERTIFIED:
        raise MilestoneIsCertified
    remove_row(actor=actor, rows=Milestone.objects.all(), pk=row.pk)
    publish(MilestoneRemoved(code=row.code, project_id=row.project_id))


def _change(row: Milestone, said: Stage) -> dict[str, object]:
    """Set what is different; what stood there before, empty when nothing is different."""
    different = {name: said[name] for name in CHANGEABLE if name in said}
    different = {name: new for name, new in different.items() if getattr(row, name) != new}
    if different and row.state == MilestoneState.CERTIFIED:
        raise MilestoneIsCertified
    before = audit.snapshot(row, different)
    for name, new in different.items():
        setattr(row, name, new)
    return before


def _store(actor: User, changed: Sequence[tuple[Milestone, Mapping[str, object]]]) -> None:
    """In one statement: the places of two stages can be exchanged, which one after the other could not."""
    now = clock.now()
    for row, _before in changed:
        row.updated_at = now
    Milestone.objects.bulk_update([row for row, _before in changed], [*CHANGEABLE, "updated_at"])
    for row, before in changed:
        audit.record(actor, row, "updated", before=before, after=audit.snapshot(row, before))
