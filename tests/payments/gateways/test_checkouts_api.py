"""Beginning to pay online: how much, for whom, where; and what the gateways are asked (issue 3, point 7)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bookings import services as bookings
from bookings.models import Booking
from payments.enums import CheckoutState, Gateway
from payments.models import Checkout, Payment
from payments.services.checkouts import begin_checkout
from realestate.core import clock
from realestate.core.errors import NotAllowed
from realestate.core.models import AuditEntry, IdempotencyKey
from tests.factories.bookings import BookingFactory
from tests.payments.account import demand, pay, signed
from tests.payments.gateways import speaking

pytestmark = pytest.mark.django_db
D = Decimal
ISSUED, DUE = date(2025, 12, 1), date(2025, 12, 16)


def ask(api, booking, body=None, **headers):
    return api.post(f"/api/bookings/{booking.pk}/checkouts", body or {}, headers=headers)


def refused(reply, status, code):
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.content
    assert not Checkout.objects.exists()


# --- how much --------------------------------------------------------------------------------------------------------


def test_R5_4_the_token_of_a_hold_and_the_instant_it_began(as_, cast, booking, stripe):
    reply = ask(as_(cast.asha), booking, {"gateway": "stripe"})
    checkout = Checkout.objects.get()
    assert reply.status_code == 201, reply.content
    assert reply.json() == {
        "id": checkout.pk,
        "booking_id": booking.pk,
        "demand_id": None,
        "gateway": "stripe",
        "amount": 75000,
        "currency": "INR",
        "state": "open",
        "url": "https://checkout.stripe.com/c/pay/cs_test_1",
        "failure": "",
        "payment_id": None,
        "begun_at": "2026-01-05T12:00:00Z",
        "finished_at": None,
    }
    assert (checkout.external_id, checkout.begun_by, checkout.begun_at) == (
        "cs_test_1",
        cast.asha,
        datetime(2026, 1, 5, 12, tzinfo=UTC),
    )
    assert not Payment.objects.exists()
    entry = AuditEntry.objects.get(object_type="payments.checkout")
    assert (entry.action, entry.actor) == ("begun", cast.asha)


def test_a_demand_is_paid_as_far_as_it_is_open(as_, cast, stripe):
    booking = signed(cast)
    first = demand(booking, "200000", "10000", issued=ISSUED, due=DUE)
    pay(cast, booking, "60000", date(2025, 12, 5))
    reply = ask(as_(cast.asha), booking, {"demand_id": first.pk, "gateway": "stripe"})
    assert (reply.status_code, reply.json()["amount"], reply.json()["demand_id"]) == (
        201,
        150_000,
        first.pk,
    )


def test_a_part_of_a_demand_may_be_paid_and_no_more_than_is_open(as_, cast, stripe):
    booking = signed(cast)
    first = demand(booking, "200000", issued=ISSUED, due=DUE)
    body = {"demand_id": first.pk, "gateway": "stripe"}
    refused(ask(as_(cast.asha), booking, {**body, "amount": 200_000.01}), 400, "invalid")
    reply = ask(as_(cast.asha), booking, {**body, "amount": 0.5})
    assert (reply.status_code, reply.json()["amount"]) == (201, 0.5)
    assert stripe.asked[0].form["line_items[0][price_data][unit_amount]"] == "50"


def test_a_demand_that_is_paid_has_nothing_to_pay(as_, cast, stripe):
    booking = signed(cast)
    first = demand(booking, "200000", issued=ISSUED, due=DUE)
    pay(cast, booking, "200000", date(2025, 12, 5))
    for body in ({"demand_id": first.pk}, {"demand_id": first.pk, "amount": 1}):
        refused(ask(as_(cast.asha), booking, body), 409, "nothing_to_pay")
    assert stripe.asked == []


def test_a_token_that_is_paid_by_proof_and_receipt_has_nothing_to_pay(as_, cast, booking, stripe):
    pay(cast, booking, "75000", date(2026, 1, 5), payment_type="token")
    booking.refresh_from_db()
    assert booking.state == "token_paid"
    refused(ask(as_(cast.asha), booking), 400, "invalid")


def test_no_more_than_the_token_of_a_hold(as_, cast, booking, stripe):
    refused(ask(as_(cast.asha), booking, {"amount": 75_000.01}), 400, "invalid")
    assert ask(as_(cast.asha), booking, {"amount": 10_000}).json()["amount"] == 10_000


def test_without_a_demand_or_a_hold_somebody_must_say_how_much(as_, cast, stripe):
    refused(ask(as_(cast.asha), signed(cast)), 400, "invalid")


def test_R6_money_beyond_the_cap_is_refused_before_it_is_paid(as_, cast, stripe):
    booking = BookingFactory(
        paid=True, unit=cast.meera_unit, customer=cast.asha.customer, agreement_value=D(1_000_000)
    )
    refused(ask(as_(cast.asha), booking, {"amount": 100_000.01}), 422, "pre_agreement_cap")
    assert ask(as_(cast.asha), booking, {"amount": 100_000}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": 10.001},
        {"amount": "NaN"},
        {"amount": "1e400"},
        {"amount": "many"},
        {"amount": [1]},
        {"gateway": "paypal"},
        {"gateway": "str\x00ipe"},
        {"demand_id": 0},
        {"demand_id": 10**30},
        {"demand_id": "x"},
    ],
    ids=str,
)
def test_bad_input_changes_nothing(as_, cast, booking, stripe, body):
    refused(ask(as_(cast.asha), booking, body), 400, "invalid")
    assert stripe.asked == []


# --- for whom --------------------------------------------------------------------------------------------------------


def test_R21_only_the_customer_of_the_booking(as_, cast, booking, stripe):
    refused(ask(as_(cast.ravi), booking), 404, "not_found")
    refused(ask(as_(cast.meera), booking), 403, "permission_denied")
    refused(ask(as_(cast.sana), booking), 403, "permission_denied")
    refused(ask(as_(None), booking), 401, "not_authenticated")
    assert stripe.asked == []


def test_R21_whoever_calls_the_service_only_a_customer_begins_a_payment(cast, booking, stripe):
    with pytest.raises(NotAllowed):
        begin_checkout(actor=cast.meera, booking_id=booking.pk, gateway=Gateway.STRIPE)
    assert not Checkout.objects.exists()


def test_the_demand_of_another_booking_is_not_there(as_, cast, booking, stripe):
    others = BookingFactory(paid=True, state="agreement_signed", unit__project=cast.meera_project)
    foreign = demand(others, "1000", issued=ISSUED, due=DUE)
    refused(ask(as_(cast.asha), booking, {"demand_id": foreign.pk}), 404, "not_found")


def test_R5_1_an_inquiry_has_nothing_to_pay_for(as_, cast, stripe):
    inquiry = bookings.open_inquiry(actor=cast.asha, project_id=cast.meera_project.pk)
    refused(ask(as_(cast.asha), inquiry, {"amount": 1}), 409, "invalid_transition")
    assert stripe.asked == []


def test_a_booking_that_is_over_is_not_paid_for(as_, cast, booking, stripe, noon):
    noon.move_to(clock.now() + timedelta(hours=1), tick=False)
    refused(ask(as_(cast.asha), booking, {"amount": 1}), 409, "invalid_transition")
    bookings.record_lapses()
    refused(ask(as_(cast.asha), booking, {"amount": 1}), 409, "invalid_transition")


def test_how_an_attempt_stands(as_, cast, checkout):
    path = f"/api/checkouts/{checkout.pk}"
    for person, status in ((cast.asha, 200), (cast.meera, 200), (cast.ravi, 404), (None, 401)):
        assert as_(person).get(path).status_code == status
    Checkout.objects.update(state=CheckoutState.FAILED, failure="The payment failed.")
    body = as_(cast.asha).get(path).json()
    assert (body["state"], body["url"], body["failure"]) == ("failed", None, "The payment failed.")


# --- once ------------------------------------------------------------------------------------------------------------


def test_R0_a_repeated_key_is_answered_again_and_asks_no_gateway(as_, cast, booking, stripe):
    api, key = as_(cast.asha), {"Idempotency-Key": "pay-1"}
    first = ask(api, booking, {"gateway": "stripe"}, **key)
    again = ask(api, booking, {"gateway": "stripe"}, **key)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert again["Idempotent-Replayed"] == "true"
    other = ask(api, booking, {"gateway": "stripe", "amount": 1}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert (Checkout.objects.count(), len(stripe.asked)) == (1, 1)


def test_R0_a_key_whose_gateway_failed_may_be_used_again(as_, cast, booking, stripe):
    api, key = as_(cast.asha), {"Idempotency-Key": "pay-1"}
    stripe.answer = (500, "{}", {})
    assert ask(api, booking, {"gateway": "stripe"}, **key).status_code == 503
    assert not IdempotencyKey.objects.exists()
    stripe.answer = None
    assert ask(api, booking, {"gateway": "stripe"}, **key).status_code == 201
    assert [row.state for row in Checkout.objects.order_by("pk")] == ["failed", "open"]


# --- where -----------------------------------------------------------------------------------------------------------


def test_a_gateway_without_keys_is_not_available(as_, cast, booking):
    for name in ("stripe", "razorpay"):
        refused(ask(as_(cast.asha), booking, {"gateway": name}), 422, "gateway_not_available")


@pytest.mark.parametrize("missing", ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS"])
def test_a_gateway_with_half_of_its_keys_is_not_available(
    as_, cast, booking, stripe, settings, missing
):
    setattr(settings, missing, type(getattr(settings, missing))())
    refused(ask(as_(cast.asha), booking, {"gateway": "stripe"}), 422, "gateway_not_available")
    assert stripe.asked == []


def test_none_is_available_without_any_keys(as_, cast, booking, settings):
    settings.FAKE_GATEWAY = False
    refused(ask(as_(cast.asha), booking), 422, "gateway_not_available")


def test_the_first_that_takes_the_currency_is_taken(as_, cast, booking, stripe, razorpay):
    assert ask(as_(cast.asha), booking).json()["gateway"] == "razorpay"
    Booking.objects.update(currency="JPY", agreement_value=D(7_500_000), token_amount=D(75_000))
    reply = ask(as_(cast.asha), booking)
    assert (reply.json()["gateway"], reply.json()["amount"]) == ("stripe", 75_000)
    assert stripe.asked[0].form["line_items[0][price_data][unit_amount]"] == "75000"
    wrong = ask(as_(cast.asha), booking, {"gateway": "razorpay"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "gateway_not_available")
    precise = ask(as_(cast.asha), booking, {"amount": 0.5})
    assert (precise.status_code, precise.json()["code"]) == (400, "invalid")


def test_what_stripe_is_asked(as_, cast, booking, stripe, settings):
    settings.CHECKOUT_SUCCESS_URL = "https://homes.example/paid"
    settings.CHECKOUT_CANCEL_URL = "https://homes.example/not-paid"
    ask(as_(cast.asha), booking, {"gateway": "stripe"})
    (asked,) = stripe.asked
    pk = Checkout.objects.get().pk
    assert asked.path == "/v1/checkout/sessions"
    assert asked.headers["Authorization"] == f"Bearer {speaking.STRIPE_KEY}"
    assert asked.headers["Idempotency-Key"] == f"checkout-{pk}"
    assert asked.form == {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "inr",
        "line_items[0][price_data][unit_amount]": "7500000",
        "line_items[0][price_data][product_data][name]": f"{booking.booking_number}, Meera Gardens",
        "client_reference_id": f"checkout-{pk}",
        "metadata[checkout]": f"checkout-{pk}",
        "success_url": f"https://homes.example/paid?checkout={pk}&result=success",
        "cancel_url": f"https://homes.example/not-paid?checkout={pk}&result=cancelled",
    }


def test_what_razorpay_is_asked(as_, cast, booking, razorpay):
    reply = ask(as_(cast.asha), booking, {"gateway": "razorpay", "amount": 1234.56})
    checkout = Checkout.objects.get()
    assert (reply.json()["url"], checkout.external_id) == (
        "https://rzp.io/i/house1",
        "plink_House1",
    )
    (asked,) = razorpay.asked
    assert asked.path == "/v1/payment_links"
    assert speaking.basic(asked.headers) == f"{speaking.RAZORPAY_ID}:{speaking.RAZORPAY_KEY}"
    assert asked.json == {
        "amount": 123456,
        "currency": "INR",
        "accept_partial": False,
        "reference_id": f"checkout-{checkout.pk}",
        "description": f"{booking.booking_number}, Meera Gardens",
        "notes": {"checkout": f"checkout-{checkout.pk}"},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "callback_url": f"http://localhost:3000/?checkout={checkout.pk}&result=success",
        "callback_method": "get",
    }


@pytest.mark.parametrize("name", ["stripe", "razorpay"])
@pytest.mark.parametrize(
    "answer",
    [
        (400, '{"error": {"message": "no", "code": "BAD_REQUEST_ERROR", "description": "no"}}', {}),
        (401, '{"error": {"message": "no", "code": "BAD_REQUEST_ERROR", "description": "no"}}', {}),
        (500, "<html>", {}),
        (502, '{"error": {"code": "GATEWAY_ERROR", "description": "no"}}', {}),
        (200, "not json", {}),
        (200, "[]", {}),
        (200, "{}", {}),
        (200, '{"id": "x", "url": "javascript:alert(1)", "short_url": "javascript:alert(1)"}', {}),
        (302, "", {"Location": "/elsewhere"}),
    ],
    ids=lambda answer: f"{answer[0]} {answer[1][:8]}",
)
def test_a_gateway_that_fails_leaves_a_failed_attempt(
    as_, cast, booking, stripe, razorpay, name, answer
):
    server = {"stripe": stripe, "razorpay": razorpay}[name]
    server.answer = answer
    reply = ask(as_(cast.asha), booking, {"gateway": name})
    assert (reply.status_code, reply.json()["code"]) == (503, "gateway_unavailable")
    assert reply["Retry-After"] == "30"
    checkout = Checkout.objects.get()
    assert (checkout.state, checkout.external_id, checkout.payment) == ("failed", "", None)
    assert checkout.failure
    assert [asked.path for asked in server.asked] != []
    assert "/elsewhere" not in {asked.path for asked in server.asked}


def test_a_gateway_that_is_not_there(as_, cast, booking, stripe, settings):
    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    reply = ask(as_(cast.asha), booking, {"gateway": "stripe"})
    assert (reply.status_code, reply.json()["code"]) == (503, "gateway_unavailable")
