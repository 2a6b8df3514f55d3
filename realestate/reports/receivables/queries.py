"""The collections report, counted by the database in a fixed number of queries, per currency (R10, R21)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Case, F, Min, Q, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from accounts.models import User
from bookings.models import Booking
from payments.enums import DemandKind, EntryKind, ReceiptState, Trigger
from payments.models import Allocation, CreditLine, DemandLine, LedgerEntry, Payment, ScheduleLine
from payments.rules.statement import BUCKETS, Ageing
from payments.services import OUTSIDE_THE_ACCOUNT
from projects.models import Project
from realestate.core.money import DEFAULT_CURRENCY, ZERO
from realestate.core.working import Working
from realestate.reports.receivables.expressions import (
    AGES,
    BY_MONEY,
    IS_DATED,
    not_demanded,
    with_open,
)

MONTHS = 12
CENT = Decimal("0.01")
NOTHING_APPLIED = {"credited": ZERO, "in_time": ZERO, "collected": ZERO}
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose money, as of which day; one project, one builder's or all that the reader may see."""

    user: User
    on: date
    project: Project | None = None
    builder_id: int | None = None
    months: int = MONTHS  # of efficiency

    def of(self, rows: Any, path: str = "booking__") -> Any:
        """Rows of the reader's bookings; ``path`` leads to them."""
        mine = rows.for_user(self.user).order_by()
        if self.project is not None:
            return mine.filter(**{f"{path}project": self.project})
        if self.builder_id is not None:
            return mine.filter(**{f"{path}project__builder": self.builder_id})
        return mine

    def empty(self) -> Row:
        """A section in which there is nothing."""
        return _empty(months_until(self.on, self.months))


def collections(wanted: Wanted, *, explain: bool = False) -> list[Row]:
    """A section per currency; amounts of different currencies are never added (R0)."""
    currencies = _currencies(wanted)
    for (currency, kind, due_on), sums in _demanded(wanted).items():
        section = currencies.setdefault(currency, wanted.empty())
        _count(section, sums, on=wanted.on, kind=kind, due_on=due_on)
    for currency, amount in _advances(wanted):
        currencies.setdefault(currency, wanted.empty())["ageing"]["advances"] += amount
    _fill_planned(wanted, currencies)
    return [
        _section(currency, currencies[currency], explain=explain) for currency in sorted(currencies)
    ]


def overdue_bookings(wanted: Wanted) -> QuerySet[Any]:
    """Bookings with something open that was due before the day: largest first, currency by currency."""
    lines = with_open(wanted.of(DemandLine.objects, "demand__booking__"), wanted.on)
    late = lines.filter(demand__due_on__lt=wanted.on, open_on__gt=0)
    rows = late.values("demand__booking_id", "demand__currency")
    summed = rows.annotate(overdue=Sum("open_on"), oldest_due_on=Min("demand__due_on"))
    ordered: QuerySet[Any] = summed.order_by("demand__currency", "-overdue", "demand__booking_id")
    return ordered


def in_words(rows: Iterable[Row], on: date) -> list[Row]:
    """A page of overdue bookings with the names that people know; one query."""
    found = list(rows)
    bookings = Booking.objects.select_related("customer", "project", "unit").in_bulk(
        [row["demand__booking_id"] for row in found]
    )
    return [
        {
            "booking": bookings[row["demand__booking_id"]],
            "currency": row["demand__currency"],
            "overdue": row["overdue"],
            "oldest_due_on": row["oldest_due_on"],
            "days_overdue": (on - row["oldest_due_on"]).days,
        }
        for row in found
    ]


def _currencies(wanted: Wanted) -> dict[str, Row]:
    """An empty section for the currency of every project; for India's where there is no project."""
    if wanted.project is not None:
        return {wanted.project.currency: wanted.empty()}
    mine = Project.objects.editable_by(wanted.user).order_by()
    if wanted.builder_id is not None:
        mine = mine.filter(builder=wanted.builder_id)
    found = mine.values_list("currency", flat=True).distinct()
    return {name: wanted.empty() for name in list(found) or [DEFAULT_CURRENCY]}


def _empty(months: list[date]) -> Row:
    return {
        "receivables": dict.fromkeys([*DemandKind.values, "total"], ZERO),
        "ageing": dict.fromkeys([*AGES, "advances"], ZERO),
        "efficiency": {
            month: dict.fromkeys(("fell_due", "in_time", "collected"), ZERO) for month in months
        },
        "months": {},
        "waiting": [],
    }


