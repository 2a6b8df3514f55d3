"""A price list from a sheet: its lines, in their order, become the project's next version."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from projects.imports.places import open_projects
from projects.models import PriceList, Project
from projects.rules import (
    CHARGE_BASIS,
    CHARGE_KIND,
    TAX_CLASS,
    UNIT_TYPE,
    ChargeSpec,
    PricingError,
    check_charges,
)
from projects.services import add_price_list
from projects.services.prices import spec_of
from realestate.core.errors import DomainError
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
    RowRefused,
    Tell,
)
from realestate.core.sheets import parsing

VALUE = parsing.number(places=4, least=Decimal(0), most=Decimal("9999999999999.9999"))
OF_THE_LIST = ("effective_from", "note")  # say the same in each row


class PriceListImport(ImportKind):
    """The lines of one price list; a file that says what holds already makes no new version."""

    name, label = "price-lists", "Price list"
    table = "projects.pricelist"
    help = (
        "All rows together are the next version of the project's price list, in their order. What was quoted or "
        "booked before keeps its prices. A file that changes nothing makes no version."
    )
    key = ("code",)
    builder_roles = frozenset({"owner", "finance"})
    permissions = ("projects.add_pricelist",)
    tried = True
    columns = (
        Column(
            name="code",
            label="Code",
            read=parsing.text(30),
            required=True,
            example="BASE",
            help="A short word that percentages refer to.",
        ),
        Column(
            name="label",
            label="Label",
            read=parsing.text(100),
            required=True,
            example="Base price",
            synonyms=("name", "description"),
            help="What buyers read.",
        ),
        Column(
            name="kind",
            label="Kind",
            read=parsing.word(CHARGE_KIND),
            required=True,
            example="base",
            help="base, floor_rise, preferential or charge.",
        ),
        Column(
            name="basis",
            label="Basis",
            read=parsing.word(CHARGE_BASIS),
            required=True,
            example="per_area",
            help="per_area, percent_of, flat or unit_price.",
        ),
        Column(
            name="value",
            label="Value",
            read=VALUE,
            example=Decimal("7200.0000"),
            synonyms=("rate", "amount"),
            help="Per square foot, percent or amount; of a floor rise per floor.",
        ),
        Column(
            name="percent_of",
            label="Percent of",
            read=parsing.several(parsing.text(30)),
            help="Codes of lines above, separated by semicolons.",
        ),
        Column(
            name="rise_from_floor",
            label="Rise from floor",
            read=parsing.whole(-10, 300),
            help="The first floor that pays a floor rise.",
        ),
        Column(
            name="unit_types",
            label="Unit types",
            read=parsing.several(parsing.word(UNIT_TYPE)),
            help="Separated by semicolons; empty: all.",
        ),
        Column(
            name="feature",
            label="Feature",
            read=parsing.text(100),
            help="Only for units with this feature or facing.",
        ),
        Column(
            name="tax_class",
            label="Tax class",
            read=parsing.word(TAX_CLASS),
            help="Empty: the unit's own.",
        ),
        Column(
            name="in_consideration",
            label="In agreement value",
            read=parsing.yes_or_no,
            example="yes",
            synonyms=("in consideration",),
            help="Yes unless it says no.",
        ),
        Column(
            name="in_plan",
            label="In payment plan",
            read=parsing.yes_or_no,
            example="yes",
            synonyms=("in plan",),
            help="Yes unless it says no: then due on possession.",
        ),
        Column(
            name="effective_from",
            label="Effective from",
            read=parsing.day,
            help="The same in each row, or empty: today.",
        ),
        Column(
            name="note",
            label="Note",
            read=parsing.text(300),
            help="The same in each row, or empty.",
        ),
    )

    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """One's own projects."""
        return open_projects(actor)

    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """Against the latest version, line by line."""
        project = Project.objects.open_to(actor).get(pk=scope_id)
        problems = [*_at_odds(rows), *_wrong_lines(rows)]
        if problems:
            return Plan([], problems)
        last = PriceList.objects.filter(project=project).order_by("-version").first()
        lines = list(last.lines.order_by("sequence")) if last else []
        known = {line.code: spec_of(line) for line in lines}
        items = [_planned(row, known.get(row.values["code"])) for row in rows]
        if items and all(item.action == UNCHANGED for item in items):
            first = items[0]
            if changes := _changes_of_the_list(last, list(known), rows):
                items[0] = Planned(first.row, CHANGED, first.key, changes)
        return Plan(items, [])

    def groups(self, plan: Plan) -> Sequence[Plan]:
        """The list is one thing."""
        return [] if all(item.action == UNCHANGED for item in plan.items) else [plan]

    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """One version of all rows, or nothing where nothing changes."""
        if all(item.action == UNCHANGED for item in plan.items):
            return
        rows = [item.row for item in plan.items]
        try:
            add_price_list(
                actor=actor,
                project_id=scope_id,
                lines=[_line(row) for row in rows],
                effective_from=_said(rows, "effective_from"),
                note=_said(rows, "note") or "",
            )
        except DomainError as refusal:
            texts = [text for found in refusal.errors.values() for text in found]
            raise RowRefused(Problem(0, "", " ".join([refusal.detail, *texts]))) from refusal
        tell(len(rows))


def _changes_of_the_list(
    last: PriceList | None, codes: Sequence[str], rows: Sequence[Row]
) -> dict[str, tuple[object, object]]:
    """Lines left out, in another order or from another day are another list, too."""
    changes: dict[str, tuple[object, object]] = {}
    wanted, day = [row.values["code"] for row in rows], _said(rows, "effective_from")
    if list(codes) != wanted:
        changes["lines"] = (", ".join(codes), ", ".join(wanted))
    if last is not None and day is not None and day != last.effective_from:
        changes["effective_from"] = (last.effective_from, day)
    return changes


def _line(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.values.items() if name not in OF_THE_LIST}


def _spec(row: Row) -> ChargeSpec:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in _line(row).items()
    }
    return ChargeSpec(**values)


def _planned(row: Row, old: ChargeSpec | None) -> Planned:
    code = row.values["code"]
    if old is None:
        return Planned(row, NEW, code)
    new = _spec(row)
    changes: Mapping[str, tuple[object, object]] = {
        column.name: (getattr(old, column.name), getattr(new, column.name))
        for column in PriceListImport.columns
        if column.name not in OF_THE_LIST and getattr(old, column.name) != getattr(new, column.name)
    }
    return Planned(row, CHANGED if changes else UNCHANGED, code, changes)


def _said(rows: Sequence[Row], name: str) -> Any:
    return next((row.get(name) for row in rows if row.get(name) is not None), None)


def _at_odds(rows: Sequence[Row]) -> list[Problem]:
    """What holds for the whole list is said once, or each time the same."""
    problems = []
    for name in OF_THE_LIST:
        said = _said(rows, name)
        label = next(column.label for column in PriceListImport.columns if column.name == name)
        problems += [
            Problem(row.number, label, "Must be the same in each row.", str(row.get(name)))
            for row in rows
            if row.get(name) not in {None, said}
        ]
    return problems


def _wrong_lines(rows: Sequence[Row]) -> list[Problem]:
    """What the rules of cost sheets have against a line (R1)."""
    numbers = {row.values["code"]: row.number for row in rows}
    try:
        check_charges([_spec(row) for row in rows])
    except PricingError as error:
        return [Problem(numbers.get(error.code, 0), "Code", str(error), error.code)]
    return []
