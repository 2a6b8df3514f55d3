"""R22.4 and R22.9: what is done again does nothing, and what is edited later changes no booking."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.models import Booking
from bookings.services import book_unit, move_booking
from payments import services
from payments.enums import AllocationPreset
from payments.jobs import (
    post_monthly_interest_now,
    raise_dated_demands_now,
    raise_milestone_demands_now,
    send_reminders,
)
from payments.models import (
    Demand,
    InterestRate,
    LedgerEntry,
    PlanTemplate,
    Reminder,
    ScheduleLine,
    Terms,
)
from payments.services.rates import RateExists
from progress.enums import MilestoneState
from progress.models import Milestone
from progress.services import certify_milestone
from projects.models import PriceList
from projects.services import (
    TaxRateExists,
    add_price_list,
    add_tax_rate,
    change_price_list,
    change_unit,
)
from realestate.core.models import SystemSetting
from tests.factories.progress import MilestoneFactory
from tests.payments.account import pay

D = Decimal
PHOTO = "https://cdn.example.com/plinth.jpg"
TODAY = date(2026, 3, 5)
pytestmark = pytest.mark.django_db
UNHURRIED = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BASE = {"code": "BASE", "label": "Base", "kind": "base", "basis": "per_area"}
SETTINGS = {
    "payments.cap_percent": st.integers(1, 100),
    "payments.credit_days": st.integers(0, 90),
    "payments.lead_days": st.integers(0, 90),
    "payments.grace_days": st.integers(0, 30),
    "payments.allocation": st.sampled_from([str(value) for value in AllocationPreset.values]),
    "payments.forfeit_percent": st.integers(0, 100),
    "payments.refund_days": st.integers(0, 400),
    "payments.bounce_charge": st.integers(0, 5_000),
    "payments.withholding_percent": st.integers(0, 10),
    "bookings.token_percent": st.integers(1, 20),
}
settings_made = st.sampled_from(sorted(SETTINGS)).flatmap(
    lambda key: st.tuples(st.just("setting"), st.just(key), SETTINGS[key])
)
edits = st.one_of(
    settings_made,
    st.tuples(st.just("prices"), st.integers(1, 90_000)),
    st.tuples(st.just("unit"), st.integers(1, 99_000_000)),
    st.tuples(st.just("plan"), st.integers(1, 99)),
    st.tuples(st.just("tax"), st.integers(0, 28), st.integers(1, 300)),
    st.tuples(st.just("interest"), st.integers(1, 30), st.integers(1, 300)),
)


@pytest.fixture
def booking(cast, time_machine):
    """Confirmed, two stages demanded, one paid late: an account with every kind of figure."""
    time_machine.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    project = cast.meera_project
    add_tax_rate(
        actor=cast.sana,
        tax_class="residential",
        component="GST",
        percent=D(5),
        valid_from=date(2025, 1, 1),
    )
    add_price_list(actor=cast.meera, project_id=project.pk, lines=[{**BASE, "value": D(7250)}])
    MilestoneFactory(project=project, sequence=1, code="plinth", reported=True, photos=[PHOTO])
    services.add_plan(
        actor=cast.meera,
        project_id=project.pk,
        payment_plan="construction_linked",
        name="By stages",
        lines=[
            {"label": "Booking", "kind": "percent", "percent": D(5), "trigger": "on_booking"},
            {
                "label": "Plinth",
                "kind": "percent",
                "percent": D(60),
                "trigger": "milestone",
                "milestone_code": "plinth",
            },
            {
                "label": "Rest",
                "kind": "percent",
                "percent": D(35),
                "trigger": "on_possession_offer",
            },
        ],
    )
    made = book_unit(
        actor=cast.asha, unit_id=cast.meera_unit.pk, payment_plan="construction_linked"
    )
    pay(cast, made, str(made.token_amount), date(2026, 1, 5), payment_type="token")
    move_booking(actor=cast.meera, booking_id=made.pk, action="confirm")
    time_machine.move_to(datetime(2026, 3, 5, 12, tzinfo=UTC), tick=False)
    made.refresh_from_db()
    return made


def edit(cast, kind, *values) -> None:
    """Something that a builder or staff change later."""
    project = cast.meera_project
    if kind == "setting":
        key, value = values
        SystemSetting.objects.update_or_create(
            key=key, scope="project", scope_id=project.pk, defaults={"value": value}
        )
    elif kind == "prices":
        latest = PriceList.objects.filter(project=project).order_by("-version").first()
        lines = [{**BASE, "value": D(values[0])}]
        change_price_list(actor=cast.meera, price_list_id=latest.pk, lines=lines)
    elif kind == "unit":
        change_unit(actor=cast.meera, unit_id=cast.meera_unit.pk, price=D(values[0]))
    elif kind == "plan":
        plan = PlanTemplate.objects.get(project=project, is_active=True)
        lines = [("A", values[0], "on_booking"), ("B", 100 - values[0], "on_possession_offer")]
        services.change_plan(
            actor=cast.meera,
            plan_id=plan.pk,
            kind="custom",
            lines=[
                {"label": label, "kind": "percent", "percent": D(share), "trigger": trigger}
                for label, share, trigger in lines
            ],
        )
    else:
        percent, day = D(values[0]), TODAY + timedelta(days=values[1])
        with contextlib.suppress(TaxRateExists, RateExists):  # a second one from the same day
            if kind == "tax":
                facts = {"tax_class": "residential", "component": "GST", "percent": percent}
                add_tax_rate(actor=cast.sana, valid_from=day, **facts)
            else:
                services.add_rate(actor=cast.sana, percent=percent, valid_from=day)


def figures(booking) -> list[object]:
    """Everything that a booking says about money today."""
    booking = Booking.objects.select_related("project", "unit", "quote").get(pk=booking.pk)
    schedule = ScheduleLine.objects.filter(booking=booking).order_by("pk")
    return [
        (booking.agreement_value, booking.other_charges, booking.tax_amount, booking.token_amount),
        booking.quote.lines,
        list(schedule.values_list("label", "amount", "retired_in")),
        Terms.objects.filter(booking=booking).values().get(),
        services.statement_of(booking, first_on=None, last_on=TODAY),
        [(line.amount, line.due_date) for line in services.installments(booking)],
        services.interest_of(booking, TODAY),
        services.room_under_cap(booking),
    ]


@UNHURRIED
@given(st.lists(edits, min_size=1, max_size=6))
def test_R22_9_what_is_edited_later_changes_no_booking(cast, booking, changes):
    before = figures(booking)
    for kind, *values in changes:
        edit(cast, kind, *values)
    assert figures(booking) == before


def certify(cast) -> None:
    stage = Milestone.objects.get()
    if stage.state != MilestoneState.CERTIFIED:
        certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=TODAY)
    raise_milestone_demands_now(milestone_id=stage.pk)


DONE_AGAIN = {
    "certifying": certify,
    "issuing": lambda _cast: raise_dated_demands_now(),
    "posting": lambda _cast: post_monthly_interest_now(),
    "reminding": lambda _cast: send_reminders(),
}


@UNHURRIED
@given(st.lists(st.sampled_from(sorted(DONE_AGAIN)), min_size=1, max_size=8), st.integers(0, 60))
def test_R22_4_what_is_done_again_does_nothing(cast, booking, time_machine, steps, later):
    """In any order, any number of times: the second run of all of them on a day writes nothing."""
    now = datetime(2026, 3, 5, 12, tzinfo=UTC) + timedelta(days=later)
    time_machine.move_to(now, tick=False)
    for name in steps:
        DONE_AGAIN[name](cast)
    for _ in range(2):
        for name in sorted(DONE_AGAIN):
            DONE_AGAIN[name](cast)
        written = [
            model.objects.filter(**{path: booking}).count()
            for model, path in (
                (Demand, "booking"),
                (LedgerEntry, "booking"),
                (Reminder, "demand__booking"),
            )
        ]
    for name in [*steps, *sorted(DONE_AGAIN)]:
        DONE_AGAIN[name](cast)
    assert written == [
        Demand.objects.filter(booking=booking).count(),
        LedgerEntry.objects.filter(booking=booking).count(),
        Reminder.objects.filter(demand__booking=booking).count(),
    ]
