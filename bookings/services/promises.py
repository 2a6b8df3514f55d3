"""The promised date of a booking: no act moves it silently, and both sides agree to every move (R13.5)."""

from datetime import date, timedelta

from accounts.models import User
from bookings.enums import PromiseAction, PromiseState
from bookings.events import PromiseAnswered, PromiseProposed
from bookings.models import Booking, ChangeQuote, PromisedDate
from bookings.rules import PROMISE_TRANSITIONS
from bookings.services.standing import (
    lock_booking,
    refuse_co_applicants,
    refuse_customers,
    refuse_dead,
)
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.states import advance
from realestate.core.transactions import service

LONGEST = timedelta(days=30 * 365)


class ProposalOpen(DomainError):
    """Another date is proposed already and waits for the buyer's answer."""

    code, status = "proposal_open", 409


register_conflict("one_open_proposal_per_booking", ProposalOpen)
register_conflict("one_promise_per_version", ProposalOpen)


def promised_on(booking: Booking) -> date | None:
    """The day that both sides agreed to last; None: none was ever promised. Reading only."""
    agreed = PromisedDate.objects.filter(booking=booking, state=PromiseState.AGREED)
    return agreed.order_by("-version").values_list("promised_on", flat=True).first()


def first_promise(actor: User, booking: Booking) -> None:
    """The project's planned completion is what a new booking is promised, within the caller's service."""
    day = booking.project.expected_completion_date
    if day is not None:
        _write(
            actor,
            booking,
            day,
            reason="Planned completion of the project",
            state=PromiseState.AGREED,
        )


def extend_promise(actor: User, booking: Booking, quote: ChangeQuote, label: str) -> None:
    """R13.5: the days of an accepted offer move the date; offering and accepting it are the consent of both sides.

    Within the caller's service, with the booking locked. A booking without a promise gets none.
    """
    day = promised_on(booking)
    if day is None or not quote.timeline_days:
        return
    later = day + timedelta(days=quote.timeline_days)
    _write(actor, booking, later, reason=label, state=PromiseState.AGREED, quote=quote)


@service
def propose_date(
    *,
    actor: User,
    booking_id: int,
    promised_on: date,
    reason: str,  # the name on the wire
) -> PromisedDate:
    """The builder asks the buyer for another date; until it agrees, the old one holds.

    Raises ProposalOpen, InvalidTransition (409), InvalidValue (400) for a day of the past or one of another generation,
    NotAllowed for customers; DoesNotExist for strangers.
    """
    refuse_customers(actor, "Only the builder proposes a date.")
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, clock.now())
    today = clock.today(booking.project.time_zone)
    if not today <= promised_on <= today + LONGEST:
        raise InvalidValue(errors={"promised_on": ["Must be a day to come."]})
    if booking.promises.filter(state=PromiseState.PROPOSED).exists():
        raise ProposalOpen
    row = _write(actor, booking, promised_on, reason=reason, state=PromiseState.PROPOSED)
    publish(PromiseProposed(promise_id=row.pk, booking_id=booking.pk))
    return row


@service
def answer_date(*, actor: User, promise_id: int, accept: bool) -> PromisedDate:
    """The buyer agrees to a proposed date or not. Raises InvalidTransition (409), NotAllowed for the builder's side."""
    if actor.user_type != Role.CUSTOMER:
        raise NotAllowed("Only the buyer answers a proposed date.")
    rows = PromisedDate.objects.for_user(actor)
    booking_id = rows.values_list("booking", flat=True).get(pk=promise_id)
    booking = lock(Booking.objects.all(), booking_id)
    refuse_co_applicants(actor, booking)
    row = lock(rows, promise_id)
    action = PromiseAction.AGREE if accept else PromiseAction.DECLINE
    decided = {"decided_by_id": actor.pk, "decided_at": clock.now()}
    old, new = advance(row, PROMISE_TRANSITIONS, action, changes=decided)
    audit.record(actor, row, "answered", before={"state": old}, after={"state": new})
    publish(PromiseAnswered(promise_id=row.pk, booking_id=booking.pk))
    return row


def _write(
    actor: User,
    booking: Booking,
    day: date,
    *,
    reason: str,
    state: PromiseState,
    quote: ChangeQuote | None = None,
) -> PromisedDate:
    last = booking.promises.order_by("-version").first()
    now = clock.now()
    row = PromisedDate.objects.create(
        booking=booking,
        version=last.version + 1 if last else 1,
        promised_on=day,
        reason=reason[:300],
        change_quote=quote,
        state=state,
        proposed_by=quote.created_by if quote else actor,
        proposed_at=now,
        decided_by=actor if state == PromiseState.AGREED else None,
        decided_at=now if state == PromiseState.AGREED else None,
    )
    audit.record(actor, row, "promised", after={"promised_on": day, "state": state}, reason=reason)
    return row
