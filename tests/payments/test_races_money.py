"""With threads: receipts at the cap, numbers without gaps, one schedule, one demand per line, one end (B7, A8, B8)."""

from collections import Counter
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from bookings.models import Booking
from bookings.services import move_booking
from bookings.services.standing import SHOWN
from payments import services
from payments.enums import EntryKind
from payments.models import (
    Demand,
    DemandLine,
    InterestRate,
    LedgerEntry,
    Payment,
    ScheduleLine,
    ScheduleRevision,
    Terms,
)
from payments.services import caps, due, numbers, receipts
from payments.services.ledger import balance_of
from progress.services import certify_milestone
from realestate.core.transactions import service
from tests.cast import make_cast
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import RefundFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import UnitFactory
from tests.payments.account import demand, pay, signed
from tests.payments.runs import buyer, on_day
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
DAY = date(2026, 1, 5)


def patient() -> None:
    """A slow machine may keep the last of the crowd waiting longer than a person would be."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50s'")


def receive(cast, booking, index, amount):
    patient()
    return services.record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        payment_type="installment",
        payment_method="bank_transfer",
        amount=D(amount),
        transaction_id=f"UTR-{index}",
    )


def unsigned(cast) -> Booking:
    """Confirmed, 1,000,000, capped at 100,000 before the agreement."""
    booking = BookingFactory(
        paid=True,
        state="booking_confirmed",
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        agreement_value=1_000_000,
    )
    services.terms_of(booking)
    return booking


def test_R6_twenty_receipts_at_once_never_pass_the_cap():
    cast = make_cast()
    booking = unsigned(cast)
    replies = run_together(20, lambda index: receive(cast, booking, index, 30_000))
    assert len(winners(replies)) == 3
    assert Counter(type(error) for error in losers(replies)) == {services.PreAgreementCap: 17}
    assert sum(row.amount for row in Payment.objects.all()) == 90_000


def test_R6_control_without_the_lock_the_cap_is_passed(monkeypatch):
    """The race is a real one: with a booking that is read and not locked, the same crowd passes the cap."""
    cast = make_cast()
    booking = unsigned(cast)
    rows = Booking.objects.select_related("project", "customer")
    monkeypatch.setattr(receipts, "lock_booking", lambda _actor, pk: rows.get(pk=pk))
    monkeypatch.setattr(receipts, "replay", lambda *_args: None)
    monkeypatch.setattr(receipts, "clear", lambda *_args: None)
    run_together(20, lambda index: receive(cast, booking, index, 30_000))
    assert caps.room_under_cap(booking) == 0
    assert sum(row.amount for row in Payment.objects.all()) > 100_000


class Broken(Exception):
    """Something after the number was given."""


def thirty_receipts(cast, booking) -> list[int]:
    """Thirty at once, of which each tenth breaks off after it was given its number; the serials that there are then."""

    @service
    def broken(index: int) -> None:
        receive(cast, booking, index, 100)
        raise Broken

    def one(index: int):
        patient()
        return broken(index) if index % 10 == 0 else receive(cast, booking, index, 100)

    replies = run_together(30, one)
    assert Counter(type(error) for error in losers(replies)) == {Broken: 3}
    return list(Payment.objects.order_by("serial").values_list("serial", flat=True))


def test_R8_1_numbers_have_no_gaps_though_some_are_rolled_back():
    cast = make_cast()
    booking = signed(cast)
    assert thirty_receipts(cast, booking) == list(range(1, 28))
    assert balance_of(booking) == -2_700
    assert LedgerEntry.objects.filter(booking=booking).count() == 27


def test_A8_control_numbers_of_a_sequence_have_gaps(monkeypatch):
    """The race above can see one: a sequence of the database gives no number twice, and loses what is rolled back."""
    cast = make_cast()

    def from_a_sequence(_series, **_scope):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('numbers_with_gaps')")
            return cursor.fetchone()[0]

    monkeypatch.setattr(numbers, "next_number", from_a_sequence)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE numbers_with_gaps")
    try:
        serials = thirty_receipts(cast, signed(cast))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE numbers_with_gaps")
    assert len(serials) == len(set(serials)) == 27
    assert max(serials) > 27


def test_R5_5_eight_confirmations_are_one_schedule_and_one_demand():
    cast = make_cast()
    booking = BookingFactory(unit=cast.meera_unit, customer=cast.asha.customer, token_amount=75_000)
    pay(cast, booking, "75000", DAY, payment_type="token")

    def confirm(_index: int):
        patient()
        return move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")

    assert len(winners(run_together(8, confirm))) == 1
    assert (ScheduleRevision.objects.count(), Demand.objects.count()) == (1, 1)
    assert sum(line.amount for line in ScheduleLine.objects.all()) == booking.agreement_value


def test_R7_5_three_runs_at_once_demand_each_line_once_and_skip_no_number(monkeypatch):
    monkeypatch.setattr(due, "BATCH", 3)
    cast = make_cast()
    rows = [
        buyer(UnitFactory(project=project), on_day(DAY))
        for project in (cast.meera_project, cast.kiran_project) * 4
    ]

    def run(index):
        patient()
        if index == 3:  # while the batches hold others, somebody asks for more of the last booking
            return demand(rows[-1], "500", issued=DAY, due=DAY)
        return services.raise_dated_demands()

    replies = run_together(4, run)
    assert losers(replies) == []
    demanded = DemandLine.objects.filter(schedule_line__isnull=False)
    assert sorted(demanded.values_list("demand__booking", flat=True)) == [row.pk for row in rows]
    for project, count in ((cast.meera_project, 4), (cast.kiran_project, 5)):
        serials = Demand.objects.filter(project=project).values_list("serial", flat=True)
        assert sorted(serials) == list(range(1, count + 1))


ONCE = "payments_demandline_schedule_line_id_key"


@pytest.fixture
def lines_may_be_demanded_again(transactional_db):
    """Without the database's own word for it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE payments_demandline DROP CONSTRAINT {ONCE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET house.bulk_load = 'on'")
        cursor.execute("TRUNCATE payments_demandline CASCADE")
        cursor.execute(
            f"ALTER TABLE payments_demandline ADD CONSTRAINT {ONCE} UNIQUE (schedule_line_id)"
        )


