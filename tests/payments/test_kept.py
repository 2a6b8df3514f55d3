"""D6: what lists go by is kept in the statement that changes it, by nobody else, and is what rows show."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, connection

from bookings.enums import BookingState, ChangeState, Lifecycle, PaidShare
from bookings.models import Booking, ChangeRequest
from payments import services
from payments.enums import PaymentType, ReceiptState
from payments.models import Demand, Payment
from projects.models import Claim
from realestate.core import clock
from realestate.core.models import RowChange
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.payments.account import D, demand, pay, signed
from tests.races.support import losers, run_together

pytestmark = pytest.mark.django_db
DUE = date(2025, 12, 16)
COUNTS = {
    "cleared": ({}, True),
    "submitted": ({"state": ReceiptState.SUBMITTED}, False),
    "held excess": ({"is_held_excess": True}, False),
    "maintenance": ({"payment_type": PaymentType.MAINTENANCE}, False),
    "penalty": ({"payment_type": PaymentType.PENALTY}, False),
}


def paid_so_far(booking):
    kept, shown = (
        Booking.objects.with_figures("paid_amount")
        .values_list("paid_so_far", "paid_amount")
        .get(pk=booking.pk)
    )
    assert kept == shown
    return kept


def left_open():
    kept, shown = Demand.objects.with_open().values_list("left_open", "open_amount").get()
    assert kept == shown
    return kept


def refused(change):
    with pytest.raises(DatabaseError, match="append-only"):
        service(change)()
    return True


@pytest.mark.parametrize("name", COUNTS)
def test_what_counts_as_paid_is_kept(name):
    facts, counts = COUNTS[name]
    booking = BookingFactory(paid=True)
    payment = PaymentFactory(booking=booking, amount=D(250), **facts)
    assert paid_so_far(booking) == (250 if counts else 0)
    Payment.objects.filter(pk=payment.pk).update(amount=D(300))
    assert paid_so_far(booking) == (300 if counts else 0)
    Payment.objects.filter(pk=payment.pk).update(state=ReceiptState.REJECTED)
    assert paid_so_far(booking) == 0


def test_many_rows_of_one_statement_all_count():
    first, second = BookingFactory(paid=True), BookingFactory(paid=True)
    for booking, amount in ((first, 1), (first, 2), (second, 4)):
        PaymentFactory(booking=booking, amount=D(amount))
    Payment.objects.update(booking=second)
    assert (paid_so_far(first), paid_so_far(second)) == (0, 7)
    Payment.objects.filter(amount=2).delete()
    assert paid_so_far(second) == 5


@pytest.mark.django_db(transaction=True)
def test_two_payments_at_the_same_time_both_count():
    booking = BookingFactory(paid=True)

    def receive(index):
        return PaymentFactory(booking=booking, amount=D(index + 1))

    assert losers(run_together(8, receive)) == []
    assert paid_so_far(booking) == 36


def test_what_is_left_open_of_a_demand_is_kept(cast):
    booking = signed(cast)
    demand(booking, "100000", "5000", issued=date(2025, 12, 1), due=DUE)
    assert left_open() == 105_000
    receipt = pay(cast, booking, "40000", date(2025, 12, 10))
    assert left_open() == 65_000
    pay(cast, booking, "65000", date(2025, 12, 11))
    assert left_open() == 0
    services.reverse_payment(actor=cast.meera, payment_id=receipt.pk, reason="The cheque bounced")
    assert left_open() == 40_000


def test_nobody_else_changes_what_is_kept():
    row = DemandFactory()
    before = RowChange.objects.count()
    assert refused(lambda: Booking.objects.update(paid_so_far=1))
    assert refused(lambda: Demand.objects.update(left_open=1))
    assert refused(lambda: Demand.objects.update(note="Other words"))
    with connection.cursor() as cursor:  # not even where it is counted anew
        cursor.execute("SET LOCAL house.recount = 'on'")
    assert refused(lambda: Demand.objects.update(note="Other words"))
    stale = Booking.objects.get(pk=row.booking_id)
    stale.paid_so_far = D(5)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.recount = 'off'")
    assert refused(stale.save)
    assert RowChange.objects.count() == before


def test_the_history_of_a_booking_is_not_told():
    booking = BookingFactory(paid=True)
    PaymentFactory(booking=booking)
    assert paid_so_far(booking) > 0
    told = RowChange.objects.filter(object_type="bookings.booking", object_id=booking.pk)
    assert list(told.values_list("kind", flat=True)) == ["inserted"]


def test_all_of_it_can_be_counted_anew():
    payment, row = PaymentFactory(amount=D(70)), DemandFactory()
    open_amount = left_open()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL house.recount = 'on'")
        Booking.objects.update(paid_so_far=1)
        Demand.objects.update(left_open=1)
        cursor.execute("SET LOCAL house.recount = 'off'")
        cursor.execute("SELECT payments_recount()")
    assert paid_so_far(payment.booking) == 70
    assert paid_so_far(row.booking) == 0
    assert left_open() == open_amount > 1


@pytest.fixture
def every_booking():
    """Bookings in each state, with nothing, a part and all paid, registered and not, on live and on dead claims."""
    now = clock.now()
    for state, share, is_registered in product(BookingState, (0, D("0.5"), 1), (False, True)):
        on_hold = state == BookingState.ON_HOLD
        row = BookingFactory(
            paid=not on_hold,
            state=state,
            actual_registration_date=DUE if is_registered else None,
        )
        if share:
            PaymentFactory(booking=row, amount=row.agreement_value * share)
    held = Booking.objects.filter(state=BookingState.ON_HOLD).order_by("pk")
    over = list(held.values_list("claim", flat=True))[::2]
    past = {"taken_at": now - timedelta(days=3), "expires_at": now}
    Claim.objects.filter(pk__in=over).update(**past)
    return now


def test_bookings_are_found_by_the_status_that_they_show(every_booking):
    now, rows = every_booking, Booking.objects.with_lifecycle(every_booking)
    shown = {row.pk: row for row in rows}
    for state in BookingState:
        found = set(rows.in_state(state, now).values_list("pk", flat=True))
        assert found == {pk for pk, row in shown.items() if row.booking_status == state}, state
    for short in Lifecycle:
        found = set(rows.of_lifecycle(short, now).values_list("pk", flat=True))
        assert found == {pk for pk, row in shown.items() if row.status == short}, short
    shares = {share: set() for share in PaidShare}
    for pk, row in shown.items():
        part = PaidShare.PARTIAL if row.paid_amount else PaidShare.PENDING
        shares[PaidShare.COMPLETED if row.paid_amount >= row.total_amount else part].add(pk)
    for share, expected in shares.items():
        assert set(rows.filter(paid_share=share).values_list("pk", flat=True)) == expected != set()


def test_the_counters_are_those_of_the_rows(every_booking):
    rows = list(
        Booking.objects.with_lifecycle(every_booking).with_figures("paid_amount", "pending_amount")
    )
    live = [row for row in rows if row.status in {"pending", "active"}]
    assert Booking.objects.summary(every_booking) == {
        "total_bookings": len(rows),
        **{
            f"{short.value}_bookings": sum(row.status == short for row in rows)
            for short in Lifecycle
        },
        "total_revenue": sum(row.paid_amount for row in rows),
        "pending_revenue": sum(row.pending_amount for row in live),
    }


def test_R13_1_change_requests_are_found_by_the_status_that_they_show():
    now = clock.now()
    for state in ChangeState:
        for offers in ((), (-1,), (1,), (1, -1), (-1, 1)):
            row = ChangeRequestFactory(state=state)
            for version, hours in enumerate(offers, 1):
                ends = now + timedelta(hours=hours)
                ChangeQuoteFactory(change_request=row, version=version, valid_until=ends)
    shown = {row.pk: row.status for row in ChangeRequest.objects.with_status(now)}
    assert set(shown.values()) == set(ChangeState)
    for status in ChangeState:
        found = ChangeRequest.objects.with_status(now).of_status(status, now)
        expected = {pk for pk, word in shown.items() if word == status}
        assert set(found.values_list("pk", flat=True)) == expected
