"""Refunds are paid once and by another person; notices are numbered and leave time (R11, R21)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from bookings.enums import BookingState
from payments import services
from payments.enums import EntryKind, Initiator, RefundState, SettlementAction
from payments.models import DefaultNotice, InterestRate, LedgerEntry, Refund
from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DefaultNoticeFactory, PaymentFactory, RefundFactory
from tests.payments.conftest import NOON
from tests.payments.ending import account, purchase, vector
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 1, 5)
RATE = D("10.90")


def settled(cast) -> Refund:
    """The refund of R11's vector, asked for by Meera."""
    draft = services.propose_settlement(
        actor=cast.meera,
        booking_id=vector(cast).pk,
        initiator=Initiator.BUYER,
        reason="The buyer withdraws.",
    )
    services.decide_settlement(
        actor=cast.sana, settlement_id=draft.pk, action=SettlementAction.APPROVE
    )
    return Refund.objects.get()


def pay(actor, refund, **facts):
    return services.pay_refund(actor=actor, refund_id=refund.pk, **{"reference": "UTR-9", **facts})


# --- refunds ---------------------------------------------------------------------------------------------------------


def test_R11_the_account_is_at_zero_after_the_refund(cast):
    refund = settled(cast)
    assert account(refund.booking) == (D("-449019.80"), 0, D("449019.80"))
    paid = pay(cast.sana, refund)
    assert (paid.state, paid.paid_on, paid.paid_by_id, paid.reference) == (
        RefundState.PAID,
        TODAY,
        cast.sana.pk,
        "UTR-9",
    )
    assert account(refund.booking) == (0, 0, 0)
    entry = LedgerEntry.objects.get(refund=refund)
    assert (entry.kind, entry.debit, entry.value_on, entry.reference, entry.label) == (
        EntryKind.REFUND,
        D("449019.80"),
        TODAY,
        str(refund),
        "Refund UTR-9",
    )
    audited = AuditEntry.objects.get(object_type="payments.refund", action="paid")
    assert (audited.actor_id, audited.after) == (
        cast.sana.pk,
        {"amount": "449019.80", "reference": "UTR-9"},
    )


def test_R10_the_statement_ends_at_zero(cast):
    refund = settled(cast)
    pay(cast.sana, refund)
    statement = services.statement_of(refund.booking, first_on=None, last_on=TODAY)
    assert (statement.closing, statement.advance, statement.next_due_on) == (0, 0, None)
    assert statement.lines[-1].balance == 0


def test_a_refund_is_paid_once(cast):
    refund = settled(cast)
    pay(cast.sana, refund)
    with pytest.raises(InvalidTransition):
        pay(cast.sana, refund, reference="UTR-10")
    refund.refresh_from_db()
    assert (refund.reference, LedgerEntry.objects.filter(kind=EntryKind.REFUND).count()) == (
        "UTR-9",
        1,
    )


def test_R21_whoever_asked_for_it_does_not_pay_it(cast):
    refund = settled(cast)
    with pytest.raises(services.PayerIsRequester):
        pay(cast.meera, refund)
    refund.refresh_from_db()
    assert (refund.state, LedgerEntry.objects.filter(refund=refund).count()) == (RefundState.DUE, 0)
    with pytest.raises(IntegrityError, match="refund_payer_is_another"):
        RefundFactory(
            state=RefundState.PAID, paid_on=TODAY, paid_by=cast.sana, requested_by=cast.sana
        )


def test_R21_customers_and_strangers_pay_nothing(cast):
    refund = settled(cast)
    with pytest.raises(NotAllowed):
        pay(cast.asha, refund)
    with pytest.raises(ObjectDoesNotExist):
        pay(cast.kiran, refund)
    refund.refresh_from_db()
    assert refund.state == RefundState.DUE


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"paid_on": TODAY + timedelta(days=1)}, "paid_on"),
        ({"paid_on": TODAY - timedelta(days=1)}, "paid_on"),
    ],
)
def test_a_refund_says_how_and_when_it_was_paid(cast, facts, field):
    refund = settled(cast)
    with pytest.raises(InvalidValue) as refusal:
        pay(cast.sana, refund, **facts)
    assert list(refusal.value.errors) == [field]
    refund.refresh_from_db()
    assert refund.state == RefundState.DUE


@pytest.mark.parametrize(
    ("paid_on", "today", "amount"),
    [
        (None, date(2026, 2, 19), "0.00"),
        (None, date(2026, 2, 20), "134.09"),
        (None, date(2026, 3, 21), "4022.73"),
        (date(2026, 2, 20), date(2026, 3, 21), "134.09"),
    ],
)
def test_R11_a_late_refund_bears_interest_from_the_day_it_was_due(cast, paid_on, today, amount):
    """449,019.80 × 10.90 % for no day, one, thirty; and no longer after it was paid."""
    refund = settled(cast)
    InterestRate.objects.create(percent=RATE, valid_from=date(2020, 1, 1))
    refund.paid_on = paid_on
    accrual = services.late_interest(refund, services.rate_table(), today)
    assert accrual.amount == D(amount)


