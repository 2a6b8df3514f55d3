"""R7.3, R7.7, D2: what falls due of many bookings is demanded in batches, and nobody can tell from what comes of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from payments import services
from payments.enums import Skip, Trigger
from payments.jobs import raise_dated_demands_now, raise_milestone_demands_now
from payments.models import Allocation, Demand, InterestRate, ScheduleLine
from payments.services import due
from progress.services import certify_milestone
from projects.services import add_tax_rate
from realestate.core.money import MAX_DIGITS
from tests.factories.projects import UnitFactory
from tests.payments.account import demand, interest, pay
from tests.payments.conftest import NOON
from tests.payments.runs import buyer, left_behind, on_day

pytestmark = pytest.mark.django_db
D = Decimal
TODAY = date(2026, 4, 10)
IN_MARCH, IN_APRIL = date(2026, 3, 20), date(2026, 4, 5)  # of two financial years
LARGEST = D(10) ** (MAX_DIGITS - 2) - 1


@pytest.fixture
def unit_in(cast):
    """Another unit of Meera's project, or of Kiran's."""
    return lambda project=cast.meera_project: UnitFactory(project=project)


@pytest.fixture
def town(cast, unit_in, stages, noon) -> list[Booking]:
    """Bookings of every sort that a nightly run meets, with the days of two financial years behind them."""
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    for percent, day in (("5", date(2025, 1, 1)), ("7", date(2026, 4, 1))):
        add_tax_rate(
            actor=cast.sana,
            tax_class="residential",
            component="GST",
            percent=D(percent),
            valid_from=day,
        )
    certify_milestone(actor=cast.meera, milestone_id=stages[0].pk, certified_on=NOON.date())
    on_stage = {"label": "Plinth", "trigger": Trigger.MILESTONE, "milestone": stages[0]}
    paid_before = buyer(unit_in(), on_day(IN_MARCH))
    late = buyer(unit_in(), on_day(IN_MARCH), on_day(IN_APRIL), credit_days=0)
    town = [
        buyer(unit_in(), on_day(IN_APRIL)),
        buyer(unit_in(), on_day(IN_MARCH), on_day(IN_APRIL, 200_000)),  # two days in one run
        buyer(unit_in(cast.kiran_project), on_day(IN_APRIL)),
        buyer(  # one day, two demands; the second line is beside the price and due on its date
            unit_in(),
            {"label": "Signed", "trigger": Trigger.ON_AGREEMENT, "amount": 70_000},
            on_day(date(2026, 4, 20), is_extra=True),
            lead_days=15,
        ),
        paid_before,
        late,
        buyer(  # the cap lets the first line pass, not the second
            unit_in(),
            on_day(IN_MARCH, 50_000),
            on_day(IN_APRIL, 5_000_000),
            state="booking_confirmed",
            cap_percent=10,
        ),
        buyer(unit_in(), on_day(IN_MARCH), {**on_stage, "amount": 300_000}),
        buyer(unit_in(), on_day(IN_MARCH), state="cancelled"),
        buyer(unit_in(), on_day(IN_APRIL + timedelta(days=365))),
        buyer(unit_in(), on_day(IN_APRIL, 12_345)),
    ]
    noon.move_to(NOON.replace(month=2), tick=False)
    pay(cast, paid_before, "30000", date(2026, 2, 1))
    for booking in (late, town[0]):  # who pays late has posted interest
        demand(booking, "400000", issued=date(2026, 1, 6), due=date(2026, 1, 10))
    pay(cast, late, "450000", date(2026, 2, 1))
    noon.move_to(NOON.replace(month=4, day=10), tick=False)
    for booking in (late, town[0]):
        interest(cast, booking, date(2026, 3, 31))
    return town


def one_by_one() -> None:
    """Each booking alone, in the order of their keys."""
    for key in Booking.objects.order_by("pk").values_list("pk", flat=True):
        services.raise_demands_of(days={key: None})


def test_R7_3_a_batch_leaves_behind_exactly_what_its_bookings_would_have_one_by_one(town):
    before = left_behind()
    begin = transaction.savepoint()
    one_by_one()
    alone = left_behind()
    transaction.savepoint_rollback(begin)
    assert left_behind() == before
    services.raise_dated_demands()
    assert left_behind() == alone
    grown = {name for name, rows in alone.items() if len(rows) > len(before[name])}
    assert grown == set(alone) - {"credit notes", "credit lines"}


def test_R7_5_numbers_follow_the_order_of_bookings_and_days(town):
    before = list(Demand.objects.values_list("pk", flat=True))
    services.raise_dated_demands()
    rows = Demand.objects.filter(series="demand", project=town[0].project).exclude(pk__in=before)
    in_order = rows.order_by("period", "serial").values_list("period", "booking", "issued_on")
    assert list(in_order) == sorted(in_order)
    assert len(in_order) == 12


def test_R9_a_demand_of_a_past_day_corrects_the_interest_that_was_posted_since(town):
    late = town[5]
    notes = Demand.objects.filter(booking=late, kind="interest").order_by("pk")
    assert [note.issued_on for note in notes] == [date(2026, 3, 31)]
    raise_dated_demands_now()
    assert [note.issued_on for note in notes.all()] == [date(2026, 3, 31)] * 2
    line = notes.last().lines.get()
    assert line.of_line.demand.issued_on == IN_MARCH
    assert line.principal > 0


def test_R7_3_money_that_waits_pays_what_a_batch_asks_for(town):
    raise_dated_demands_now()
    (row,) = Allocation.objects.live().filter(booking=town[4], part="principal")
    taxes = Allocation.objects.live().filter(booking=town[4], part="tax")
    assert row.amount + sum(tax.amount for tax in taxes) == 30_000
    assert row.applied_on == IN_MARCH


def test_R7_6_a_batch_takes_the_room_under_the_cap_once(town):
    (raised,) = services.raise_demands_of(days={town[6].pk: TODAY})
    assert [demand.lines.get().principal for demand in raised.demands] == [50_000]
    assert [skip for _, skip in raised.skipped] == [Skip.AWAITING_AGREEMENT]


def statements(action) -> int:
    with CaptureQueriesContext(connection) as queries:
        action()
    return len(queries)


def test_the_statements_of_a_batch_do_not_grow_with_its_bookings(cast, unit_in, noon):
    counts = []
    for count in (2, 7):
        rows = [buyer(unit_in(), on_day(date(2026, 1, 5))) for _ in range(count)]
        for row in rows:
            pay(cast, row, "30000", date(2026, 1, 5))
        counts.append(statements(services.raise_dated_demands))
        assert Demand.objects.filter(booking__in=rows).count() == count
    assert counts[0] == counts[1]


def test_more_than_a_batch_is_several(unit_in, monkeypatch):
    monkeypatch.setattr(due, "BATCH", 2)
    rows = [buyer(unit_in(), on_day(date(2026, 1, 5))) for _ in range(5)]
    assert services.raise_dated_demands() == 5
    assert sorted(Demand.objects.values_list("booking", flat=True)) == [row.pk for row in rows]


def test_a_booking_that_fails_takes_no_other_with_it_and_is_seen(cast, unit_in, caplog):
    add_tax_rate(
        actor=cast.sana,
        tax_class="residential",
        component="GST",
        percent=D(5),
        valid_from=date(2025, 1, 1),
    )
    day = date(2026, 1, 5)
    rows = [buyer(unit_in(), on_day(day, amount)) for amount in (100, LARGEST, 300)]
    with pytest.raises(DataError):  # with its tax it is more than an amount can be
        raise_dated_demands_now()
    found = Demand.objects.order_by("serial").values_list("serial", "booking")
    assert list(found) == [(1, rows[0].pk), (2, rows[2].pk)]
    assert [record.getMessage() for record in caplog.records if record.name == due.__name__] == [
        "a batch of 3 bookings is demanded one by one",
        f"what has fallen due of booking {rows[1].pk} could not be demanded",
    ]
    ScheduleLine.objects.filter(booking=rows[1]).update(amount=200)
    raise_dated_demands_now()
    assert Demand.objects.filter(booking=rows[1]).count() == 1


def test_R7_3_a_stage_is_demanded_of_many_in_constant_statements(cast, unit_in, stages):
    counts, stage = [], stages[0]
    certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=NOON.date())
    line = {"label": "Plinth", "trigger": Trigger.MILESTONE, "milestone": stage, "amount": 7_000}
    for count in (2, 7):
        rows = [buyer(unit_in(), line) for _ in range(count)]
        counts.append(statements(lambda: raise_milestone_demands_now(milestone_id=stage.pk)))
        issued = Demand.objects.filter(booking__in=rows).values_list("issued_on", flat=True)
        assert list(issued) == [NOON.date()] * count
    assert counts[0] == counts[1]
