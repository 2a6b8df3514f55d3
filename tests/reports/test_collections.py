"""The collections report: R8's vector by hand, forecast, scopes, empty states, bad input, and what it costs."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bookings.models import Booking
from payments.models import ScheduleLine, ScheduleRevision, Terms
from payments.services import correct_demand, terms_of
from realestate.core import clock
from tests.cast import Cast
from tests.factories.accounts import BuilderFactory, CustomerFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory, DemandLineFactory, PaymentFactory
from tests.factories.projects import ProjectFactory, UnitFactory
from tests.payments.account import demand, interest, pay, signed

URL = "/api/reports/collections"
NOBODY_OWES = {"schedule": 0, "change": 0, "charge": 0, "interest": 0, "total": 0}
BUCKETS = ("not_due", "days_1_30", "days_31_60", "days_61_90", "over_90", "advances")


@pytest.fixture
def vector(cast: Cast, time_machine) -> Booking:
    """R8: D1 105,000 due 2025-01-10, D2 210,000 due 2025-02-10; three receipts, and interest on 2025-03-01."""
    time_machine.move_to(datetime(2025, 3, 1, 12, tzinfo=UTC), tick=False)
    booking = signed(cast)
    demand(booking, "100000", "5000", issued=date(2024, 12, 26), due=date(2025, 1, 10))
    demand(booking, "200000", "10000", issued=date(2025, 1, 26), due=date(2025, 2, 10))
    pay(cast, booking, "60000", date(2025, 1, 8))
    pay(cast, booking, "150000", date(2025, 2, 20))
    assert interest(cast, booking, date(2025, 3, 1)) == [Decimal("550.97"), Decimal("879.47")]
    pay(cast, booking, "120000", date(2025, 3, 1))
    return booking


def report(as_, person, **query) -> dict:
    reply = as_(person).get(URL, query)
    assert reply.status_code == 200, reply.content
    return reply.json()


def only(body: dict) -> dict:
    (section,) = body["currencies"]
    return section


@pytest.mark.parametrize(
    ("on", "kinds", "ages"),
    [
        # D1 lacks 45,000 and is 36 days late; D2 is 5 days late.
        ("2025-02-15", {"schedule": 255_000}, (0, 210_000, 45_000, 0, 0, 0)),
        ("2025-02-10", {"schedule": 255_000}, (210_000, 0, 45_000, 0, 0, 0)),  # due on the day
        ("2025-02-20", {"schedule": 105_000}, (0, 105_000, 0, 0, 0, 0)),
        ("2025-01-08", {"schedule": 45_000}, (45_000, 0, 0, 0, 0, 0)),
        ("2025-03-01", {}, (0, 0, 0, 0, 0, 13_569.56)),
        ("2024-12-25", {}, (0, 0, 0, 0, 0, 0)),
    ],
)
def test_R10_5_what_is_open_on_a_day_by_age(cast, vector, as_, on, kinds, ages):
    section = only(report(as_, cast.meera, on=on))
    total = sum(kinds.values())
    assert section["receivables"] == {**NOBODY_OWES, **kinds, "total": total}
    assert section["ageing"] == dict(zip(BUCKETS, ages, strict=True))


def test_R10_5_the_last_days_of_buckets(cast, vector, as_):
    """D1 was due on 2025-01-10 and lacks 45,000 until 2025-02-20; here a demand that nobody pays."""
    demand(vector, "13569.56", issued=date(2025, 3, 1), due=date(2025, 3, 1))  # takes the advance
    demand(vector, "7", issued=date(2025, 3, 1), due=date(2025, 3, 1))
    found = {
        on: [name for name in BUCKETS if only(report(as_, cast.meera, on=on))["ageing"][name]]
        for on in ("2025-03-31", "2025-04-01", "2025-04-30", "2025-05-30", "2025-05-31")
    }
    assert found == {
        "2025-03-31": ["days_1_30"],
        "2025-04-01": ["days_31_60"],
        "2025-04-30": ["days_31_60"],
        "2025-05-30": ["days_61_90"],
        "2025-05-31": ["over_90"],
    }


def test_an_advance_is_never_netted_against_what_another_owes(cast, vector, as_):
    other = BookingFactory(
        paid=True, state="agreement_signed", unit=UnitFactory(project=cast.meera_project)
    )
    demand(other, "1000", issued=date(2025, 2, 1), due=date(2025, 2, 28))
    ageing = only(report(as_, cast.meera, on="2025-03-01"))["ageing"]
    assert ageing == {
        **dict.fromkeys(BUCKETS, 0),
        "days_1_30": 1_000,
        "advances": 13_569.56,
    }


def test_how_well_money_came_in_by_month(cast, vector, as_):
    months = only(report(as_, cast.meera, on="2025-02-20"))["efficiency"]
    assert [row["month"] for row in months][::11] == ["2024-03", "2025-02"]
    assert len(months) == 12
    assert months[-2:] == [
        {
            "month": "2025-01",
            "fell_due": 105_000,
            "collected_in_time": 60_000,
            "collected": 105_000,
            "percent_in_time": 57.14,
            "percent_collected": 100,
        },
        {
            "month": "2025-02",
            "fell_due": 210_000,
            "collected_in_time": 0,
            "collected": 105_000,
            "percent_in_time": 0,
            "percent_collected": 50,
        },
    ]
    assert months[0] == {
        "month": "2024-03",
        "fell_due": 0,
        "collected_in_time": 0,
        "collected": 0,
        "percent_in_time": None,
        "percent_collected": None,
    }


def test_what_was_credited_did_not_fall_due(cast, vector, as_):
    wrong = demand(vector, "500", issued=date(2025, 2, 1), due=date(2025, 2, 16))
    correct_demand(actor=cast.meera, demand_id=wrong.pk, reason="Wrong tower.")
    months = only(report(as_, cast.meera, on="2025-03-01"))["efficiency"]
    assert months[-2]["fell_due"] == 210_000


def plan(booking: Booking, *lines: dict) -> None:
    """A schedule as it stands, not demanded."""
    revision = ScheduleRevision.objects.create(booking=booking, number=1, created_at=clock.now())
    for number, line in enumerate(lines, start=1):
        ScheduleLine.objects.create(
            booking=booking,
            revision=revision,
            sequence=number,
            **{"kind": "fixed", "label": f"Line {number}", **line},
        )


# Due fifteen days after their dates, or on them (R7.7).
@pytest.mark.parametrize(("lead_days", "march", "april"), [(0, 9_000, 6_000), (15, 11_000, 4_000)])
def test_what_will_fall_due_by_month_and_on_events(cast, vector, as_, lead_days, march, april):
    Booking.objects.filter(pk=vector.pk).update(booking_date=datetime(2024, 12, 31, tzinfo=UTC))
    Terms.objects.filter(booking=vector).update(credit_days=15, lead_days=lead_days)
    demand(vector, "13569.56", "100", issued=date(2025, 3, 1), due=date(2025, 3, 16))
    plan(
        vector,
        {"trigger": "months_after_booking", "offset": 2, "amount": 1_000},  # 02-28 → 2025-03-15
        {"trigger": "days_after_booking", "offset": 90, "amount": 2_000},  # 03-31 → 2025-04-15
        {"trigger": "fixed_date", "fixed_on": date(2025, 4, 1), "amount": 4_000},  # 2025-04-16
        {"trigger": "fixed_date", "fixed_on": date(2025, 1, 1), "amount": 8_000},  # late: now
        {"trigger": "milestone", "milestone_code": "PLINTH", "amount": 16_000},
        {"trigger": "milestone", "milestone_code": "PLINTH", "amount": 32_000},
        {"trigger": "milestone", "milestone_code": "ROOF", "amount": 64_000},
        {"trigger": "on_agreement", "amount": 128_000},
        {"trigger": "on_possession_offer", "amount": 256_000},
    )
    forecast = only(report(as_, cast.meera, on="2025-03-01"))["forecast"]
    assert forecast["months"] == [
        {"month": "2025-03", "demanded": 100, "planned": march, "total": march + 100},
        {"month": "2025-04", "demanded": 0, "planned": april, "total": april},
    ]
    waiting = [
        (row["trigger"], row["milestone_code"], row["label"], row["amount"])
        for row in forecast["waiting"]
    ]
    assert waiting == [
        ("milestone", "PLINTH", "Line 5", 48_000),
        ("milestone", "ROOF", "Line 7", 64_000),
        ("on_agreement", "", "", 128_000),
        ("on_possession_offer", "", "", 256_000),
    ]
    assert {row["project_id"] for row in forecast["waiting"]} == {cast.meera_project.pk}
    assert (forecast["overdue"], forecast["total"]) == (0, 15_100 + 496_000)
    Booking.objects.filter(pk=vector.pk).update(state="cancelled")  # nothing more will be asked
    forecast = only(report(as_, cast.meera, on="2025-03-01"))["forecast"]
    assert (forecast["waiting"], forecast["total"]) == ([], 100)


def test_a_demanded_line_is_planned_only_until_its_demand(cast, vector, as_):
    plan(vector, {"trigger": "fixed_date", "fixed_on": date(2025, 2, 1), "amount": 50_000})
    DemandFactory(
        booking=vector,
        issued_on=date(2025, 2, 21),
        due_on=date(2025, 3, 8),
        line__principal=50_000,
        line__schedule_line=ScheduleLine.objects.get(),
    )
    before, after = (
        only(report(as_, cast.meera, on=on))["forecast"]["months"]
        for on in ("2025-02-20", "2025-02-21")
    )
    assert before == [{"month": "2025-02", "demanded": 0, "planned": 50_000, "total": 50_000}]
    assert after == [{"month": "2025-03", "demanded": 50_000, "planned": 0, "total": 50_000}]


def test_overdue_bookings_largest_first_page_by_page(cast, as_):
    keys = []
    for principal in (100, 300, 200):
        row = DemandFactory(booking=booking_of(cast.meera_project), line__principal=principal)
        keys.append(row.booking_id)
    DemandFactory(booking=booking_of(cast.meera_project))
    first = report(as_, cast.meera, on="2025-06-17", limit=2)
    assert [row["overdue"] for row in first["overdue_bookings"]] == [100_000, 300]
    assert (first["total"], first["pagination"]["totalPages"]) == (4, 2)
    second = report(as_, cast.meera, on="2025-06-17", limit=2, page=2)
    assert [row["booking_id"] for row in second["overdue_bookings"]] == [keys[2], keys[0]]
    assert report(as_, cast.meera, on="2025-06-16")["overdue_bookings"] == []  # due on the day


def test_a_late_booking_in_one_line(cast, vector, as_):
    (row,) = report(as_, cast.meera, on="2025-02-15")["overdue_bookings"]
    assert row == {
        "booking_id": vector.pk,
        "booking_number": vector.booking_number,
        "customer": "Asha Rao",
        "project_id": cast.meera_project.pk,
        "project": "Meera Gardens",
        "unit": "A-101",
        "currency": "INR",
        "overdue": 255_000,
        "oldest_due_on": "2025-01-10",
        "days_overdue": 36,
    }


def booking_of(project, **facts) -> Booking:
    booking = BookingFactory(
        paid=True, state="agreement_signed", unit=UnitFactory(project=project), **facts
    )
    terms_of(booking)
    return booking


def test_R21_builders_see_their_own_projects_and_staff_all(cast, as_):
    for project in (cast.meera_project, cast.kiran_project):
        DemandFactory(booking=booking_of(project))
    for person, expected in ((cast.meera, 100_000), (cast.kiran, 100_000), (cast.sana, 200_000)):
        body = report(as_, person, on="2025-07-01")
        assert only(body)["receivables"]["total"] == expected
        assert body["project_id"] is None
    hers = report(as_, cast.sana, on="2025-07-01", project_id=cast.kiran_project.pk)
    assert hers["project_id"] == cast.kiran_project.pk
    assert only(hers)["receivables"]["total"] == 100_000
    assert [row["project"] for row in hers["overdue_bookings"]] == ["Kiran Heights"]


def test_R21_who_may_ask(cast, as_):
    mine = {"project_id": cast.meera_project.pk}
    expected = {cast.meera: 200, cast.kiran: 404, cast.sana: 200, cast.asha: 403, None: 401}
    found = {person: as_(person).get(URL, mine).status_code for person in expected}
    assert found == expected


def test_R0_currencies_are_never_added(cast, as_):
    dirhams = ProjectFactory(builder=cast.meera.builder, currency="AED")
    DemandFactory(booking=booking_of(cast.meera_project))
    emirati = booking_of(dirhams, currency="AED")
    DemandFactory(booking=emirati, currency="AED", line__principal=7)
    PaymentFactory(booking=emirati, currency="AED", amount=3)
    body = report(as_, cast.meera, on="2025-07-01")
    found = [
        (each["currency"], each["receivables"]["total"], each["ageing"]["advances"])
        for each in body["currencies"]
    ]
    assert found == [("AED", 7, 3), ("INR", 100_000, 0)]
    assert [row["currency"] for row in body["overdue_bookings"]] == ["AED", "INR"]


def test_kinds_of_demands_stand_apart(cast, as_):
    booking = booking_of(cast.meera_project)
    for number, kind in enumerate(("schedule", "change", "charge", "interest")):
        DemandFactory(booking=booking, kind=kind, line__principal=10**number)
    owed = only(report(as_, cast.meera, on="2025-06-02"))["receivables"]
    assert owed == {"schedule": 1, "change": 10, "charge": 100, "interest": 1_000, "total": 1_111}


@pytest.mark.django_db
def test_empty_states_are_zeros_and_empty_lists(as_):
    body = report(as_, BuilderFactory().user)
    section = only(body)
    assert section["currency"] == "INR"
    assert section["receivables"] == NOBODY_OWES
    assert section["ageing"] == dict.fromkeys(BUCKETS, 0)
    assert section["forecast"] == {"overdue": 0, "months": [], "waiting": [], "total": 0}
    assert len(section["efficiency"]) == 12
    assert section["workings"] is None
    assert (body["overdue_bookings"], body["total"]) == ([], 0)
    assert body["on"] == clock.today().isoformat()


def test_explain_says_rule_inputs_and_values(cast, vector, as_):
    section = only(report(as_, cast.meera, on="2025-02-20", explain=1))
    found = {each["figure"]: each for each in section["workings"]}
    assert sorted(found) == [
        "Advances",
        "Ageing",
        "Efficiency 2025-01, collected",
        "Efficiency 2025-01, in time",
        "Efficiency 2025-02, collected",
        "Efficiency 2025-02, in time",
        "Forecast",
        "Receivables",
    ]
    rate = found["Efficiency 2025-01, in time"]
    assert rate["inputs"] == {"collected_in_time": "60000.00", "fell_due": "105000.00"}
    assert rate["unrounded"].startswith("57.142857")
    assert rate["amount"] == "57.14"
    assert found["Receivables"]["amount"] == "105000.00"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"on": "yesterday"}, 400),
        ({"on": "2025-02-30"}, 400),
        ({"on": "0001-01-01"}, 400),
        ({"on": "9999-12-31"}, 400),
        ({"on": "\x00"}, 400),
        ({"project_id": "NaN"}, 400),
        ({"project_id": "1e400"}, 400),
        ({"project_id": "-1"}, 400),
        ({"project_id": "\x00"}, 400),
        ({"project_id": "9" * 30}, 404),
        ({"project_id": "999999999"}, 404),
        ({"project_id": "", "on": ""}, 200),
        ({"page": "0", "limit": "1000"}, 200),
        ({"page": "nonsense", "limit": "0"}, 200),
    ],
    ids=str,
)
def test_bad_input(cast, as_, query, status):
    assert as_(cast.meera).get(URL, query).status_code == status


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_one_booking_and_for_three(
    cast, as_, django_assert_num_queries, rows
):
    for _ in range(rows):
        booking = booking_of(cast.meera_project, customer=CustomerFactory())
        row = DemandFactory(booking=booking)
        DemandLineFactory(demand=row, sequence=2)
        PaymentFactory(booking=booking)
        plan(booking, {"trigger": "milestone", "milestone_code": "ROOF", "amount": 1})
    with django_assert_num_queries(14):  # three of them count how often it is asked for
        report(as_, cast.meera, on="2025-07-01", project_id=cast.meera_project.pk)
