"""R1 (quotes), R4 (holds), R5 (states of a booking), R11 (cooling-off) and R18 (applicants) as tables and functions."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bookings.enums import BookingAction as A
from bookings.enums import BookingState as S
from bookings.enums import (
    KycAction,
    KycState,
    Lifecycle,
    QuoteAction,
    QuoteState,
    Standing,
)
from projects.enums import ClaimStage
from realestate.core.money import DEFAULT_CURRENCY, floor_money, round_money
from realestate.core.vocabulary import Vocabulary

# --- R5: where a booking can go --------------------------------------------------------------------------------------

NEW = ""  # before the first state
TRANSITIONS: dict[str, dict[str, str]] = {
    S.INQUIRY: {A.SCHEDULE_VISIT: S.SITE_VISIT_SCHEDULED, A.HOLD: S.ON_HOLD},
    S.SITE_VISIT_SCHEDULED: {A.HOLD: S.ON_HOLD},
    S.ON_HOLD: {A.PAY_TOKEN: S.TOKEN_PAID, A.EXPIRE: S.EXPIRED, A.CANCEL: S.CANCELLED},
    S.TOKEN_PAID: {A.CONFIRM: S.BOOKING_CONFIRMED, A.CANCEL: S.CANCELLED},
    S.BOOKING_CONFIRMED: {A.SIGN: S.AGREEMENT_SIGNED, A.CANCEL: S.CANCELLED},
    S.AGREEMENT_SIGNED: {A.OFFER_POSSESSION: S.POSSESSION_OFFERED, A.CANCEL: S.CANCELLED},
    S.POSSESSION_OFFERED: {A.HAND_OVER: S.HANDED_OVER, A.CANCEL: S.CANCELLED},
    # Late payment success: money that was on its way while the hold lived. Only the platform does this.
    S.EXPIRED: {A.RETAKE: S.ON_HOLD},
}
# Over without a handover: nothing can be changed.
DEAD = frozenset({S.CANCELLED, S.EXPIRED, S.TRANSFERRED})
STAGE_AFTER: Mapping[str, ClaimStage] = {  # how firm the unit's claim is from a state on (R4.1)
    S.TOKEN_PAID: ClaimStage.BOOKED,
    S.BOOKING_CONFIRMED: ClaimStage.BOOKED,
    S.AGREEMENT_SIGNED: ClaimStage.SOLD,
    S.POSSESSION_OFFERED: ClaimStage.SOLD,
    S.HANDED_OVER: ClaimStage.HANDED_OVER,
}
BY_HAND = frozenset(  # what a builder asks for by naming a status; the rest follows from money, time or a claim
    {A.PAY_TOKEN, A.CONFIRM, A.SIGN, A.OFFER_POSSESSION, A.HAND_OVER, A.CANCEL}
)
LIFECYCLE: Mapping[str, Lifecycle] = {
    S.INQUIRY: Lifecycle.PENDING,
    S.SITE_VISIT_SCHEDULED: Lifecycle.PENDING,
    S.ON_HOLD: Lifecycle.PENDING,
    S.TOKEN_PAID: Lifecycle.ACTIVE,
    S.BOOKING_CONFIRMED: Lifecycle.ACTIVE,
    S.AGREEMENT_SIGNED: Lifecycle.ACTIVE,
    S.POSSESSION_OFFERED: Lifecycle.ACTIVE,
    S.HANDED_OVER: Lifecycle.COMPLETED,
    S.CANCELLED: Lifecycle.CANCELLED,
    S.EXPIRED: Lifecycle.CANCELLED,
    S.TRANSFERRED: Lifecycle.CANCELLED,
}
STANDING: Mapping[str, Standing] = {
    state: Standing.HELD if state == S.ON_HOLD else Standing(short)
    for state, short in LIFECYCLE.items()
}
LIFECYCLE_TARGETS: Mapping[Lifecycle, frozenset[str]] = {
    Lifecycle.PENDING: frozenset(),
    Lifecycle.ACTIVE: frozenset({S.TOKEN_PAID, S.BOOKING_CONFIRMED}),
    Lifecycle.COMPLETED: frozenset({S.HANDED_OVER}),
    Lifecycle.CANCELLED: frozenset({S.CANCELLED}),
}
STATE_WORDS = Vocabulary(
    S,
    {
        "confirmed": S.BOOKING_CONFIRMED,
        "signed": S.AGREEMENT_SIGNED,
        "registered": S.AGREEMENT_SIGNED,
        "canceled": S.CANCELLED,
    },
)
LIFECYCLE_WORDS = Vocabulary(Lifecycle, {"canceled": Lifecycle.CANCELLED})


def targets_of(word: object) -> frozenset[str] | None:
    """The states that a client may mean by a status word; None for an unknown word.

    ``active`` goes as far as the confirmation and no further: nobody signs or hands over by repeating a word.
    """
    if (lifecycle := LIFECYCLE_WORDS.resolve(word)) is not None:
        return LIFECYCLE_TARGETS[lifecycle]
    state = STATE_WORDS.resolve(word)
    return None if state is None else frozenset({state})


def action_for(word: object, state: str) -> A | None:
    """The one step that leads from ``state`` to what ``word`` means; None where no single step does."""
    targets = targets_of(word) or frozenset()
    steps = TRANSITIONS.get(state, {})
    return next(
        (A(name) for name, new in steps.items() if name in BY_HAND and new in targets), None
    )


# --- R4: holds -------------------------------------------------------------------------------------------------------


def longest_end(taken_at: datetime, maximum_minutes: int) -> datetime:
    """R4.5: the last instant to which a hold may be extended, counted from when it was taken."""
    return taken_at + timedelta(minutes=maximum_minutes)


def in_cooldown(expired_at: datetime, now: datetime, cooldown_minutes: int) -> bool:
    """R4.6: whether a customer must still wait before holding a unit whose hold lapsed at ``expired_at``."""
    return now < expired_at + timedelta(minutes=cooldown_minutes)


def token_for(total: Decimal, percent: Decimal, currency: str = DEFAULT_CURRENCY) -> Decimal:
    """What reserves a unit: a percentage of the price, never zero and never above the price.

    Cut down, so that a token of as many percent as may be received before the agreement is within that cap (R6).
    """
    smallest = round_money(Decimal("0.01"), currency) or Decimal(1)
    return min(max(floor_money(total * percent / 100, currency), smallest), total)


# --- R1: quotes ------------------------------------------------------------------------------------------------------

QUOTE_TRANSITIONS: dict[str, dict[str, str]] = {
    QuoteState.APPROVAL_PENDING: {
        QuoteAction.APPROVE: QuoteState.APPROVED,
        QuoteAction.REFUSE: QuoteState.REFUSED,
    },
}


def is_above_limit(
    *, percent: Decimal | None, amount: Decimal, base: Decimal, limit: Decimal
) -> bool:
    """R1: whether a discount needs a second person: its percent, or its share of the discount base, is above ``limit``.

    A percentage is compared as it was given, not as the rounded amount that it comes to.
    """
    return percent > limit if percent is not None else amount * 100 > limit * base


# --- R11: cooling-off ------------------------------------------------------------------------------------------------


def cooling_off_end(day: date, days: int, zone: str) -> datetime | None:
    """R11: the first instant after the ``days``-th day that follows the reservation's day; None for no days.

    Day n lasts through 23:59:59 in the project's zone, so the interval is half-open, as holds are.
    """
    if days == 0:
        return None
    return datetime.combine(day + timedelta(days=days + 1), time.min, tzinfo=ZoneInfo(zone))


# --- R18: applicants -------------------------------------------------------------------------------------------------

WHOLE = Decimal("100.00")
KYC_TRANSITIONS: dict[str, dict[str, str]] = {
    KycState.MISSING: {KycAction.SUBMIT: KycState.SUBMITTED},
    KycState.SUBMITTED: {
        KycAction.VERIFY: KycState.VERIFIED,
        KycAction.REJECT: KycState.REJECTED,
    },
    KycState.REJECTED: {KycAction.SUBMIT: KycState.SUBMITTED},
}
BUYERS_KYC_ACTIONS = frozenset({KycAction.SUBMIT})  # the builder's side does the rest
KYC_ACTION_TO: Mapping[str, KycAction] = {
    KycState.SUBMITTED: KycAction.SUBMIT,
    KycState.VERIFIED: KycAction.VERIFY,
    KycState.REJECTED: KycAction.REJECT,
}


def is_share(share: Decimal) -> bool:
    """Whether a number can be somebody's share in percent: above 0, at most 100, with 2 decimals."""
    return share.is_finite() and 0 < share <= WHOLE and share == round(share, 2)


def are_whole(shares: Iterable[Decimal]) -> bool:
    """Whether shares in percent total exactly 100.00."""
    return sum(shares, Decimal(0)) == WHOLE
