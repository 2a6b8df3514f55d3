"""Bookings whose lines fall due in one run, and everything that the run leaves behind in words that can be compared."""

from datetime import date
from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from bookings.models import Booking
from notifications.models import Delivery, Notification, Signal
from payments.enums import LineKind, Trigger
from payments.models import (
    Allocation,
    CreditLine,
    CreditNote,
    Demand,
    DemandLine,
    LedgerEntry,
    ScheduleLine,
    ScheduleRevision,
    Terms,
)
from payments.services import terms_of
from realestate.core import clock
from realestate.core.models import AuditEntry, NumberSeries, RowChange
from tests.factories.bookings import BookingFactory


def buyer(unit, *lines: dict[str, Any], state: str = "agreement_signed", **terms: Any) -> Booking:
    """A booking that waits for these lines of its schedule; no cap and no lead days unless it says."""
    booking = BookingFactory(paid=True, state=state, unit=unit)
    terms_of(booking)
    chosen = {"cap_percent": None, "lead_days": 0, **terms}
    Terms.objects.filter(booking=booking).update(**chosen)
    revision = ScheduleRevision.objects.create(booking=booking, number=1, created_at=clock.now())
    # Agreed on long ago, so that lines may have fallen due on days that have passed.
    ScheduleRevision.objects.filter(pk=revision.pk).update(created_at="2025-01-01T00:00:00Z")
    for place, line in enumerate(lines, start=1):
        ScheduleLine.objects.create(
            booking=booking, revision=revision, sequence=place, kind=LineKind.FIXED, **line
        )
    return booking


def on_day(day: date, amount: object = 100_000, **facts: Any) -> dict[str, Any]:
    """A line that falls due on a day."""
    return {
        "label": f"Due on {day}",
        "trigger": Trigger.FIXED_DATE,
        "fixed_on": day,
        "amount": amount,
        **facts,
    }


def left_behind() -> dict[str, list[Any]]:
    """All that a run writes, without keys: those of documents are their numbers, those of others what they are of."""
    return {**_documents(), **_accounts(), **_news(), **_records()}


def _documents() -> dict[str, list[Any]]:
    common = ("number", "booking", "series", "period", "serial", "issued_on", "currency")
    made = ("created_by", "created_at")
    line = ("sequence", "label", "schedule_line", "principal", "tax", "tax_class", "working")
    return {
        "demands": _rows(Demand, *common, *made, "kind", "due_on", "note"),
        "lines": _rows(
            DemandLine, "demand__number", *line, "in_consideration", "of_line__demand__number"
        ),
        "credit notes": _rows(CreditNote, *common, *made, "kind", "reason"),
        "credit lines": _rows(
            CreditLine, "credit_note__number", "demand_line__demand__number", "principal", "tax"
        ),
        "series": _rows(NumberSeries, "series", "scope_id", "period", "last"),
    }


def _accounts() -> dict[str, list[Any]]:
    entry = ("value_on", "kind", "debit", "credit", "label", "reference", "posted_at")
    paid = ("part", "amount", "applied_on", "is_manual", "created_at", "superseded_at")
    of = ("payment", "credit_note__number", "demand_line__demand__number", "demand_line__sequence")
    return {
        "ledger": _rows(LedgerEntry, "booking", *entry, "demand__number", "credit_note__number"),
        "allocations": _rows(Allocation, "booking", *of, *paid),
    }


def _news() -> dict[str, list[Any]]:
    told = ("user", "notification_type", "title", "message", "priority", "send_via", "sent_at")
    about = ("related_entity_type", "action_url", "scheduled_send_time")
    way = ("channel", "tries", "next_try_at")
    return {
        "notifications": _rows(Notification, *told, *about),
        "deliveries": _rows(Delivery, "notification__message", *way),
        "signals": _rows(Signal, "user", "topic", "payload"),
        "jobs": _rows(ProcrastinateJob, "task_name", "queue_name", "lock", "status", "priority"),
    }


def _records() -> dict[str, list[Any]]:
    numbers = {
        **dict(Demand.objects.values_list("pk", "number")),
        **dict(CreditNote.objects.values_list("pk", "number")),
    }
    entries = AuditEntry.objects.values_list(
        "object_type", "object_id", "action", "before", "after", "reason", "actor"
    )
    named = {"payments.demand", "payments.creditnote"}
    return {
        "audit": sorted(
            (kind, str(numbers[key] if kind in named else key), *(str(word) for word in rest))
            for kind, key, *rest in entries
        ),
        "changes": _rows(RowChange, "object_type", "kind", "login"),
    }


def _rows(model: Any, *fields: str) -> list[tuple[str, ...]]:
    rows = model.objects.values_list(*fields)
    return sorted(tuple(str(value) for value in row) for row in rows)
