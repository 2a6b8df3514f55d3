"""R7.6-7: lines of a schedule that are due on a date: demanded ahead of it, and never for days that have passed."""

from datetime import date, timedelta

import pytest

from payments import services
from payments.jobs import raise_dated_demands_now
from payments.models import Demand, Terms
from projects.models import Project
from tests.payments.account import TOKEN, D, line
from tests.payments.conftest import NOON
from tests.payments.schedules import add, certify, confirm, demanded

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lead_days", "days"),
    [
        (0, [(date(2026, 1, 15), date(2026, 1, 30)), (date(2026, 2, 5), date(2026, 2, 20))]),
        (5, [(date(2026, 1, 10), date(2026, 1, 15)), (date(2026, 1, 31), date(2026, 2, 5))]),
    ],
)
def test_R7_7_lines_on_dates_are_demanded_on_their_day_however_late_the_worker_is(
    cast, paid, noon, lead_days, days
):
    Terms.objects.update(lead_days=lead_days)
    services.add_plan(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        payment_plan="installments",
        name="By months",
        kind="time_linked",
        lines=[
            line("1", 4, "days_after_booking", offset=10),
            line("2", 5, "months_after_booking", offset=1),
            line("3", 91, "fixed_date", fixed_on=date(2026, 12, 31)),
        ],
    )
    confirm(cast, paid)
    raise_dated_demands_now()
    assert demanded(paid) == []
    noon.move_to(NOON + timedelta(days=40), tick=False)
    raise_dated_demands_now()
    raise_dated_demands_now()
    rows = Demand.objects.order_by("issued_on").values_list("issued_on", "due_on")
    assert list(rows) == days


BY_DATES = [
    TOKEN,
    line("First", 2, "on_booking", less_fixed=True),
    line("Near", 3, "days_after_booking", offset=10),
    line("Later", 4, "months_after_booking", offset=1),
    line("Rest", 91, "on_possession_offer"),
]


def test_R7_7_what_is_near_at_confirmation_is_asked_for_at_once_and_due_on_its_date(
    as_, cast, paid, noon
):
    """Fifteen days ahead, as the setting has it; the date is the due date, before and after it is demanded."""
    add(cast, BY_DATES, payment_plan="installments", name="By dates")
    confirm(cast, paid)
    rows = Demand.objects.order_by("pk")
    assert [(row.issued_on, row.due_on) for row in rows] == [
        (date(2026, 1, 5), date(2026, 1, 20)),
        (date(2026, 1, 5), date(2026, 1, 15)),
    ]
    assert [label for label, _ in demanded(paid)] == ["Token", "First", "Near"]
    shown = as_(cast.asha).get(f"/api/bookings/{paid.pk}/payments").json()["payment_schedule"]
    assert [row["due_date"] for row in shown] == [
        "2026-01-20",
        "2026-01-20",
        "2026-01-15",
        "2026-02-05",
        None,
    ]
    noon.move_to(NOON + timedelta(days=15), tick=False)
    raise_dated_demands_now()
    assert Demand.objects.count() == 2
    noon.move_to(NOON + timedelta(days=16), tick=False)  # the 21st, fifteen days before
    raise_dated_demands_now()
    last = Demand.objects.latest("pk")
    assert (last.issued_on, last.due_on) == (date(2026, 1, 21), date(2026, 2, 5))


def test_R7_6_what_is_late_at_confirmation_is_due_like_any_demand(cast, paid, noon):
    add(cast, BY_DATES, payment_plan="installments", name="By dates")
    noon.move_to(NOON + timedelta(days=10), tick=False)
    confirm(cast, paid)
    assert [(row.issued_on, row.due_on) for row in Demand.objects.all()] == [
        (date(2026, 1, 15), date(2026, 1, 30))
    ]
    assert [label for label, _ in demanded(paid)] == ["Token", "First", "Near"]


@pytest.mark.parametrize("by_stage", [False, True])
def test_R7_7_nothing_is_demanded_for_a_time_before_it_was_agreed(
    cast, paid, plan, stages, noon, by_stage
):
    """What is demanded anew, or revised, begins on that day: nobody is overdue at once."""
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    certify(cast, stages[0])
    noon.move_to(NOON + timedelta(days=60), tick=False)
    if by_stage:
        wrong = Demand.objects.latest("pk").pk
        services.correct_demand(actor=cast.meera, demand_id=wrong, reason="Tax", reissue=False)
        services.raise_milestone_demands(milestone_id=stages[0].pk)
    else:
        Project.objects.filter(pk=cast.meera_project.pk).update(start_date=date(2025, 1, 2))
        facts = {"label": "All", "kind": "fixed", "trigger": "fixed_date"}
        services.revise_schedule(
            actor=cast.meera,
            booking_id=paid.pk,
            lines=services.specs([{**facts, "amount": D(5_250_000), "fixed_on": date(2026, 1, 5)}]),
            reason="Agreed",
        )
        raise_dated_demands_now()
    last = Demand.objects.latest("pk")
    assert (last.issued_on, last.due_on) == (date(2026, 3, 6), date(2026, 3, 21))
