"""The dashboard's series against figures by hand: sales, stock, money, visits, stages, response times."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from bookings.models import Booking, ChangeRequest
from messaging.models import Message
from realestate.core import clock
from realestate.reports.dashboard.catalogue import REPORTS, Figures
from realestate.reports.dashboard.scope import Scope
from tests.cast import Cast
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.messaging import (
    BroadcastRecipientFactory,
    ConversationFactory,
    MessageFactory,
)
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory

NOON = datetime(2026, 3, 15, 6, 30, tzinfo=UTC)  # 12:00 in India


@pytest.fixture(autouse=True)
def _march(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


def rows(name: str, user, **asked) -> list[dict]:
    scope = Scope(user=user, now=clock.now(), **{"months": 3, **asked})
    return Figures(scope).rows(REPORTS[name])


def book(project, day: datetime, *, area="1000.00", price="5000000", **facts) -> Booking:
    unit = UnitFactory(project=project, area_sqft=area, price=price)
    return BookingFactory(paid=True, unit=unit, booking_date=day, **facts)


def test_sales_are_firm_bookings_by_month_in_india(cast: Cast):
    project = cast.meera_project
    book(project, datetime(2026, 1, 31, 18, 29, tzinfo=UTC))  # 23:59 in January
    book(project, datetime(2026, 1, 31, 18, 30, tzinfo=UTC), area="800.50", price="4000000.25")
    book(project, datetime(2026, 2, 10, tzinfo=UTC), state="cancelled")
    book(project, datetime(2025, 12, 31, 18, 29, tzinfo=UTC))  # too long ago
    # Only a hold.
    BookingFactory(unit=UnitFactory(project=project), booking_date=datetime(2026, 2, 1, tzinfo=UTC))
    keys = ("month", "bookings", "area_sqft", "value", "cancelled")
    assert [tuple(row[key] for key in keys) for row in rows("sales", cast.meera)] == [
        ("2026-01", 1, Decimal("1000.00"), Decimal(5_000_000), 0),
        ("2026-02", 1, Decimal("800.50"), Decimal("4000000.25"), 1),
        ("2026-03", 0, 0, 0, 0),
    ]


def test_stock_by_type_and_status_of_this_moment(cast: Cast):
    project = cast.meera_project  # has one free 2BHK
    UnitFactory(project=project, unit_type="shop", released_at=None)
    UnitFactory(project=project, unit_type="shop", blocked_at=LONG_AGO)
    ClaimFactory(unit=UnitFactory(project=project))
    ClaimFactory(unit=UnitFactory(project=project), kind="booking", stage="sold")
    UnitFactory(project=ProjectFactory(builder=cast.meera.builder, archived_at=LONG_AGO))
    none = dict.fromkeys(
        ("not_released", "blocked", "reserved", "booked", "sold", "handed_over"), 0
    )
    assert rows("stock", cast.meera) == [
        {**none, "unit_type": "2 BHK", "available": 1, "reserved": 1, "sold": 1, "total": 3},
        {
            **none,
            "unit_type": "Shop",
            "not_released": 1,
            "blocked": 1,
            "available": 0,
            "total": 2,
        },
    ]


def test_collections_against_demands_ageing_and_forecast(cast: Cast):
    booking = book(cast.meera_project, datetime(2026, 1, 2, tzinfo=UTC))
    DemandFactory(booking=booking, issued_on=date(2026, 1, 5))  # 100,000 due 2026-01-20
    DemandFactory(booking=booking, issued_on=date(2026, 3, 10), line__principal=700)  # 03-25
    PaymentFactory(booking=booking, amount=Decimal(40_000), paid_date=date(2026, 2, 3))
    PaymentFactory(booking=booking, amount=Decimal(9), paid_date=date(2026, 2, 4), state="recorded")
    by_month = rows("collections", cast.meera)
    assert [(row["month"], row["fell_due"], row["received"]) for row in by_month] == [
        ("2026-01", 100_000, 0),
        ("2026-02", 0, 40_000),
        ("2026-03", 0, 0),
    ]
    assert {row["age"]: row["amount"] for row in rows("ageing", cast.meera)} == {
        "not_due": 700,
        "days_1_30": 0,
        "days_31_60": 100_000,
        "days_61_90": 0,
        "over_90": 0,
    }
    assert [(row["period"], row["total"]) for row in rows("forecast", cast.meera)] == [
        ("late", 100_000),
        ("2026-03", 700),
        ("on_events", 0),
    ]


def test_forecast_beyond_a_year_is_one_figure(cast: Cast):
    booking = book(cast.meera_project, datetime(2026, 1, 2, tzinfo=UTC))
    for number in range(14):
        due = date(2026 + (3 + number) // 12, (3 + number) % 12 + 1, 5)
        DemandFactory(
            booking=booking, issued_on=date(2026, 3, 1), due_on=due, line__principal=10 + number
        )
    found = rows("forecast", cast.meera)
    assert [row["period"] for row in found][::12] == ["late", "2027-03"]
    assert [(row["period"], row["total"]) for row in found[-2:]] == [
        ("later", 45),
        ("on_events", 0),
    ]


def test_appointments_of_two_weeks_by_day(cast: Cast):
    def visit(starts_at: datetime, **facts) -> None:
        AppointmentFactory(project=cast.meera_project, starts_at=starts_at, **facts)

    visit(NOON - timedelta(hours=3))  # over
    visit(NOON + timedelta(hours=2))
    visit(NOON + timedelta(hours=5), status="confirmed")
    visit(NOON + timedelta(days=1), status="cancelled")
    visit(datetime(2026, 3, 28, 18, 29, tzinfo=UTC))  # the last minute of the 28th in India
    visit(datetime(2026, 3, 28, 20, tzinfo=UTC))  # the 29th: too far
    found = rows("appointments", cast.meera)
    assert len(found) == 14
    assert [row for row in found if row["total"]] == [
        {"day": date(2026, 3, 15), "scheduled": 1, "confirmed": 1, "total": 2},
        {"day": date(2026, 3, 28), "scheduled": 1, "confirmed": 0, "total": 1},
    ]


def test_stages_by_the_month_for_which_they_are_planned(cast: Cast):
    project = cast.meera_project
    for planned in ("2026-03-14", "2026-03-15", "2026-08-31", "2026-09-01", None):
        MilestoneFactory(project=project, planned_on=planned)
    MilestoneFactory(project=project, planned_on="2026-03-20", reported=True)
    MilestoneFactory(
        project=project,
        planned_on="2026-03-20",
        state="certified",
        certified_on="2026-03-01",
        certified_at=NOON,
        certified_by=cast.sana,
    )
    found = {row["period"]: (row["pending"], row["reported"]) for row in rows("stages", cast.meera)}
    assert found == {
        "late": (1, 0),
        "2026-03": (1, 1),
        "2026-04": (0, 0),
        "2026-05": (0, 0),
        "2026-06": (0, 0),
        "2026-07": (0, 0),
        "2026-08": (1, 0),
        "later": (1, 0),
        "no_date": (1, 0),
    }


def say(conversation, minute: int, *, by_builder: bool = False) -> Message:
    people = {"sender": conversation.customer.user, "recipient": conversation.project.builder.user}
    if by_builder:
        people = {"sender": people["recipient"], "recipient": people["sender"]}
    message = MessageFactory(conversation=conversation, **people)
    at = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=minute)
    Message.objects.filter(pk=message.pk).update(created_at=at)
    return message


def test_hours_from_a_question_to_the_answer(cast: Cast):
    """Two questions of one customer: 90 and 30 minutes; a third that nobody answered; medians are between."""
    talk = ConversationFactory(project=cast.meera_project)
    say(talk, 0)
    say(talk, 60)  # asks again: the same question
    BroadcastRecipientFactory(
        broadcast__project=cast.meera_project,
        customer=talk.customer,
        message=say(talk, 70, by_builder=True),  # answers nobody
        delivered_at=NOON,
    )
    say(talk, 90, by_builder=True)
    say(talk, 95, by_builder=True)
    say(talk, 100)
    say(talk, 130, by_builder=True)
    say(ConversationFactory(project=cast.meera_project), 140)
    february = rows("responses", cast.meera)[1]
    assert (february["messages"], february["answered"], february["median_hours"]) == (3, 2, 1.0)


def test_days_from_a_change_request_to_the_quote(cast: Cast):
    booking = book(cast.meera_project, datetime(2026, 1, 2, tzinfo=UTC))

    def ask(day: int, **facts) -> ChangeRequest:
        change = ChangeRequestFactory(booking=booking, **facts)
        created = datetime(2026, 2, day, tzinfo=UTC)
        ChangeRequest.objects.filter(pk=change.pk).update(created_at=created)
        return change

    def quote(change: ChangeRequest, version: int, day: int) -> None:
        with time_machine.travel(datetime(2026, 2, day, tzinfo=UTC), tick=False):
            ChangeQuoteFactory(change_request=change, version=version)

    quoted = ask(1)
    quote(quoted, 1, 3)
    quote(quoted, 2, 9)  # the first counts
    rejected = ask(2, state="rejected")
    ChangeRequest.objects.filter(pk=rejected.pk).update(updated_at=datetime(2026, 2, 6, tzinfo=UTC))
    ask(3)
    ask(4, state="withdrawn")
    february = rows("responses", cast.meera)[1]
    assert (february["changes"], february["offered"], february["median_days"]) == (3, 2, 3.0)


def test_nothing_is_zeros_not_gaps(cast: Cast):
    assert [row["month"] for row in rows("responses", cast.kiran)] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert rows("responses", cast.kiran)[2] == {
        "month": "2026-03",
        **dict.fromkeys(("messages", "answered", "changes", "offered"), 0),
        "median_hours": None,
        "median_days": None,
    }
