"""Change requests (R13): the customer asks, the builder answers with a quote, the customer decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from bookings.enums import ChangeAction, ChangeState, QuoteState
from bookings.events import ChangeMoved
from bookings.models import Booking, ChangeQuote, ChangeRequest
from bookings.rules import (
    BUILDER_CHANGE_ACTIONS,
    CHANGE_TRANSITIONS,
    CUSTOMER_CHANGE_ACTIONS,
    NEW,
    change_action_for,
)
from bookings.services.cutoffs import refuse_too_late
from bookings.services.promises import extend_promise
from bookings.services.standing import (
    lock_booking,
    refuse_co_applicants,
    refuse_customers,
    refuse_dead,
)
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition, NotAllowed
from realestate.core.events import publish
from realestate.core.files import attached
from realestate.core.locking import lock
from realestate.core.states import advance, allowed_actions
from realestate.core.transactions import service

ESTIMATES = frozenset({"estimated_cost", "estimated_timeline_days"})
ESTIMATED = frozenset({ChangeState.SUBMITTED, ChangeState.UNDER_REVIEW})  # before the first quote
CUSTOMERS_DECIDE = "Only the customer decides about a quote."
BUILDERS_ANSWER = "Only the builder answers a change request."


class QuoteSuperseded(DomainError):
    """There is a newer quote; please look at it first."""

    code, status = "quote_superseded", 409


class QuoteExpired(DomainError):
    """This quote is no longer valid."""

    code, status = "quote_expired", 409


class QuoteIsFixed(DomainError):
    """The quote fixes cost and time; send a new quote instead."""

    code, status = "quote_is_fixed", 409


@service
def request_change(*, actor: User, booking_id: int, **wish: Any) -> ChangeRequest:  # model fields
    """A customer's wish for its own live booking.

    Raises InvalidTransition (409) when that is over, CategoryClosed (409), InvalidValue (400) for files of others.
    """
    if actor.user_type != Role.CUSTOMER:
        raise NotAllowed("Only the customer requests a change.")
    booking = lock_booking(actor, booking_id)
    refuse_dead(booking, clock.now())
    if "attachments" in wish:
        wish["attachments"] = attached(
            actor=actor, addresses=wish["attachments"], field="attachments"
        )
    row = ChangeRequest(booking=booking, state=ChangeState.SUBMITTED, **wish)
    refuse_too_late(row)
    row.save(force_insert=True)
    audit.record(actor, row, "submitted", after={"request_title": row.request_title})
    publish(ChangeMoved(change_request_id=row.pk, old=NEW, new=row.state))
    return row


@service
def answer_change(
    *, actor: User, change_request_id: int, changes: Mapping[str, Any], wanted: str | None = None
) -> ChangeRequest:
    """The builder's answer: estimates and texts, and the step to the state ``wanted`` if one is named (contract 7.9).

    Dates are set here, at the step they belong to. Raises NotAllowed for the customer's own steps, InvalidTransition,
    QuoteIsFixed for estimates beside a quote (409), DoesNotExist for strangers.
    """
    refuse_customers(actor, BUILDERS_ANSWER)
    now = clock.now()
    row = locked_change(actor, change_request_id)
    refuse_lapsed(row, now)
    if row.state not in CHANGE_TRANSITIONS:
        raise InvalidTransition(state=row.state, allowed=[])
    if row.state not in ESTIMATED and ESTIMATES & changes.keys():
        raise QuoteIsFixed
    before = audit.snapshot(row, changes)
    for name, value in changes.items():
        setattr(row, name, value)
    is_step = wanted is not None and wanted != row.state
    if is_step:
        _step(actor, row, str(wanted), now)
    if changes or is_step:
        row.save(update_fields=[*changes, "completion_date", "final_cost", "updated_at"])
    if changes:
        audit.record(actor, row, "answered", before=before, after=changes)
    return row


@service
def approve_quote(*, actor: User, change_request_id: int, version: int) -> ChangeRequest:
    """R13.1: the customer accepts one version of the offer.

    Raises QuoteSuperseded, QuoteExpired, CategoryClosed, InvalidTransition (409), NotAllowed for builders.
    """
    return _decide(actor, change_request_id, ChangeAction.APPROVE, version=version)


@service
def decline_quote(
    *, actor: User, change_request_id: int, version: int | None = None, reason: str = ""
) -> ChangeRequest:
    """The customer refuses the offer. Raises QuoteSuperseded, QuoteExpired, InvalidTransition (409), NotAllowed."""
    return _decide(actor, change_request_id, ChangeAction.DECLINE, version=version, reason=reason)


@service
def withdraw_change(*, actor: User, change_request_id: int, reason: str = "") -> ChangeRequest:
    """The customer takes the wish back, before approving. Raises InvalidTransition (409), NotAllowed for builders."""
    _refuse_builders(actor)
    row = locked_change(actor, change_request_id)
    refuse_lapsed(row, clock.now())
    advance_change(actor, row, ChangeAction.WITHDRAW, reason=reason)
    return row


@service
def lapse_change(*, change_request_id: int) -> bool:
    """Record that the last quote is over. Says whether there was anything to record; idempotent."""
    row = lock(ChangeRequest.objects.all(), change_request_id)
    if not _has_lapsed(row, clock.now()):
        return False
    advance_change(None, row, ChangeAction.LAPSE)
    return True


def locked_change(actor: User, change_request_id: int) -> ChangeRequest:
    """The request behind its booking, within the caller's service: locks of one app go by table name."""
    rows = ChangeRequest.objects.for_user(actor)
    booking_id = rows.values_list("booking_id", flat=True).get(pk=change_request_id)
    booking = lock(Booking.objects.select_related("project", "unit"), booking_id)
    refuse_co_applicants(actor, booking)
    row = lock(rows, change_request_id)
    row.booking = booking
    return row


