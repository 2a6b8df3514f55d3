"""R2, R5.5, R7: plans that a builder offers, the schedule of a booking, and what it makes due."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings.enums import BookingState, ChangeState
from bookings.models import Booking
from bookings.services import (
    answer_change,
    approve_quote,
    move_booking,
    quote_change,
    request_change,
    set_status,
)
from payments import services
from payments.enums import DemandKind, LineKind, Skip, Trigger
from payments.jobs import raise_dated_demands_now, raise_milestone_demands_now
from payments.models import Demand, DemandLine, PlanTemplate, ScheduleLine, ScheduleRevision, Terms
from progress.services import certify_milestone
from projects.models import Project
from realestate.core.errors import InvalidTransition, NotAllowed
from tests.factories.bookings import BookingFactory
from tests.payments.account import TOKEN, line, pay

pytestmark = pytest.mark.django_db
D = Decimal


def confirm(cast, booking):
    return move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")


def certify(cast, stage):
    certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=date(2026, 1, 5))
    raise_milestone_demands_now(milestone_id=stage.pk)


def demanded(booking):
    return [
        (row.label, row.principal)
        for row in DemandLine.objects.filter(
            demand__booking=booking, schedule_line__isnull=False
        ).order_by("demand_id", "sequence")
    ]


def test_R2_the_schedule_is_made_at_confirmation_and_adds_to_the_price(cast, paid, plan):
    confirm(cast, paid)
    rows = ScheduleLine.objects.filter(booking=paid).order_by("sequence")
    assert [(row.label, row.amount) for row in rows] == [
        ("Token", 75_000),
        ("Booking", 300_000),
        ("Agreement", 750_000),
        ("Plinth", 1_875_000),
        ("Slab", 2_250_000),
        ("Possession", 2_250_000),
    ]
    revision = ScheduleRevision.objects.get()
    assert (revision.number, revision.template) == (1, plan)
    assert demanded(paid) == [("Token", 75_000), ("Booking", 300_000)]
    demand = Demand.objects.get()
    assert (demand.issued_on, demand.due_on, demand.number) == (
        date(2026, 1, 5),
        date(2026, 1, 20),
        f"DM-{paid.project_id}/2025-26/00001",
    )


def test_without_a_plan_the_rest_waits_for_possession(cast, paid):
    confirm(cast, paid)
    rows = ScheduleLine.objects.filter(booking=paid).order_by("sequence")
    assert [(row.trigger, row.amount) for row in rows] == [
        ("on_booking", 75_000),
        ("on_possession_offer", 7_425_000),
    ]


def test_R2_3_a_plan_that_does_not_fit_undoes_the_confirmation(cast, paid, plan):
    Booking.objects.filter(pk=paid.pk).update(token_amount=400_000)
    Terms.objects.update(cap_percent=None)
    pay(cast, paid, "325000", date(2026, 1, 5))
    with pytest.raises(services.PlanNotApplicable):
        confirm(cast, paid)
    paid.refresh_from_db()
    assert paid.state == BookingState.TOKEN_PAID
    assert not ScheduleRevision.objects.exists()


def test_R7_3_a_certified_stage_is_demanded_once(cast, paid, plan, stages):
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    certify(cast, stages[0])
    assert demanded(paid)[2:] == [("Plinth", 1_875_000)]
    raise_milestone_demands_now(milestone_id=stages[0].pk)
    assert len(demanded(paid)) == 3
    raise_milestone_demands_now(milestone_id=stages[1].pk)  # not certified
    assert len(demanded(paid)) == 3


def test_R7_3_a_line_waits_for_the_agreement_beyond_the_cap(cast, paid, plan, stages):
    confirm(cast, paid)
    certify(cast, stages[0])
    assert len(demanded(paid)) == 2
    (raised,) = services.raise_milestone_demands(milestone_id=stages[0].pk)
    assert [(row.label, skip) for row, skip in raised.skipped] == [
        ("Plinth", Skip.AWAITING_AGREEMENT)
    ]


def test_R7_6_the_signature_collects_what_had_to_wait(cast, paid, plan, stages):
    confirm(cast, paid)
    certify(cast, stages[0])
    Booking.objects.filter(pk=paid.pk).update(state=BookingState.AGREEMENT_SIGNED)
    (raised,) = services.raise_demands_of(days={paid.pk: date(2026, 1, 6)})
    assert [row.label for row in raised.demand.lines.order_by("sequence")] == [
        "Agreement",
        "Plinth",
    ]
    assert raised.demand.due_on == date(2026, 1, 21)


def test_R7_3_a_later_stage_waits_for_an_earlier_one(cast, paid, plan, stages):
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    stages[1].__class__.objects.filter(pk=stages[0].pk).update(is_billable=False)
    certify(cast, stages[1])
    (raised,) = services.raise_milestone_demands(milestone_id=stages[1].pk)
    assert [(row.label, skip) for row, skip in raised.skipped] == [("Slab", Skip.OUT_OF_ORDER)]
    certify(cast, stages[0])
    assert [label for label, _ in demanded(paid)[2:]] == ["Plinth", "Slab"]


def test_R7_3_bookings_that_are_not_firm_are_left_alone(cast, paid, plan, stages):
    confirm(cast, paid)
    Booking.objects.filter(pk=paid.pk).update(state=BookingState.CANCELLED)
    assert services.raise_demands_of(days={paid.pk: date(2026, 1, 6)}) == []
    assert len(demanded(paid)) == 2


# --- revisions --------------------------------------------------------------------------------------------------------


def revise(cast, booking, *amounts, by=None):
    return services.revise_schedule(
        actor=by or cast.meera,
        booking_id=booking.pk,
        lines=services.specs(
            [
                {
                    "label": f"New {place}",
                    "kind": LineKind.FIXED,
                    "amount": D(amount),
                    "trigger": Trigger.ON_POSSESSION_OFFER,
                }
                for place, amount in enumerate(amounts, start=1)
            ]
        ),
        reason="Agreed",
    )


def test_R2_7_a_revision_replaces_what_is_not_demanded(cast, paid, plan):
    confirm(cast, paid)
    revision = revise(cast, paid, "7000000", "125000")
    live = ScheduleLine.objects.filter(booking=paid, retired_in=None).order_by("sequence")
    assert [(row.label, row.amount) for row in live] == [
        ("Token", 75_000),
        ("Booking", 300_000),
        ("New 1", 7_000_000),
        ("New 2", 125_000),
    ]
    assert ScheduleLine.objects.filter(retired_in=revision).count() == 4
    assert revision.number == 2


@pytest.mark.parametrize("amounts", [("7125000.01",), ("7124999.99",), ()])
def test_R2_7_a_revision_keeps_the_sum(cast, paid, plan, amounts):
    confirm(cast, paid)
    with pytest.raises(services.PlanNotApplicable) as refusal:
        revise(cast, paid, *amounts)
    assert refusal.value.extra == {"expected": 7_125_000}
    assert ScheduleRevision.objects.count() == 1


def test_R2_7_lines_of_a_revision_are_checked_like_a_plans(cast, paid, plan):
    confirm(cast, paid)
    unknown = {
        "label": "Roof",
        "kind": LineKind.FIXED,
        "amount": D("7125000"),
        "trigger": Trigger.MILESTONE,
        "milestone_code": "roof",
    }
    with pytest.raises(services.PlanNotApplicable, match="roof"):
        services.revise_schedule(
            actor=cast.meera, booking_id=paid.pk, lines=services.specs([unknown]), reason="Agreed"
        )
    assert ScheduleRevision.objects.count() == 1


def test_R2_7_who_and_when(cast, paid, plan):
    with pytest.raises(services.NoSchedule):
        revise(cast, paid, "1")
    confirm(cast, paid)
    with pytest.raises(NotAllowed):
        revise(cast, paid, "7125000", by=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        revise(cast, paid, "7125000", by=cast.kiran)
    ScheduleLine.objects.filter(booking=paid, sequence__gt=2).update(
        retired_in=ScheduleRevision.objects.get()
    )
    with pytest.raises(InvalidTransition):
        revise(cast, paid, "7125000")


def test_R7_5_a_corrected_demand_is_raised_anew(cast, paid, plan):
    confirm(cast, paid)
    first = Demand.objects.get()
    services.correct_demand(actor=cast.meera, demand_id=first.pk, reason="Wrong tax")
    assert demanded(paid) == [("Token", 75_000), ("Booking", 300_000)] * 2
    live = ScheduleLine.objects.filter(booking=paid, retired_in=None)
    assert sum(row.amount for row in live) == 7_500_000
    assert services.standing(paid).balance == 300_000


def test_the_database_keeps_one_schedule_and_one_demand_per_line(cast, paid, plan):
    confirm(cast, paid)
    booking = Booking.objects.select_related("project", "unit", "quote").get(pk=paid.pk)
    with pytest.raises(services.ScheduleExists):
        services.start_plan(booking_id=booking.pk)
    assert ScheduleRevision.objects.count() == 1


# --- plans ------------------------------------------------------------------------------------------------------------


def add(cast, lines, **facts):
    return services.add_plan(
        actor=facts.pop("by", cast.meera),
        project_id=cast.meera_project.pk,
        **{"payment_plan": "loan", "name": "Loan", "lines": lines, **facts},
    )


def test_R2_1_a_plan_names_stages_that_exist(cast, plan):
    with pytest.raises(services.PlanNotValid) as refusal:
        add(cast, [line("Roof", 100, "milestone", milestone_code="roof")])
    assert refusal.value.extra == {"line": 1}
    assert PlanTemplate.objects.count() == 1


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2056, 1, 1)])
def test_dates_outside_the_project_are_no_plan(cast, paid, plan, day):
    Project.objects.filter(pk=cast.meera_project.pk).update(start_date=date(2025, 1, 2))
    lines = [line("All", 100, "fixed_date", fixed_on=day)]
    with pytest.raises(services.PlanNotValid, match="outside the project's time"):
        add(cast, lines, payment_plan="loan")
    assert add(
        cast, [line("All", 100, "fixed_date", fixed_on=date(2025, 1, 2))], payment_plan="loan"
    ).lines.exists()
    confirm(cast, paid)
    facts = {"label": "Rest", "kind": "fixed", "amount": D(7_125_000), "trigger": "fixed_date"}
    with pytest.raises(services.PlanNotApplicable, match="outside the project's time"):
        services.revise_schedule(
            actor=cast.meera,
            booking_id=paid.pk,
            lines=services.specs([facts | {"fixed_on": day}]),
            reason="Agreed",
        )
    assert ScheduleRevision.objects.count() == 1


def test_R2_5_a_label_is_checked(cast, plan):
    with pytest.raises(services.PlanNotValid):
        add(cast, [line("All", 100, "on_booking")], kind="construction_linked")
    assert add(cast, [line("All", 100, "on_booking")], kind="down_payment").kind == "down_payment"


def test_one_plan_for_each_word(cast, plan):
    with pytest.raises(services.PlanExists):
        add(cast, [line("All", 100, "on_booking")], payment_plan="installments")
    services.retire_plan(actor=cast.meera, plan_id=plan.pk)
    with pytest.raises(services.PlanRetired):
        services.retire_plan(actor=cast.meera, plan_id=plan.pk)
    assert add(cast, [line("All", 100, "on_booking")], payment_plan="installments").is_active


def test_R22_9_a_changed_plan_is_another_row(cast, paid, plan):
    confirm(cast, paid)
    before = list(ScheduleLine.objects.values())
    changed = services.change_plan(
        actor=cast.meera, plan_id=plan.pk, name="Later", lines=[line("All", 100, "on_booking")]
    )
    plan.refresh_from_db()
    assert (plan.is_active, plan.lines.count(), changed.lines.count()) == (False, 6, 1)
    assert list(ScheduleLine.objects.values()) == before
    with pytest.raises(services.PlanRetired):
        services.change_plan(actor=cast.meera, plan_id=plan.pk, name="x")
    again = services.change_plan(actor=cast.meera, plan_id=changed.pk, name="Renamed")
    assert (again.name, again.lines.get().percent) == ("Renamed", 100)


def test_R21_strangers_offer_nothing(cast, plan):
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises(ObjectDoesNotExist):
            add(cast, [line("All", 100, "on_booking")], by=stranger)
        with pytest.raises(ObjectDoesNotExist):
            services.change_plan(actor=stranger, plan_id=plan.pk, name="x")
        with pytest.raises(ObjectDoesNotExist):
            services.retire_plan(actor=stranger, plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.is_active


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_everybody_may_see_what_a_unit_would_cost_by_a_plan(as_, cast, plan):
    path = f"/api/units/{cast.meera_unit.pk}/payment-schedule?payment_plan=installments"
    body = as_(None).get(path).json()
    assert (body["plan_id"], body["agreement_value"], body["currency"]) == (
        plan.pk,
        7_500_000,
        "INR",
    )
    assert [row["amount"] for row in body["lines"]] == [
        75_000,
        300_000,
        750_000,
        1_875_000,
        2_250_000,
        2_250_000,
    ]
    assert body["lines"][2]["working"] is None
    explained = as_(None).get(f"{path}&explain=1").json()["lines"][2]["working"]
    assert explained == {
        "figure": "Agreement",
        "rule": "R2.2",
        "formula": "plan_value × percent / 100",
        "inputs": {"plan_value": "7500000.00", "percent": "10.0000"},
        "unrounded": explained["unrounded"],
        "amount": "750000.00",
    }
    assert as_(None).get(path.replace("installments", "loan")).json()["plan_id"] is None
    assert as_(None).get(path.replace("installments", "barter")).status_code == 400


def test_R2_3_a_plan_that_does_not_fit_the_price_has_no_amounts_to_show(as_, cast, stages):
    small, rest = (
        line("Booking", "0.5", "on_booking", less_fixed=True),
        line("Rest", "99.5", "on_possession_offer"),
    )
    services.add_plan(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        payment_plan="installments",
        name="Half a percent is less than the token",
        lines=[TOKEN, small, rest],
    )
    path = f"/api/units/{cast.meera_unit.pk}/payment-schedule?payment_plan=installments"
    reply = as_(None).get(path)
    assert (reply.status_code, reply.json()["code"]) == (422, "plan_not_applicable")
    assert "Line 2 (Booking) would be -37500" in reply.json()["detail"]


def test_a_buyer_reads_the_history_of_its_schedule(as_, cast, paid, plan):
    path = f"/api/bookings/{paid.pk}/schedule"
    assert as_(cast.asha).get(path).json() == []
    confirm(cast, paid)
    reply = as_(cast.meera).post(
        f"{path}/revisions",
        {
            "reason": "Agreed",
            "lines": [
                {
                    "label": "Rest",
                    "kind": "fixed",
                    "amount": 7_125_000,
                    "trigger": "on_possession_offer",
                }
            ],
        },
    )
    assert reply.status_code == 201, reply.content
    rows = as_(cast.asha).get(path).json()
    assert [(row["number"], len(row["lines"])) for row in rows] == [(1, 6), (2, 1)]


def test_contract_7_5_the_schedule_on_the_wire_follows_plan_demands_and_money(
    as_, cast, paid, plan
):
    confirm(cast, paid)
    body = as_(cast.asha).get(f"/api/bookings/{paid.pk}/payments").json()
    rows = [
        (row["payment_type"], row["due_date"], row["amount"], row["paid_amount"], row["status"])
        for row in body["payment_schedule"]
    ]
    assert rows[:3] == [
        ("token", "2026-01-20", 75_000, 75_000, "completed"),
        ("installment", "2026-01-20", 300_000, 0, "pending"),
        ("installment", None, 750_000, 0, "pending"),
    ]
    assert rows[-1] == ("final", None, 2_250_000, 0, "pending")
    row = Booking.objects.with_figures("next_payment_amount", "next_payment_due").get(pk=paid.pk)
    assert (row.next_payment_amount, row.next_payment_due) == (300_000, date(2026, 1, 20))


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{"label": "x", "kind": "percent", "percent": "NaN", "trigger": "on_booking"}]},
        {"lines": [{"label": "x", "kind": "percent", "percent": 1e400, "trigger": "on_booking"}]},
        {
            "lines": [
                {"label": "x", "kind": "percent", "percent": 99.99999, "trigger": "on_booking"}
            ]
        },
        {"lines": [{"label": "x", "kind": "share", "percent": 100, "trigger": "on_booking"}]},
        {"lines": [{"label": "x\x00", "kind": "percent", "percent": 100, "trigger": "on_booking"}]},
        {"lines": "all"},
        {"payment_plan": "barter"},
        {"project_id": 10**20},
    ],
)
def test_bad_plans_get_a_clear_4xx_and_change_nothing(as_, cast, change):
    body = {
        "project_id": cast.meera_project.pk,
        "payment_plan": "loan",
        "name": "Loan",
        "lines": [{"label": "x", "kind": "percent", "percent": 100, "trigger": "on_booking"}],
        **change,
    }
    text = json.dumps(body)
    reply = as_(cast.meera).generic(
        "POST", "/api/payment-plans", text, content_type="application/json"
    )
    assert reply.status_code in {400, 404, 422}, reply.content
    assert not PlanTemplate.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_as_many_queries_for_one_row_as_for_three(
    as_, cast, django_assert_num_queries, rows
):
    for word in ("loan", "installments", "full_payment")[:rows]:
        add(cast, [line("All", 100, "on_booking")], payment_plan=word)
    with django_assert_num_queries(3):
        assert len(as_(cast.meera).get("/api/payment-plans").json()) == rows


def test_R13_3_an_approved_change_is_demanded_at_once_and_leaves_the_plan_alone(cast, paid, plan):

    confirm(cast, paid)
    change = request_change(
        actor=cast.asha,
        booking_id=paid.pk,
        request_type="electrical",
        request_title="More sockets",
        request_description="Two more",
    )
    answer_change(
        actor=cast.meera,
        change_request_id=change.pk,
        changes={},
        wanted=ChangeState.UNDER_REVIEW,
    )
    quote_change(
        actor=cast.meera,
        change_request_id=change.pk,
        net_amount=D("38164.25"),
        tax_amount=D("6869.56"),
        timeline_days=5,
        description="Work",
    )
    approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    demand = Demand.objects.get(kind=DemandKind.CHANGE)
    (row,) = demand.lines.all()
    assert (row.principal, row.tax, row.in_consideration) == (
        D("38164.25"),
        D("6869.56"),
        False,
    )
    assert ScheduleRevision.objects.count() == 2
    base = ScheduleLine.objects.filter(booking=paid, change_quote=None, retired_in=None)
    assert sum(line.amount for line in base) == 7_500_000


def test_words_of_the_wire_move_a_booking_the_same_way(cast, paid, plan):
    set_status(actor=cast.meera, booking_id=paid.pk, word="confirmed")
    assert ScheduleRevision.objects.filter(booking=paid).exists()


def test_a_booking_without_applications_of_the_plan_is_untouched(cast, plan):
    other = BookingFactory(unit__project=cast.meera_project)
    raise_dated_demands_now()
    assert not Demand.objects.filter(booking=other).exists()
