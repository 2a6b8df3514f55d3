"""Staff clear, reject and reverse receipts, correct demands, decide exceptions, add rates: all through services."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from payments.enums import AdjustmentState, Part, ReceiptState
from payments.models import (
    Adjustment,
    CreditNote,
    Demand,
    InterestRate,
    Payment,
    PlanLine,
    PlanTemplate,
    ScheduleLine,
    ScheduleRevision,
)
from payments.services import request_waiver, terms_of
from realestate.core import clock
from tests.factories.bookings import BookingFactory
from tests.factories.payments import CreditNoteFactory, DemandFactory, PaymentFactory
from tests.factories.projects import ProjectFactory
from tests.payments.account import demand, pay, signed

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


@pytest.fixture
def staff(cast) -> Client:
    """A browser in which Sana, one of the cast, is logged in."""
    client = Client()
    client.force_login(cast.sana)
    return client


def buttons(client: Client, url: str) -> list[str]:
    return [each["label"] for each in client.get(f"{url}/change/").context["house_buttons"]]


def cheque(cast) -> Payment:
    return pay(cast, signed(cast), "60000", DAY, payment_method="cheque", is_cleared=False)


def test_R8_1_buttons_follow_the_state_of_a_receipt(staff: Client, cast):
    payment = cheque(cast)
    url = f"/admin/payments/payment/{payment.pk}"
    assert buttons(staff, url) == ["Clear", "Reject"]
    staff.post(f"{url}/do/clear/")
    payment.refresh_from_db()
    assert (payment.state, payment.decided_by.email) == (ReceiptState.CLEARED, "sana@example.com")
    assert payment.receipt_number
    assert buttons(staff, url) == ["Reverse"]
    staff.post(f"{url}/do/reverse/", {"reason": "Returned unpaid"})
    payment.refresh_from_db()
    assert (payment.state, payment.state_reason) == (ReceiptState.REVERSED, "Returned unpaid")
    assert buttons(staff, url) == []


@pytest.mark.parametrize("reason", ["", "Not found"])
def test_R8_1_rejecting_needs_a_reason(staff: Client, cast, reason):
    payment = cheque(cast)
    url = f"/admin/payments/payment/{payment.pk}/do/reject/"
    staff.post(url, {"reason": reason})
    payment.refresh_from_db()
    expected = ReceiptState.REJECTED if reason else ReceiptState.RECORDED
    assert (payment.state, payment.state_reason) == (expected, reason)


def test_receipts_are_filtered_by_state(staff: Client):
    recorded = PaymentFactory(state=ReceiptState.RECORDED, serial=None, receipt_number="")
    PaymentFactory()
    page = staff.get("/admin/payments/payment/", {"state__exact": "recorded"})
    assert list(page.context["cl"].result_list) == [recorded]


def test_a_demand_shows_its_lines_and_what_is_open(staff: Client, cast):
    booking = signed(cast)
    row = demand(booking, "100000", "5000", issued=DAY, due=DAY + timedelta(days=15))
    pay(cast, booking, "60000", DAY)
    page = staff.get(f"/admin/payments/demand/{row.pk}/change/").content.decode()
    assert "1. Stage: ₹1,00,000.00 + tax ₹5,000.00, open ₹45,000.00" in page
    listed = staff.get("/admin/payments/demand/").content.decode()
    assert ("₹1,05,000.00" in listed, "₹45,000.00" in listed) == (True, True)


@pytest.mark.parametrize("reason", ["", "Wrong tower."])
def test_R7_5_a_demand_is_corrected_with_a_reason(staff: Client, cast, reason):
    row = demand(signed(cast), "100000", "5000", issued=DAY, due=DAY + timedelta(days=15))
    url = f"/admin/payments/demand/{row.pk}"
    assert buttons(staff, url) == ["Correct"]
    staff.post(f"{url}/do/correct/", {"reason": reason})
    notes = [(note.reason, note.amount) for note in CreditNote.objects.with_amount()]
    assert notes == ([(reason, Decimal(105_000))] if reason else [])
    assert Demand.objects.with_open().get().open_amount == (0 if reason else 105_000)


def test_R9_interest_has_no_button(staff: Client):
    note = DemandFactory(kind="interest")
    assert buttons(staff, f"/admin/payments/demand/{note.pk}") == []


def test_a_credit_note_shows_what_it_lowers(staff: Client):
    note = CreditNoteFactory()
    page = staff.get(f"/admin/payments/creditnote/{note.pk}/change/").content.decode()
    assert "Advance: ₹500.00 + tax ₹0.00" in page


@pytest.mark.parametrize(("action", "left"), [("approve", 99_500), ("refuse", 100_000)])
def test_R21_a_waiver_is_decided_by_another(staff: Client, cast, action, left):
    row = demand(signed(cast), "100000", issued=DAY, due=DAY + timedelta(days=15))
    asked = request_waiver(
        actor=cast.meera,
        booking_id=row.booking_id,
        demand_line_id=row.lines.get().pk,
        amount=Decimal(500),
        part=Part.PRINCIPAL,
        reason="Bank holiday.",
    )
    url = f"/admin/payments/adjustment/{asked.pk}"
    assert buttons(staff, url) == ["Approve", "Refuse"]
    Adjustment.objects.filter(pk=asked.pk).update(requested_by=cast.sana)
    client = Client()
    client.force_login(cast.sana)
    own = client.post(f"{url}/do/{action}/", follow=True).content.decode()
    assert "Whoever asked for this cannot approve it" in own
    assert Demand.objects.with_open().get().open_amount == 100_000
    Adjustment.objects.filter(pk=asked.pk).update(requested_by=cast.meera)
    client.post(f"{url}/do/{action}/", {"reason": "Fine."})
    asked.refresh_from_db()
    assert (
        asked.state
        == {
            "approve": AdjustmentState.APPROVED,
            "refuse": AdjustmentState.REFUSED,
        }[action]
    )
    assert Demand.objects.with_open().get().open_amount == left
    assert buttons(client, url) == []


def test_R9_rates_are_added_and_not_changed(staff: Client):
    project, today = ProjectFactory(), clock.today()
    form = {"project": project.pk, "percent": "10.90", "valid_from": str(today), "note": "8.9 + 2"}
    assert staff.post("/admin/payments/interestrate/add/", form).status_code == 302
    rate = InterestRate.objects.get()
    assert (rate.project, rate.percent, rate.valid_from) == (project, Decimal("10.90"), today)
    past = {**form, "valid_from": str(today - timedelta(days=1))}
    reply = staff.post("/admin/payments/interestrate/add/", past)
    assert "A rate cannot begin in the past." in reply.content.decode()
    for percent in ("NaN", "1e400", "-1", "0", "101"):
        wrong = {**form, "percent": percent, "valid_from": str(today + timedelta(days=1))}
        assert staff.post("/admin/payments/interestrate/add/", wrong).status_code == 200
    assert list(InterestRate.objects.all()) == [rate]
    assert staff.post(f"/admin/payments/interestrate/{rate.pk}/change/", form).status_code == 403


def test_R2_a_plan_is_shown_and_retired(staff: Client):
    plan = PlanTemplate.objects.create(
        project=ProjectFactory(), payment_plan="installments", name="Thirds"
    )
    facts = {"template": plan, "trigger": "on_booking"}
    PlanLine.objects.create(sequence=1, label="Token", kind="fixed", **facts)
    PlanLine.objects.create(sequence=2, label="Rest", kind="percent", percent=90, **facts)
    url = f"/admin/payments/plantemplate/{plan.pk}"
    page = staff.get(f"{url}/change/").content.decode()
    assert "1. Token: the token; On confirmation of the booking" in page
    assert "2. Rest: 90\N{NO-BREAK SPACE}%; On confirmation of the booking" in page
    assert buttons(staff, url) == ["Retire"]
    staff.post(f"{url}/do/retire/")
    plan.refresh_from_db()
    assert not plan.is_active
    assert buttons(staff, url) == []


def test_R2_7_a_revision_shows_its_lines(staff: Client):
    booking = BookingFactory(paid=True)
    first, second = (
        ScheduleRevision.objects.create(booking=booking, number=number, created_at=clock.now())
        for number in (1, 2)
    )
    facts = {"booking": booking, "revision": first, "kind": "fixed", "amount": 100_000}
    ScheduleLine.objects.create(
        sequence=1,
        label="Plinth",
        trigger="milestone",
        milestone_code="PLINTH",
        retired_in=second,
        **facts,
    )
    ScheduleLine.objects.create(
        sequence=2, label="Later", trigger="days_after_booking", offset=30, **facts
    )
    page = staff.get(f"/admin/payments/schedulerevision/{first.pk}/change/").content.decode()
    plinth = "1. Plinth: ₹1,00,000.00; When a milestone is certified PLINTH"
    assert f"{plinth} (retired by revision 2)" in page
    assert "2. Later: ₹1,00,000.00; Days after booking 30" in page


def test_terms_are_shown_in_the_bookings_currency(staff: Client):
    booking = BookingFactory(paid=True, currency="AED")
    terms = terms_of(booking)
    type(terms).objects.filter(pk=terms.pk).update(bounce_charge=Decimal(590))
    page = staff.get(f"/admin/payments/terms/{terms.pk}/change/").content.decode()
    assert "590.00" in page
    assert "₹590.00" not in page
