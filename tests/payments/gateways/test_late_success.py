"""R5, late payment success: begun while the hold lived, told after it lapsed; and R6, money beyond the cap."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings import services as bookings
from bookings.models import Booking
from payments import services
from payments.events import RefundNeeded
from payments.models import Checkout, LedgerEntry, Payment, Refund
from payments.services.ledger import balance_of
from realestate.core import clock, events
from realestate.core.models import AuditEntry
from tests.factories.bookings import BookingFactory, sign
from tests.payments.gateways.speaking import outcomes, stripe_event, stripe_signed, tell, work

pytestmark = pytest.mark.django_db
D = Decimal
LATE = datetime(2026, 1, 5, 14, tzinfo=UTC)


@pytest.fixture
def late(caller, checkout, noon):
    """``late()``: two hours later the gateway tells that the token was paid."""

    def told(*, event_id="evt_1"):
        noon.move_to(LATE, tick=False)
        body = stripe_event(checkout, event_id=event_id)
        assert tell(caller, "stripe", body, stripe_signed(body)).status_code == 200
        work()

    return told


@pytest.fixture
def owed(monkeypatch) -> list[RefundNeeded]:
    news: list[RefundNeeded] = []
    monkeypatch.setitem(
        events._handlers, RefundNeeded, [*events.listeners(RefundNeeded), news.append]
    )
    return news


OWED = "For a booking that is over: to be returned."


def only_once(late, note=""):
    """The same again, and the same under another id: nothing more comes of it."""
    late()
    late(event_id="evt_2")
    assert outcomes() == [("applied", note), ("ignored", "Already recorded.")]
    assert (Payment.objects.count(), LedgerEntry.objects.count()) == (1, 1)


@pytest.mark.parametrize("is_recorded", [False, True], ids=["by comparison", "recorded"])
def test_R5_a_free_unit_is_the_bookings_again(cast, booking, noon, late, owed, is_recorded):
    if is_recorded:
        noon.move_to(LATE - timedelta(hours=1), tick=False)
        bookings.record_lapses()
        assert Booking.objects.get().state == "expired"
    old = booking.claim_id
    late()
    booking = Booking.objects.get()
    assert (booking.state, booking.claim.stage, booking.unit) == (
        "token_paid",
        "booked",
        cast.meera_unit,
    )
    assert booking.claim_id != old
    payment = Payment.objects.get()
    assert (payment.state, payment.payment_type, payment.amount, payment.is_held_excess) == (
        "cleared",
        "token",
        D(75_000),
        False,
    )
    assert balance_of(booking) == D(-75_000)
    assert (owed, Refund.objects.count()) == ([], 0)
    only_once(late)


def test_R5_a_part_of_the_token_holds_the_unit_again(as_, cast, booking, stripe, caller, noon):
    body = {"gateway": "stripe", "amount": 10_000}
    as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts", body)
    noon.move_to(LATE, tick=False)
    event = stripe_event(Checkout.objects.get())
    tell(caller, "stripe", event, stripe_signed(event))
    work()
    booking = Booking.objects.get()
    assert (booking.state, booking.claim.expires_at) == ("on_hold", LATE + timedelta(minutes=30))
    assert Payment.objects.get().state == "cleared"


@pytest.mark.parametrize("is_recorded", [False, True], ids=["by comparison", "recorded"])
def test_R5_a_unit_that_is_gone_is_not_taken_from_anybody(
    cast, booking, noon, late, owed, is_recorded
):
    noon.move_to(LATE - timedelta(hours=1), tick=False)
    theirs = bookings.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    theirs.claim.expires_at = LATE + timedelta(days=1)
    theirs.claim.save()
    if is_recorded:
        bookings.record_lapses()
    late()
    booking.refresh_from_db()
    theirs.refresh_from_db()
    assert (bookings.state_at(booking, clock.now()), theirs.state) == ("expired", "on_hold")
    payment, refund = Payment.objects.get(), Refund.objects.get()
    assert (payment.booking, payment.state, payment.amount) == (booking, "cleared", D(75_000))
    assert (refund.payment, refund.amount, refund.due_on, refund.booking) == (
        payment,
        D(75_000),
        date(2026, 1, 5) + timedelta(days=services.terms_of(booking).refund_days),
        booking,
    )
    assert owed == [RefundNeeded(refund_id=refund.pk, booking_id=booking.pk)]
    assert AuditEntry.objects.filter(object_type="payments.refund", action="due").count() == 1
    checkout = Checkout.objects.get()
    assert (checkout.state, checkout.payment) == ("succeeded", payment)
    only_once(late, OWED)
    assert Refund.objects.count() == 1


def test_R5_a_booking_that_was_cancelled_gets_its_money_back(cast, booking, checkout, late, owed):
    bookings.cancel_booking(actor=cast.asha, booking_id=booking.pk, reason="Elsewhere.")
    late()
    booking.refresh_from_db()
    assert (booking.state, Payment.objects.get().state) == ("cancelled", "cleared")
    assert Refund.objects.get().amount == D(75_000)
    assert len(owed) == 1


def test_R5_begun_after_the_hold_had_lapsed_takes_no_unit(cast, booking, checkout, late):
    Checkout.objects.update(begun_at=booking.claim.expires_at)  # as no service allows
    late()
    booking.refresh_from_db()
    assert bookings.state_at(booking, clock.now()) == "expired"
    assert Refund.objects.get().amount == D(75_000)


# --- R6 --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def capped(as_, cast, stripe) -> Booking:
    """Cap 100,000; two attempts of 60,000 that each fit when they begin."""
    booking = BookingFactory(
        paid=True,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        agreement_value=D(1_000_000),
        state="booking_confirmed",
    )
    for _time in range(2):
        reply = as_(cast.asha).post(
            f"/api/bookings/{booking.pk}/checkouts", {"gateway": "stripe", "amount": 60_000}
        )
        assert reply.status_code == 201, reply.content
    return booking


def test_R6_what_arrives_beyond_the_cap_is_held_until_signature(caller, capped):
    for number, checkout in enumerate(Checkout.objects.order_by("pk")):
        body = stripe_event(checkout, event_id=f"evt_{number}")
        tell(caller, "stripe", body, stripe_signed(body))
    work()
    assert outcomes() == [("applied", ""), ("applied", "")]
    rows = Payment.objects.order_by("pk")
    assert [(row.state, row.amount, row.is_held_excess) for row in rows] == [
        ("cleared", D(60_000), False),
        ("cleared", D(60_000), True),
    ]
    assert balance_of(capped) == D(-60_000)
    sign(capped)
    bookings.set_status(
        actor=capped.project.builder.user, booking_id=capped.pk, word="agreement_signed"
    )
    assert balance_of(capped) == D(-120_000)
    assert services.release_held(booking_id=capped.pk) == 0
    assert balance_of(capped) == D(-120_000)


def test_R6_held_money_that_was_taken_back_is_not_released(cast, caller, capped):
    for number, checkout in enumerate(Checkout.objects.order_by("pk")):
        body = stripe_event(checkout, event_id=f"evt_{number}")
        tell(caller, "stripe", body, stripe_signed(body))
    work()
    held = Payment.objects.get(is_held_excess=True)
    services.reverse_payment(actor=cast.meera, payment_id=held.pk, reason="Charged back")
    sign(capped)
    bookings.set_status(
        actor=capped.project.builder.user, booking_id=capped.pk, word="agreement_signed"
    )
    held.refresh_from_db()
    assert (held.state, held.is_held_excess) == ("reversed", True)
    assert balance_of(capped) == D(-60_000)
