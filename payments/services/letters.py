"""Letters about demands: how buyers are told to pay, what a letter shows, and batches of letters made by the worker."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from bookings.models import Applicant, Booking
from payments.enums import LetterAction, LetterState
from payments.models import (
    Allocation,
    Demand,
    DemandLine,
    LedgerEntry,
    LetterBatch,
    Payment,
    ScheduleLine,
    ScheduleRevision,
)
from payments.querysets import MONEY
from payments.rules.letters import LETTER_TRANSITIONS
from payments.services.schedules import NoSchedule
from payments.services.terms import terms_of
from progress.models import Milestone
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.enums import SettingScope
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.files import store_file
from realestate.core.jobs import defer
from realestate.core.locking import lock, lock_all
from realestate.core.money import ZERO
from realestate.core.states import advance
from realestate.core.system_settings import define
from realestate.core.transactions import service

LETTER_TEXT = define(
    "payments.how_to_pay",
    str,
    default="",
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="How buyers pay, as demand letters say it: account, bank, code. Empty: to the builder, naming the letter.",
)
MOST_LETTERS = 2000  # in one batch: what one file may hold
FRESH = timedelta(hours=1)  # a batch that is asked for again within it is the same one
ON_LETTER = ("customer__user", "unit", "project__builder__user")
ZIP = "application/zip"


class NoLetters(DomainError):
    """There is no demand to write a letter for."""

    code, status = "no_letters", 422


class TooManyLetters(DomainError):
    """These are too many letters for one file; choose a shorter time or one stage."""

    code, status = "too_many_letters", 422


def for_letters(rows: QuerySet[Demand]) -> QuerySet[Demand]:
    """Demands with everything that their letters show, from three queries, in the order of their numbers.

    ``owed_before`` is the sum of the postings that were there before a demand's own; the ledger is only added to, so
    that a letter never changes.
    """
    own = LedgerEntry.objects.filter(demand=OuterRef(OuterRef("pk"))).values("pk")
    earlier = (
        LedgerEntry.objects.filter(booking=OuterRef("booking"), pk__lt=Subquery(own))
        .order_by()
        .values("booking")
        .annotate(owed=Sum(F("debit") - F("credit")))
        .values("owed")
    )
    return (
        rows.annotate(owed_before=Coalesce(Subquery(earlier), Value(ZERO), output_field=MONEY))
        .select_related(*(f"booking__{path}" for path in ON_LETTER))
        .prefetch_related(
            Prefetch("lines", DemandLine.objects.order_by("sequence")),
            Prefetch("booking__applicants", Applicant.objects.order_by("pk")),
        )
        .order_by("issued_on", "pk")
    )


def applied_of(payment: Payment) -> list[Allocation]:
    """What a receipt pays as the account stands, with demand lines and demands loaded (R8)."""
    rows = Allocation.objects.live().filter(payment=payment)
    loaded = rows.select_related("demand_line__demand")
    return list(loaded.order_by("demand_line__demand_id", "demand_line__sequence", "part", "pk"))


def planned_lines(booking: Booking) -> list[ScheduleLine]:
    """The schedule of a booking as it stands, in its order, without the changes that were ordered later."""
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None, change_quote=None)
    return list(rows.filter(amount__gt=0).select_related("milestone").order_by("sequence", "pk"))


@service
def request_letters(
    *,
    actor: User,
    project_id: int,
    milestone_id: int | None = None,
    first_on: date | None = None,
    last_on: date | None = None,
) -> LetterBatch:
    """Ask for all letters of a project's demands, of one stage or of some days, in one file made by the worker.

    The demands are chosen now; the file comes later. Asked again within the hour for the same demands, it is the same
    batch. Raises NoLetters, TooManyLetters (422), InvalidValue (400); DoesNotExist for strangers.
    """
    project = lock(Project.objects.editable_by(actor), project_id)
    if first_on and last_on and first_on > last_on:
        raise InvalidValue(errors={"last_on": ["Must not be before the first day."]})
    demands = _chosen(project, milestone_id, first_on, last_on)
    return _batch(
        actor, project, demands, milestone_id=milestone_id, first_on=first_on, last_on=last_on
    )


@service
def request_letters_of(*, actor: User, demand_ids: Sequence[int]) -> list[LetterBatch]:
    """Ask for the letters of certain demands: a batch for each of their projects, made by the worker.

    Demands of others are left out. Raises NoLetters, TooManyLetters (422).
    """
    rows = Demand.objects.for_user(actor).filter(pk__in=demand_ids).order_by("issued_on", "pk")
    of_project: dict[int, list[int]] = {}
    for project_id, pk in rows.values_list("project", "pk"):
        of_project.setdefault(project_id, []).append(pk)
    if not of_project:
        raise NoLetters
    projects = lock_all(Project.objects.editable_by(actor), of_project)
    return [_batch(actor, project, of_project[project.pk]) for project in projects]


def _batch(actor: User, project: Project, demands: list[int], **asked: Any) -> LetterBatch:
    """The batch of these demands; the one that there is, when it was asked for lately."""
    if not demands:
        raise NoLetters
    if len(demands) > MOST_LETTERS:
        raise TooManyLetters
    now = clock.now()
    twin = LetterBatch.objects.filter(
        project=project, requested_by=actor, demands=demands, requested_at__gt=now - FRESH
    )
    again = twin.exclude(state=LetterState.FAILED).order_by("-pk").first()
    if again is not None:
        return again
    batch = LetterBatch(
        project=project,
        demands=demands,
        requested_by=actor,
        requested_at=now,
        **asked,
    )
    batch.save(force_insert=True)
    audit.record(actor, batch, "requested", after={"project": project.pk, "letters": len(demands)})
    defer("payments.make_letters", lock=f"letters-{batch.pk}", batch_id=batch.pk)
    return batch


def _chosen(
    project: Project, milestone_id: int | None, first_on: date | None, last_on: date | None
) -> list[int]:
    wanted: dict[str, Any] = {}
    if milestone_id is not None:
        milestone = Milestone.objects.get(pk=milestone_id, project=project)
        wanted["lines__schedule_line__milestone"] = milestone
    if first_on is not None:
        wanted["issued_on__gte"] = first_on
    if last_on is not None:
        wanted["issued_on__lte"] = last_on
    rows = Demand.objects.filter(project=project, **wanted).order_by("issued_on", "pk")
    return list(dict.fromkeys(rows.values_list("pk", flat=True)[: MOST_LETTERS + 1]))


def waiting_batch(batch_id: int) -> LetterBatch | None:
    """A batch whose file is still to be made; None for one that is done or gone, so that a retry is harmless."""
    return LetterBatch.objects.filter(pk=batch_id, state=LetterState.WAITING).first()


def demands_of(keys: Sequence[int]) -> list[Demand]:
    """Some demands with everything that their letters show, in the order of their numbers."""
    return list(for_letters(Demand.objects.filter(pk__in=keys)))


@service
def report_letters(*, batch_id: int, done: int) -> None:
    """How many letters are made; not worth a line in the audit."""
    LetterBatch.objects.filter(pk=batch_id, state=LetterState.WAITING).update(done=done)


@service
def finish_letters(*, actor: User | None, batch_id: int, content: bytes) -> LetterBatch:
    """Store the file of a batch; a second one for the same batch is thrown away."""
    batch = lock(LetterBatch.objects.all(), batch_id)
    if batch.state != LetterState.WAITING:
        return batch
    file = store_file(
        actor=batch.requested_by,
        name=f"demand-letters-{batch.pk}.zip",
        content=content,
        content_type=ZIP,
    )
    advance(
        batch,
        LETTER_TRANSITIONS,
        LetterAction.FINISH,
        changes={"file": file, "done": batch.total, "finished_at": clock.now()},
    )
    audit.record(actor, batch, "finished", after={"file": file.pk})
    return batch


@service
def fail_letters(*, actor: User | None, batch_id: int, reason: str) -> LetterBatch:
    """Give a batch up: its letters cannot be made. The builder may ask again."""
    batch = lock(LetterBatch.objects.all(), batch_id)
    if batch.state == LetterState.WAITING:
        advance(batch, LETTER_TRANSITIONS, LetterAction.FAIL, changes={"finished_at": clock.now()})
        audit.record(actor, batch, "failed", reason=reason[:500])
    return batch


def allotment_of(booking: Booking) -> dict[str, Any]:
    """What the allotment letter says beside the booking itself: revision 1 and its day, whatever came later (R5.5).

    Raises NoSchedule (409) before the booking is confirmed. Reading only.
    """
    revision = ScheduleRevision.objects.filter(booking=booking, number=1).first()
    if revision is None:
        raise NoSchedule
    day = clock.local(revision.created_at, booking.project.time_zone).date()
    paid = Payment.objects.counted().filter(booking=booking, paid_date__lte=day)
    lines = revision.lines.select_related("milestone").order_by("sequence", "pk")
    return {
        "lines": list(lines.filter(amount__gt=0)),
        "terms": terms_of(booking),
        "day": day,
        "received": paid.aggregate(paid=Sum("amount", default=ZERO))["paid"],
    }
