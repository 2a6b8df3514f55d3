"""Recording money: once, with the booking locked, and with what follows from it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from bookings.enums import BookingState
from bookings.models import Booking
from bookings.services import SettlementRequired, cancel_booking
from payments import services
from payments.enums import PaymentMethod, PaymentStatus, PaymentType, ReceiptState
from payments.events import PaymentRecorded
from payments.models import Payment, Terms
from payments.services import receipts
from projects.enums import ClaimKind
from realestate.core import events
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory
from tests.payments.conftest import NOON

pytestmark = pytest.mark.django_db
TOKEN = Decimal(75_000)


def record(cast, booking, *, actor=None, **facts):
    return services.record_payment(
        actor=actor or cast.meera,
        booking_id=booking.pk,
        **{
            "payment_type": PaymentType.TOKEN,
            "amount": TOKEN,
            "payment_method": PaymentMethod.ONLINE,
            "transaction_id": "UTR-77",
            **facts,
        },
    )


def test_what_was_sent_is_kept(cast, booking, monkeypatch):
    news = []
    monkeypatch.setitem(events._handlers, PaymentRecorded, [news.append])
    payment = record(
        cast, booking, paid_date=date(2026, 1, 2), due_date=date(2026, 1, 9), notes="By phone"
    )
    payment.refresh_from_db()
    assert (
        payment.amount,
        payment.transaction_id,
        payment.paid_date,
        payment.due_date,
        payment.notes,
        payment.payment_status,
        payment.recorded_by_id,
        payment.currency,
    ) == (
        TOKEN,
        "UTR-77",
        date(2026, 1, 2),
        date(2026, 1, 9),
        "By phone",
        PaymentStatus.COMPLETED,
        cast.meera.pk,
        "INR",
    )
    assert news == [PaymentRecorded(payment_id=payment.pk, booking_id=booking.pk)]
    entries = AuditEntry.objects.filter(object_type="payments.payment").order_by("pk")
    assert [(entry.action, entry.after) for entry in entries] == [
        ("recorded", {"booking": booking.pk, "amount": "75000"}),
        ("cleared", {"receipt_number": payment.receipt_number}),
    ]


def test_R5_4_the_token_turns_the_hold_into_a_booking(cast, booking):
    record(cast, booking, amount=TOKEN - Decimal("0.01"))
    booking.refresh_from_db()
    assert booking.state == BookingState.ON_HOLD
    record(cast, booking, amount=Decimal("0.01"), transaction_id="UTR-78")
    booking.refresh_from_db()
    booking.claim.refresh_from_db()
    assert (booking.state, booking.claim.kind, booking.claim.expires_at) == (
        BookingState.TOKEN_PAID,
        ClaimKind.BOOKING,
        None,
    )


@pytest.mark.parametrize("kind", [PaymentType.MAINTENANCE, PaymentType.PENALTY])
def test_contract_0_8_what_is_not_for_the_price_moves_nothing(cast, booking, kind):
    record(cast, booking, payment_type=kind)
    booking.refresh_from_db()
    assert (booking.state, services.paid_for(booking.pk)) == (BookingState.ON_HOLD, 0)


def test_R8_4_more_than_the_price_is_an_advance(cast, booking):
    Terms.objects.filter(booking=booking).update(cap_percent=None)
    record(cast, booking, amount=Decimal(8_000_000))
    row = Booking.objects.with_figures("paid_amount", "pending_amount", "payment_progress").get()
    assert (row.paid_amount, row.pending_amount, row.payment_progress) == (8_000_000, 0, 100)


def test_money_after_the_token_changes_no_state(cast, booking):
    record(cast, booking)
    record(cast, booking, payment_type=PaymentType.INSTALLMENT, transaction_id="UTR-78")
    booking.refresh_from_db()
    assert (booking.state, services.paid_for(booking.pk)) == (BookingState.TOKEN_PAID, 2 * TOKEN)


def test_R4_2_a_payment_for_a_lapsed_hold_is_refused(cast, booking, noon):
    noon.move_to(NOON + timedelta(minutes=30), tick=False)
    with pytest.raises(InvalidTransition) as refusal:
        record(cast, booking)
    assert refusal.value.extra == {"state": BookingState.EXPIRED, "allowed": []}
    assert not Payment.objects.exists()


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.EXPIRED])
def test_a_payment_for_a_booking_that_is_over_is_refused(cast, state):
    booking = BookingFactory(state=state, unit=cast.meera_unit)
    with pytest.raises(InvalidTransition):
        record(cast, booking)
    assert not Payment.objects.exists()


def test_a_payment_for_an_inquiry_is_refused(cast):
    inquiry = Booking.objects.create(
        customer=cast.asha.customer, project=cast.meera_project, state="inquiry", booking_date=NOON
    )
    with pytest.raises(InvalidTransition):
        record(cast, inquiry)


def test_R21_only_the_projects_builder_and_staff_record(cast, booking):
    with pytest.raises(NotAllowed):
        record(cast, booking, actor=cast.asha, amount=Decimal(1))
    with pytest.raises(ObjectDoesNotExist):
        record(cast, booking, actor=cast.kiran)
    assert not Payment.objects.exists()
    assert record(cast, booking, actor=cast.sana).recorded_by_id == cast.sana.pk


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "75000.005"])
def test_amounts_that_cannot_be_paid_are_refused(cast, booking, amount):
    with pytest.raises(InvalidValue) as refusal:
        record(cast, booking, amount=Decimal(amount))
    assert list(refusal.value.errors) == ["amount"]
    assert not Payment.objects.exists()


def test_R0_the_value_date_is_a_day_of_the_project(cast, booking, noon):
    noon.move_to(datetime(2026, 1, 5, 12, 10, tzinfo=UTC), tick=False)
    assert record(cast, booking, paid_date=None).paid_date == date(2026, 1, 5)
    noon.move_to(datetime(2026, 1, 5, 18, 30, tzinfo=UTC), tick=False)  # midnight in India
    payment = record(cast, booking, transaction_id="UTR-78")
    assert payment.paid_date == date(2026, 1, 6)
    with pytest.raises(InvalidValue) as refusal:
        record(cast, booking, transaction_id="UTR-79", paid_date=date(2026, 1, 7))
    assert list(refusal.value.errors) == ["paid_date"]
    assert Payment.objects.count() == 2


def test_D13_one_transaction_is_recorded_once(cast, booking):
    record(cast, booking)
    with pytest.raises(services.DuplicatePayment):
        record(cast, booking, amount=Decimal(1))
    assert Payment.objects.count() == 1
    other_booking = BookingFactory(unit__project=cast.meera_project)
    record(cast, other_booking)  # a cheque may pay for two units
    record(cast, booking, payment_method=PaymentMethod.CHEQUE)


def test_D13_without_a_transaction_the_facts_are_the_key(cast, booking):
    cash = {"payment_method": PaymentMethod.CASH, "transaction_id": ""}
    record(cast, booking, **cash)
    with pytest.raises(services.DuplicatePayment):
        record(cast, booking, **cash)
    assert Payment.objects.count() == 1
    record(cast, booking, **cash, amount=TOKEN + 1)
    record(cast, booking, **cash, paid_date=date(2026, 1, 4))
    record(cast, booking, **cash, payment_type=PaymentType.INSTALLMENT)
    assert Payment.objects.count() == 4


def test_D13_the_database_keeps_it_too(cast, booking, monkeypatch):
    monkeypatch.setattr(receipts, "_refuse_twin", lambda _payment: None)
    record(cast, booking)
    with pytest.raises(services.DuplicatePayment):
        record(cast, booking)
    record(cast, booking, transaction_id="")
    with pytest.raises(services.DuplicatePayment):
        record(cast, booking, transaction_id="")
    assert Payment.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 0},
        {"amount": -1},
        {"paid_date": None},
        {"state": "lost"},
        {"payment_method": "barter"},
        {"payment_type": "gift"},
    ],
)
def test_the_database_refuses_impossible_payments(cast, booking, change):
    with pytest.raises(IntegrityError):
        PaymentFactory(booking=booking, **change)


# --- a say in cancellations (R5.10) -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["asha", "meera", "sana"])
def test_R5_10_money_held_needs_a_settlement(cast, booking, who):
    record(cast, booking, amount=Decimal("0.01"))
    entries = AuditEntry.objects.count()
    with pytest.raises(SettlementRequired):
        cancel_booking(actor=getattr(cast, who), booking_id=booking.pk)
    booking.refresh_from_db()
    booking.claim.refresh_from_db()
    assert (booking.state, booking.claim.released_at, AuditEntry.objects.count()) == (
        BookingState.ON_HOLD,
        None,
        entries,
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"state": ReceiptState.RECORDED},
        {"state": ReceiptState.REJECTED},
        {"state": ReceiptState.REVERSED},
        {"payment_type": PaymentType.PENALTY},
    ],
)
def test_R5_10_money_that_is_not_held_needs_none(cast, booking, facts):
    PaymentFactory(booking=booking, **facts)
    assert cancel_booking(actor=cast.asha, booking_id=booking.pk).state == BookingState.CANCELLED
