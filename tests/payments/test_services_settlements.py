"""Settling a booking that ends: what is kept and returned, and what may not be settled (R11, R5.10)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from bookings.enums import BookingState, ChangeState
from bookings.services import cancel_booking
from payments import services
from payments.enums import (
    DemandKind,
    Initiator,
    PaymentType,
    ReceiptState,
    SettlementAction,
    SettlementState,
)
from payments.models import InterestRate, Refund, Settlement
from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import SystemSetting
from realestate.core.transactions import service
from tests.factories.bookings import ChangeQuoteFactory
from tests.factories.payments import DefaultNoticeFactory, PaymentFactory, SettlementFactory
from tests.payments.ending import amounts, approve, demand, pay, propose, purchase, vector

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 1, 5)


def set_to(key, value):
    SystemSetting.objects.create(key=key, scope=SettingScope.SYSTEM, value=value)


# --- the figures -----------------------------------------------------------------------------------------------------


def test_R11_vector_from_the_ledger(cast):
    booking = vector(cast)
    settlement = propose(cast, booking)
    assert (
        settlement.version,
        settlement.state,
        settlement.received,
        amounts(settlement),
        settlement.refund_amount,
        settlement.refund_due_on,
        settlement.forfeit_percent,
    ) == (
        1,
        SettlementState.DRAFT,
        D(1_250_000),
        {"forfeit": D(800_000), "unpaid_interest": D("980.20")},
        D("449019.80"),
        TODAY + timedelta(days=45),
        D(10),
    )
    assert settlement.lines[0]["working"]["inputs"] == {
        "A": "8000000.00",
        "percent": "10.0000",
        "P": "1250000.00",
    }
    assert settlement.working["amount"] == "449019.80"


def test_R11_vector_with_less_than_what_was_agreed(cast):
    settlement = propose(cast, vector(cast), forfeit_percent=D(2))
    assert settlement.refund_amount == D("1089019.80")
    assert settlement.forfeit_percent == 2


def test_R22_9_the_terms_of_the_booking_hold(cast):
    booking = vector(cast)
    set_to("payments.forfeit_percent", 50)
    set_to("payments.refund_days", 1)
    settlement = propose(cast, booking)
    assert settlement.refund_amount == D("449019.80")
    assert settlement.refund_due_on == TODAY + timedelta(days=45)


def test_R11_tax_and_charges_and_paid_interest_stand_as_lines(cast):
    booking = purchase(cast)
    demand(booking, 1_000_000, tax=50_000)
    demand(booking, 700, kind=DemandKind.CHARGE)
    demand(booking, 300, kind=DemandKind.INTEREST)
    pay(cast, booking, 1_060_000)
    settlement = propose(cast, booking)
    assert amounts(settlement) == {
        "forfeit": D(800_000),
        "tax": D(50_000),
        "interest": D(300),
        "charges": D(700),
    }
    assert settlement.refund_amount == D(209_000)  # an advance of 9,000 counts in full
    set_to("payments.tax_is_refundable", value=True)
    assert propose(cast, booking).refund_amount == D(259_000)


@pytest.mark.parametrize(
    ("effective_on", "refund"), [(date(2025, 6, 11), 100_000), (date(2025, 6, 12), 0)]
)
def test_R11_inside_cooling_off_everything_is_returned(cast, effective_on, refund):
    """Until 23:59:59 of the last day in the project's zone."""
    ends = datetime(2025, 6, 11, 18, 29, 59, tzinfo=UTC)
    booking = purchase(cast, cooling_off_until=ends)
    demand(booking, 90_000, tax=10_000)
    pay(cast, booking, 100_000, date(2025, 6, 2))
    assert propose(cast, booking, effective_on=effective_on).refund_amount == refund


def test_R11_before_the_token_everything_is_returned(cast, booking):
    pay(cast, booking, 50_000, TODAY)
    assert propose(cast, booking).refund_amount == 50_000


def test_R11_a_builders_default_adds_interest_up_to_the_day_the_refund_is_due(cast):
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2020, 1, 1))
    booking = purchase(cast)
    pay(cast, booking, 2_000_000, date(2025, 8, 22))
    settlement = propose(cast, booking, initiator=Initiator.BUILDER_DEFAULT)
    assert (settlement.refund_due_on - date(2025, 8, 22)).days == 181
    assert amounts(settlement) == {"delay_interest": D("-108104.11")}
    assert settlement.refund_amount == D("2108104.11")
    assert settlement.forfeit_percent == 0


def test_R11_change_work_done_and_not_charged_is_deducted(cast):
    booking = vector(cast)
    for state, net in ((ChangeState.COMPLETED, 4_000), (ChangeState.APPROVED, 6_000)):
        quote = ChangeQuoteFactory(
            change_request__booking=booking, change_request__state=state, net_amount=net
        )
        _add_line(booking, quote)
    assert amounts(propose(cast, booking))["work"] == D(4_000)


@service
def _add_line(booking, quote):
    services.schedules.add_addendum(actor=None, booking=booking, change_quote=quote)


# --- guards ----------------------------------------------------------------------------------------------------------


def test_a_booking_without_money_needs_no_settlement(cast):
    booking = purchase(cast)
    with pytest.raises(services.NothingToSettle):
        propose(cast, booking)
    assert not Settlement.objects.exists()
    assert cancel_booking(actor=cast.asha, booking_id=booking.pk).state == BookingState.CANCELLED