def test_R9_a_projects_own_rate_comes_first(cast):
    refund = settled(cast)
    day = refund.due_on + timedelta(days=365)
    assert services.late_interest(refund, services.rate_table(), day).amount == 0
    InterestRate.objects.create(percent=RATE, valid_from=date(2020, 1, 1))
    InterestRate.objects.create(
        percent=D(10), valid_from=date(2020, 1, 1), project=cast.meera_project
    )
    InterestRate.objects.create(
        percent=D(50), valid_from=date(2020, 1, 1), project=cast.kiran_project
    )
    assert services.late_interest(refund, services.rate_table(), day).amount == D("44901.98")


def test_R5_money_that_came_too_late_goes_back_the_same_way(cast):
    booking = BookingFactory(state=BookingState.EXPIRED, unit=cast.meera_unit)
    services.receive_online(
        booking_id=booking.pk,
        payer=booking.customer.user,
        amount=D(75_000),
        currency="INR",
        transaction_id="pay_1",
        initiated_at=NOON + timedelta(days=1),
        paid_on=TODAY,
    )
    pay(cast.meera, Refund.objects.get())
    assert account(booking) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_payments_of_a_refund_at_once_one_is_recorded(transactional_db, cast):
    refund = settled(cast)
    people = [StaffFactory() for _ in range(4)]
    results = run_together(4, lambda index: pay(people[index], refund))
    assert len(winners(results)) == 1
    assert {type(each) for each in losers(results)} == {InvalidTransition}
    assert account(refund.booking) == (0, 0, 0)


# --- notices ---------------------------------------------------------------------------------------------------------


def send(cast, booking, *, actor=None, **facts):
    return services.send_notice(actor=actor or cast.meera, booking_id=booking.pk, **facts)


def test_R11_notices_are_numbered_and_leave_time(cast):
    booking = purchase(cast)
    first = send(cast, booking, sent_on=date(2025, 12, 1), cure_days=20, text="Please pay.")
    second = send(cast, booking)
    assert [
        (row.number, row.sent_on, row.cure_until, row.text, row.recorded_by_id)
        for row in (first, second)
    ] == [
        (1, date(2025, 12, 1), date(2025, 12, 21), "Please pay.", cast.meera.pk),
        (2, TODAY, date(2026, 1, 20), "", cast.meera.pk),
    ]
    audited = AuditEntry.objects.filter(object_type="payments.defaultnotice", action="sent")
    assert audited.count() == 2


def test_R11_a_gap_lies_between_notices(cast):
    booking = purchase(cast)
    send(cast, booking, sent_on=date(2025, 12, 22))
    with pytest.raises(services.NoticeTooEarly) as refusal:
        send(cast, booking)
    assert refusal.value.extra == {"earliest": date(2026, 1, 6)}
    assert DefaultNotice.objects.count() == 1
    SystemSetting.objects.create(
        key="payments.notice_gap_days", scope=SettingScope.SYSTEM, value=14
    )
    assert send(cast, booking).number == 2


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"sent_on": TODAY + timedelta(days=1)}, "sent_on"),
        ({"sent_on": date(2025, 5, 31)}, "sent_on"),
        ({"cure_days": 14}, "cure_days"),
        ({"cure_days": 0}, "cure_days"),
    ],
)
def test_a_notice_has_a_possible_date_and_enough_time(cast, facts, field):
    with pytest.raises(InvalidValue) as refusal:
        send(cast, purchase(cast), **facts)
    assert list(refusal.value.errors) == [field]
    assert not DefaultNotice.objects.exists()


def test_R21_only_the_projects_builder_and_staff_send_notices(cast):
    booking = purchase(cast)
    with pytest.raises(NotAllowed):
        send(cast, booking, actor=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        send(cast, booking, actor=cast.kiran)
    assert not DefaultNotice.objects.exists()
    assert send(cast, booking, actor=cast.sana).number == 1


def test_a_booking_that_is_over_gets_no_notice(cast):
    booking = purchase(cast, state=BookingState.CANCELLED)
    PaymentFactory(booking=booking)
    with pytest.raises(InvalidTransition):
        send(cast, booking)
    assert not DefaultNotice.objects.exists()


def test_the_database_keeps_numbers_and_time(cast):
    booking = purchase(cast)
    with pytest.raises(IntegrityError, match="notice_leaves_time"):
        DefaultNoticeFactory(booking=booking, sent_on=TODAY, cure_until=TODAY)
