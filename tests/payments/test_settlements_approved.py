"""What the approval of a settlement does: the account closes, the unit is free, money goes back (R11, R5.10)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bookings.enums import BookingState, ChangeState
from payments import services
from payments.enums import (
    CreditKind,
    DemandKind,
    EntryKind,
    Initiator,
    RefundState,
    SettlementState,
)
from payments.models import CreditNote, InterestRate, LedgerEntry, Payment, Refund
from payments.services.charges import charge_change
from projects.enums import ReleaseReason
from projects.models import Unit
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.payments import PaymentFactory
from tests.payments.conftest import NOON
from tests.payments.ending import account, amounts, approve, demand, pay, propose, purchase, vector
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 1, 5)


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
