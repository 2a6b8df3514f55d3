"""Two gateways with keys, each a server on this machine."""

import pytest
from rest_framework.test import APIClient

from payments.models import Checkout
from tests.payments.gateways import speaking


@pytest.fixture
def stripe(settings):
    """Stripe, with a secret that is being changed."""
    with speaking.listening() as server:
        settings.STRIPE_SECRET_KEY = speaking.STRIPE_KEY
        settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", speaking.STRIPE_SECRET]
        settings.STRIPE_API_URL = server.url
        yield server


@pytest.fixture
def razorpay(settings):
    """Razorpay."""
    with speaking.listening() as server:
        settings.RAZORPAY_KEY_ID = speaking.RAZORPAY_ID
        settings.RAZORPAY_KEY_SECRET = speaking.RAZORPAY_KEY
        settings.RAZORPAY_WEBHOOK_SECRETS = [speaking.RAZORPAY_SECRET]
        settings.RAZORPAY_API_URL = server.url
        yield server


@pytest.fixture
def caller():
    """Somebody from outside."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def checkout(as_, cast, booking, stripe) -> Checkout:
    """Asha's attempt to pay the token of her hold, 75,000, with Stripe."""
    reply = as_(cast.asha).post(f"/api/bookings/{booking.pk}/checkouts", {"gateway": "stripe"})
    assert reply.status_code == 201, reply.content
    return Checkout.objects.get(pk=reply.json()["id"])
