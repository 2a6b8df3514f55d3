"""Units from a sheet: new ones are made, known numbers are changed where cells say something else."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from projects.imports.places import open_projects
from projects.models import Project, Tower, Unit
from projects.querysets import natural
from projects.rules import FACING, UNIT_TYPE
from projects.services import store_units
from projects.services.amounts import check_money
from realestate.core.errors import InvalidValue
from realestate.core.imports import (
    CHANGED,
    NEW,
    UNCHANGED,
    Column,
    ImportKind,
    Plan,
    Planned,
    Problem,
    Row,
    Tell,
)
from realestate.core.sheets import parsing
from realestate.core.vocabulary import fold

NEEDED = ("unit_type", "floor_number", "area_sqft", "price")  # of a new unit
AREA = parsing.number(places=2, least=Decimal("0.01"), most=Decimal("9999999999.99"))


class UnitImport(ImportKind):
    """Units of one project; the number tells them apart."""

    name, label = "units", "Units"
    table = "projects.unit"
    help = (
        "New numbers become units; of numbers that are there, what a cell says is changed. An empty cell leaves a "
        "unit as it is. Prices never reach live holds and bookings."
    )
    key = ("unit_number",)
    has_present = True
    builder_roles = frozenset({"owner", "sales"})
    permissions = ("projects.add_unit", "projects.change_unit")
    columns = (
        Column(
            name="unit_number",
            label="Unit number",
            read=parsing.text(30),
            required=True,
            example="A-101",
            synonyms=("unit", "unit no", "flat number", "flat no", "number"),
            help="As it stands on the door; one of a kind in the project.",
        ),
        Column(
            name="tower",
            label="Tower",
            read=parsing.text(100),
            example="",
            synonyms=("tower name", "building", "block", "wing"),
            help="The name of a tower that is there; empty: none.",
        ),
        Column(
            name="unit_type",
            label="Unit type",
            read=parsing.word(UNIT_TYPE),
            example="2BHK",
            synonyms=("type", "configuration"),
            help="For new units: 1BHK, 2BHK, 3BHK, 4BHK+, studio, penthouse, shop, office, parking, storage.",
        ),
        Column(
            name="floor_number",
            label="Floor",
            read=parsing.whole(-10, 300),
            example=1,
            synonyms=("floor number", "floor no", "level"),
            help="For new units: 0 is the ground floor, below it are basements.",
        ),
        Column(
            name="area_sqft",
            label="Carpet area (sq ft)",
            read=AREA,
            example=Decimal("1045.50"),
            synonyms=("area", "carpet area", "area sqft", "area (sq ft)", "carpet area sqft"),
            help="For new units: square feet, at most 2 decimals.",
        ),
        Column(
            name="price",
            label="Price",
            read=parsing.amount(least=Decimal("0.01")),
            example=Decimal("7500000.00"),
            synonyms=("agreement value", "unit price", "base price"),
            help="For new units: before tax, in the project's currency.",
        ),
        Column(
            name="bathrooms",
            label="Bathrooms",
            read=parsing.whole(0, 50),
            example=2,
            synonyms=("baths", "toilets"),
            help="A whole number.",
        ),
        Column(
            name="balconies",
            label="Balconies",
            read=parsing.whole(0, 50),
            example=1,
            help="A whole number.",
        ),
        Column(
            name="parking_spaces",
            label="Parking spaces",
            read=parsing.whole(0, 50),
            example=1,
            synonyms=("parking", "car parks"),
            help="A whole number.",
        ),
        Column(
            name="facing",
            label="Facing",
            read=parsing.word(FACING),
            example="east",
            synonyms=("direction", "orientation"),
            help="Where the main windows look: north, north-east …",
        ),
        Column(
            name="features",
            label="Features",
            read=parsing.several(parsing.text(500)),
            example="corner; garden view",
            help="Separated by semicolons.",
        ),
        Column(
            name="is_released",
            label="Released",
            read=parsing.yes_or_no,
            example="yes",
            synonyms=("released", "for sale", "on sale"),
            help="Yes: for sale. New units are for sale unless it says no.",
        ),
    )

    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """One's own projects."""
        return open_projects(actor)

    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """Three queries, however many rows."""
        project = Project.objects.open_to(actor).get(pk=scope_id)
        towers = {fold(tower.name): tower for tower in Tower.objects.filter(project=project)}
        known = {
            unit.unit_number: unit
            for unit in Unit.objects.editable_by(actor).filter(project=project)
        }
        items: list[Planned] = []
        problems: list[Problem] = []
        for row in rows:
            values, wrong = self._values(project, towers, row)
            unit = known.get(row.values["unit_number"])
            if unit is None:
                wrong += [
                    Problem(row.number, self.label_of(name), "A new unit needs this.")
                    for name in NEEDED
                    if name not in values
                ]
            problems += wrong
            if not wrong:
                items.append(_planned(row, unit, values, towers))
        return Plan(items, problems)

    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """All at once."""
        store_units(
            actor=actor,
            project_id=scope_id,
            new=[item.payload[1] for item in plan.of(NEW)],
            changes={item.payload[0]: item.payload[1] for item in plan.of(CHANGED)},
        )
        tell(len(plan.items))

    def present(self, actor: Any, scope_id: int) -> list[list[object]]:
        """The project's units as a sheet that can be imported again."""
        units = Unit.objects.editable_by(actor).filter(project=scope_id).select_related("tower")
        return [
            [_shown(unit, column.name) for column in self.columns]
            for unit in units.order_by(
                natural("tower__name"), "tower__name", "floor_number", natural("unit_number"), "pk"
            )
        ]

    def _values(
        self, project: Project, towers: Mapping[str, Tower], row: Row
    ) -> tuple[dict[str, Any], list[Problem]]:
        """The fields of a unit that the row sets, and what the project has against them."""
        values = {name: value for name, value in row.values.items() if name != "tower"}
        problems: list[Problem] = []
        if name := row.get("tower"):
            tower = towers.get(fold(name))
            if tower is None:
                text = "There is no such tower in this project; add it first."
                problems.append(Problem(row.number, self.label_of("tower"), text, name))
            else:
                values["tower_id"] = tower.pk
        try:
            check_money("price", values.get("price"), project.currency)
        except InvalidValue as refusal:
            text = " ".join(refusal.errors["price"])
            problems.append(Problem(row.number, "Price", text, str(values["price"])))
        return values, problems


def _planned(
    row: Row, unit: Unit | None, values: dict[str, Any], towers: Mapping[str, Tower]
) -> Planned:
    number = row.values["unit_number"]
    if unit is None:
        return Planned(row, NEW, number, payload=(None, values))
    changes = {
        name: (_present(unit, name), value)
        for name, value in values.items()
        if _present(unit, name) != value
    }
    if not changes:
        return Planned(row, UNCHANGED, number)
    names = {tower.pk: tower.name for tower in towers.values()}
    shown = {
        "tower" if name == "tower_id" else name: (
            (names.get(old), names.get(new)) if name == "tower_id" else (old, new)
        )
        for name, (old, new) in changes.items()
    }
    payload = (unit.pk, {name: new for name, (_old, new) in changes.items()})
    return Planned(row, CHANGED, number, shown, payload)


def _present(unit: Unit, name: str) -> Any:
    return unit.released_at is not None if name == "is_released" else getattr(unit, name)


def _shown(unit: Unit, name: str) -> Any:
    return unit.tower and unit.tower.name if name == "tower" else _present(unit, name)
