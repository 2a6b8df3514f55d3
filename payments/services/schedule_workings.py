"""How the amounts of plans and schedules came about, for ``?explain=1`` (R2, R3.1, R13.3): each line for itself."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bookings.models import Booking
from payments.enums import LineKind
from payments.models import DemandLine, ScheduleLine
from payments.models.agreed import PlannedLine
from payments.rules.schedule import PlanSpec
from projects.rules import tax
from realestate.core.money import ZERO
from realestate.core.working import Working, exact

AnyLine = PlanSpec | PlannedLine
FIRST = 1  # the revision that the plan itself made


def plan_workings(lines: Sequence[AnyLine], amounts: Sequence[Decimal]) -> list[Working]:
    """Lines of one plan with their amounts, which add to what the plan spreads (R2.2, R2.4)."""
    value = sum(amounts, ZERO)
    fixed = sum(
        (a for line, a in zip(lines, amounts, strict=True) if line.kind == LineKind.FIXED), ZERO
    )
    last = max((line.sequence for line in lines if line.kind == LineKind.PERCENT), default=0)
    return [
        _of_plan(line, amount, value=value, fixed=fixed, is_last=line.sequence == last)
        for line, amount in zip(lines, amounts, strict=True)
    ]


def schedule_workings(booking: Booking) -> dict[int, Working]:
    """Every line of a booking's schedule, retired ones too, by key. Reading only; two queries."""
    rows = list(
        ScheduleLine.objects.filter(booking=booking)
        .select_related("revision", "change_quote__change_request")
        .order_by("sequence", "pk")
    )
    plan = [row for row in rows if _is_of_plan(row)]
    first = plan_workings(plan, [row.amount for row in plan])
    by_place = {
        (row.sequence, row.label, row.percent, row.amount): working
        for row, working in zip(plan, first, strict=True)
    }
    sheet = {line["label"][:200]: line for line in (booking.quote.lines if booking.quote else [])}
    addenda: dict[int | None, list[ScheduleLine]] = {}
    for row in rows:
        if row.change_quote_id is not None and row.retired_in_id is None:
            addenda.setdefault(row.change_quote_id, []).append(row)
    return {
        # A reopened line is a copy of the plan's.
        row.pk: by_place.get((row.sequence, row.label, row.percent, row.amount))
        or _other(row, sheet, addenda.get(row.change_quote_id, []))
        for row in rows
    }


def tax_workings(
    booking: Booking,
    row: ScheduleLine,
    line: DemandLine | None,
    rates: Mapping[str, list[tuple[str, Decimal]]],
) -> list[dict[str, Any]]:
    """The taxes of a line: as demanded, until then at the rates of today (R3.1)."""
    if line is None:
        found = tax(row.amount, rates.get(row.tax_class or booking.tax_class, []), booking.currency)
        return [part.working.as_json() for part in found.components]
    parts: list[dict[str, Any]] = line.working.get("components", [])
    if sum((Decimal(part["amount"]) for part in parts), ZERO) == line.tax:
        return parts
    return [
        exact(
            "Tax", "R13", "as accepted with the offer", {"demand_line_id": line.pk}, amount=line.tax
        ).as_json()
    ]


def _is_of_plan(row: ScheduleLine) -> bool:
    """A line that the plan made at confirmation; charges that are due on their own have a tax class."""
    is_own = row.change_quote_id is not None or row.is_extra or bool(row.tax_class)
    return row.revision.number == FIRST and not is_own


def _of_plan(
    line: AnyLine, amount: Decimal, *, value: Decimal, fixed: Decimal, is_last: bool
) -> Working:
    if line.kind == LineKind.FIXED:
        return exact(line.label, "R2.2", "fixed amount", {"fixed": amount}, amount=amount)
    inputs: dict[str, object] = {"plan_value": value, "percent": line.percent}
    if is_last:  # it takes what rounding left over
        inputs["other_lines"] = value - amount
        return exact(line.label, "R2.2", "plan_value - all other lines", inputs, amount=amount)
    formula, unrounded = "plan_value × percent / 100", value * (line.percent or ZERO) / 100
    if line.less_fixed:
        formula, unrounded = f"{formula} - fixed lines before", unrounded - fixed
        inputs["fixed_lines"] = fixed
    return Working(
        figure=line.label,
        rule="R2.2",
        formula=formula,
        inputs=inputs,
        unrounded=unrounded,
        amount=amount,
    )


def _other(
    row: ScheduleLine, sheet: Mapping[str, dict[str, Any]], addendum: Iterable[ScheduleLine]
) -> Working:
    if row.change_quote is not None:
        return _of_change(row, addendum)
    if row.tax_class and row.label in sheet:
        return _of_sheet(row, sheet[row.label])
    inputs = {"revision": row.revision.number, "reason": row.revision.reason}
    return exact(row.label, "R2.7", "as agreed in the revision", inputs, amount=row.amount)


def _of_change(row: ScheduleLine, addendum: Iterable[ScheduleLine]) -> Working:
    quote = row.change_quote
    if quote is None:  # pragma: no cover  # the caller looked
        raise ValueError(row)
    others = sum((each.amount for each in addendum if each.sequence != row.sequence), ZERO)
    inputs = {
        "change_request": quote.change_request.tracking_number,
        "net_amount": quote.net_amount,
        "percent": row.percent,
        "other_lines": others,
    }
    if row.percent is None:
        formula = "net_amount - the other lines of the change"
        return exact(row.label, "R13.3", formula, inputs, amount=row.amount)
    return Working(
        figure=row.label,
        rule="R13.3",
        formula="net_amount × percent / 100",
        inputs=inputs,
        unrounded=quote.net_amount * row.percent / 100,
        amount=row.amount,
    )


def _of_sheet(row: ScheduleLine, line: Mapping[str, Any]) -> Working:
    """A charge that is due on its own, as the cost sheet computed it."""
    discount = Decimal(line["discount"])
    formula, inputs = line["formula"], dict(line["inputs"])
    if discount:
        formula, inputs = f"{formula} - discount", {**inputs, "discount": line["discount"]}
    return Working(
        figure=row.label,
        rule=line["rule"],
        formula=formula,
        inputs=inputs,
        unrounded=Decimal(line["unrounded"]) - discount,
        amount=row.amount,
    )
