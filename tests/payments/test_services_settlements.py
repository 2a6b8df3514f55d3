"""Settling a booking that ends: proposed by one, approved by another, and the account closes (R11, R5.10)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from bookings.enums import BookingState, ChangeState
from bookings.services import cancel_booking
from payments import services
from payments.enums import (
    CreditKind,
    DemandKind,
    EntryKind,
    Initiator,
    PaymentType,
    ReceiptState,
    RefundState,
    SettlementAction,
    SettlementState,
)
from payments.models import CreditNote, InterestRate, LedgerEntry, Payment, Refund, Settlement
from payments.services.charges import charge_change
from projects.enums import ReleaseReason
from projects.models import Unit
from realestate.core import clock
from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.transactions import service
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.payments import DefaultNoticeFactory, PaymentFactory, SettlementFactory
from tests.payments.conftest import NOON
from tests.payments.ending import account, demand, pay, purchase, vector
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 1, 5)


def propose(cast, booking, *, actor=None, initiator=Initiator.BUYER, **facts):
    return services.propose_settlement(
        actor=actor or cast.meera,
        booking_id=booking.pk,
        initiator=initiator,
        reason="The buyer withdraws.",
        **facts,
    )


def approve(cast, settlement, *, actor=None):
    return services.decide_settlement(
        actor=actor or cast.sana, settlement_id=settlement.pk, action=SettlementAction.APPROVE
    )


def amounts(settlement):
    return {line["code"]: D(line["amount"]) for line in settlement.lines}


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


# --- what an approval does -------------------------------------------------------------------------------------------


def test_R11_an_approval_closes_the_account_and_frees_the_unit(cast):
    booking = vector(cast)
    settlement = approve(cast, propose(cast, booking))
    booking.refresh_from_db()
    booking.claim.refresh_from_db()
    unit = Unit.objects.with_status(clock.now()).get(pk=cast.meera_unit.pk)
    assert (booking.state, booking.claim.release_reason, unit.status) == (
        BookingState.CANCELLED,
        ReleaseReason.CANCELLED,
        "available",
    )
    assert account(booking) == (D("-449019.80"), 0, D("449019.80"))
    assert (settlement.state, settlement.decided_by_id, settlement.decided_at) == (
        SettlementState.APPROVED,
        cast.sana.pk,
        NOON,
    )
    refund = Refund.objects.get()
    assert (refund.settlement_id, refund.amount, refund.due_on, refund.state) == (
        settlement.pk,
        D("449019.80"),
        settlement.refund_due_on,
        RefundState.DUE,
    )
    note = CreditNote.objects.get()
    assert (note.kind, note.reason, note.issued_on) == (
        CreditKind.CANCELLATION,
        str(settlement),
        TODAY,
    )
    kept = LedgerEntry.objects.filter(settlement=settlement).order_by("pk")
    assert list(kept.values_list("kind", "debit", "value_on")) == [
        (EntryKind.FORFEIT, D(800_000), TODAY),
        (EntryKind.FORFEIT, D("980.20"), TODAY),
    ]


def test_every_step_is_audited(cast):
    booking = vector(cast)
    settlement = approve(cast, propose(cast, booking))
    steps = AuditEntry.objects.filter(object_type="payments.settlement").order_by("pk")
    assert list(steps.values_list("object_id", "action", "actor_id")) == [
        (settlement.pk, "proposed", cast.meera.pk),
        (settlement.pk, "approve", cast.sana.pk),
    ]
    due = AuditEntry.objects.get(object_type="payments.refund")
    assert (due.action, due.after) == ("due", {"amount": "449019.80"})


def test_R10_4_the_account_closes_after_partial_payments_waivers_and_corrections(cast):
    booking = purchase(cast)
    first = demand(booking, 400_000, tax=20_000)
    pay(cast, booking, 500_000)
    demand(booking, 600_000, tax=30_000, day=date(2025, 9, 1))
    demand(booking, 700, kind=DemandKind.CHARGE, day=date(2025, 9, 2))
    services.correct_demand(
        actor=cast.meera, demand_id=first.pk, reason="Wrong tower.", reissue=False
    )
    settlement = approve(cast, propose(cast, booking))
    assert amounts(settlement) == {"forfeit": D(470_000), "tax": D(30_000)}
    assert account(booking) == (0, 0, 0)
    assert not Refund.objects.exists()


def test_R13_4_a_credit_for_omitted_work_is_no_money(cast):
    booking = vector(cast)
    change = ChangeRequestFactory(booking=booking, state=ChangeState.APPROVED)
    quote = ChangeQuoteFactory(change_request=change, net_amount=D(-5_000), tax_amount=D(-900))
    service(charge_change)(booking=booking, change=change, quote=quote)
    settlement = approve(cast, propose(cast, booking, forfeit_percent=D(2)))
    assert settlement.received == D(1_250_000)
    assert account(booking)[0] == -settlement.refund_amount


def test_R6_money_that_was_held_apart_is_returned_in_full(cast):
    booking = vector(cast)
    PaymentFactory(booking=booking, amount=D(70_000), is_held_excess=True)
    settlement = propose(cast, booking)
    assert (settlement.received, settlement.refund_amount) == (D(1_320_000), D("519019.80"))
    approve(cast, settlement)
    assert account(booking)[0] == D("-519019.80")
    assert not Payment.objects.filter(is_held_excess=True).exists()


def test_R11_interest_that_the_builder_owes_is_a_credit(cast):
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2020, 1, 1))
    booking = purchase(cast)
    pay(cast, booking, 2_000_000, date(2025, 8, 22))
    PaymentFactory(booking=booking, amount=D(1_000), is_held_excess=True)
    settlement = approve(cast, propose(cast, booking, initiator=Initiator.BUILDER_DEFAULT))
    owed = -amounts(settlement)["delay_interest"]
    assert settlement.refund_amount == D(2_001_000) + owed
    assert account(booking)[0] == -settlement.refund_amount
    assert CreditNote.objects.get().kind == CreditKind.DELAY


def test_R11_a_part_of_a_token_is_returned_after_the_hold_lapsed(cast, booking, noon):
    pay(cast, booking, 50_000, TODAY)
    noon.move_to(NOON + timedelta(hours=1), tick=False)
    settlement = approve(cast, propose(cast, booking))
    assert settlement.refund_amount == 50_000
    assert account(booking) == (D(-50_000), 0, D(50_000))
    booking.refresh_from_db()
    assert services.standing(booking).balance == -50_000
    with pytest.raises(InvalidTransition):
        propose(cast, booking)


def test_money_that_goes_back_anyway_is_not_settled_again(cast):
    booking = BookingFactory(
        state=BookingState.EXPIRED, unit=cast.meera_unit, customer=cast.asha.customer
    )
    late = services.receive_online(
        booking_id=booking.pk,
        payer=cast.asha,
        amount=D(75_000),
        currency="INR",
        transaction_id="pay_1",
        initiated_at=NOON + timedelta(days=1),
        paid_on=TODAY,
    )
    assert Refund.objects.get().payment_id == late.pk
    with pytest.raises(services.NothingToSettle):
        propose(cast, booking)
    services.pay_refund(actor=cast.meera, refund_id=Refund.objects.get().pk, reference="UTR-9")
    assert account(booking) == (0, 0, 0)
    with pytest.raises(services.NothingToSettle):
        propose(cast, booking)


def test_late_interest_stays_as_it_was_posted(cast):
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2020, 1, 1))
    booking = purchase(cast)
    demand(booking, 1_000_000, day=date(2025, 6, 15))
    pay(cast, booking, 900_000, date(2025, 6, 15))
    services.charge_interest(actor=cast.meera, booking_id=booking.pk, until=TODAY)
    owed = services.standing(booking).unpaid_interest
    assert owed == D("6092.05")
    settlement = approve(cast, propose(cast, booking))
    assert amounts(settlement)["unpaid_interest"] == owed
    assert account(booking)[0] == -settlement.refund_amount == -(D(100_000) - owed)


# --- races -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_R11_of_two_approvals_at_once_one_wins(transactional_db, cast):
    booking = vector(cast)
    draft = propose(cast, booking)
    people = [StaffFactory() for _ in range(4)]
    results = run_together(4, lambda index: approve(cast, draft, actor=people[index]))
    assert len(winners(results)) == 1
    assert {type(each) for each in losers(results)} == {InvalidTransition}
    assert Refund.objects.count() == 1
    assert account(booking)[0] == D("-449019.80")
