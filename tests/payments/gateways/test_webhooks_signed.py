"""What comes in: signed over the very bytes, not too old, kept once; nothing else leaves a trace (B11, D14)."""

import json
import random
import time
from decimal import Decimal

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from payments.gateways import fake
from payments.gateways.base import refuse_in_transaction, to_minor
from payments.models import GatewayEvent, Payment
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from tests.payments.gateways.speaking import (
    RAZORPAY_SECRET,
    hexed,
    outcomes,
    razorpay_event,
    razorpay_signed,
    stripe_event,
    stripe_signed,
    tell,
)

pytestmark = pytest.mark.django_db


def ignored(reply, code="signature_invalid", status=400):
    """Refused, without a trace."""
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.content
    assert not GatewayEvent.objects.exists()
    assert not queued()


def queued() -> list[dict]:
    jobs = ProcrastinateJob.objects.filter(task_name="payments.apply_gateway_event")
    return [job.args for job in jobs.order_by("pk")]


def test_an_event_is_kept_as_it_came_and_applied_later(caller, checkout):
    body = stripe_event(checkout)
    reply = tell(caller, "stripe", body, stripe_signed(body))
    assert (reply.status_code, reply.json()) == (200, {"message": "Received."})
    event = GatewayEvent.objects.get()
    assert (event.gateway, event.event_id, event.kind, event.outcome) == (
        "stripe",
        "evt_1",
        "checkout.session.completed",
        "waiting",
    )
    assert event.payload["body"] == json.loads(body)
    assert queued() == [{"event_id": event.pk}]
    assert not Payment.objects.exists()


def test_the_same_event_again_changes_nothing(caller, checkout):
    body = stripe_event(checkout)
    for _time in range(5):
        assert tell(caller, "stripe", body, stripe_signed(body)).status_code == 200
    other = stripe_event(checkout, amount_total=1)  # the id decides, as it does for the gateway
    assert tell(caller, "stripe", other, stripe_signed(other)).status_code == 200
    event = GatewayEvent.objects.get()
    assert event.payload["body"] == json.loads(body)
    assert queued() == [{"event_id": event.pk}]


def test_ids_of_two_gateways_do_not_meet(caller, checkout, razorpay):
    body = stripe_event(checkout, event_id="same")
    tell(caller, "stripe", body, stripe_signed(body))
    link = razorpay_event(checkout)
    tell(caller, "razorpay", link, razorpay_signed(link, event_id="same"))
    assert GatewayEvent.objects.count() == 2


def test_both_secrets_are_good_while_they_are_being_changed(caller, checkout):
    body = stripe_event(checkout)
    assert tell(caller, "stripe", body, stripe_signed(body, secret="whsec_new")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        lambda _: {},
        lambda _: {"Stripe-Signature": ""},
        lambda _: {"Stripe-Signature": "nonsense"},
        lambda _: {"Stripe-Signature": "t=now,v1=x"},
        lambda _: {"Stripe-Signature": "t=1,v1="},
        lambda _: {"Stripe-Signature": "v1=é"},
        lambda body: {
            "Stripe-Signature": stripe_signed(body)["Stripe-Signature"].partition(",")[0]
        },
        lambda body: {
            "Stripe-Signature": stripe_signed(body)["Stripe-Signature"].partition(",")[2]
        },
        lambda body: stripe_signed(body, secret="whsec_other"),
        lambda body: stripe_signed(body, secret=""),
        lambda body: stripe_signed(body + b" "),
        lambda body: stripe_signed(body, shift=-301),
        lambda body: stripe_signed(body, shift=301),
        lambda body: stripe_signed(body, shift=10**12),
        lambda body: {
            "Stripe-Signature": stripe_signed(body)["Stripe-Signature"].replace("v1", "v0")
        },
        lambda body: {"X-Razorpay-Signature": hexed("whsec_house", body)},
    ],
)
def test_B11_what_stripe_did_not_sign_leaves_no_trace(caller, checkout, headers):
    body = stripe_event(checkout)
    ignored(tell(caller, "stripe", body, headers(body)))


@pytest.mark.parametrize("shift", [-300, 300])
def test_B11_clocks_may_differ_by_five_minutes(caller, checkout, shift):
    body = stripe_event(checkout)
    assert tell(caller, "stripe", body, stripe_signed(body, shift=shift)).status_code == 200


def test_B11_a_body_that_was_written_anew_is_not_what_was_signed(caller, checkout):
    body = stripe_event(checkout)
    anew = json.dumps(json.loads(body), separators=(",", ":")).encode()
    assert anew != body
    ignored(tell(caller, "stripe", anew, stripe_signed(body)))


def test_B11_one_changed_byte_anywhere(caller, checkout, record_property):
    body, chance = stripe_event(checkout), random.Random(3)  # noqa: S311  # a story, not a secret
    headers = stripe_signed(body)
    for _time in range(1000):
        place = chance.randrange(len(body))
        changed = body[:place] + bytes([body[place] ^ 1 << chance.randrange(8)]) + body[place + 1 :]
        ignored(tell(caller, "stripe", changed, headers))
    record_property("counted", {"changed bodies": 1000})


