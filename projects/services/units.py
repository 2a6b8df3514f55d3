"""Towers and units: create, generate in bulk, change, release and block."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypedDict

from accounts.models import User
from projects.events import UnitsChanged
from projects.models import Project, Tower, Unit
from projects.rules import MAX_GENERATED_UNITS
from projects.services.amounts import check_money
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.edits import create_row, update_row
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.transactions import service

ON_OFFER = ("released_at", "blocked_at", "price")  # what browsers that show a unit must not miss


class UnitNumberTaken(DomainError):
    """There is a unit with this number in the project already."""

    code, status = "unit_number_taken", 409


class TowerNameTaken(DomainError):
    """There is a tower with this name in the project already."""

    code, status = "tower_name_taken", 409


class TooManyUnits(DomainError):
    """These are more units than can be made in one go."""

    code, status = "too_many_units", 422


register_conflict("one_unit_per_number", UnitNumberTaken)
register_conflict("one_tower_per_name", TowerNameTaken)


class Template(TypedDict):
    """What the units of one position on each floor have in common."""

    suffix: str
    unit_type: str
    area_sqft: Decimal
    price: Decimal


@service
def add_tower(*, actor: User, project_id: int, **values: Any) -> Tower:
    """A new tower. Raises TowerNameTaken (409); Project.DoesNotExist for strangers."""
    project = _project(actor, project_id)
    if Tower.objects.filter(project=project, name=values["name"]).exists():
        raise TowerNameTaken
    return create_row(actor=actor, row=Tower(project=project, **values), name=values["name"])


@service
def add_unit(
    *,
    actor: User,
    project_id: int,
    tower_id: int | None = None,
    is_released: bool = True,
    is_blocked: bool = False,
    **values: Any,
) -> Unit:
    """A new unit, for sale at once unless said otherwise.

    Raises UnitNumberTaken (409), InvalidValue (400) for a tower of another project or a price that cannot be paid.
    """
    project = _project(actor, project_id)
    check_money("price", values["price"], project.currency)
    if Unit.objects.filter(project=project, unit_number=values["unit_number"]).exists():
        raise UnitNumberTaken
    now = clock.now()
    unit = Unit(
        project=project,
        tower=_tower(project, tower_id),
        released_at=now if is_released else None,
        blocked_at=now if is_blocked else None,
        **values,
    )
    made = create_row(actor=actor, row=unit, unit_number=unit.unit_number, price=unit.price)
    publish(UnitsChanged(unit_ids=(made.pk,)))
    return made


@service
def generate_units(
    *,
    actor: User,
    project_id: int,
    tower_id: int | None,
    floors: Sequence[int],
    templates: Sequence[Template],
    prefix: str = "",
    price_rise_per_floor: Decimal = Decimal(0),
    is_released: bool = True,
) -> list[Unit]:
    """The same positions on every floor: number = prefix + floor + suffix; the price rises floor by floor.

    Set-based, all or none. Raises TooManyUnits (422), UnitNumberTaken (409), InvalidValue (400).
    """
    if len(floors) * len(templates) > MAX_GENERATED_UNITS:
        raise TooManyUnits(f"At most {MAX_GENERATED_UNITS} units can be made in one go.")
    project = _project(actor, project_id)
    _check_prices(project, templates, price_rise_per_floor, len(floors))
    tower, released = _tower(project, tower_id), clock.now() if is_released else None
    units = [
        Unit(
            project=project,
            tower=tower,
            unit_number=f"{prefix}{floor}{template['suffix']}",
            floor_number=floor,
            released_at=released,
            **_common(template, price_rise_per_floor * index),
        )
        for index, floor in enumerate(floors)
        for template in templates
    ]
    numbers = [unit.unit_number for unit in units]
    twins = Unit.objects.filter(project=project, unit_number__in=numbers).order_by("unit_number")
    taken = list(twins.values_list("unit_number", flat=True)[:10])
    if taken or len(set(numbers)) != len(numbers):
        raise UnitNumberTaken(numbers=taken)
    made = Unit.objects.bulk_create(units)
    audit.record(actor, project, "units_generated", after={"units": len(made), "first": numbers[0]})
    publish(UnitsChanged(unit_ids=tuple(unit.pk for unit in made)))
    return made


@service
def change_unit(*, actor: User, unit_id: int, **changes: Any) -> Unit:
    """Change what was sent: a price never reaches live claims, which keep their snapshot.

    ``is_released`` and ``is_blocked`` put the unit on sale, or off. Raises UnitNumberTaken (409), InvalidValue (400).
    """
    rows = Unit.objects.editable_by(actor)
    unit = lock(rows, unit_id)
    check_money("price", changes.get("price"), unit.project.currency)
    if "tower_id" in changes:
        changes["tower"] = _tower(unit.project, changes.pop("tower_id"))
    for flag, column in (("is_released", "released_at"), ("is_blocked", "blocked_at")):
        if flag in changes:
            wanted = changes.pop(flag)
            if wanted != (getattr(unit, column) is not None):
                changes[column] = clock.now() if wanted else None
    if changes.get("blocked_at", unit.blocked_at) is None:
        changes["block_reason"] = ""
    number = changes.get("unit_number", unit.unit_number)
    if (
        number != unit.unit_number
        and Unit.objects.filter(project=unit.project_id, unit_number=number).exists()
    ):
        raise UnitNumberTaken
    if any(name in changes and changes[name] != getattr(unit, name) for name in ON_OFFER):
        publish(UnitsChanged(unit_ids=(unit.pk,)))
    return update_row(actor=actor, rows=rows, pk=unit_id, changes=changes)


def _check_prices(
    project: Project, templates: Sequence[Template], rise: Decimal, floors: int
) -> None:
    """Raises InvalidValue (400) when a price on the first or the last floor cannot be paid or stored."""
    check_money("price_rise_per_floor", rise, project.currency)
    for index, template in enumerate(templates):
        check_money(f"templates.{index}.price", template["price"], project.currency)
        last = template["price"] + rise * (floors - 1)
        check_money("price_rise_per_floor", last, project.currency)


def _project(actor: User, project_id: int) -> Project:
    return Project.objects.open_to(actor).get(pk=project_id)


def _tower(project: Project, tower_id: int | None) -> Tower | None:
    if tower_id is None:
        return None
    tower = Tower.objects.filter(project=project, pk=tower_id).first()
    if tower is None:
        raise InvalidValue(errors={"tower_id": ["There is no such tower in this project."]})
    return tower


def _common(template: Template, rise: Decimal) -> dict[str, Any]:
    values = {name: value for name, value in template.items() if name != "suffix"}
    return values | {"price": template["price"] + rise}
