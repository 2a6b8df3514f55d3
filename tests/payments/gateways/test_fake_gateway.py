"""The gateway for development: a page that works without scripts, and events as signed as real ones."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from payments.models import Checkout, GatewayEvent, Payment
from payments.views.webhooks import POLICY
from realestate.core import clock
from tests.payments.gateways.speaking import outcomes, tell, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(as_, cast, booking) -> str:
    """The path of the page on which Asha pays her token."""
    reply = as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts")
    assert (reply.status_code, reply.json()["gateway"]) == (201, "fake")
    return reply.json()["url"].removeprefix("http://testserver")


def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def press(page: str, choice: str, client: Client | None = None):
    """Open the page and press a button, as a browser does."""
    client = client or browser()
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(page).content.decode()
    )
    assert token
    return client.post(page, {"choice": choice, "csrfmiddlewaretoken": token[1]})


def test_the_page_says_what_is_paid_and_needs_no_scripts(page, booking):
    reply = browser().get(page)
    text = reply.content.decode()
    assert reply.status_code == 200
    assert "₹75,000.00" in text
    assert f"{booking.booking_number}, Meera Gardens" in text
    assert "no money moves here" in text
    assert "<script" not in text
    assert reply["Content-Security-Policy"] == POLICY
    assert "no-store" in reply["Cache-Control"]
    back = f"http://localhost:3000/?checkout={Checkout.objects.get().pk}&amp;result=cancelled"
    assert f'href="{back}"' in text


def test_pay(page, booking):
    reply = press(page, "pay")
    assert "Paid" in reply.content.decode()
    back = f"http://localhost:3000/?checkout={Checkout.objects.get().pk}&amp;result=success"
    assert f'href="{back}"' in reply.content.decode()
    assert not Payment.objects.exists()
    work()
    checkout = Checkout.objects.get()
    assert (checkout.state, checkout.payment) == ("succeeded", Payment.objects.get())
    booking.refresh_from_db()
    assert booking.state == "token_paid"


def test_press_twice_pay_once(page):
    for _time in range(2):
        assert press(page, "pay").status_code == 200
        work()
    assert (Payment.objects.count(), GatewayEvent.objects.count()) == (1, 1)


def test_decline_and_then_pay(page):
    assert "Declined" in press(page, "decline").content.decode()
    work()
    assert Checkout.objects.get().state == "failed"
    press(page, "pay")
    work()
    assert Checkout.objects.get().state == "succeeded"
    assert outcomes() == [("applied", ""), ("applied", "")]


@pytest.mark.parametrize("choice", ["", "steal", "payment.paid"])
def test_other_buttons_do_nothing(page, choice):
    assert press(page, choice).status_code == 404
    assert not GatewayEvent.objects.exists()


def test_another_site_cannot_press(page):
    assert browser().post(page, {"choice": "pay"}).status_code == 403
    assert not GatewayEvent.objects.exists()


def test_an_address_that_was_not_made_here_or_is_too_old(page, noon):
    assert browser().get(page + "x").status_code == 404
    assert browser().get("/api/fake-gateway/nonsense").status_code == 404
    noon.move_to(clock.now() + timedelta(days=1, seconds=1), tick=False)
    assert browser().get(page).status_code == 404


def test_the_page_is_gone_where_the_gateway_is_not_offered(page, settings):
    settings.FAKE_GATEWAY = False
    assert browser().get(page).status_code == 404
    assert browser().post(page, {"choice": "pay"}).status_code in {403, 404}
    assert not GatewayEvent.objects.exists()


def test_what_the_page_did_not_sign_is_refused(caller, page):
    press(page, "pay")
    GatewayEvent.objects.all().delete()
    for headers in ({}, {"X-Fake-Signature": "t=1,v1=x"}, {"X-Fake-Signature": "t=é"}):
        reply = tell(caller, "fake", b'{"id": "evt_1", "type": "payment.paid"}', headers)
        assert (reply.status_code, reply.json()["code"]) == (400, "signature_invalid")
    assert not GatewayEvent.objects.exists()


def test_the_page_of_a_text_with_markup_shows_it(as_, cast, booking):
    cast.meera_project.project_name = "<b>Meera</b> & Co"
    cast.meera_project.save()
    reply = as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts")
    text = browser().get(reply.json()["url"].removeprefix("http://testserver")).content.decode()
    assert "&lt;b&gt;Meera&lt;/b&gt; &amp; Co" in text