def _last_quote(row: ChangeRequest) -> ChangeQuote | None:
    """The offer that the customer has before it."""
    return row.quotes.filter(state=QuoteState.APPROVED).order_by("-version").first()


def _has_lapsed(row: ChangeRequest, now: datetime) -> bool:
    quote = _last_quote(row)
    return row.state == ChangeState.QUOTED and quote is not None and quote.valid_until <= now


def refuse_lapsed(row: ChangeRequest, now: datetime) -> None:
    """Raises InvalidTransition (409) when the offer is over and nobody has recorded it yet."""
    if _has_lapsed(row, now):
        raise InvalidTransition(state=ChangeState.LAPSED.value, allowed=[])


def _refuse_builders(actor: User) -> None:
    if actor.user_type != Role.CUSTOMER:
        raise NotAllowed(CUSTOMERS_DECIDE)


def _decide(
    actor: User,
    change_request_id: int,
    action: ChangeAction,
    *,
    version: int | None,
    reason: str = "",
) -> ChangeRequest:
    _refuse_builders(actor)
    now = clock.now()
    row = locked_change(actor, change_request_id)
    refuse_dead(row.booking, now)
    quote = _last_quote(row)
    if row.state == ChangeState.QUOTED and quote is not None:
        if version not in {None, quote.version}:
            raise QuoteSuperseded(version=quote.version)
        if quote.valid_until <= now:
            raise QuoteExpired
        if action == ChangeAction.APPROVE:
            refuse_too_late(row)
    advance_change(actor, row, action, reason=reason)
    if action == ChangeAction.APPROVE:
        row.approval_date = now
        row.save(update_fields=["approval_date", "updated_at"])
        if quote is not None:
            label = f"{row.tracking_number}: {row.request_title}"
            extend_promise(actor, row.booking, quote, label)
    return row


def _step(actor: User, row: ChangeRequest, wanted: str, now: datetime) -> None:
    action = change_action_for(wanted, row.state)
    if action is None:
        allowed = allowed_actions(CHANGE_TRANSITIONS, row.state)
        raise InvalidTransition(state=row.state, allowed=allowed)
    if action in CUSTOMER_CHANGE_ACTIONS:
        raise NotAllowed(CUSTOMERS_DECIDE)
    if action not in BUILDER_CHANGE_ACTIONS:
        raise InvalidTransition("A quote is sent with its amounts.", state=row.state, allowed=[])
    if action == ChangeAction.START:
        refuse_dead(row.booking, now)  # the unit may be somebody else's by now
    advance_change(actor, row, action)
    if action == ChangeAction.COMPLETE:
        row.completion_date = now
        if row.final_cost is None:
            row.final_cost = row.estimated_cost


def advance_change(
    actor: User | None, row: ChangeRequest, action: str, *, reason: str = "", **facts: object
) -> None:
    """One step of a request, with its audit and its news, within the caller's service. Raises InvalidTransition."""
    old, new = advance(row, CHANGE_TRANSITIONS, action)
    audit.record(
        actor, row, "moved", before={"state": old}, after={"state": new, **facts}, reason=reason
    )
    publish(ChangeMoved(change_request_id=row.pk, old=old, new=new))