def run_twice_without_locks(monkeypatch) -> list[object]:
    """Two runs that have both seen what is due before either demands it."""
    cast, together = make_cast(), Barrier(2, timeout=30)
    buyer(UnitFactory(project=cast.meera_project), on_day(DAY))
    draft = due.draft_demands

    def read(keys):
        return list(Booking.objects.select_related(*SHOWN, "claim").filter(pk__in=keys))

    def draft_after_both_have_looked(actor, asked, terms):
        if asked:
            together.wait()
        return draft(actor, asked, terms)

    monkeypatch.setattr(due, "lock_many", read)
    monkeypatch.setattr(due, "replay_all", lambda *_accounts: None)  # it has locks of its own
    monkeypatch.setattr(due, "draft_demands", draft_after_both_have_looked)
    return run_together(2, lambda _index: services.raise_dated_demands())


def test_B8_control_without_lock_and_key_a_line_is_demanded_twice(
    monkeypatch, lines_may_be_demanded_again
):
    assert losers(run_twice_without_locks(monkeypatch)) == []
    assert DemandLine.objects.filter(schedule_line__isnull=False).count() == 2


def test_B8_without_the_lock_the_key_alone_keeps_a_line_from_being_demanded_twice(monkeypatch):
    assert losers(run_twice_without_locks(monkeypatch)) == []  # one of them looks again
    assert DemandLine.objects.filter(schedule_line__isnull=False).count() == 1


def test_R7_3_a_stage_certified_once_and_demanded_by_four_workers_at_once():
    cast = make_cast()
    booking = signed(cast)
    stage = MilestoneFactory(
        project=cast.meera_project, sequence=1, reported=True, photos=["https://x.example/1.jpg"]
    )
    revision = ScheduleRevision.objects.create(
        booking=booking, number=1, created_at=booking.created_at
    )
    line = ScheduleLine.objects.create(
        booking=booking,
        revision=revision,
        sequence=1,
        label="Stage",
        kind="fixed",
        amount=1000,
        trigger="milestone",
        milestone=stage,
        milestone_code=stage.code,
    )

    def certify(_index: int):
        patient()
        return certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=DAY)

    assert len(winners(run_together(4, certify))) == 1

    def work(_index: int):
        patient()
        return services.raise_milestone_demands(milestone_id=stage.pk)

    assert not losers(run_together(4, work))
    assert DemandLine.objects.get().schedule_line == line
    assert balance_of(booking) == DemandLine.objects.get().principal + DemandLine.objects.get().tax


def test_R9_interest_posted_by_four_at_once_is_posted_once():
    cast = make_cast()
    booking = signed(cast)
    InterestRate.objects.get_or_create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    demand(booking, "1000000", issued=date(2025, 1, 1), due=date(2025, 1, 15))
    Terms.objects.filter(booking=booking).update(grace_days=0)

    def post(_index: int):
        patient()
        return services.charge_interest(
            actor=cast.meera, booking_id=booking.pk, until=date(2025, 1, 31)
        )

    assert not losers(run_together(4, post))
    notes = DemandLine.objects.filter(demand__kind="interest")
    assert [note.principal for note in notes] == [D("4778.08")]


def test_R8_6_reversing_at_once_reverses_once():
    cast = make_cast()
    booking = signed(cast)
    payment = pay(cast, booking, "60000", DAY)

    def reverse(_index: int):
        patient()
        return services.reverse_payment(
            actor=cast.meera, payment_id=payment.pk, reason="Returned unpaid"
        )

    assert len(winners(run_together(5, reverse))) == 1
    assert balance_of(booking) == 0


def test_R11_a_refund_is_paid_once_however_many_pay_it():
    refund, staff = RefundFactory(), StaffFactory.create_batch(4)

    def pay_back(index: int):
        patient()
        return services.pay_refund(
            actor=staff[index], refund_id=refund.pk, reference=f"UTR-OUT-{index}"
        )

    assert len(winners(run_together(4, pay_back))) == 1
    entry = LedgerEntry.objects.get(kind=EntryKind.REFUND)
    refund.refresh_from_db()
    assert (entry.debit, entry.label) == (refund.amount, f"Refund {refund.reference}")
