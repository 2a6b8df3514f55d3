"""R2.3, contract 7.5: plans and schedules over HTTP, and how many queries they take."""

import json
from datetime import date
from decimal import Decimal

import pytest

from bookings.models import Booking
from payments import services
from payments.models import PlanTemplate
from tests.payments.account import TOKEN, line
from tests.payments.schedules import add, confirm

pytestmark = pytest.mark.django_db
D = Decimal


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
