"""Staff settle, decide and refund through the same services as everybody else (R11, R21)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from bookings.enums import BookingState
from payments.enums import Initiator, RefundState, SettlementState
from payments.models import DefaultNotice, LedgerEntry, Refund, Settlement
from payments.services import propose_settlement, send_notice
from realestate.core import clock
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(cast):
    booking = BookingFactory(
        paid=True, unit=cast.meera_unit, agreement_value=Decimal(500_000), token_amount=1
    )
    PaymentFactory(booking=booking, amount=Decimal(100_000))
    return booking


def sana(cast) -> Client:
    client = Client()
    client.force_login(cast.sana)
    return client


def form(booking, **facts):
    day = clock.today(booking.project.time_zone)
    return {
        "booking": booking.pk,
        "initiator": "buyer",
        "effective_on": str(day),
        "forfeit_percent": "",
        "reason": "The buyer withdraws.",
        **facts,
    }


@pytest.mark.parametrize(("percent", "refund"), [("", 50_000), ("0", 100_000), ("2.5", 87_500)])
def test_an_empty_percentage_is_what_was_agreed(cast, booking, percent, refund):
    page = sana(cast)
    opened = page.get("/admin/payments/settlement/add/").context["adminform"].form
    assert opened["forfeit_percent"].initial is None
    reply = page.post("/admin/payments/settlement/add/", form(booking, forfeit_percent=percent))
    assert reply.status_code == 302, reply.context["errors"]
    assert Settlement.objects.get().refund_amount == refund


def test_what_the_service_refuses_is_an_error_of_the_form(cast, booking):
    reply = sana(cast).post("/admin/payments/settlement/add/", form(booking, forfeit_percent="11"))
    assert "More than was agreed on the booking cannot be kept." in reply.content.decode()
    assert not Settlement.objects.exists()


def test_two_buttons_decide_and_one_pays(cast, booking):
    draft = propose_settlement(
        actor=cast.meera, booking_id=booking.pk, initiator=Initiator.BUYER, reason="Abroad."
    )
    page, url = sana(cast), f"/admin/payments/settlement/{draft.pk}"
    shown = page.get(f"{url}/change/")
    assert [each["label"] for each in shown.context["house_buttons"]] == ["Approve", "Refuse"]
    assert "Kept of the price: ₹50,000.00" in shown.content.decode()
    page.post(f"{url}/do/approve/")
    draft.refresh_from_db()
    booking.refresh_from_db()
    assert (draft.state, booking.state) == (SettlementState.APPROVED, BookingState.CANCELLED)
    assert page.get(f"{url}/change/").context["house_buttons"] == []
    refund = Refund.objects.get()
    url = f"/admin/payments/refund/{refund.pk}"
    assert page.get(f"{url}/change/").context["house_buttons"][0]["label"] == "Record the payment"
    page.post(f"{url}/do/pay/", {"reason": ""})
    refund.refresh_from_db()
    assert (refund.state, LedgerEntry.objects.filter(refund=refund).count()) == (RefundState.DUE, 0)
    page.post(f"{url}/do/pay/", {"reason": "UTR-9"})
    refund.refresh_from_db()
    assert (refund.state, refund.reference, refund.paid_by_id) == (
        RefundState.PAID,
        "UTR-9",
        cast.sana.pk,
    )


def test_whoever_proposed_it_cannot_approve_by_button_either(cast, booking):
    draft = propose_settlement(
        actor=cast.sana, booking_id=booking.pk, initiator=Initiator.BUYER, reason="Abroad."
    )
    reply = sana(cast).post(f"/admin/payments/settlement/{draft.pk}/do/approve/", follow=True)
    assert "Whoever asked for this cannot approve it" in reply.content.decode()
    draft.refresh_from_db()
    assert draft.state == SettlementState.DRAFT


def test_notices_are_numbered_by_the_service(cast, booking, time_machine):
    send_notice(actor=cast.meera, booking_id=booking.pk)
    time_machine.move_to(clock.now() + timedelta(days=366))
    day = clock.today(booking.project.time_zone)
    sent = {
        "booking": booking.pk,
        "sent_on": str(day),
        "cure_until": str(date.fromordinal(day.toordinal() + 20)),
        "text": "Please pay.",
    }
    page = sana(cast)
    early = page.post("/admin/payments/defaultnotice/add/", {**sent, "cure_until": str(day)})
    assert (early.status_code, DefaultNotice.objects.count()) == (200, 1)
    assert page.post("/admin/payments/defaultnotice/add/", sent).status_code == 302
    last = DefaultNotice.objects.get(number=2)
    assert (last.sent_on, (last.cure_until - last.sent_on).days) == (day, 20)
