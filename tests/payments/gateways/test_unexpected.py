"""Money that nobody asked for so, told by both gateways: recorded once, or owed back, and people hear of it once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings import services as bookings
from bookings.models import Booking
from notifications.models import Notification
from payments import services
from payments.models import Checkout, LedgerEntry, Payment, Refund
from payments.services import webhooks
from realestate.core import clock
from realestate.core.models import AuditEntry
from realestate.integrity.ledger import CHECKS
from tests.factories.bookings import BookingFactory
from tests.payments.account import demand, open_items, pay, reconciled, signed
from tests.payments.gateways.speaking import (
    outcomes,
    razorpay_event,
    razorpay_signed,
    stripe_event,
    stripe_signed,
    tell,
    work,
)

pytestmark = pytest.mark.django_db
D = Decimal
TOKEN = D(75_000)


@pytest.fixture(params=["stripe", "razorpay"])
def gateway(request):
    """Each of the two, on this machine."""
    request.getfixturevalue(request.param)
    return request.param


@pytest.fixture
def begin(as_, cast, gateway):
    """``begin(booking)``: Asha goes to the gateway's page."""

    def begun(booking, **body) -> Checkout:
        url = f"/api/bookings/{booking.pk}/checkouts"
        reply = as_(cast.asha).post(url, {"gateway": gateway, **body})
        assert reply.status_code == 201, reply.content
        return Checkout.objects.get(pk=reply.json()["id"])

    return begun


@pytest.fixture
def paid_at(caller, gateway):
    """``paid_at(checkout, "pay_1", amount)``: the gateway signs that this transaction paid so much."""

    def told(checkout, transaction, amount=None, *, event=None):
        minor = int((checkout.amount if amount is None else D(amount)) * 100)
        event = event or f"evt_{transaction}"
        if gateway == "stripe":
            facts = {"amount_total": minor, "payment_intent": transaction}
            body = stripe_event(checkout, event_id=event, **facts)
            headers = stripe_signed(body)
        else:
            body = razorpay_event(checkout, id=transaction, amount=minor)
            headers = razorpay_signed(body, event_id=event)
        reply = tell(caller, gateway, body, headers)
        assert reply.status_code == 200, reply.content

    return told


def money() -> list[tuple[str, Decimal, str]]:
    rows = Payment.objects.order_by("pk")
    return [(row.transaction_id, row.amount, row.state) for row in rows]


def heard() -> list[tuple[str, str]]:
    """Who heard of unexpected money, in the order of the people."""
    titles = ("Unexpected payment", "We received a payment that we did not expect")
    rows = Notification.objects.filter(title__in=titles).order_by("user__email")
    return list(rows.values_list("user__email", "title"))


ONCE_EACH = [
    ("asha@example.com", "We received a payment that we did not expect"),
    ("meera@example.com", "Unexpected payment"),
    ("sana@example.com", "Unexpected payment"),
]


def all_is_sound():
    """What ``check_integrity`` says of money; who holds a unit now it asks the database's own clock."""
    assert CHECKS
    assert [check.name for check in CHECKS if check.find()] == []


def test_paid_twice_becomes_an_advance_that_both_sides_hear_of_once(begin, booking, paid_at):
    checkout = begin(booking)
    paid_at(checkout, "pay_1")
    paid_at(checkout, "pay_2")
    for _time in range(2):  # the queue may try again
        work()
    paid_at(checkout, "pay_2", event="evt_told_again")
    work()
    assert outcomes() == [
        ("applied", ""),
        ("applied", "Paid a second time: pay_2."),
        ("ignored", "Already recorded."),
    ]
    assert money() == [("pay_1", TOKEN, "cleared"), ("pay_2", TOKEN, "cleared")]
    checkout.refresh_from_db()
    assert checkout.payment.transaction_id == "pay_1"
    assert reconciled(booking) == -2 * TOKEN
    assert heard() == ONCE_EACH
    attention = AuditEntry.objects.get(action="needs attention")
    assert attention.after["payment"] == Payment.objects.get(transaction_id="pay_2").pk
    all_is_sound()


@pytest.mark.parametrize(
    ("amount", "state"), [("75000.01", "token_paid"), ("74999.99", "on_hold"), ("0.01", "on_hold")]
)
def test_more_or_less_than_asked_is_recorded_as_it_came(begin, booking, paid_at, amount, state):
    checkout = begin(booking)
    paid_at(checkout, "pay_1", amount)
    work()
    assert money() == [("pay_1", D(amount), "cleared")]
    assert outcomes() == [("applied", f"Paid {amount} INR instead of 75000.00 INR.")]
    booking.refresh_from_db()
    assert (booking.state, reconciled(booking)) == (state, -D(amount))
    checkout.refresh_from_db()
    assert (checkout.state, checkout.payment.amount) == ("succeeded", D(amount))
    assert heard() == ONCE_EACH
    all_is_sound()


def test_more_than_a_demand_asks_for_is_an_advance(cast, begin, gateway, paid_at):
    booking = signed(cast)
    first = demand(booking, "200000", "10000", issued=date(2025, 12, 1), due=date(2026, 1, 16))
    checkout = begin(booking, demand_id=first.pk)
    paid_at(checkout, "pay_1", "210000.50")
    work()
    assert open_items(booking) == {}
    assert services.standing(booking).advances == D("0.50")
    assert reconciled(booking) == D("-0.50")
    assert heard() == ONCE_EACH
    all_is_sound()


def test_a_demand_that_was_paid_meanwhile(cast, begin, gateway, paid_at):
    booking = signed(cast)
    first = demand(booking, "200000", issued=date(2025, 12, 1), due=date(2026, 1, 16))
    checkout = begin(booking, demand_id=first.pk)
    pay(cast, booking, "200000", date(2026, 1, 4))
    paid_at(checkout, "pay_1")
    work()
    assert outcomes() == [("applied", "The demand was paid meanwhile: kept as an advance.")]
    assert services.standing(booking).advances == D(200_000)
    assert heard() == ONCE_EACH
    all_is_sound()


