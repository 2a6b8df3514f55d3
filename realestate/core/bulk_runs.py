"""One action on many rows: each row in a transaction of its own, with what came of it in a line.

A line is settled in the transaction of its row's change, so that whoever tries again after a crash does no row twice.
What somebody waits for has a job too, for later: it finds nothing left, unless whoever was at it died, or had to leave
rows because something that they need was away (I8).
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from realestate.core import audit, clock
from realestate.core.enums import BulkOutcome
from realestate.core.errors import Conflict, DomainError
from realestate.core.jobs import defer
from realestate.core.models import BulkLine, BulkRun
from realestate.core.retrying import is_of_an_outage
from realestate.core.transactions import service

log = logging.getLogger(__name__)

AT_ONCE = 50  # rows that somebody waits for; more are a job's
MOST_ROWS = 5_000
LEFT = timedelta(minutes=1)  # after which a job does what is left of rows that somebody waited for
OURS = "An error of the platform; it has been noted. Nothing of this row was changed."
GONE = "This does not exist."


@service
def start_bulk(  # what stands in the row
    *,
    actor: Any,
    table: str,
    action: str,
    label: str,
    reason: str,
    rows: Sequence[tuple[int, str]],
) -> BulkRun:
    """Write down what is to be done to which rows (key and name); more than ``AT_ONCE`` are left to the worker.

    Fewer are done by whoever asks; what they leave is the worker's after ``LEFT``.
    """
    run = BulkRun.objects.create(
        table=table,
        action=action,
        label=label,
        reason=reason[:500],
        requested_by=actor,
        requested_at=clock.now(),
    )
    BulkLine.objects.bulk_create(BulkLine(run=run, row_id=pk, name=name[:200]) for pk, name in rows)
    after = {"table": table, "action": action, "rows": len(rows)}
    audit.record(actor, run, "requested", after=after, reason=reason)
    later = None if len(rows) > AT_ONCE else clock.now() + LEFT
    defer("realestate.run_bulk", lock=f"bulk-{run.pk}", at=later, run_id=run.pk)
    return run


def work_off(run: BulkRun, act: Callable[[int], object]) -> None:
    """Do what waits, row by row; a refusal is written down and the next row follows.

    Raises what says that something needed is away, such as ServiceUnavailable (503): that row and all after it wait.
    """
    waiting = run.lines.filter(outcome=BulkOutcome.WAITING).order_by("pk")
    for line_id, row_id in list(waiting.values_list("pk", "row_id")):
        try:
            do_line(line_id=line_id, row_id=row_id, act=act)
        except Exception as error:
            if is_of_an_outage(error):  # says nothing of the row
                raise
            refuse_line(line_id=line_id, detail=why(error, f"run {run.pk}, row {row_id}"))
    finish_bulk(run_id=run.pk)


def why(error: Exception, place: str) -> str:
    """What a line says of its refusal; an error of ours goes to the log, with its place."""
    if isinstance(error, DomainError):
        return in_words(error)
    if isinstance(error, ObjectDoesNotExist):
        return GONE
    log.error("an action on many rows: %s", place, exc_info=error)
    return OURS


@service
def do_line(*, line_id: int, row_id: int, act: Callable[[int], object]) -> None:
    """Change a row and settle its line, both or neither. Raises Conflict when another process was faster."""
    act(row_id)
    settled = BulkLine.objects.filter(pk=line_id, outcome=BulkOutcome.WAITING)
    if not settled.update(outcome=BulkOutcome.DONE):
        raise Conflict


@service
def refuse_line(*, line_id: int, detail: str) -> None:
    """Say why a row was not changed; what is settled stays."""
    BulkLine.objects.filter(pk=line_id, outcome=BulkOutcome.WAITING).update(
        outcome=BulkOutcome.REFUSED, detail=detail[:500]
    )


@service
def finish_bulk(*, run_id: int) -> None:
    """When it was over."""
    BulkRun.objects.filter(pk=run_id, finished_at=None).update(finished_at=clock.now())


def in_words(refusal: DomainError) -> str:
    """The sentence, and what was wrong with which value."""
    wrong = [f"{name}: {text}" for name, texts in refusal.errors.items() for text in texts]
    return " ".join([refusal.detail, *wrong])