def _demanded(wanted: Wanted) -> dict[tuple[str, str, date], Row]:
    """By currency, kind and due date: what was asked for, and what was applied to it. Two queries.

    Of what was applied: credited is without money, in_time is money by the due date, collected is all money.
    """
    on, to_demand = wanted.on, "demand_line__demand__"
    lines = wanted.of(DemandLine.objects, "demand__booking__").filter(demand__issued_on__lte=on)
    used = wanted.of(Allocation.objects.live()).filter(
        applied_on__lte=on, demand_line__demand__issued_on__lte=on
    )
    names = ("currency", "kind", "due_on")
    asked = lines.values_list(*(f"demand__{name}" for name in names))
    found: dict[tuple[str, str, date], Row] = {}
    for currency, kind, due_on, amount in asked.annotate(asked=Sum(F("principal") + F("tax"))):
        found[currency, kind, due_on] = {**NOTHING_APPLIED, "asked": amount}
    in_time = BY_MONEY & Q(applied_on__lte=F(f"{to_demand}due_on"))
    for currency, kind, due_on, *sums in used.values_list(
        *(f"{to_demand}{name}" for name in names)
    ).annotate(
        credited=Sum("amount", filter=~BY_MONEY, default=ZERO),
        in_time=Sum("amount", filter=in_time, default=ZERO),
        collected=Sum("amount", filter=BY_MONEY, default=ZERO),
    ):
        found[currency, kind, due_on] |= dict(zip(NOTHING_APPLIED, sums, strict=True))
    return found


def _count(section: Row, sums: Row, *, on: date, kind: str, due_on: date) -> None:
    """Adds what is due on a day to receivables, ageing, efficiency and forecast."""
    owed = sums["asked"] - sums["credited"]
    open_on, month = owed - sums["collected"], due_on.replace(day=1)
    section["receivables"][kind] += open_on
    section["receivables"]["total"] += open_on
    section["ageing"][_age(on, due_on)] += open_on
    if due_on >= on:
        _month(section, month)["demanded"] += open_on
    found = section["efficiency"].get(month)
    if found is not None and due_on <= on:
        found["fell_due"] += owed
        found["in_time"] += sums["in_time"]
        found["collected"] += sums["collected"]


def _age(on: date, due_on: date) -> str:
    """The bucket of an item by its days past due (R10.5)."""
    return AGES[bisect_left(BUCKETS, (on - due_on).days)]


def _advances(wanted: Wanted) -> Iterator[tuple[str, Decimal]]:
    """Money received and credited, less what was applied, returned or kept: by currency, in four parts (R8.4)."""
    on = wanted.on
    received = wanted.of(Payment.objects).filter(
        state=ReceiptState.CLEARED, is_held_excess=False, paid_date__lte=on
    )
    received = received.exclude(payment_type__in=OUTSIDE_THE_ACCOUNT)
    credited = wanted.of(CreditLine.objects, "credit_note__booking__")
    credited = credited.filter(credit_note__issued_on__lte=on)
    used = wanted.of(Allocation.objects.live()).filter(applied_on__lte=on)
    gone = wanted.of(LedgerEntry.objects).filter(
        kind__in=(EntryKind.REFUND, EntryKind.FORFEIT), value_on__lte=on
    )
    yield from received.values_list("currency").annotate(Sum("amount"))
    both = Sum(F("principal") + F("tax"))
    yield from credited.values_list("credit_note__currency").annotate(credited=both)
    for currency, amount in used.values_list("booking__currency").annotate(Sum("amount")):
        yield currency, -amount
    for currency, amount in gone.values_list("booking__currency").annotate(Sum("debit")):
        yield currency, -amount


def _fill_planned(wanted: Wanted, currencies: dict[str, Row]) -> None:
    """Lines of payment plans that are not demanded: by month, or by the event that they wait for. One query."""
    planned = not_demanded(wanted.of(ScheduleLine.objects), wanted.on)
    rows = planned.annotate(
        month=TruncMonth("due_on"),
        project=Case(When(~IS_DATED, then=F("booking__project_id"))),
        event=Case(When(~IS_DATED, then=F("trigger"))),
        code=Case(When(~IS_DATED, then=F("milestone_code"))),
    )
    names = ("booking__currency", "project", "event", "code", "month")
    summed = rows.values_list(*names).annotate(label=Min("label"), summed=Sum("amount"))
    for currency, project, event, code, month, label, amount in summed.order_by(*names):
        section = currencies.setdefault(currency, wanted.empty())
        if month is not None:
            _month(section, month)["planned"] += amount
            continue
        section["waiting"].append(
            {
                "project_id": project,
                "trigger": event,
                "milestone_code": code,
                "label": label if event == Trigger.MILESTONE else "",
                "amount": amount,
            }
        )