def test_R5_after_cancellation_each_payment_is_owed_back(cast, begin, booking, paid_at):
    checkout = begin(booking)
    bookings.cancel_booking(actor=cast.asha, booking_id=booking.pk, reason="Elsewhere.")
    paid_at(checkout, "pay_1")
    paid_at(checkout, "pay_2", "80000")
    work()
    paid_at(checkout, "pay_1", event="evt_late_copy")
    work()
    booking.refresh_from_db()
    assert booking.state == "cancelled"
    note = "For a booking that is over: to be returned."
    assert outcomes() == [("applied", note), ("applied", note), ("ignored", "Already recorded.")]
    refunds = Refund.objects.order_by("pk")
    assert [(row.payment.transaction_id, row.amount, row.state) for row in refunds] == [
        ("pay_1", TOKEN, "due"),
        ("pay_2", D(80_000), "due"),
    ]
    assert heard() == sorted(ONCE_EACH * 2)
    for refund in refunds:
        services.pay_refund(actor=cast.meera, refund_id=refund.pk, reference=f"UTR-{refund.pk}")
    assert reconciled(booking) == 0
    all_is_sound()


def test_R5_paid_twice_after_the_unit_was_gone(cast, begin, booking, paid_at, noon):
    checkout = begin(booking)
    noon.move_to(datetime(2026, 1, 5, 13, tzinfo=UTC), tick=False)
    bookings.book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    for transaction in ("pay_2", "pay_1"):
        paid_at(checkout, transaction)
    work()
    booking.refresh_from_db()
    assert bookings.state_at(booking, clock.now()) == "expired"
    assert [row.amount for row in Refund.objects.order_by("pk")] == [TOKEN, TOKEN]
    assert heard() == sorted(ONCE_EACH * 2)
    all_is_sound()


def test_R6_a_second_payment_beyond_the_cap_is_held_apart(cast, begin, gateway, paid_at):
    booking = BookingFactory(
        paid=True,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        agreement_value=D(1_000_000),
        state="booking_confirmed",
    )
    checkout = begin(booking, amount=60_000)
    paid_at(checkout, "pay_1")
    paid_at(checkout, "pay_2")
    work()
    held = Payment.objects.order_by("pk").values_list("amount", "is_held_excess")
    assert list(held) == [(D(60_000), False), (D(60_000), True)]
    assert reconciled(booking) == -60_000
    (text,) = Notification.objects.filter(title="Unexpected payment", user=cast.meera).values_list(
        "message", flat=True
    )
    assert text.endswith("Paid a second time. It is held apart until the agreement is signed.")


def test_D14_out_of_order_and_replayed_it_comes_to_the_same(begin, booking, paid_at):
    checkout = begin(booking)
    paid_at(checkout, "pay_2", event="evt_9")  # told of the second one first
    work()
    paid_at(checkout, "pay_1", event="evt_1")
    for _time in range(3):
        paid_at(checkout, "pay_2", event="evt_9")
        paid_at(checkout, "pay_1", event="evt_1")
        work()
    for number, transaction in enumerate(("pay_1", "pay_2")):
        paid_at(checkout, transaction, event=f"evt_copy_{number}")
    work()
    assert money() == [("pay_2", TOKEN, "cleared"), ("pay_1", TOKEN, "cleared")]
    assert LedgerEntry.objects.count() == 2
    assert reconciled(booking) == -2 * TOKEN
    assert heard() == ONCE_EACH
    all_is_sound()


def test_another_currency_stays_at_the_gateway_and_staff_hear_of_it_once(
    cast, caller, checkout, booking
):
    for event in ("evt_1", "evt_2"):
        body = stripe_event(checkout, event_id=event, currency="usd")
        tell(caller, "stripe", body, stripe_signed(body))
    work()
    assert money() == []
    assert heard() == ONCE_EACH[1:]
    text = Notification.objects.get(title="Unexpected payment", user=cast.meera).message
    assert text == (
        f"Stripe reports a payment of Asha Rao for booking {booking.booking_number} that nobody asked for so."
        " No amount that the booking could have. It is not recorded; please look into it at the gateway."
    )


def test_what_staff_recorded_with_another_amount_is_looked_into(cast, caller, booking, checkout):
    services.record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type="token",
        amount=D(70_000),
        payment_method="online",
        transaction_id="pi_cs_test_1",
    )
    body = stripe_event(checkout)
    tell(caller, "stripe", body, stripe_signed(body))
    work()
    assert money() == [("pi_cs_test_1", D(70_000), "cleared")]
    assert heard() == ONCE_EACH[1:]


def test_a_session_without_a_payment_of_its_own_is_one_payment(caller, booking, checkout):
    """Stripe may name the payment only later; a session has one."""
    for event, intent in (("evt_1", None), ("evt_2", "pi_named_later")):
        body = stripe_event(checkout, event_id=event, payment_intent=intent)
        tell(caller, "stripe", body, stripe_signed(body))
    work()
    assert money() == [(checkout.external_id, TOKEN, "cleared")]
    assert outcomes() == [("applied", ""), ("ignored", "Already recorded.")]


def test_what_was_asked_for_surprises_nobody(begin, booking, paid_at, noon):
    checkout = begin(booking)
    paid_at(checkout, "pay_1")
    work()
    noon.move_to(clock.now() + timedelta(days=1), tick=False)
    assert webhooks.waiting_events() == []
    assert heard() == []
    assert Booking.objects.get(pk=booking.pk).state == "token_paid"
