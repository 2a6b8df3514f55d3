"""Work that the worker does for somebody, asked for while mail and the store of files are away (I8)."""

import time
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from bookings.enums import BookingState
from bookings.models import Agreement, Booking
from drills import people
from drills.callers import Call, Callers
from drills.lines import Line
from drills.people import Person
from drills.report import progress

# Seconds: by then whoever waits four times as long after each failure has a wait of 256 seconds before it.
AWAY = 100.0
AGREEMENTS = 10
KINDS = ("accounts.mail_password_reset", "bookings.draw_agreement")


def asked_in_an_outage(caller: Callers, crowd: Sequence[Person], helpers: Iterable[Line]) -> int:
    """Everybody asks for a link to a new password, builders have agreements drawn; how many jobs that was."""
    for helper in helpers:
        helper.become("refused")
    asked = [
        *(Call(path="/api/auth/password/reset", body={"email": one.email}) for one in crowd),
        *agreements(),
    ]
    for call in asked:
        answer = caller.send(call)
        if answer.status not in {200, 201, 202}:
            raise SystemExit(f"{call.path}: {answer.status} {answer.body[:200]!r}")
    progress(f"I8: {len(asked)} jobs for mail and the store, which stay away for {AWAY:.0f} s")
    # The outage itself: what is measured is how long jobs wait after one of this length.
    time.sleep(AWAY)
    return len(asked)


def agreements() -> list[Call]:
    """Builders have agreements drawn."""
    bookings = Booking.objects.filter(state=BookingState.TOKEN_PAID).select_related("unit__project")
    rows = list(bookings.order_by("pk")[:AGREEMENTS])
    builders = sorted({row.unit.project.builder_id for row in rows if row.unit})
    tokens = dict(zip(builders, people.logged_in(builders), strict=True))
    return [
        Call(
            path=f"/api/bookings/{row.pk}/generate-agreement",
            token=tokens[row.unit.project.builder_id].token,
        )
        for row in rows
        if row.unit
    ]


def jobs() -> "QuerySet[ProcrastinateJob]":
    """Those that were asked for."""
    return ProcrastinateJob.objects.filter(task_name__in=KINDS)


def undone() -> int:
    """Jobs that wait, run or were given up, and agreements without their file."""
    waiting = jobs().exclude(status="succeeded").count()
    return waiting + Agreement.objects.filter(file=None).count()


def tries() -> int:
    """How often the most tried of them was begun in vain."""
    return max(jobs().values_list("attempts", flat=True))