def _month(section: Row, month: date) -> Row:
    found: Row = section["months"].setdefault(month, {"demanded": ZERO, "planned": ZERO})
    return found


def _section(currency: str, found: Row, *, explain: bool) -> Row:
    ageing = Ageing(**found["ageing"])
    late = found["receivables"]["total"] - ageing.not_due
    shown = {month: row for month, row in sorted(found["months"].items()) if any(row.values())}
    forecast = [
        {"month": f"{month:%Y-%m}", **row, "total": row["demanded"] + row["planned"]}
        for month, row in shown.items()
    ]
    expected = [row["total"] for row in forecast] + [row["amount"] for row in found["waiting"]]
    section = {
        "currency": currency,
        "receivables": found["receivables"],
        "ageing": ageing,
        "efficiency": [_rated(month, row) for month, row in found["efficiency"].items()],
        "forecast": {
            "overdue": late,
            "months": forecast,
            "waiting": found["waiting"],
            "total": sum(expected, late),
        },
        "workings": None,
    }
    return section | ({"workings": list(workings(section))} if explain else {})


def _rated(month: date, row: Row) -> Row:
    return {
        "month": f"{month:%Y-%m}",
        "fell_due": row["fell_due"],
        "collected_in_time": row["in_time"],
        "collected": row["collected"],
        "percent_in_time": percent(row["in_time"], row["fell_due"]),
        "percent_collected": percent(row["collected"], row["fell_due"]),
    }


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """A share in percent, 2 decimals, half up; None of nothing."""
    return (part * 100 / whole).quantize(CENT, ROUND_HALF_UP) if whole > 0 else None


def workings(section: Row) -> Iterator[Row]:
    """How the figures of a section came about, for ``?explain=1``."""
    owed, ageing = section["receivables"], vars(section["ageing"])
    kinds = {kind: owed[kind] for kind in DemandKind.values}
    yield _working(
        "Receivables", "R10.4", "principal + tax - applied by the day", kinds, amount=owed["total"]
    )
    buckets = {name: ageing[name] for name in AGES}
    yield _working(
        "Ageing",
        "R10.5",
        "open items by day - due date; advances apart",
        buckets,
        amount=owed["total"],
    )
    yield _working(
        "Advances",
        "R8.4",
        "received + credited - applied - returned or kept",
        {},
        amount=ageing["advances"],
    )
    for row in section["efficiency"]:
        for name, collected in (("in_time", "collected_in_time"), ("collected", "collected")):
            if row[f"percent_{name}"] is None:
                continue
            yield Working(
                figure=f"Efficiency {row['month']}, {name.replace('_', ' ')}",
                rule="R8",
                formula=f"{collected} / (fell due - credited) × 100",
                inputs={collected: row[collected], "fell_due": row["fell_due"]},
                unrounded=row[collected] * 100 / row["fell_due"],
                amount=row[f"percent_{name}"],
            ).as_json()
    forecast = section["forecast"]
    parts = {
        "overdue": forecast["overdue"],
        "by_month": sum((row["total"] for row in forecast["months"]), ZERO),
        "waiting": sum((row["amount"] for row in forecast["waiting"]), ZERO),
    }
    formula = "open demands + schedule lines that are not demanded yet, before tax"
    yield _working("Forecast", "R7", formula, parts, amount=forecast["total"])


def _working(figure: str, rule: str, formula: str, inputs: Row, *, amount: Decimal) -> Row:
    return Working(
        figure=figure, rule=rule, formula=formula, inputs=inputs, unrounded=amount, amount=amount
    ).as_json()


def months_until(on: date, months: int = MONTHS) -> list[date]:
    """The first days of the last months, that of ``on`` last."""
    present = on.year * 12 + on.month - 1
    return [
        date(number // 12, number % 12 + 1, 1)
        for number in range(present - months + 1, present + 1)
    ]
