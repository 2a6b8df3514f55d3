"""R5, R4 and R13 as tables and functions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings import rules
from bookings.enums import (
    FIRM,
    OPEN,
    TERMINAL,
    BookingAction,
    BookingState,
    ChangeAction,
    ChangeState,
    Lifecycle,
    PaidShare,
    PaymentPlan,
)
from projects.enums import ClaimStage

A, S, X, C = BookingAction, BookingState, ChangeAction, ChangeState

R5 = {  # the rows of the specification, written a second time
    (S.INQUIRY, A.SCHEDULE_VISIT): S.SITE_VISIT_SCHEDULED,
    (S.INQUIRY, A.HOLD): S.ON_HOLD,
    (S.SITE_VISIT_SCHEDULED, A.HOLD): S.ON_HOLD,
    (S.ON_HOLD, A.PAY_TOKEN): S.TOKEN_PAID,
    (S.TOKEN_PAID, A.CONFIRM): S.BOOKING_CONFIRMED,
    (S.BOOKING_CONFIRMED, A.SIGN): S.AGREEMENT_SIGNED,
    (S.AGREEMENT_SIGNED, A.OFFER_POSSESSION): S.POSSESSION_OFFERED,
    (S.POSSESSION_OFFERED, A.HAND_OVER): S.HANDED_OVER,
    (S.ON_HOLD, A.EXPIRE): S.EXPIRED,
    (S.ON_HOLD, A.CANCEL): S.CANCELLED,
    (S.TOKEN_PAID, A.CANCEL): S.CANCELLED,
    (S.BOOKING_CONFIRMED, A.CANCEL): S.CANCELLED,
    (S.AGREEMENT_SIGNED, A.CANCEL): S.CANCELLED,
    (S.POSSESSION_OFFERED, A.CANCEL): S.CANCELLED,
    (S.EXPIRED, A.RETAKE): S.ON_HOLD,  # late payment success
}
R13 = {
    (C.SUBMITTED, X.REVIEW): C.UNDER_REVIEW,
    (C.SUBMITTED, X.WITHDRAW): C.WITHDRAWN,
    (C.UNDER_REVIEW, X.QUOTE): C.QUOTED,
    (C.UNDER_REVIEW, X.REJECT): C.REJECTED,
    (C.UNDER_REVIEW, X.WITHDRAW): C.WITHDRAWN,
    (C.QUOTED, X.QUOTE): C.QUOTED,
    (C.QUOTED, X.APPROVE): C.APPROVED,
    (C.QUOTED, X.DECLINE): C.DECLINED,
    (C.QUOTED, X.LAPSE): C.LAPSED,
    (C.QUOTED, X.WITHDRAW): C.WITHDRAWN,
    (C.APPROVED, X.START): C.IN_PROGRESS,
    (C.IN_PROGRESS, X.COMPLETE): C.COMPLETED,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("action", A)
def test_R5_no_other_step_exists(state, action):
    assert rules.TRANSITIONS.get(state, {}).get(action) == R5.get((state, action))


@pytest.mark.parametrize("state", C)
@pytest.mark.parametrize("action", X)
def test_R13_no_other_step_exists(state, action):
    assert rules.CHANGE_TRANSITIONS.get(state, {}).get(action) == R13.get((state, action))


def test_R5_terminal_states_lead_nowhere():
    late = {S.EXPIRED}  # the platform takes the unit again for money that was on its way
    assert {state for state in S if not rules.TRANSITIONS.get(state)} == TERMINAL - late
    assert set(rules.TRANSITIONS[S.EXPIRED]) == {A.RETAKE}
    assert set(S) == OPEN | TERMINAL
    assert TERMINAL - {S.HANDED_OVER} == rules.DEAD
    assert {S.HANDED_OVER} == FIRM - OPEN


def test_contract_0_6_every_state_has_a_lifecycle():
    assert rules.LIFECYCLE == {
        S.INQUIRY: "pending",
        S.SITE_VISIT_SCHEDULED: "pending",
        S.ON_HOLD: "pending",
        S.TOKEN_PAID: "active",
        S.BOOKING_CONFIRMED: "active",
        S.AGREEMENT_SIGNED: "active",
        S.POSSESSION_OFFERED: "active",
        S.HANDED_OVER: "completed",
        S.CANCELLED: "cancelled",
        S.EXPIRED: "cancelled",
        S.TRANSFERRED: "cancelled",
    }


def test_R4_1_the_claim_gets_firmer_with_the_booking():
    assert {
        S.TOKEN_PAID: ClaimStage.BOOKED,
        S.BOOKING_CONFIRMED: ClaimStage.BOOKED,
        S.AGREEMENT_SIGNED: ClaimStage.SOLD,
        S.POSSESSION_OFFERED: ClaimStage.SOLD,
        S.HANDED_OVER: ClaimStage.HANDED_OVER,
    } == rules.STAGE_AFTER
    assert set(rules.STAGE_AFTER) == FIRM


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("pending", set()),
        ("Active", {S.TOKEN_PAID, S.BOOKING_CONFIRMED}),
        ("COMPLETED", {S.HANDED_OVER}),
        ("cancelled", {S.CANCELLED}),
        ("booking-confirmed", {S.BOOKING_CONFIRMED}),
        ("Confirmed", {S.BOOKING_CONFIRMED}),
        ("handed over", {S.HANDED_OVER}),
        ("nonsense", None),
        (None, None),
        (7, None),
    ],
)
def test_status_words(word, states):
    assert rules.targets_of(word) == states


@pytest.mark.parametrize(
    ("word", "state", "action"),
    [
        ("active", S.ON_HOLD, A.PAY_TOKEN),
        ("active", S.TOKEN_PAID, A.CONFIRM),
        ("active", S.BOOKING_CONFIRMED, None),  # it is active: repeating the word signs nothing
        ("completed", S.POSSESSION_OFFERED, A.HAND_OVER),
        ("completed", S.TOKEN_PAID, None),
        ("pending", S.TOKEN_PAID, None),
        ("cancelled", S.ON_HOLD, A.CANCEL),
        ("cancelled", S.AGREEMENT_SIGNED, A.CANCEL),
        ("expired", S.ON_HOLD, None),
        ("on_hold", S.INQUIRY, None),
        ("agreement_signed", S.BOOKING_CONFIRMED, A.SIGN),
        ("agreement_signed", S.TOKEN_PAID, None),
        ("cancelled", S.CANCELLED, None),
        ("nonsense", S.ON_HOLD, None),
    ],
)
def test_the_step_that_a_status_word_asks_for(word, state, action):
    assert rules.action_for(word, state) == action


def test_time_money_and_claims_are_not_set_by_hand():
    assert set(A) - rules.BY_HAND == {A.SCHEDULE_VISIT, A.HOLD, A.EXPIRE, A.RETAKE}


NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_R4_5_the_longest_life_counts_from_the_taking():
    assert rules.longest_end(NOON, 120) == NOON + timedelta(hours=2)


@pytest.mark.parametrize(("minutes", "waits"), [(0, True), (59, True), (60, False), (61, False)])
def test_R4_6_cooldown_is_over_exactly_at_its_end(minutes, waits):
    assert rules.in_cooldown(NOON, NOON + timedelta(minutes=minutes), 60) is waits


@pytest.mark.parametrize(
    ("total", "percent", "token"),
    [
        ("7500000.00", "1", "75000.00"),
        ("8478994.62", "1", "84789.94"),  # R6: cut down
        ("0.30", "1", "0.01"),  # never nothing
        ("100.00", "100", "100.00"),
    ],
)
def test_token_is_a_percentage_cut_down(total, percent, token):
    assert rules.token_for(Decimal(total), Decimal(percent)) == Decimal(token)


def test_token_in_a_currency_without_a_minor_unit():
    assert rules.token_for(Decimal(12_345), Decimal(1), "JPY") == Decimal(123)
    assert rules.token_for(Decimal(10), Decimal(1), "JPY") == Decimal(1)


@given(
    st.decimals(min_value="0.01", max_value="9999999999999.99", places=2),
    st.decimals(min_value="0.01", max_value=100, places=2),
)
def test_token_is_above_zero_and_within_the_price(total, percent):
    token = rules.token_for(total, percent)
    assert 0 < token <= total
    assert token == token.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("wanted", "state", "action"),
    [
        (C.UNDER_REVIEW, C.SUBMITTED, X.REVIEW),
        (C.REJECTED, C.UNDER_REVIEW, X.REJECT),
        (C.APPROVED, C.QUOTED, X.APPROVE),
        (C.COMPLETED, C.APPROVED, None),
        (C.REJECTED, C.SUBMITTED, None),
    ],
)
def test_the_step_that_a_change_status_asks_for(wanted, state, action):
    assert rules.change_action_for(wanted, state) == action


def test_R13_who_does_what():
    both = rules.BUILDER_CHANGE_ACTIONS | rules.CUSTOMER_CHANGE_ACTIONS
    assert not rules.BUILDER_CHANGE_ACTIONS & rules.CUSTOMER_CHANGE_ACTIONS
    assert set(X) - both == {X.QUOTE, X.LAPSE}


@pytest.mark.parametrize(
    ("vocabulary", "word", "value"),
    [
        (rules.PLAN_WORDS, "one-time", PaymentPlan.FULL_PAYMENT),
        (rules.PLAN_WORDS, "Construction Linked", PaymentPlan.CONSTRUCTION_LINKED),
        (rules.PAID_WORDS, "Partially Paid", PaidShare.PARTIAL),
        (rules.LIFECYCLE_WORDS, "CANCELED", Lifecycle.CANCELLED),
        (rules.CHANGE_WORDS, "in-review", C.UNDER_REVIEW),
    ],
)
def test_clients_words(vocabulary, word, value):
    assert vocabulary.resolve(word) == value


@pytest.mark.parametrize(
    ("percent", "amount", "is_above"),
    [
        ("4.9999", "50.00", False),
        ("5", "50.00", False),
        ("5.0001", "50.00", True),  # as it was given, not as the amount that it comes to
        (None, "49.99", False),
        (None, "50.00", False),
        (None, "50.01", True),
    ],
)
def test_R1_a_discount_above_the_limit_needs_a_second_person(percent, amount, is_above):
    asked = rules.is_above_limit(
        percent=None if percent is None else Decimal(percent),
        amount=Decimal(amount),
        base=Decimal(1000),
        limit=Decimal(5),
    )
    assert asked is is_above


def test_R11_cooling_off_lasts_through_its_last_day_where_the_project_stands():
    """From the day after the reservation: day 1 is 6 January, day 14 is 19 January. India is 5:30 ahead of UTC."""
    day = NOON.date()
    assert rules.cooling_off_end(day, 0, "Asia/Kolkata") is None
    assert rules.cooling_off_end(day, 1, "UTC") == datetime(2026, 1, 7, tzinfo=UTC)
    assert rules.cooling_off_end(day, 14, "UTC") == datetime(2026, 1, 20, tzinfo=UTC)
    end = rules.cooling_off_end(day, 14, "Asia/Kolkata")
    assert end == datetime(2026, 1, 19, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("share", "is_one"),
    [
        ("0", False),
        ("-1", False),
        ("0.01", True),
        ("0.001", False),
        ("33.33", True),
        ("33.333", False),
        ("100", True),
        ("100.01", False),
        ("NaN", False),
        ("Infinity", False),
    ],
)
def test_R18_what_can_be_a_share(share, is_one):
    assert rules.is_share(Decimal(share)) is is_one


@pytest.mark.parametrize(
    ("shares", "are_whole"),
    [
        (["100"], True),
        (["33.33", "33.33", "33.34"], True),
        (["50", "49.99"], False),
        (["50", "50.01"], False),
        ([], False),
    ],
)
def test_R18_shares_add_to_a_hundred(shares, are_whole):
    assert rules.are_whole(Decimal(share) for share in shares) is are_whole


def test_R13_vector_of_the_lines_of_an_offer():
    asked = [("12", "4350.00"), ("-1", "18500.00"), ("3.5", "1275.50"), ("0.333", "0.50")]
    lines = [
        {"description": f"Line {place}", "quantity": Decimal(quantity), "rate": Decimal(rate)}
        for place, (quantity, rate) in enumerate(asked)
    ]
    found = rules.change_lines(lines, "INR")
    assert [line.amount for line in found] == [
        Decimal("52200.00"),
        Decimal("-18500.00"),
        Decimal("4464.25"),
        Decimal("0.17"),
    ]
    assert found[3].figure == "Line 3"
    assert found[3].unrounded == Decimal("0.1665")
    assert found[3].inputs == {"quantity": Decimal("0.333"), "rate": Decimal("0.50")}
