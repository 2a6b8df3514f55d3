"""What follows from events: money once, in whatever order they come, and never an amount that nobody asked for."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from bookings.models import Booking
from payments import jobs, services
from payments.enums import EventOutcome
from payments.models import Allocation, Checkout, GatewayEvent, LedgerEntry, Payment
from payments.services import webhooks
from payments.services.checkouts import checkout_opened
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from realestate.core.models import AuditEntry
from tests.payments.account import demand, open_items, reconciled, signed
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
PAID, FAILED, EXPIRED, LATER = (
    "checkout.session.completed",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
)


def send(caller, checkout, *, event_id="evt_1", **changes):
    body = stripe_event(checkout, event_id=event_id, **changes)
    reply = tell(caller, "stripe", body, stripe_signed(body))
    assert reply.status_code == 200, reply.content


def nothing_booked(checkout):
    checkout.refresh_from_db()
    assert (checkout.payment, Payment.objects.count(), LedgerEntry.objects.count()) == (None, 0, 0)


def booked(checkout) -> Payment:
    """The one payment."""
    checkout.refresh_from_db()
    payment = Payment.objects.get()
    assert (checkout.state, checkout.payment) == ("succeeded", payment)
    return payment


def test_R5_4_the_token_arrives_and_the_booking_moves(caller, cast, booking, checkout):
    send(caller, checkout)
    work()
    payment = booked(checkout)
    assert (payment.state, payment.payment_type, payment.payment_method, payment.amount) == (
        "cleared",
        "token",
        "online",
        D(75_000),
    )
    assert (payment.transaction_id, payment.initiated_at, payment.recorded_by) == (
        "pi_cs_test_1",
        checkout.begun_at,
        cast.asha,
    )
    assert payment.receipt_number
    booking.refresh_from_db()
    assert booking.state == "token_paid"
    assert outcomes() == [("applied", "")]
    moved = AuditEntry.objects.filter(object_type="payments.checkout").latest("pk")
    assert (moved.action, moved.actor) == ("moved", None)


def test_a_demand_is_paid(caller, as_, cast, stripe):
    booking = signed(cast)
    first = demand(booking, "200000", "10000", issued=date(2025, 12, 1), due=date(2026, 1, 16))
    body = {"demand_id": first.pk, "gateway": "stripe", "amount": 150_000.5}
    as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts", body)
    send(caller, Checkout.objects.get())
    work()
    assert sum(open_items(booking).values()) == D("59999.50")
    assert reconciled(booking) == D("59999.50")
    assert Allocation.objects.live().exists()


def test_B1_the_same_event_many_times_is_one_payment(caller, checkout):
    for _time in range(3):
        send(caller, checkout)
        work()
    for pk in GatewayEvent.objects.values_list("pk", flat=True):
        for _time in range(3):
            jobs.apply_gateway_event(event_id=pk, of_a_later_version=True)
    jobs.apply_waiting_events()
    booked(checkout)
    assert LedgerEntry.objects.count() == 1
    assert outcomes() == [("applied", "")]


def test_two_events_about_one_payment_are_one_payment(caller, checkout):
    send(caller, checkout, event_id="evt_1", kind=PAID)
    send(caller, checkout, event_id="evt_2", kind=LATER)
    work()
    booked(checkout)
    assert outcomes() == [("applied", ""), ("ignored", "Already recorded.")]


def test_completed_but_not_paid_yet(caller, checkout):
    send(caller, checkout, event_id="evt_1", payment_status="unpaid")
    work()
    nothing_booked(checkout)
    assert checkout.state == "open"
    send(caller, checkout, event_id="evt_2", kind=LATER)
    work()
    booked(checkout)
    assert outcomes() == [("ignored", "Says nothing about the outcome."), ("applied", "")]


@pytest.mark.parametrize(
    ("kind", "text"), [(FAILED, "The payment failed."), (EXPIRED, "The time to pay is over.")]
)
def test_a_failure(caller, booking, checkout, kind, text):
    send(caller, checkout, kind=kind, payment_status="unpaid")
    work()
    nothing_booked(checkout)
    assert (checkout.state, checkout.failure, checkout.finished_at) == ("failed", text, clock.now())
    booking.refresh_from_db()
    assert booking.state == "on_hold"


def test_D14_success_after_a_failure(caller, checkout):
    send(caller, checkout, event_id="evt_1", kind=FAILED)
    work()
    send(caller, checkout, event_id="evt_2", kind=LATER)
    work()
    booked(checkout)
    assert checkout.failure == ""
    assert outcomes() == [("applied", ""), ("applied", "")]


def test_D14_a_failure_after_success_changes_nothing(caller, checkout):
    send(caller, checkout, event_id="evt_1")
    work()
    send(caller, checkout, event_id="evt_2", kind=EXPIRED)
    work()
    booked(checkout)
    assert outcomes() == [("applied", ""), ("ignored", "The checkout has succeeded already.")]


def test_D14_success_is_faster_than_the_answer_that_names_the_checkout(caller, checkout):
    external, url = checkout.external_id, checkout.url
    Checkout.objects.update(external_id="", url="")
    send(caller, checkout)
    work()
    nothing_booked(checkout)
    assert outcomes() == [("waiting", "Waits for its checkout.")]
    ProcrastinateJob.objects.all().delete()
    checkout_opened(checkout_id=checkout.pk, external_id=external, url=url)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (
        "payments.apply_gateway_event",
        {"event_id": GatewayEvent.objects.get().pk},
    )
    work()
    booked(checkout)


def test_an_event_about_nothing_of_ours_waits_for_a_day(caller, checkout, noon):
    send(caller, checkout, id="cs_of_somebody_else")
    jobs.apply_gateway_event(event_id=GatewayEvent.objects.get().pk)
    noon.move_to(clock.now() + timedelta(hours=24), tick=False)
    jobs.apply_waiting_events()
    assert outcomes() == [("waiting", "Waits for its checkout.")]
    noon.move_to(clock.now() + timedelta(seconds=1), tick=False)
    jobs.apply_waiting_events()
    assert outcomes() == [("ignored", "No checkout of ours has this id.")]
    nothing_booked(checkout)


@pytest.mark.parametrize("kind", ["customer.created", "checkout.session.unheard_of"])
def test_an_event_that_says_nothing_does_not_wait(caller, checkout, kind):
    send(caller, checkout, id="cs_of_somebody_else", kind=kind)
    work()
    assert outcomes() == [("ignored", "Not about a payment of ours.")]


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({"amount_total": 0}, "0.00 INR"),
        ({"amount_total": -7_500_000}, "-75000.00 INR"),
        ({"currency": "usd"}, "75000.00 USD"),
        ({"currency": "xyz"}, "None XYZ"),
        ({"currency": None}, "None "),
        ({"amount_total": "7500000"}, "None INR"),
        ({"amount_total": True}, "None INR"),
        ({"amount_total": 7_500_000.5}, "None INR"),
        ({"amount_total": 10**30}, "None INR"),
    ],
    ids=str,
)
def test_what_is_no_amount_of_the_booking_is_not_booked_but_told(
    caller, booking, checkout, changes, paid
):
    send(caller, checkout, **changes)
    work()
    nothing_booked(checkout)
    note = f"Paid {paid} instead of 75000.00 INR: not recorded."
    assert outcomes() == [("ignored", note)]
    alert = AuditEntry.objects.filter(object_type="payments.checkout").latest("pk")
    assert (alert.action, alert.reason, alert.object_id) == ("needs attention", note, checkout.pk)
    booking.refresh_from_db()
    assert (booking.state, checkout.state) == ("on_hold", "open")


def test_what_staff_recorded_before_the_gateway_told(caller, cast, booking, checkout):
    known = services.record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type="token",
        amount=D(75_000),
        payment_method="online",
        transaction_id="pi_cs_test_1",
    )
    send(caller, checkout)
    work()
    assert booked(checkout) == known


def test_the_value_date_is_the_day_in_the_project(caller, checkout, noon):
    noon.move_to(datetime(2026, 1, 5, 12, 29, tzinfo=UTC), tick=False)
    send(caller, checkout)
    noon.move_to(datetime(2026, 1, 6, 20, tzinfo=UTC), tick=False)  # the job is a day late
    work()
    payment = booked(checkout)
    assert (payment.paid_date, payment.booking.state) == (date(2026, 1, 5), "token_paid")


def test_a_clock_that_is_ahead_pays_today(caller, checkout, noon):
    noon.move_to(datetime(2026, 1, 5, 12, 2, tzinfo=UTC), tick=False)
    body = stripe_event(checkout)
    noon.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    tell(caller, "stripe", body, stripe_signed(body))
    work()
    assert booked(checkout).paid_date == date(2026, 1, 5)


# --- Razorpay --------------------------------------------------------------------------------------------------------


@pytest.fixture
def link(as_, cast, booking, razorpay) -> Checkout:
    as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts", {"gateway": "razorpay"})
    return Checkout.objects.get()


def test_razorpay_tells_twice_of_one_payment(caller, link):
    for event_id, body in (
        ("one", razorpay_event(link, kind="payment.captured", with_link=False)),
        ("two", razorpay_event(link, kind="payment_link.paid")),
    ):
        tell(caller, "razorpay", body, razorpay_signed(body, event_id=event_id))
    work()
    assert booked(link).transaction_id == "pay_plink_House1"
    assert outcomes() == [("applied", ""), ("ignored", "Already recorded.")]


@pytest.mark.parametrize(
    ("kind", "error", "text"),
    [
        ("payment.failed", "Card declined.", "Card declined."),
        ("payment.failed", None, "The payment failed."),
        ("payment_link.expired", None, "The time to pay is over."),
        ("payment_link.cancelled", None, "The payment was called off."),
    ],
)
def test_razorpay_tells_of_failures(caller, link, kind, error, text):
    body = razorpay_event(link, kind=kind, error_description=error)
    tell(caller, "razorpay", body, razorpay_signed(body))
    work()
    nothing_booked(link)
    assert (link.state, link.failure) == ("failed", text)


def test_a_card_that_works_after_one_that_did_not(caller, link):
    for event_id, body in (
        ("one", razorpay_event(link, kind="payment.failed", with_link=False, id="pay_1")),
        ("two", razorpay_event(link, kind="payment_link.paid", id="pay_2")),
    ):
        tell(caller, "razorpay", body, razorpay_signed(body, event_id=event_id))
    work()
    assert booked(link).transaction_id == "pay_2"


def test_a_payment_without_a_link_of_ours_is_none_of_ours(caller, link):
    body = razorpay_event(link, kind="payment.captured", with_link=False, description="Rent")
    tell(caller, "razorpay", body, razorpay_signed(body))
    work()
    assert outcomes() == [("ignored", "Not about a payment of ours.")]
    nothing_booked(link)


# --- what was lost ---------------------------------------------------------------------------------------------------


def test_a_job_that_was_lost_is_found_after_two_minutes(caller, checkout, noon):
    send(caller, checkout)
    ProcrastinateJob.objects.all().delete()
    noon.move_to(clock.now() + timedelta(minutes=2), tick=False)
    assert webhooks.waiting_events() == []
    noon.move_to(clock.now() + timedelta(seconds=1), tick=False)
    jobs.apply_waiting_events()
    booked(checkout)
    jobs.apply_waiting_events()
    assert LedgerEntry.objects.count() == 1


def test_money_that_is_refused_waits_and_stops_no_other(caller, as_, cast, booking, checkout, noon):
    other = as_(cast.asha).post(
        f"/api/bookings/{booking.pk}/checkouts", {"amount": 1, "gateway": "stripe"}
    )
    second = Checkout.objects.get(pk=other.json()["id"])
    Booking.objects.update(currency="JPY")  # as nobody does: the refusal that is left
    send(caller, checkout, event_id="evt_1")
    work()
    text = "invalid: A value is not acceptable."
    assert outcomes() == [("waiting", text)]
    noon.move_to(clock.now() + timedelta(minutes=3), tick=False)
    send(caller, second, event_id="evt_2")
    noon.move_to(clock.now() + timedelta(minutes=3), tick=False)
    first, last = GatewayEvent.objects.order_by("pk").values_list("pk", flat=True)
    assert webhooks.waiting_events() == [last, first]  # never tried before refused
    jobs.apply_waiting_events()
    nothing_booked(checkout)
    Booking.objects.update(currency="INR")
    jobs.apply_waiting_events()
    assert outcomes() == [("applied", ""), ("applied", "")]
    assert [row.amount for row in Payment.objects.order_by("pk")] == [D(75_000), D(1)]


def test_an_event_is_applied_by_hand(caller, cast, checkout):
    send(caller, checkout)
    event = GatewayEvent.objects.get()
    webhooks.apply_again(actor=cast.sana, event_id=event.pk)
    booked(checkout)
    entry = AuditEntry.objects.filter(object_type="payments.gatewayevent").latest("pk")
    assert (entry.action, entry.actor, entry.after) == (
        "applied again",
        cast.sana,
        {"outcome": "applied"},
    )
    with pytest.raises(InvalidTransition):
        webhooks.apply_again(actor=cast.sana, event_id=event.pk)


def test_B1_an_event_is_settled_once_whoever_holds_an_old_copy_of_it(caller, checkout):
    body = stripe_event(checkout)
    tell(caller, "stripe", body, stripe_signed(body))
    old = GatewayEvent.objects.get()
    work()
    with pytest.raises(InvalidTransition):
        webhooks._settle(old, EventOutcome.IGNORED)  # no way leads here without a broken lock
    assert GatewayEvent.objects.get().outcome == EventOutcome.APPLIED
