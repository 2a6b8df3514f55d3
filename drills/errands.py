"""Work that the worker does for somebody, asked for while mail and the store of files are away (I8)."""

import time
from collections.abc import Iterable, Sequence

from procrastinate.contrib.django.models import ProcrastinateJob

from drills import people
from drills.callers import Call, Callers
from drills.lines import Line
from drills.people import Person
from drills.report import progress
from payments.models import Demand, LetterBatch

# Seconds: by then whoever waits four times as long after each failure has a wait of 256 seconds before it.
AWAY = 100.0
LINK, LETTERS = "accounts.mail_password_reset", "payments.make_letters"


def asked_in_an_outage(caller: Callers, crowd: Sequence[Person], helpers: Iterable[Line]) -> int:
    """Everybody asks for a link to a new password, a builder for letters; how many jobs that was. They are away yet."""
    for helper in helpers:
        helper.become("refused")
    asked = [
        *(Call(path="/api/auth/password/reset", body={"email": one.email}) for one in crowd),
        letters(),
    ]
    for call in asked:
        answer = caller.send(call)
        if answer.status not in {200, 201, 202}:
            raise SystemExit(f"{call.path}: {answer.status} {answer.body[:200]!r}")
    progress(f"I8: {len(asked)} jobs for mail and the store, which stay away for {AWAY:.0f} s")
    time.sleep(AWAY)
    return len(asked)


def letters() -> Call:
    """A builder asks for the letters of the day on which a project's first demand was raised."""
    demand = Demand.objects.select_related("project").order_by("pk")[0]
    (builder,) = people.logged_in([demand.project.builder_id])
    day = demand.issued_on.isoformat()
    body = {"project_id": demand.project_id, "issued_from": day, "issued_to": day}
    return Call(path="/api/demand-letters", token=builder.token, body=body)


def undone() -> int:
    """Jobs that wait, run or were given up, and batches of letters without their file."""
    rows = ProcrastinateJob.objects.filter(task_name__in=[LINK, LETTERS])
    return rows.exclude(status="succeeded").count() + LetterBatch.objects.filter(file=None).count()


def tries() -> int:
    """How often the most tried of them was begun in vain."""
    rows = ProcrastinateJob.objects.filter(task_name__in=[LINK, LETTERS])
    return int(max(rows.values_list("attempts", flat=True)))
