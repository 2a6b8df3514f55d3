"""What falls due and what comes in: the collections report of one currency, as series."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from payments.enums import ReceiptState
from payments.models import Payment
from payments.services import OUTSIDE_THE_ACCOUNT
from realestate.core.money import ZERO
from realestate.reports.dashboard.scope import Scope
from realestate.reports.receivables import queries
from realestate.reports.receivables.expressions import AGES

FORECAST_MONTHS = 12
Row = dict[str, Any]


def section(scope: Scope) -> Row:
    """The collections report in the currency of the scope; a fixed number of queries."""
    wanted = queries.Wanted(
        user=scope.user,
        on=scope.today,
        project=scope.project,
        builder_id=scope.builder_id,
        months=scope.months,
    )
    found = {row["currency"]: row for row in queries.collections(wanted)}
    return found[scope.currency]


def received_by_month(scope: Scope) -> dict[date, Decimal]:
    """Cleared receipts into buyers' accounts by month of their value date. One query."""
    rows = scope.of(Payment.objects.for_user(scope.user), "booking__project__").filter(
        state=ReceiptState.CLEARED,
        is_held_excess=False,
        currency=scope.currency,
        paid_date__gte=scope.months_back[0],
        paid_date__lte=scope.today,
    )
    rows = rows.exclude(payment_type__in=OUTSIDE_THE_ACCOUNT)
    summed = rows.annotate(month=TruncMonth("paid_date")).values_list("month")
    return dict(summed.annotate(Sum("amount")))


def collections(section_of: Row, received: Mapping[date, Decimal]) -> list[Row]:
    """By month: what fell due in it, what of that came in time and by now, and what was received in it for anything."""
    by_text = {f"{month:%Y-%m}": amount for month, amount in received.items()}
    return [
        {**row, "received": by_text.get(row["month"], ZERO)} for row in section_of["efficiency"]
    ]


def ageing(section_of: Row) -> list[Row]:
    """What is open today by its days past due (R10.5); advances are not netted."""
    buckets = vars(section_of["ageing"])
    return [{"age": name, "amount": buckets[name]} for name in AGES]


def forecast(section_of: Row) -> list[Row]:
    """What is still to come: late already, by month for a year, later, and on events whose day nobody knows."""
    found = section_of["forecast"]
    shown, later = found["months"][:FORECAST_MONTHS], found["months"][FORECAST_MONTHS:]
    waiting = sum((row["amount"] for row in found["waiting"]), ZERO)
    beyond = {
        name: sum((row[name] for row in later), ZERO) for name in ("demanded", "planned", "total")
    }
    late = found["overdue"]
    return [
        {"period": "late", "demanded": late, "planned": ZERO, "total": late},
        *({"period": row["month"], **_amounts(row)} for row in shown),
        *([{"period": "later", **beyond}] if later else []),
        {"period": "on_events", "demanded": ZERO, "planned": waiting, "total": waiting},
    ]


def _amounts(row: Row) -> Row:
    return {name: row[name] for name in ("demanded", "planned", "total")}
