"""R0 at the POSTs that claim a unit or agree on money: the first answer again, never the effect again."""

import pytest

from bookings.models import Booking, ChangeQuote, ChangeRequest
from payments.models import Demand
from projects.models import Claim
from realestate.core.models import IdempotencyKey

pytestmark = pytest.mark.django_db


def test_a_repeated_booking_is_answered_again(as_, cast):
    api, body = as_(cast.asha), {"unit_id": cast.meera_unit.pk}
    first = api.post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert (Booking.objects.count(), Claim.objects.count()) == (1, 1)


def test_a_repeated_hold_is_answered_again(as_, cast):
    api, path = as_(cast.asha), f"/api/units/{cast.meera_unit.pk}/hold"
    first = api.post(path, HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post(path, HTTP_IDEMPOTENCY_KEY="k-1")
    assert (first.status_code, again.json()) == (201, first.json())
    assert Claim.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(as_, cast):
    api = as_(cast.asha)
    api.post("/api/bookings", {"unit_id": cast.meera_unit.pk}, HTTP_IDEMPOTENCY_KEY="k-1")
    reply = api.post("/api/bookings", {"unit_id": cast.kiran_unit.pk}, HTTP_IDEMPOTENCY_KEY="k-1")
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_mismatch")
    assert Booking.objects.count() == 1


def test_keys_belong_to_people(as_, cast):
    body = {"unit_id": cast.meera_unit.pk}
    as_(cast.asha).post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1")
    reply = as_(cast.ravi).post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1")
    assert (reply.status_code, reply.json()["code"]) == (409, "unit_not_available")


def test_a_refusal_does_not_use_the_key_up(as_, cast):
    api = as_(cast.asha)
    body = {"unit_id": cast.meera_unit.pk, "total_amount": 1}
    refused = api.post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1")
    assert refused.status_code == 422
    assert not IdempotencyKey.objects.exists()
    body = {"unit_id": cast.meera_unit.pk}
    assert api.post("/api/bookings", body, HTTP_IDEMPOTENCY_KEY="k-1").status_code == 201


def test_R13_a_repeated_wish_quote_and_approval_are_answered_again(as_, cast, booking):
    def twice(api, path, body):
        first, again = (api.post(path, body, HTTP_IDEMPOTENCY_KEY=path) for _ in range(2))
        assert first.status_code in {200, 201}, first.content
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again["Idempotent-Replayed"] == "true"
        return first.json()

    wish = {"booking_id": booking.pk, "request_type": "electrical", "request_title": "Sockets"}
    asha, meera = as_(cast.asha), as_(cast.meera)
    row = twice(asha, "/api/change-requests", wish | {"request_description": "Two more"})
    url = f"/api/change-requests/{row['id']}"
    meera.patch(url, {"status": "under_review"})
    twice(meera, f"{url}/quotes", {"net_amount": 100, "tax_amount": 18})
    twice(asha, f"{url}/approve", {"version": 1})
    counts = [model.objects.count() for model in (ChangeRequest, ChangeQuote, Demand)]
    assert counts == [1, 1, 1]
