"""``?explain=1`` on what is to be paid: each line of a schedule, its taxes, the token and the cap, to be recomputed."""

from datetime import date
from decimal import Decimal

import pytest

from bookings.services import book_unit, move_booking
from payments import services
from payments.models import ScheduleLine
from payments.services.schedules import add_addendum
from projects.enums import TaxClass
from projects.models import TaxRate
from projects.services import add_price_list
from realestate.core.models import SystemSetting
from tests.factories.bookings import ChangeQuoteFactory, ChangeRequestFactory
from tests.payments.account import BY_STAGES, D, pay

pytestmark = pytest.mark.django_db
VALUE = D("8765432.10")


def confirm(cast, booking):
    move_booking(actor=cast.meera, booking_id=booking.pk, action="confirm")
    booking.refresh_from_db()
    return booking


@pytest.fixture
def confirmed(cast, paid, plan):
    return confirm(cast, paid)


def schedule(api, booking) -> list[dict]:
    """The lines of all revisions with their workings, in order."""
    found = api.get(f"/api/bookings/{booking.pk}/schedule?explain=1").json()
    return [line for revision in found for line in revision["lines"]]


def told(working) -> tuple[str, str, str]:
    return working["rule"], working["formula"], working["amount"]


def test_R2_2_each_line_of_a_stored_schedule_explains_itself(as_, cast, confirmed):
    lines = schedule(as_(cast.asha), confirmed)
    assert [told(line["working"]) for line in lines] == [
        ("R2.2", "fixed amount", "75000.00"),
        ("R2.2", "plan_value × percent / 100 - fixed lines before", "300000.00"),
        ("R2.2", "plan_value × percent / 100", "750000.00"),
        ("R2.2", "plan_value × percent / 100", "1875000.00"),
        ("R2.2", "plan_value × percent / 100", "2250000.00"),
        ("R2.2", "plan_value - all other lines", "2250000.00"),
    ]
    assert lines[1]["working"]["inputs"] == {
        "plan_value": "7500000.00",
        "percent": "5.0000",
        "fixed_lines": "75000.00",
    }
    assert lines[5]["working"]["inputs"] == {
        "plan_value": "7500000.00",
        "percent": "30.0000",
        "other_lines": "5250000.00",
    }
    assert [Decimal(line["working"]["amount"]) for line in lines] == [
        D(str(line["amount"])) for line in lines
    ]


def test_R2_2_before_and_after_the_one_rounding(as_, cast, plan):
    cast.meera_unit.price = VALUE
    cast.meera_unit.save()
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    pay(cast, booking, str(booking.token_amount), date(2026, 1, 5), payment_type="token")
    lines = schedule(as_(cast.asha), confirm(cast, booking))
    absorbing = lines[1]["working"]
    token = booking.token_amount
    assert token == D("87654.32")
    assert (D(absorbing["unrounded"]), D(absorbing["amount"])) == (
        VALUE * 5 / 100 - token,
        D("438271.61") - token,
    )
    plinth = lines[3]["working"]
    assert (D(plinth["unrounded"]), plinth["amount"]) == (D("2191358.025"), "2191358.03")
    rest = lines[5]["working"]
    assert D(rest["amount"]) == VALUE - D(rest["inputs"]["other_lines"])


def test_without_explain_no_line_explains_itself(as_, cast, confirmed):
    api = as_(cast.asha)
    found = api.get(f"/api/bookings/{confirmed.pk}/schedule").json()
    assert {line["working"] for revision in found for line in revision["lines"]} == {None}
    body = api.get(f"/api/bookings/{confirmed.pk}/payments").json()
    assert {row["workings"] for row in body["payment_schedule"]} == {None}
    assert body["workings"] is None


def test_R2_7_lines_of_a_revision_name_it(as_, cast, confirmed):
    left = confirmed.agreement_value - 375_000
    line = {"label": "Rest", "kind": "fixed", "amount": left, "trigger": "on_possession_offer"}
    services.revise_schedule(
        actor=cast.meera, booking_id=confirmed.pk, lines=services.specs([line]), reason="Agreed"
    )
    working = schedule(as_(cast.asha), confirmed)[-1]["working"]
    assert (working["rule"], working["inputs"]) == ("R2.7", {"revision": 2, "reason": "Agreed"})


def test_R7_5_a_line_that_is_demanded_anew_explains_itself_as_before(as_, cast, confirmed):
    (demand,) = as_(cast.asha).get(f"/api/demands?booking_id={confirmed.pk}").json()["demands"]
    services.correct_demand(actor=cast.meera, demand_id=demand["id"], reason="Wrong tower")
    lines = schedule(as_(cast.asha), confirmed)
    assert [told(line["working"]) for line in lines[6:]] == [
        told(line["working"]) for line in lines[:2]
    ]


