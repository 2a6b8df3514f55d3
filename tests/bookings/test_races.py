"""R4.10 with threads: however many ask at once, a unit has one buyer, a customer two holds, a booking one end."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError, Event

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from bookings.services import SettlementRequired
from bookings.services import booking as booking_module
from payments.models import Payment
from payments.services import receipts, record_payment
from projects.enums import ClaimKind
from projects.models import Claim
from projects.services import claims
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from tests.cast import make_cast
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import BookingFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 50


def pay_token(cast, booking):
    """The whole token, in cash."""
    return record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type="token",
        amount=booking.token_amount,
        payment_method="cash",
    )


def patient() -> None:
    """A slow machine may keep the last of the crowd waiting longer than a customer would be."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50s'")


def wait_for_a_waiter() -> None:
    """Go on when another connection of this database waits for a lock."""
    for _try in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return


def post(person: User, path: str, body: object = None, **headers: str):
    patient()
    api = APIClient(raise_request_exception=False)
    api.force_authenticate(person)
    return api.post(path, body, **headers)


def codes(replies) -> Counter:
    return Counter(
        (reply.status_code, reply.json().get("code")) if not isinstance(reply, Exception) else reply
        for reply in replies
    )


@pytest.mark.parametrize("lapsed", [False, True], ids=["free", "with a lapsed hold"])
def test_R4_10_fifty_buyers_and_one_unit(lapsed):
    unit = UnitFactory()
    if lapsed:
        past = clock.now() - timedelta(hours=3)
        ClaimFactory(unit=unit, customer=CustomerFactory(), taken_at=past)
    people = CustomerFactory.create_batch(CROWD)
    replies = run_together(
        CROWD, lambda index: post(people[index].user, "/api/bookings", {"unit_id": unit.pk})
    )
    assert codes(replies) == {(201, None): 1, (409, "unit_not_available"): CROWD - 1}
    booking = Booking.objects.get()
    assert Claim.objects.live(clock.now()).get() == booking.claim
    assert Claim.objects.count() == (2 if lapsed else 1)


def test_R4_10_one_buyer_who_clicks_fifty_times():
    unit, person = UnitFactory(), CustomerFactory().user
    services.hold_unit(actor=person, unit_id=unit.pk)
    replies = run_together(CROWD, lambda _: post(person, "/api/bookings", {"unit_id": unit.pk}))
    assert codes(replies) == {(201, None): 1, (409, "unit_not_available"): CROWD - 1}
    assert (Booking.objects.count(), Claim.objects.count()) == (1, 1)


def test_R4_10_control_without_lock_and_index_the_unit_is_sold_twice(monkeypatch):
    """The test above is able to see a double sale: it takes the promise away and finds one."""
    unit, people = UnitFactory(), CustomerFactory.create_batch(2)
    together = Barrier(2, timeout=30)

    def all_at_once(rows, pks):
        found = list(rows.filter(pk__in=pks))
        together.wait()
        return found

    take = claims._take

    def take_after_both_have_looked(*args, **kwargs):
        together.wait()
        return take(*args, **kwargs)

    monkeypatch.setattr(claims, "lock_all", all_at_once)
    monkeypatch.setattr(claims, "_take", take_after_both_have_looked)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_claim_per_unit")
    try:
        replies = run_together(
            2, lambda index: post(people[index].user, "/api/bookings", {"unit_id": unit.pk})
        )
        assert codes(replies) == {(201, None): 2}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE bookings_booking, projects_claim CASCADE")
            cursor.execute(
                "CREATE UNIQUE INDEX one_live_claim_per_unit ON projects_claim (unit_id)"
                " WHERE released_at IS NULL"
            )


def test_R4_6_two_holds_however_many_are_asked_for():
    person = CustomerFactory().user
    units = UnitFactory.create_batch(10)
    replies = run_together(10, lambda index: post(person, f"/api/units/{units[index].pk}/hold"))
    assert codes(replies) == {(201, None): 2, (422, "hold_limit"): 8}
    assert Claim.objects.count() == 2


def test_idempotency_one_key_in_parallel_is_one_booking():
    unit, person = UnitFactory(), CustomerFactory().user
    replies = run_together(
        10,
        lambda _: post(person, "/api/bookings", {"unit_id": unit.pk}, HTTP_IDEMPOTENCY_KEY="once"),
    )
    assert {reply.status_code for reply in replies} <= {201, 409}
    bodies = {reply.content for reply in replies if reply.status_code == 201}
    assert len(bodies) == 1
    refused = {reply.json()["code"] for reply in replies if reply.status_code == 409}
    assert refused <= {"idempotency_in_progress"}
    assert Booking.objects.count() == 1


