"""What may be received before the agreement is signed (R6)."""

from collections.abc import Sequence
from decimal import Decimal

from bookings.enums import BookingState
from bookings.models import Booking
from payments.enums import AllocationPreset, DemandKind, Part, ReceiptState
from payments.models import Payment
from payments.rules.allocation import allocate
from payments.rules.cap import cap
from payments.rules.facts import Money
from payments.services.facts import Facts, counted_payments, facts_of, money_of
from payments.services.ledger import END_OF_TIME
from payments.services.terms import terms_of
from realestate.core.errors import DomainError
from realestate.core.money import ZERO
from realestate.core.working import Working

CAPPED = frozenset({BookingState.ON_HOLD, BookingState.TOKEN_PAID, BookingState.BOOKING_CONFIRMED})
COUNTED = (ReceiptState.SUBMITTED, ReceiptState.RECORDED, ReceiptState.CLEARED)


class PreAgreementCap(DomainError):
    """Before the agreement is signed, no more than a part of the price may be received."""

    code, status = "pre_agreement_cap", 422


class TokenBeyondCap(DomainError):
    """Before the agreement is signed, no more than a part of the price may be received; the token is above it."""

    code, status = "token_beyond_cap", 422


def refuse_token_beyond_cap(booking: Booking) -> None:
    """R6: a token that could not be received is not agreed on. Raises TokenBeyondCap with ``max_token``."""
    limit = _limit(booking)
    if limit is not None and (booking.token_amount or ZERO) > limit:
        text = f"Must be at most {limit}."
        raise TokenBeyondCap(max_token=limit, errors={"token_amount": [text]})


def refuse_beyond_cap(booking: Booking, payment: Payment) -> None:
    """R6, under the caller's lock on the booking: raises PreAgreementCap with ``max_acceptable``.

    ``payment`` is not stored yet, or is stored and about to be counted.
    """
    limit = _limit(booking)
    if limit is None:
        return
    counted = consideration_of(booking, [*_others(booking, payment), payment])
    if counted > limit:
        before = consideration_of(booking, _others(booking, payment))
        raise PreAgreementCap(max_acceptable=max(limit - before, ZERO), cap=limit, received=before)


def room_under_cap(booking: Booking) -> Decimal | None:
    """How much consideration may still be received before signature; None: no cap holds (any more)."""
    limit = _limit(booking)
    if limit is None:
        return None
    return max(limit - consideration_of(booking, counted_payments(booking, *COUNTED)), ZERO)


def explain_cap(booking: Booking) -> list[Working]:
    """R6, step by step: the cap, what counts against it, and the room that is left; empty where no cap holds."""
    limit = _limit(booking)
    if limit is None:
        return []
    value, percent = booking.agreement_value or ZERO, terms_of(booking).cap_percent or ZERO
    rows = counted_payments(booking, *COUNTED)
    received = sum((row.amount for row in rows), ZERO)
    counted = consideration_of(booking, rows)
    room = max(limit - counted, ZERO)
    return [
        Working(
            figure="Cap before the agreement",
            rule="R6",
            formula="agreement_value × percent / 100, cut down",
            inputs={"agreement_value": value, "percent": percent},
            unrounded=value * percent / 100,
            amount=limit,
        ),
        Working(
            figure="Received consideration",
            rule="R6",
            formula="receipts and proofs - what of them pays taxes, charges and interest",
            inputs={
                "payments": [str(row) for row in rows],
                "receipts": received,
                "apart": received - counted,
            },
            unrounded=counted,
            amount=counted,
        ),
        Working(
            figure="Room before the agreement",
            rule="R6",
            formula="max(cap - received, 0)",
            inputs={"cap": limit, "received": counted},
            unrounded=limit - counted,
            amount=room,
        ),
    ]


def _limit(booking: Booking) -> Decimal | None:
    if booking.state not in CAPPED:
        return None
    percent = terms_of(booking).cap_percent
    if percent is None:
        return None
    return cap(booking.agreement_value or ZERO, percent, booking.currency)


def _others(booking: Booking, payment: Payment) -> list[Payment]:
    return [row for row in counted_payments(booking, *COUNTED) if row.pk != payment.pk]


def consideration_of(
    booking: Booking, payments: Sequence[Payment], *, with_changes: bool = False
) -> Decimal:
    """C of R6: all money counted, less what pays taxes, extras or interest; unallocated money counts in full.

    ``with_changes``: what pays for changes that the buyer asked for counts, too (R3.4).
    """
    facts = facts_of(booking)
    money = [_as_money(payment, number) for number, payment in enumerate(payments)]
    notes = [each for each in facts.money if each.is_credit]
    preset = AllocationPreset(terms_of(booking).allocation)
    applied = allocate(facts.items, [*notes, *money], preset, END_OF_TIME).applied
    elsewhere = _outside_consideration(facts, with_changes=with_changes)
    apart = sum(
        (
            row.amount
            for row in applied
            if row.source[0] == "payment" and (row.part == Part.TAX or row.line in elsewhere)
        ),
        ZERO,
    )
    return sum((each.amount for each in money), ZERO) - apart


def _as_money(payment: Payment, number: int) -> Money:
    money = money_of(payment, number=number)
    return Money(
        key=("payment", -number - 1),  # those that are not stored yet have no key
        value_on=money.value_on,
        number=number,
        amount=money.amount,
    )


def _outside_consideration(facts: Facts, *, with_changes: bool) -> frozenset[int]:
    return frozenset(
        line.pk
        for line in facts.lines
        if not line.in_consideration
        and not (with_changes and line.demand.kind == DemandKind.CHANGE)
    )
