"""What no form sends: 4xx in the one shape, and nothing is stored."""

from typing import Any

import pytest

from payments.models import Payment
from realestate.core.models import AuditEntry
from tests.refused import NO_OBJECTS, assert_refused

pytestmark = pytest.mark.django_db
BAD: dict[str, Any] = {
    "a list": ["x"],
    "an object": {"x": 1},
    "true": True,
    "NUL": "a\x00b",
    "endless": "x" * 20_000,
    "huge": 10**300,
    "negative": -1,
    "not a number": "NaN",
    "infinite": "Infinity",
    "blank": "   ",
    "null": None,
}
FINE = {
    ("transaction_id", "huge"),
    ("transaction_id", "negative"),
    ("transaction_id", "not a number"),
    ("transaction_id", "infinite"),
    ("transaction_id", "blank"),
    ("notes", "huge"),
    ("notes", "negative"),
    ("notes", "not a number"),
    ("notes", "infinite"),
    ("notes", "blank"),
    ("paid_date", "null"),
    ("due_date", "null"),
}


@pytest.fixture
def good(booking) -> dict[str, Any]:
    return {
        "booking_id": booking.pk,
        "payment_type": "token",
        "amount": 75_000,
        "payment_method": "cash",
        "transaction_id": "x",
        "paid_date": "2026-01-05",
        "due_date": "2026-01-05",
        "notes": "x",
    }


@pytest.mark.parametrize("bad", BAD)
def test_each_field_refuses_what_is_no_value_of_it(as_, cast, good, bad):
    entries = AuditEntry.objects.count()
    for field in good:
        if (field, bad) in FINE:
            continue
        reply = as_(cast.meera).post("/api/payments", good | {field: BAD[bad]})
        assert_refused(reply)
        assert (Payment.objects.count(), AuditEntry.objects.count()) == (0, entries), field


@pytest.mark.parametrize("field", ["booking_id", "payment_type", "amount", "payment_method"])
def test_required_fields(as_, cast, good, field):
    reply = as_(cast.meera).post("/api/payments", {k: v for k, v in good.items() if k != field})
    assert (reply.status_code, reply.json()["errors"]) == (
        400,
        {field: ["This field is required."]},
    )
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"booking_id": 999_999},
        {"booking_id": 2**63},
        {"amount": 0},
        {"amount": -75_000},
        {"amount": 0.001},
        {"amount": "75000.005"},
        {"amount": 10**14},
        {"payment_method": "barter"},
        {"payment_type": "gift"},
        {"paid_date": "2026-01-06"},
        {"paid_date": "2999-01-01"},
        {"paid_date": "05/01/2026"},
        {"paid_date": "2026-02-30"},
        {"transaction_id": "x" * 101},
    ],
)
def test_values_that_make_no_sense(as_, cast, good, change):
    assert_refused(as_(cast.meera).post("/api/payments", good | change))
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        *NO_OBJECTS,
        (b"[1]", "application/json", 400),
        (b"", "application/json", 400),
        (b'{"amount": NaN}', "application/json", 400),
        (b"amount=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_json_object(as_, cast, booking, raw, content_type, status):
    reply = as_(cast.meera).post("/api/payments", raw, content_type=content_type)
    assert_refused(reply)
    assert reply.status_code == status
    assert not Payment.objects.exists()


def test_a_blank_date_is_today(as_, cast, good):
    reply = as_(cast.meera).post("/api/payments", good | {"paid_date": "", "due_date": ""})
    assert (reply.status_code, reply.json()["paid_date"]) == (201, "2026-01-05")