def test_D13_one_payment_however_often_it_is_sent():
    cast = make_cast()
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    body = {
        "booking_id": booking.pk,
        "payment_type": "token",
        "amount": 75_000,
        "payment_method": "cash",
    }
    replies = run_together(10, lambda _: post(cast.meera, "/api/payments", body))
    assert codes(replies) == {(201, None): 1, (409, "duplicate_payment"): 9}
    booking.refresh_from_db()
    assert (Payment.objects.count(), booking.state) == (1, BookingState.TOKEN_PAID)


def test_R5_4_two_halves_of_the_token_at_once_reach_it(monkeypatch):
    """Both are stored before either is counted, unless the booking's lock keeps them apart."""
    cast = make_cast()
    together = Barrier(2, timeout=1)
    count = receipts._move_when_token_is_paid

    def count_when_both_are_stored(*args):
        with suppress(BrokenBarrierError):
            together.wait()
        count(*args)

    monkeypatch.setattr(receipts, "_move_when_token_is_paid", count_when_both_are_stored)
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)

    def pay(index):
        patient()
        return record_payment(
            actor=cast.meera,
            booking_id=booking.pk,
            payment_type="token",
            amount=booking.token_amount / 2,
            payment_method="online",
            transaction_id=f"UTR-{index}",
        )

    assert not losers(run_together(2, pay))
    booking.refresh_from_db()
    assert booking.state == BookingState.TOKEN_PAID


def test_confirming_while_the_token_is_being_paid_sees_the_claim_as_it_is_now(monkeypatch):
    """The one who waits for the booking must not go on with the claim as it was before the wait."""
    cast = make_cast()
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    count = receipts._move_when_token_is_paid
    paying = Event()
    seen = []
    monkeypatch.setattr(
        booking_module, "refuse_lapsed", lambda row, _now: seen.append(row.claim.kind)
    )

    def count_when_somebody_waits(*args):
        paying.set()
        wait_for_a_waiter()
        count(*args)

    monkeypatch.setattr(receipts, "_move_when_token_is_paid", count_when_somebody_waits)

    def pay_or_confirm(index):
        patient()
        if index:
            assert paying.wait(30)
            return services.set_status(actor=cast.meera, booking_id=booking.pk, word="confirmed")
        return pay_token(cast, booking)

    assert not losers(run_together(2, pay_or_confirm))
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKING_CONFIRMED
    assert set(seen[1:]) == {ClaimKind.BOOKING}  # after the payment's own look


def test_R5_10_paying_and_cancelling_at_once_never_loses_money():
    cast = make_cast()
    for unit in UnitFactory.create_batch(5, project=cast.meera_project):
        booking = BookingFactory(unit=unit, customer=cast.asha.customer)

        def pay_or_cancel(index, booking=booking):
            patient()
            if index:
                return services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
            return pay_token(cast, booking)

        results = run_together(2, pay_or_cancel)
        assert len(winners(results)) == 1
        assert {type(error) for error in losers(results)} <= {InvalidTransition, SettlementRequired}
        booking.refresh_from_db()
        paid = Payment.objects.filter(booking=booking).exists()
        assert booking.state == (BookingState.TOKEN_PAID if paid else BookingState.CANCELLED)


def test_cancelling_twice_at_once_releases_once():
    cast = make_cast()
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    path = f"/api/bookings/{booking.pk}/cancel"
    replies = run_together(10, lambda _: post(cast.asha, path))
    assert codes(replies) == {(200, None): 1, (409, "invalid_transition"): 9}


def test_releasing_and_booking_a_hold_at_once():
    for _round in range(5):
        person = CustomerFactory().user
        unit = UnitFactory()
        hold = services.hold_unit(actor=person, unit_id=unit.pk)

        def release_or_book(index, person=person, unit=unit, hold=hold):
            patient()
            if index:
                return services.release_hold(actor=person, claim_id=hold.pk)
            return services.book_unit(actor=person, unit_id=unit.pk)

        run_together(2, release_or_book)
        for booking in Booking.objects.filter(unit=unit):
            assert booking.claim.is_live(clock.now())
