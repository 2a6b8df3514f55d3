"""With threads: events at the same moment, shuffled and repeated, and a worker that dies in the middle."""

import random
from dataclasses import replace
from decimal import Decimal
from functools import partial
from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from bookings import services as bookings
from bookings.models import Booking
from payments import jobs
from payments.models import Checkout, GatewayEvent, LedgerEntry, Payment
from payments.services.ledger import balance_of
from tests.cast import make_cast
from tests.factories.payments import CheckoutFactory
from tests.payments.account import signed
from tests.payments.gateways.speaking import outcomes, stripe_event, stripe_signed, tell, work
from tests.races.support import run_together, winners

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transactional_db")]
D = Decimal
PAID, FAILED = "checkout.session.completed", "checkout.session.async_payment_failed"


@pytest.fixture
def cast(stripe):
    return make_cast()


def attempt(booking, number=1, amount="1000.00") -> Checkout:
    return CheckoutFactory(
        booking=booking, gateway="stripe", external_id=f"cs_{number}", amount=D(amount)
    )


def send(body: bytes) -> int:
    return tell(APIClient(), "stripe", body, stripe_signed(body)).status_code


def apply(pk: int) -> None:
    jobs.apply_gateway_event(event_id=pk)


def test_B1_one_event_twenty_times_at_once(cast):
    checkout = attempt(signed(cast))
    body = stripe_event(checkout)
    assert run_together(20, lambda _index: send(body)) == [200] * 20
    event = GatewayEvent.objects.get()
    (job,) = ProcrastinateJob.objects.filter(task_name="payments.apply_gateway_event")
    assert job.args == {"event_id": event.pk}
    assert run_together(8, lambda _index: apply(event.pk)) == [None] * 8
    checkout.refresh_from_db()
    assert checkout.payment == Payment.objects.get()
    assert LedgerEntry.objects.count() == 1
    assert outcomes() == [("applied", "")]


def test_B1_control_events_with_ids_of_their_own_are_all_kept(cast):
    checkout = attempt(signed(cast))
    bodies = [stripe_event(checkout, event_id=f"evt_{number}") for number in range(8)]
    assert run_together(8, lambda index: send(bodies[index])) == [200] * 8
    assert GatewayEvent.objects.count() == 8


def test_B1_eight_events_about_one_payment_applied_at_once(cast):
    checkout = attempt(signed(cast))
    for number in range(8):
        send(stripe_event(checkout, event_id=f"evt_{number}"))
    pks = list(GatewayEvent.objects.values_list("pk", flat=True))
    assert run_together(8, lambda index: apply(pks[index])) == [None] * 8
    assert sorted(outcomes()) == [("applied", "")] + [("ignored", "Already recorded.")] * 7
    assert (Payment.objects.count(), LedgerEntry.objects.count()) == (1, 1)


def test_B1_control_eight_payments_at_once_are_eight(cast):
    booking = signed(cast)
    for number in range(8):
        send(stripe_event(attempt(booking, number), event_id=f"evt_{number}"))
    pks = list(GatewayEvent.objects.values_list("pk", flat=True))
    assert run_together(8, lambda index: apply(pks[index])) == [None] * 8
    assert outcomes() == [("applied", "")] * 8
    assert balance_of(booking) == D(-8000)


def story(booking) -> list[bytes]:
    """Ten payments: each fails with one card, succeeds with the next, and is told of once more."""
    told = []
    for number in range(10):
        checkout = attempt(booking, number, f"{1000 + number}.25")
        for step, kind in enumerate((FAILED, PAID, PAID)):
            told.append(stripe_event(checkout, event_id=f"evt_{number}_{step}", kind=kind))
    return told


def account(booking) -> list[object]:
    """What is the same whatever the order: attempts, receipts, ledger, balance."""
    checkouts = Checkout.objects.filter(booking=booking).order_by("external_id")
    entries = LedgerEntry.objects.filter(booking=booking).order_by("label")
    receipts = Payment.objects.filter(booking=booking).order_by("transaction_id")
    return [
        list(checkouts.values_list("external_id", "state", "failure", "payment__transaction_id")),
        list(entries.values_list("kind", "credit", "debit", "label", "value_on")),
        list(receipts.values_list("transaction_id", "amount", "state", "paid_date")),
        sorted(receipts.values_list("serial", flat=True), key=str),
        balance_of(booking),
    ]


def test_B1_shuffled_repeated_and_parallel_is_as_in_order_and_once(cast):
    ordered = signed(cast)
    for body in story(ordered):
        send(body)
        work()
    expected = account(ordered)
    assert expected[-1] == D("-10047.50")
    # The same ids once more, as if for the first time, about another booking.
    Checkout.objects.update(external_id="")
    GatewayEvent.objects.update(gateway="razorpay")
    again = signed(replace(cast, meera_unit=cast.kiran_unit))
    deliveries = story(again) * 4
    random.Random(7).shuffle(deliveries)  # noqa: S311  # a story, not a secret
    shares = [deliveries[share::6] for share in range(6)]

    def deliver(share: list[bytes]) -> set[int]:
        answers = set()
        for body in share:
            answers.add(send(body))
            work()
        return answers

    replies = run_together(6, lambda index: deliver(shares[index]))
    assert replies == [{200}] * 6
    work()
    assert account(again) == expected
    assert not GatewayEvent.objects.filter(outcome="waiting").exists()


def test_R0_one_key_at_the_same_moment_asks_the_gateway_once(cast, stripe):
    booking = bookings.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)

    def ask(_index):
        api = APIClient(raise_request_exception=False)
        api.force_authenticate(cast.asha)
        return api.post(
            f"/api/bookings/{booking.pk}/checkouts",
            {"gateway": "stripe"},
            headers={"Idempotency-Key": "pay-1"},
        )

    replies = winners(run_together(10, ask))
    created = {reply.content for reply in replies if reply.status_code == 201}
    others = {reply.json()["code"] for reply in replies if reply.status_code != 201}
    assert (len(replies), len(created)) == (10, 1)
    assert others <= {"idempotency_in_progress"}
    assert (Checkout.objects.count(), len(stripe.asked)) == (1, 1)


# --- a worker that dies ----------------------------------------------------------------------------------------------


def test_a_worker_that_dies_in_the_middle_has_done_nothing_and_the_next_does_it_once(cast):
    booking = signed(cast)
    checkout = attempt(booking)
    send(stripe_event(checkout))
    event = GatewayEvent.objects.get()
    ended: list[BaseException] = []
    started = Event()
    backend: list[int] = []

    def worker() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            started.set()
            apply(event.pk)
        except BaseException as error:  # noqa: BLE001  # how it ended is what the test looks at
            ended.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():  # noqa: TID251  # the test is the other writer; the worker has locked its checkout and waits for the booking
        Booking.objects.select_for_update().get(pk=booking.pk)
        thread = Thread(target=worker, daemon=True)
        thread.start()
        assert started.wait(10)
        wait_until(partial(is_waiting, backend[0]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", backend)
        thread.join(30)
    assert [type(error) for error in ended] == [OperationalError]
    assert outcomes() == [("waiting", "")]
    assert not Payment.objects.exists()
    for _time in range(3):
        apply(event.pk)
    checkout.refresh_from_db()
    assert (checkout.state, checkout.payment) == ("succeeded", Payment.objects.get())
    assert balance_of(booking) == D(-1000)


def is_waiting(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def wait_until(happens) -> None:
    pause = Event()
    for _time in range(200):
        if happens():
            return
        pause.wait(0.05)
    message = "it did not happen"
    raise AssertionError(message)
