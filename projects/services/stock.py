"""Many units at once, as a sheet brings them: set-based, with the same checks and the same audit as one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from projects.models import Project, Tower, Unit
from projects.services.amounts import check_money
from projects.services.units import UnitNumberTaken
from realestate.core import audit, clock
from realestate.core.db.many import insert_rows, update_rows
from realestate.core.errors import InvalidValue
from realestate.core.locking import lock_all
from realestate.core.transactions import service


@service
def store_units(
    *,
    actor: User,
    project_id: int,
    new: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, Any]],
) -> int:
    """Make units and change others (unit id → fields) of one project; says how many rows were written.

    The values are those of ``add_unit`` and ``change_unit``, with a ``tower_id`` of the project and ``is_released``
    instead of an instant. All or none. Raises UnitNumberTaken (409), InvalidValue (400) for a price that cannot be
    paid or a tower of another project; DoesNotExist for strangers' projects and units.
    """
    project = Project.objects.open_to(actor).get(pk=project_id)
    _refuse_strange_towers(project, [*new, *changes.values()])
    for values in (*new, *changes.values()):
        check_money("price", values.get("price"), project.currency)
    now = clock.now()
    _change(actor, project, changes, now)
    _make(actor, project, new, now)
    return len(new) + len(changes)


def _make(actor: User, project: Project, new: Sequence[Mapping[str, Any]], now: datetime) -> None:
    numbers = [values["unit_number"] for values in new]
    taken = Unit.objects.filter(project=project, unit_number__in=numbers).order_by("unit_number")
    if found := list(taken.values_list("unit_number", flat=True)[:10]):
        raise UnitNumberTaken(numbers=found)
    if not new:
        return
    rows = [{"project_id": project.pk, **_columns(values, now, is_new=True)} for values in new]
    made = insert_rows(Unit, rows, by="unit_number")
    audit.record_all(
        actor,
        Unit,
        "created",
        {
            made[row["unit_number"]]: audit.Change(
                after={"unit_number": row["unit_number"], "price": row["price"]}
            )
            for row in rows
        },
        reason="Imported.",
    )


def _change(
    actor: User, project: Project, changes: Mapping[int, Mapping[str, Any]], now: datetime
) -> None:
    if not changes:
        return
    units = lock_all(Unit.objects.editable_by(actor).filter(project=project), changes)
    if len(units) != len(changes):
        raise Unit.DoesNotExist
    columns = {
        unit.pk: _columns(changes[unit.pk], now, released_at=unit.released_at) for unit in units
    }
    names = sorted({name for row in columns.values() for name in row})
    rows, trail = {}, {}
    for unit in units:
        after = columns[unit.pk]
        trail[unit.pk] = audit.Change(audit.snapshot(unit, after), after)
        rows[unit.pk] = {name: after.get(name, getattr(unit, name)) for name in names}
    update_rows(Unit, rows)
    audit.record_all(actor, Unit, "updated", trail, reason="Imported.")


def _columns(
    values: Mapping[str, Any],
    now: datetime,
    *,
    is_new: bool = False,
    released_at: datetime | None = None,
) -> dict[str, Any]:
    """The values as the table holds them; a unit that is on sale already keeps its day."""
    columns = {name: value for name, value in values.items() if name != "is_released"}
    if is_new or "is_released" in values:
        wanted = values.get("is_released", True)
        columns["released_at"] = (released_at or now) if wanted else None
    return columns


def _refuse_strange_towers(project: Project, rows: Sequence[Mapping[str, Any]]) -> None:
    wanted = {values["tower_id"] for values in rows if values.get("tower_id") is not None}
    if Tower.objects.filter(project=project, pk__in=wanted).count() != len(wanted):
        raise InvalidValue(errors={"tower_id": ["There is no such tower in this project."]})
