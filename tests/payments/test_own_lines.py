"""R1: charges that the payment plan does not spread are lines of their own, due when possession is offered."""

from datetime import date
from decimal import Decimal

import pytest

from bookings.services import book_unit, move_booking
from payments import services
from payments.models import PlanTemplate, ScheduleLine
from projects.models import Unit
from projects.services import add_price_list
from realestate.integrity import run_checks
from tests.payments.account import pay

D = Decimal
pytestmark = pytest.mark.django_db
BASE = {"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price", "value": D(0)}
PARKING = {"code": "PARK", "label": "Parking", "kind": "charge", "basis": "flat"}
CORPUS = {"code": "CORPUS", "label": "Corpus fund", "kind": "charge", "basis": "flat"}


@pytest.fixture
def prices(cast):
    """7,500,000 to be spread, parking of 400,000 in the price but on its own, a fund of 100,000 beside the price."""
    add_price_list(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        lines=[
            BASE,
            {**PARKING, "value": D(400_000), "in_plan": False},
            {**CORPUS, "value": D(100_000), "in_consideration": False, "tax_class": "extra_work"},
        ],
    )


@pytest.fixture
def confirmed(cast, prices):
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    pay(cast, booking, str(booking.token_amount), date(2026, 1, 5), payment_type="token")
    move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")
    booking.refresh_from_db()
    return booking


def live(booking) -> list[tuple[str, Decimal, bool, str]]:
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None).order_by("sequence")
    return [(row.label, row.amount, row.is_extra, row.tax_class) for row in rows]


def test_R2_4_own_lines_and_the_plan_add_to_the_price(confirmed):
    token = confirmed.token_amount
    rest = D(7_500_000) - token
    (first, second, *own) = live(confirmed)
    assert (first[1], second[1]) == (token, rest)
    assert own == [
        ("Parking", D(400_000), False, "residential"),
        ("Corpus fund", D(100_000), True, "extra_work"),
    ]
    assert confirmed.agreement_value == 7_900_000
    broken = [finding.check.name for finding in run_checks() if not finding.is_good]
    assert "schedule_adds_to_the_price" not in broken


def test_R2_7_a_revision_leaves_own_lines_alone(cast, confirmed):
    left = D(7_500_000) - confirmed.token_amount
    services.revise_schedule(
        actor=cast.meera,
        booking_id=confirmed.pk,
        lines=services.specs(
            [
                {
                    "label": "All at the end",
                    "kind": "fixed",
                    "amount": left,
                    "trigger": "on_possession_offer",
                }
            ]
        ),
        reason="Agreed",
    )
    assert [(label, amount) for label, amount, *_ in live(confirmed)] == [
        (live(confirmed)[0][0], confirmed.token_amount),
        ("Parking", 400_000),
        ("Corpus fund", 100_000),
        ("All at the end", left),
    ]


def test_the_preview_shows_what_the_confirmation_makes(as_, cast, prices, confirmed):
    path = f"/api/units/{cast.meera_unit.pk}/payment-schedule?payment_plan=full_payment&explain=1"
    body = as_(None).get(path).json()
    assert (body["agreement_value"], body["plan_value"]) == (7_900_000, 7_500_000)
    assert not PlanTemplate.objects.exists()
    assert [(row["label"], row["amount"]) for row in body["lines"]][-2:] == [
        ("Parking", 400_000),
        ("Corpus fund", 100_000),
    ]
    assert sum(row["amount"] for row in body["lines"]) == 8_000_000
    assert body["lines"][-1]["working"]["figure"] == "Corpus fund"


def test_R1_something_must_be_left_for_the_plan(as_, cast):
    Unit.objects.filter(pk=cast.meera_unit.pk).update(price=500)
    add_price_list(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        lines=[{**BASE, "in_plan": False}],
    )
    reply = as_(None).get(f"/api/units/{cast.meera_unit.pk}/cost-sheet")
    assert (reply.status_code, reply.json()["code"]) == (422, "price_list_not_valid")