def test_R13_3_lines_of_a_change_explain_their_share(as_, cast, confirmed):
    SystemSetting.objects.create(
        key="payments.change_upfront_percent",
        scope="project",
        scope_id=confirmed.project_id,
        value="50",
    )
    change = ChangeRequestFactory(booking=confirmed)
    quote = ChangeQuoteFactory(change_request=change, net_amount=D("38164.25"))
    add_addendum(actor=None, booking=confirmed, change_quote=quote)
    first, second = (line["working"] for line in schedule(as_(cast.asha), confirmed)[-2:])
    assert told(first) == ("R13.3", "net_amount × percent / 100", "19082.13")
    assert (D(first["unrounded"]), D(first["inputs"]["percent"])) == (D("19082.125"), 50)
    assert told(second) == ("R13.3", "net_amount - the other lines of the change", "19082.12")
    assert second["inputs"]["other_lines"] == "19082.13"


def test_R1_charges_on_their_own_explain_themselves_as_on_the_cost_sheet(as_, cast):
    base = {"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price"}
    fund = {"code": "FUND", "label": "Fund", "kind": "charge", "basis": "percent_of"}
    add_price_list(
        actor=cast.meera,
        project_id=cast.meera_project.pk,
        lines=[
            {**base, "value": D(0)},
            {
                **fund,
                "value": D("0.5"),
                "percent_of": ["BASE"],
                "in_plan": False,
                "in_consideration": False,
                "tax_class": "extra_work",
            },
        ],
    )
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    pay(cast, booking, str(booking.token_amount), date(2026, 1, 5), payment_type="token")
    working = schedule(as_(cast.asha), confirm(cast, booking))[-1]["working"]
    assert told(working) == ("R1", "(BASE) × percent / 100", "37500.00")
    assert working["inputs"] == {"BASE": "7500000.00", "percent": "0.5000"}


def test_R3_1_the_schedule_to_be_paid_explains_principal_and_taxes(as_, cast, confirmed):
    for component in ("CGST", "SGST"):
        TaxRate.objects.create(
            tax_class=TaxClass.RESIDENTIAL,
            component=component,
            percent=D("2.5"),
            valid_from=date(2025, 1, 1),
        )
    body = as_(cast.asha).get(f"/api/bookings/{confirmed.pk}/payments?explain=1").json()
    first, later = body["payment_schedule"][0], body["payment_schedule"][2]
    assert [told(working) for working in first["workings"]] == [  # demanded before the tax came
        ("R2.2", "fixed amount", "75000.00")
    ]
    assert [told(working) for working in later["workings"]] == [
        ("R2.2", "plan_value × percent / 100", "750000.00"),
        ("R3.1", "taxable × percent / 100", "18750.00"),
        ("R3.1", "taxable × percent / 100", "18750.00"),
    ]
    for row in body["payment_schedule"]:
        total = sum((D(working["amount"]) for working in row["workings"]), D(0))
        assert total == D(str(row["amount"]))
    assert body["payments"][0]["working"] is None  # lists of payments do not say it


def test_R6_the_room_below_the_cap_explains_itself(as_, cast, booking):
    pay(cast, booking, "50000", date(2026, 1, 5), payment_type="token")
    body = as_(cast.asha).get(f"/api/bookings/{booking.pk}/payments?explain=1").json()
    paid, pending, progress, cap, counted, room = body["workings"]
    assert told(cap) == ("R6", "agreement_value × percent / 100, cut down", "750000.00")
    assert cap["inputs"] == {"agreement_value": "7500000.00", "percent": "10.0000"}
    assert (counted["inputs"]["receipts"], counted["inputs"]["apart"]) == ("50000.00", "0.00")
    assert told(room) == ("R6", "max(cap - received, 0)", "700000.00")
    assert list(paid["inputs"].values()) == ["50000.00"]
    assert (paid["amount"], pending["amount"]) == ("50000.00", "7450000.00")
    assert (progress["unrounded"][:8], progress["amount"]) == ("0.666666", "0.67")
    token, rest = (row["workings"][0] for row in body["payment_schedule"])
    assert told(token) == ("R2.6", "as agreed with the booking", "75000.00")
    assert told(rest) == ("R2.6", "total_amount - token", "7425000.00")


def test_R6_after_signature_there_is_no_cap_to_explain(as_, cast, confirmed):
    confirmed.state = "agreement_signed"
    confirmed.save()
    body = as_(cast.asha).get(f"/api/bookings/{confirmed.pk}/payments?explain=1").json()
    assert [working["figure"] for working in body["workings"]] == [
        "Paid",
        "Pending",
        "Progress in percent",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_workings_cost_the_same_for_any_number_of_lines(
    as_, cast, confirmed, rows, django_assert_num_queries
):
    first = ScheduleLine.objects.filter(booking=confirmed).order_by("sequence")
    for place in range(rows):
        line = first.first()
        line.pk, line.sequence = None, 100 + place
        line._state.adding = True
        line.save()
    api = as_(cast.asha)
    with django_assert_num_queries(6):
        api.get(f"/api/bookings/{confirmed.pk}/schedule?explain=1")


def test_the_preview_and_the_stored_schedule_say_the_same(as_, cast, confirmed):
    assert len(BY_STAGES) == 6
    other = cast.meera_unit
    path = f"/api/units/{other.pk}/payment-schedule?payment_plan=installments&explain=1"
    previewed = [line["working"] for line in as_(None).get(path).json()["lines"]]
    assert previewed == [line["working"] for line in schedule(as_(cast.asha), confirmed)]