@pytest.mark.parametrize(
    "headers",
    [
        lambda _: {},
        lambda body: razorpay_signed(body, secret="other"),
        lambda body: razorpay_signed(body + b" "),
        lambda body: {"X-Razorpay-Signature": hexed(RAZORPAY_SECRET, body).upper()},
        lambda _: {"X-Razorpay-Signature": "é"},
        lambda body: stripe_signed(body, secret=RAZORPAY_SECRET),
    ],
)
def test_B11_what_razorpay_did_not_sign_leaves_no_trace(caller, checkout, razorpay, headers):
    body = razorpay_event(checkout)
    ignored(tell(caller, "razorpay", body, headers(body)))


@pytest.mark.parametrize("shift", [301, -3 * 24 * 3600])
def test_B11_a_kept_event_of_razorpay_cannot_be_sent_for_ever(caller, checkout, razorpay, shift):
    body = razorpay_event(checkout, shift=shift)
    ignored(tell(caller, "razorpay", body, razorpay_signed(body)))


def test_razorpay_without_an_id_of_the_event_has_its_digest(caller, checkout, razorpay):
    body = razorpay_event(checkout)
    headers = {"X-Razorpay-Signature": hexed(RAZORPAY_SECRET, body)}
    for _time in range(2):
        assert tell(caller, "razorpay", body, headers).status_code == 200
    assert len(GatewayEvent.objects.get().event_id) == 64


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b"{",
        b"{}",
        b'{"id": "evt_1"}',
        b'{"id": 7, "type": {}}',
        b'{"a": NaN}',
    ],
)
def test_signed_but_unreadable(caller, stripe, body):
    ignored(tell(caller, "stripe", body, stripe_signed(body)), "event_unreadable")


def test_signed_by_razorpay_but_of_no_kind(caller, razorpay):
    body = json.dumps({"created_at": int(time.time())}).encode()
    ignored(tell(caller, "razorpay", body, razorpay_signed(body)), "event_unreadable")


@pytest.mark.parametrize("told", [{"id": "evt_1"}, {"type": "payment.paid"}])
def test_signed_by_the_page_of_development_but_unreadable(caller, told):
    body, stamp = json.dumps(told).encode(), str(int(time.time()))
    headers = {fake.HEADER: f"t={stamp},v1={fake.signature(body, stamp)}"}
    ignored(tell(caller, "fake", body, headers), "event_unreadable")


def test_signed_but_deeper_than_anybody_can_read(caller, stripe):
    body = b'{"id": "evt_1", "type": "x", "a": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    ignored(tell(caller, "stripe", body, stripe_signed(body)), "event_unreadable")


def test_signed_but_not_text(caller, stripe, razorpay):
    body = b"\xff\xfe{}"
    ignored(tell(caller, "stripe", body, stripe_signed(body)))
    ignored(tell(caller, "razorpay", body, razorpay_signed(body)))


def test_characters_that_no_database_stores(caller, checkout):
    body = stripe_event(checkout, note="a\x00b", **{"k\x00": "\\u0000"})
    assert b"\\u0000" in body
    assert tell(caller, "stripe", body, stripe_signed(body)).status_code == 200
    stored = GatewayEvent.objects.get().payload["body"]["data"]["object"]
    assert (stored["note"], stored["k"]) == ("ab", "\\u0000")


@pytest.mark.parametrize("kind", ["customer.created", "charge.refunded", "payment_intent.created"])
def test_other_kinds_are_kept_and_say_nothing(caller, checkout, kind):
    body = stripe_event(checkout, kind=kind)
    assert tell(caller, "stripe", body, stripe_signed(body)).status_code == 200
    assert GatewayEvent.objects.get().payload["facts"]["outcome"] == "other"


def test_a_gateway_that_is_not_used_here(caller, settings, checkout):
    body = stripe_event(checkout)
    ignored(tell(caller, "razorpay", body, razorpay_signed(body)), "not_found", 404)
    ignored(tell(caller, "paypal", body, stripe_signed(body)), "not_found", 404)
    settings.FAKE_GATEWAY = False
    ignored(tell(caller, "fake", body, {}), "not_found", 404)


def test_a_gateway_that_is_no_longer_offered_is_still_heard(caller, settings, checkout):
    settings.STRIPE_SECRET_KEY = ""
    body = stripe_event(checkout)
    assert tell(caller, "stripe", body, stripe_signed(body)).status_code == 200
    assert len(outcomes()) == 1


def test_too_much(caller, stripe):
    body = b" " * (256 * 1024 + 1)
    ignored(tell(caller, "stripe", body, stripe_signed(body)), "too_large", 413)
    ignored(caller.get("/api/webhooks/stripe"), "method_not_allowed", 405)


def test_the_answer_is_quick_and_does_no_work(caller, checkout, django_assert_max_num_queries):
    body = stripe_event(checkout)
    started, audited = time.perf_counter(), AuditEntry.objects.count()
    with django_assert_max_num_queries(8):
        tell(caller, "stripe", body, stripe_signed(body))
    assert time.perf_counter() - started < 2
    assert AuditEntry.objects.count() == audited


def test_an_amount_that_no_coin_can_pay_is_sent_to_no_gateway():
    assert (to_minor(Decimal("75000.50"), "INR"), to_minor(Decimal(500), "JPY")) == (7500050, 500)
    with pytest.raises(ValueError, match="no amount in JPY"):
        to_minor(Decimal("0.5"), "JPY")


def test_no_gateway_is_asked_within_a_transaction_of_a_service():
    refuse_in_transaction()
    with pytest.raises(RuntimeError, match="outside of transactions"):
        service(refuse_in_transaction)()