def test_R11_no_more_than_agreed_can_be_kept(cast):
    with pytest.raises(services.ForfeitBeyondTerms) as refusal:
        propose(cast, vector(cast), forfeit_percent=D("10.0001"))
    assert refusal.value.extra == {"agreed": D(10)}
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("day", [date(2025, 5, 31), TODAY + timedelta(days=1)])
def test_the_effective_day_lies_within_the_booking(cast, day):
    with pytest.raises(InvalidValue) as refusal:
        propose(cast, vector(cast), effective_on=day)
    assert list(refusal.value.errors) == ["effective_on"]
    assert not Settlement.objects.exists()


def test_a_settlement_says_why(cast):
    booking = vector(cast)
    with pytest.raises(services.ReasonMissing):
        services.propose_settlement(
            actor=cast.meera, booking_id=booking.pk, initiator=Initiator.BUYER, reason=" "
        )
    draft = propose(cast, booking)
    with pytest.raises(services.ReasonMissing):
        services.decide_settlement(
            actor=cast.sana, settlement_id=draft.pk, action=SettlementAction.REFUSE
        )
    draft.refresh_from_db()
    assert draft.state == SettlementState.DRAFT


@pytest.mark.parametrize("state", [BookingState.HANDED_OVER, BookingState.CANCELLED])
def test_R5_10_only_what_can_be_cancelled_is_settled(cast, state):
    booking = purchase(cast, state=state)
    PaymentFactory(booking=booking)
    with pytest.raises(InvalidTransition) as refusal:
        propose(cast, booking)
    assert refusal.value.extra["state"] == state
    assert not Settlement.objects.exists()


def test_R21_only_the_projects_builder_and_staff_settle(cast):
    booking = vector(cast)
    with pytest.raises(NotAllowed):
        propose(cast, booking, actor=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        propose(cast, booking, actor=cast.kiran)
    assert not Settlement.objects.exists()
    draft = propose(cast, booking)
    with pytest.raises(NotAllowed):
        approve(cast, draft, actor=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        approve(cast, draft, actor=cast.kiran)
    draft.refresh_from_db()
    assert draft.state == SettlementState.DRAFT


@pytest.mark.parametrize("action", SettlementAction)
def test_R21_whoever_proposed_it_does_not_decide(cast, action):
    draft = propose(cast, vector(cast))
    with pytest.raises(services.ApproverIsRequester):
        services.decide_settlement(
            actor=cast.meera, settlement_id=draft.pk, action=action, reason="Fine."
        )
    draft.refresh_from_db()
    assert (draft.state, draft.decided_by) == (SettlementState.DRAFT, None)
    with pytest.raises(IntegrityError, match="settlement_approver_is_another"):
        SettlementFactory(
            state=SettlementState.APPROVED, decided_by=cast.sana, requested_by=cast.sana
        )


def test_R11_only_the_last_version_can_be_approved(cast):
    booking = vector(cast)
    first, second = propose(cast, booking), propose(cast, booking, forfeit_percent=D(2))
    assert (first.version, second.version) == (1, 2)
    with pytest.raises(services.SettlementSuperseded):
        approve(cast, first)
    first.refresh_from_db()
    assert (first.state, Refund.objects.count()) == (SettlementState.DRAFT, 0)
    assert approve(cast, second).state == SettlementState.APPROVED


def test_R11_figures_that_changed_cannot_be_approved(cast):
    booking = vector(cast)
    draft = propose(cast, booking)
    pay(cast, booking, 100, TODAY)
    with pytest.raises(services.SettlementStale) as refusal:
        approve(cast, draft)
    assert refusal.value.extra == {"refund_amount": D("449119.80")}
    draft.refresh_from_db()
    booking.refresh_from_db()
    assert (draft.state, booking.state) == (SettlementState.DRAFT, BookingState.AGREEMENT_SIGNED)


@pytest.mark.parametrize("state", [ReceiptState.SUBMITTED, ReceiptState.RECORDED])
def test_money_on_its_way_is_decided_first(cast, state):
    booking = vector(cast)
    waiting = PaymentFactory(booking=booking, state=state)
    PaymentFactory(booking=booking, state=state, payment_type=PaymentType.MAINTENANCE)
    draft = propose(cast, booking)
    with pytest.raises(services.ReceiptsPending):
        approve(cast, draft)
    draft.refresh_from_db()
    assert draft.state == SettlementState.DRAFT
    services.reject_payment(actor=cast.meera, payment_id=waiting.pk, reason="It never came.")
    assert approve(cast, draft).state == SettlementState.APPROVED


def test_a_decision_is_made_once(cast):
    draft = propose(cast, vector(cast))
    refused = services.decide_settlement(
        actor=cast.sana, settlement_id=draft.pk, action=SettlementAction.REFUSE, reason="Ask again."
    )
    assert (refused.state, refused.decision_reason) == (SettlementState.REFUSED, "Ask again.")
    with pytest.raises(InvalidTransition):
        approve(cast, draft)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("cures", "found"),
    [([], 0), ([date(2025, 9, 16)], 1), ([date(2025, 9, 16), TODAY], 1)],
)
def test_R11_a_buyers_default_needs_notices_that_have_run_out(cast, cures, found):
    booking = vector(cast)
    for cure in cures:
        DefaultNoticeFactory(booking=booking, cure_until=cure)
    draft = propose(cast, booking, initiator=Initiator.BUYER_DEFAULT)
    with pytest.raises(services.NoticesMissing) as refusal:
        approve(cast, draft)
    assert refusal.value.extra == {"needed": 2, "found": found}
    draft.refresh_from_db()
    assert draft.state == SettlementState.DRAFT


def test_R11_with_its_notices_a_default_is_settled(cast):
    booking = vector(cast)
    DefaultNoticeFactory.create_batch(2, booking=booking)
    draft = propose(cast, booking, initiator=Initiator.BUYER_DEFAULT)
    assert approve(cast, draft).state == SettlementState.APPROVED
