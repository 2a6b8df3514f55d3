"""The demand run: dated lines of many bookings fall due at once, many in a transaction (R7.3, D2)."""

import time
from datetime import timedelta
from decimal import Decimal

from django.db import connection

from benchmarks.report import Single
from bookings.models import Booking
from payments import services
from payments.enums import LineKind, Trigger
from payments.models import ScheduleLine, ScheduleRevision
from payments.services.triggers import DEMANDABLE
from realestate.core import clock
from realestate.core.transactions import service
from realestate.management.benchmark.loading import Bar, Loader

PER_BOOKING = 0.006  # seconds: ten thousand in a minute


def demand_run(bookings: int) -> Single:
    """Seconds that the nightly job takes for so many bookings, each with one line that has fallen due."""
    ready = schedule(bookings)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE payments_scheduleline")
    begun = time.perf_counter()
    raised = services.raise_dated_demands()
    seconds = time.perf_counter() - begun
    note = f"{1000 * seconds / max(1, raised):.1f} ms a booking; one process, as the worker does it"
    if raised != ready:
        note = f"{raised} of {ready} were demanded"
    return Single(
        name=f"demand run of {ready:,} bookings",
        value=seconds,
        unit="s",
        at_most=PER_BOOKING * ready,
        note=note,
    )


@service
def schedule(bookings: int) -> int:
    """One line that was due yesterday for so many confirmed bookings without a schedule; says how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.bulk_load = 'on'")
    planned = ScheduleRevision.objects.values("booking")
    rows = Booking.objects.filter(state__in=DEMANDABLE).exclude(pk__in=planned).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:bookings])
    loader = Loader(Bar(1))
    revisions = loader.keys(ScheduleRevision, len(keys))
    pairs = list(zip(revisions, keys, strict=True))
    columns = ("id", "booking_id", "number", "created_at")
    now = clock.now()
    loader.load(ScheduleRevision, columns, ((pk, booking, 1, now) for pk, booking in pairs))
    due = (now - timedelta(days=1)).date()
    line = (1, "Stage", LineKind.FIXED.value, Trigger.FIXED_DATE.value, due, Decimal(100_000))
    names = (
        "revision_id",
        "booking_id",
        "sequence",
        "label",
        "kind",
        "trigger",
        "fixed_on",
        "amount",
    )
    loader.load(ScheduleLine, names, ((pk, booking, *line) for pk, booking in pairs))
    return len(keys)
