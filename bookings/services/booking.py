"""Making a booking and moving it along its states (R5)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from accounts.models import Customer, User
from accounts.services import relate
from bookings.enums import BookingAction, BookingState, PaymentPlan
from bookings.events import BookingMoved
from bookings.models import Booking, Quote
from bookings.rules import (
    BY_HAND,
    NEW,
    STAGE_AFTER,
    TRANSITIONS,
    action_for,
    cooling_off_end,
    token_for,
)
from bookings.services.applicants import add_primary, refuse_incomplete
from bookings.services.holds import claim_for
from bookings.services.inquiries import locked_inquiry
from bookings.services.limits import COOLING_OFF_DAYS, TOKEN_PERCENT
from bookings.services.parties import buyer, claimable_units
from bookings.services.promises import first_promise
from bookings.services.quotes import end_quote, join_quote, named_quote, quote_for_hold
from bookings.services.signatures import refuse_unsigned
from bookings.services.standing import (
    SHOWN,
    lock_booking,
    note_move,
    refuse_customers,
    refuse_lapsed,
    state_at,
    with_claim,
)
from projects.enums import ClaimKind, ReleaseReason
from projects.models import Claim, Project, Unit
from projects.services import UnitNotAvailable, advance_claim, release_claim, set_parties
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, InvalidTransition
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import ZERO
from realestate.core.states import advance, allowed_actions
from realestate.core.transactions import service


class PriceChanged(DomainError):
    """The price of this unit has changed; please check it before you book."""

    code, status = "price_changed", 422


class TokenOutOfRange(DomainError):
    """The token must be at least what the builder asks for, and at most the price."""

    code, status = "token_out_of_range", 422


class LoanOutOfRange(DomainError):
    """A loan cannot be larger than the price."""

    code, status = "loan_out_of_range", 422


# PostgreSQL's name for OneToOneField.
register_conflict("bookings_booking_claim_id_key", UnitNotAvailable)


class Terms(TypedDict, total=False):
    """What the buyer says about paying and wishes; all of it optional."""

    payment_plan: PaymentPlan
    loan_amount: Decimal | None
    special_requests: str
    expected_registration_date: date | None


@service
def book_unit(
    *,
    actor: User,
    unit_id: int,
    customer_id: int | None = None,
    token_amount: Decimal | None = None,
    total_amount: Decimal | None = None,
    quote_id: int | None = None,
    **terms: Unpack[Terms],
) -> Booking:
    """Book a unit (contract 0.7): its claim, or the buyer's own hold of it, and the booking in one step, on hold.

    An inquiry of the buyer about the project becomes the booking (R5.3).

    A customer books for itself; builders and staff name a customer that they may see. Price, project and parties come
    from the server: from the quote that is named, else from the hold's or the best approved one, else from today's
    price list (R1). A ``total_amount`` that is not the quote's is refused. Raises UnitNotAvailable and QuoteExpired
    (409), QuoteNotApproved, PriceListNotValid, PriceChanged, TokenOutOfRange, LoanOutOfRange, HoldLimit, HoldCooldown
    (422), DoesNotExist for strangers.
    """
    now = clock.now()
    unit = claimable_units(actor).get(pk=unit_id)
    customer = buyer(actor, customer_id)
    inquiry = locked_inquiry(customer_id=customer.pk, project_id=unit.project_id)
    wanted = _named(actor, quote_id, unit, customer)
    claim = _own_hold(actor, customer, unit, now) or claim_for(
        actor=actor, unit_id=unit.pk, project=unit.project, customer=customer
    )
    if wanted is None:  # from here on nobody else can claim the unit
        quote = quote_for_hold(actor=actor, claim=claim, customer=customer, now=now)
    else:
        quote = join_quote(wanted, claim=claim, customer=customer)
    _refuse_other_total(quote, total_amount)
    promised: dict[str, Any] = {
        "unit": unit,
        "claim": claim,
        "booking_date": now,
        **_figures(quote),
        "token_amount": _token(actor, unit, quote.agreement_value, token_amount),
        **terms,
    }
    booking, old = _on_hold(inquiry, customer, unit.project, promised)
    add_primary(booking)
    first_promise(actor, booking)
    relate(customer_id=customer.pk, builder_id=unit.project.builder_id)
    facts = {"unit": unit.pk, "quote": quote.pk, "agreement_value": booking.agreement_value}
    after = {"state": booking.state, **facts}
    audit.record(actor, booking, "booked", before={"state": old}, after=after)
    publish(BookingMoved(booking_id=booking.pk, old=old, new=booking.state))
    return booking


@service
def cancel_booking(*, actor: User, booking_id: int, reason: str = "") -> Booking:
    """R5.10: end a booking and free its unit; both parties may. An app above may refuse (money held, R11).

    Raises InvalidTransition (409), Booking.DoesNotExist for strangers.
    """
    return _move(actor, lock_booking(actor, booking_id), BookingAction.CANCEL, reason)


@service
def move_booking(*, actor: User, booking_id: int, action: str, reason: str = "") -> Booking:
    """Rows 4 to 8 and 10 of R5, by the builder or staff. An app above may refuse (token not paid).

    A confirmation asks for complete applicants, ``sign`` for a signed agreement. Raises NotAllowed (403) for customers,
    InvalidTransition (409), SharesNot100, KycMissing, SignaturesMissing, RegistrationNumberMissing (422),
    Booking.DoesNotExist for strangers.
    """
    refuse_customers(actor, "Only the builder moves a booking on; you may cancel it.")
    booking = lock_booking(actor, booking_id)
    if action not in BY_HAND:
        raise InvalidTransition(state=booking.state, allowed=_allowed(booking))
    return _move(actor, booking, action, reason)


@service
def pay_token(*, actor: User | None, booking_id: int) -> Booking:
    """R5.4: the token has been received; called by payments, also for money that a gateway brought (no actor).

    An app above may refuse (token not paid). Raises InvalidTransition (409).
    """
    booking = with_claim(lock(Booking.objects.select_related(*SHOWN), booking_id))
    return _move(actor, booking, BookingAction.PAY_TOKEN, "")


@service
def set_status(*, actor: User, booking_id: int, word: str, reason: str = "") -> Booking:
    """Move a booking to the status that a client names (contract 7.5): the one step that leads there.

    Raises NotAllowed (403) for customers, InvalidTransition (409) where no single step leads there.
    """
    refuse_customers(actor, "Only the builder moves a booking on; you may cancel it.")
    booking = lock_booking(actor, booking_id)
    refuse_lapsed(booking, clock.now())
    action = action_for(word, booking.state)
    if action is None:
        raise InvalidTransition(state=booking.state, allowed=_allowed(booking))
    return _move(actor, booking, action, reason)


@service
def expire_booking(*, booking_id: int) -> bool:
    """R5.9: record that a hold lapsed without a token; its claim is dead by comparison, ``record_lapses`` releases it.

    Says whether there was anything to record; idempotent.
    """
    now = clock.now()
    booking = with_claim(lock(Booking.objects.select_related(*SHOWN), booking_id))
    if state_at(booking, now) == booking.state:
        return False
    old, new = advance(booking, TRANSITIONS, BookingAction.EXPIRE)
    note_move(audit.SYSTEM, booking, moved=(old, new), reason="")
    return True


def refuse_large_loan(booking: Booking) -> None:
    """Raises LoanOutOfRange (422) for a loan above the price."""
    price = (booking.agreement_value or ZERO) + booking.other_charges + booking.tax_amount
    if booking.loan_amount is not None and booking.loan_amount > price:
        raise LoanOutOfRange(errors={"loan_amount": [f"Must be at most {price}."]})


def _move(actor: User | None, booking: Booking, action: str, reason: str) -> Booking:
    now = clock.now()
    refuse_lapsed(booking, now)
    old, new = advance(booking, TRANSITIONS, action, changes=_consequences(booking, action, now))
    _GUARDS.get(new, _nothing)(booking)
    if booking.claim is not None:  # pragma: no branch  # see booking_has_unit_claim_and_price
        if new == BookingState.CANCELLED:
            release_claim(actor=actor, claim_id=booking.claim.pk, reason=ReleaseReason.CANCELLED)
            end_quote(booking.claim, now)
        else:
            booking.claim = advance_claim(claim_id=booking.claim.pk, stage=STAGE_AFTER[new])
    note_move(actor, booking, moved=(old, new), reason=reason)
    return booking


def _nothing(_booking: Booking) -> None:
    """Most steps ask for nothing more than the table does."""


_GUARDS: Mapping[
    str, Callable[[Booking], None]
] = {  # new state -> what it asks for (R5.5, R5.6); a refusal undoes the step
    BookingState.BOOKING_CONFIRMED: refuse_incomplete,
    BookingState.AGREEMENT_SIGNED: refuse_unsigned,
}


def _consequences(booking: Booking, action: str, now: datetime) -> dict[str, object]:
    """R5.4: paying the token starts the cooling-off clock."""
    if action != BookingAction.PAY_TOKEN:
        return {}
    zone, days = booking.project.time_zone, COOLING_OFF_DAYS.for_project(booking.project)
    return {"cooling_off_until": cooling_off_end(clock.local(now, zone).date(), days, zone)}


def _allowed(booking: Booking) -> list[str]:
    return allowed_actions(TRANSITIONS, booking.state)


def _on_hold(
    inquiry: Booking | None, customer: Customer, project: Project, promised: Mapping[str, Any]
) -> tuple[Booking, str]:
    """R5.3: a new booking, or the inquiry that becomes one; with the state that it had before."""
    booking = inquiry or Booking(customer=customer, project=project, state=BookingState.ON_HOLD)
    for name, value in promised.items():
        setattr(booking, name, value)
    refuse_large_loan(booking)
    if inquiry is None:
        booking.save(force_insert=True)
        return booking, NEW
    old, _new = advance(booking, TRANSITIONS, BookingAction.HOLD, changes=promised)
    booking.refresh_from_db(fields=["total_amount"])  # computed by the database
    return booking, old


def _named(actor: User, quote_id: int | None, unit: Unit, customer: Customer) -> Quote | None:
    if quote_id is None:
        return None
    now = clock.now()
    return named_quote(actor=actor, quote_id=quote_id, unit=unit, customer=customer, now=now)


def _refuse_other_total(quote: Quote, total: Decimal | None) -> None:
    if total is not None and total != quote.total_amount:
        raise PriceChanged(total_amount=quote.total_amount)


def _figures(quote: Quote) -> dict[str, Any]:
    """What a booking takes over from its quote, for good (R1)."""
    names = ("tax_class", "agreement_value", "other_charges", "tax_amount", "currency")
    return {"quote": quote, **{name: getattr(quote, name) for name in names}}


def _own_hold(actor: User, customer: Customer, unit: Unit, now: datetime) -> Claim | None:
    """The live hold of this unit that the buyer, or the caller for nobody yet, has and that carries no booking."""
    holds = Claim.objects.filter(unit=unit, kind=ClaimKind.HOLD).live(now)
    hold = holds.filter(customer=customer).first()
    if hold is None and actor.user_type != Role.CUSTOMER:
        hold = holds.filter(customer=None).first()
    if hold is None:
        return None
    hold = lock(Claim.objects.all(), hold.pk)
    if not hold.is_live(now) or Booking.objects.filter(claim=hold).exists():
        raise UnitNotAvailable
    if hold.customer_id is None:
        set_parties(claim_id=hold.pk, customer_id=customer.pk)
    return hold


def _token(actor: User, unit: Unit, price: Decimal, wanted: Decimal | None) -> Decimal:
    """The token asked for, or more when the buyer offers it; the builder itself may agree to less.

    It is the first amount of the plan (R2.6), so it is a part of the agreement value.
    """
    asked = token_for(price, TOKEN_PERCENT.for_project(unit.project), unit.project.currency)
    if wanted is None:
        return asked
    least = asked if actor.user_type == Role.CUSTOMER else ZERO
    if not least <= wanted <= price:
        text = f"Must be from {least} to {price}."
        raise TokenOutOfRange(errors={"token_amount": [text]})
    return wanted
