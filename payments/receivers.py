"""What payments does and says when a booking moves, a stage is certified or a change is approved (R5, R7, R13)."""

from typing import Any

from bookings.enums import BookingState, ChangeState, QuoteState
from bookings.events import AgreementGenerated, BookingMoved, ChangeMoved
from bookings.models import Booking, ChangeRequest
from bookings.rules import DEAD
from bookings.services import SettlementRequired, TokenNotPaid, UpfrontNotPaid, state_plan
from payments.documents import when_of
from payments.models import DemandLine
from payments.services import (
    CHANGE_PAID_FIRST,
    StagePaid,
    charge_change,
    credit_what_is_open,
    demands_of_stage,
    flag_shortfall,
    paid_for,
    planned_lines,
    raise_due,
    refuse_token_beyond_cap,
    release_held,
    start_plan,
    terms_of,
    withdrawal_is_settled,
)
from progress.events import MilestoneCertified, MilestoneUncertified
from progress.models import Milestone
from realestate.core import audit, clock
from realestate.core.events import on
from realestate.core.jobs import defer


@on(BookingMoved)
def close_the_account(event: BookingMoved) -> None:
    """R5.10: while money is held, a cancellation needs an approved settlement (R11); open demands are credited."""
    if event.new != BookingState.CANCELLED or withdrawal_is_settled(event.booking_id):
        return
    if paid_for(event.booking_id) > 0:
        raise SettlementRequired
    credit_what_is_open(booking_id=event.booking_id)


@on(BookingMoved)
def refuse_unpaid_token(event: BookingMoved) -> None:
    """R5.4: a hold becomes a booking when the receipts reach the token."""
    if event.new != BookingState.TOKEN_PAID:
        return
    token = Booking.objects.values_list("token_amount", flat=True).get(pk=event.booking_id)
    if paid_for(event.booking_id) < (token or 0):
        raise TokenNotPaid


@on(BookingMoved)
def agree_on_terms(event: BookingMoved) -> None:
    """The settings of the day are copied on the booking when its unit is claimed (R22.9); the token must fit (R6).

    A hold that is taken again keeps what was agreed: it is taken for money that has arrived.
    """
    if event.new == BookingState.ON_HOLD:
        booking = _booking(event.booking_id)
        terms_of(booking)
        if event.old != BookingState.EXPIRED:
            refuse_token_beyond_cap(booking)


@on(BookingMoved)
def demand_what_falls_due(event: BookingMoved) -> None:
    """R5.5-7, R7.6: the plan starts at confirmation; signature and the offer of possession make more lines due."""
    if event.new == BookingState.BOOKING_CONFIRMED:
        start_plan(booking_id=event.booking_id)
    elif event.new == BookingState.AGREEMENT_SIGNED:
        release_held(booking_id=event.booking_id)
        _demand(event.booking_id)
    elif event.new == BookingState.POSSESSION_OFFERED:
        _demand(event.booking_id)


@on(AgreementGenerated)
def state_the_plan(event: AgreementGenerated) -> None:
    """R2: the agreement says what is to be paid and when, once there is a schedule."""
    rows = planned_lines(_booking(event.booking_id))
    if rows:
        lines = [
            {"label": row.label, "when": when_of(row), "amount": str(row.amount)} for row in rows
        ]
        state_plan(agreement_id=event.agreement_id, lines=lines)


@on(MilestoneCertified)
def demand_after_certification(event: MilestoneCertified) -> None:
    """R7.3: the worker raises the demands, booking by booking, so that certifying never waits for them."""
    defer("payments.raise_milestone_demands", milestone_id=event.milestone_id)


@on(MilestoneUncertified)
def refuse_demanded_stage(event: MilestoneUncertified) -> None:
    """R7.9: a certification goes only together with its demands; ``uncertify_stage`` sees to that."""
    rows = demands_of_stage(Milestone.objects.get(pk=event.milestone_id))
    if rows.exclude(booking__state__in=DEAD).exists():
        raise StagePaid


@on(ChangeMoved)
def charge_an_approved_change(event: ChangeMoved) -> None:
    """R13.3-4: what the buyer accepted is demanded at once."""
    if event.new == ChangeState.APPROVED:
        rows = ChangeRequest.objects.select_related("booking__project", "booking__unit")
        change = rows.get(pk=event.change_request_id)
        # What the buyer saw: a newer offer may still wait for a second person, or was refused (R13.2).
        quote = change.quotes.filter(state=QuoteState.APPROVED).order_by("-version").first()
        if quote is None:
            return  # approved without a price
        charge_change(booking=change.booking, change=change, quote=quote)
        flag_shortfall(change.booking, quote)


@on(ChangeMoved)
def refuse_unpaid_work(event: ChangeMoved) -> None:
    """R13.4: work begins when what was demanded for the change has been paid."""
    if event.new != ChangeState.IN_PROGRESS:
        return
    change = ChangeRequest.objects.select_related("booking__project").get(
        pk=event.change_request_id
    )
    if not CHANGE_PAID_FIRST.for_project(change.booking.project):
        return
    asked: Any = DemandLine.objects.filter(
        schedule_line__change_quote__change_request=change
    ).with_open()
    if asked.filter(open_amount__gt=0).exists():
        raise UpfrontNotPaid


def _demand(booking_id: int) -> None:
    booking = _booking(booking_id)
    raise_due(audit.SYSTEM, booking, clock.today(booking.project.time_zone))


def _booking(booking_id: int) -> Booking:
    """The booking as it is now; whoever published the event holds its lock."""
    return Booking.objects.select_related("project", "unit").get(pk=booking_id)
