"""What no form sends: 4xx in the one shape, and nothing is stored."""

from typing import Any

import pytest

from bookings.models import Agreement, Booking, ChangeQuote, ChangeRequest
from projects.models import Claim
from realestate.core.models import AuditEntry, SystemSetting
from tests.factories.bookings import BookingFactory, ChangeQuoteFactory, ChangeRequestFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.refused import NO_OBJECTS, assert_refused

pytestmark = pytest.mark.django_db
BAD: dict[str, Any] = {
    "a list": ["\x00"],
    "an object": {"x": 1},
    "NUL": "a\x00b",
    "endless": "x" * 20_000,
    "huge": 10**300,
    "negative": -(10**20),
    "not a number": "NaN",
    "null": None,
}
TEXTS = {
    "special_requests",
    "reason",
    "request_title",
    "request_description",
    "current_specification",
    "requested_specification",
    "builder_response",
    "rejection_reason",
    "description",
}
NUMBERS = {"huge", "negative", "not a number"}  # a text may be a number
NULLABLE = {
    "customer_id",
    "token_amount",
    "total_amount",
    "loan_amount",
    "expected_registration_date",
    "actual_registration_date",
    "agent_id",
    "estimated_cost",
    "estimated_timeline_days",
    "final_cost",
    "valid_until",
}
# who, method, path, a good body
ENDPOINTS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "hold": ("meera", "post", "/api/units/{unit}/hold", {"customer_id": None}),
    "extend": ("asha", "patch", "/api/holds/{hold}", {"minutes": 5}),
    "book": (
        "asha",
        "post",
        "/api/bookings",
        {
            "unit_id": "{unit}",
            "customer_id": None,
            "payment_plan": "loan",
            "token_amount": 75_000,
            "total_amount": 7_500_000,
            "loan_amount": 1,
            "special_requests": "x",
            "expected_registration_date": "2026-06-01",
        },
    ),
    "edit": (
        "asha",
        "patch",
        "/api/bookings/{booking}",
        {
            "special_requests": "x",
            "rating": 3,
            "loan_amount": 1,
            "expected_registration_date": "2026-06-01",
            "version": 1,
        },
    ),
    "edit as builder": (
        "meera",
        "patch",
        "/api/bookings/{booking}",
        {
            "loan_approved": True,
            "payment_plan": "loan",
            "actual_registration_date": "2026-06-01",
            "agent_id": None,
        },
    ),
    "status": (
        "meera",
        "patch",
        "/api/bookings/{booking}/status",
        {"status": "cancelled", "reason": "x"},
    ),
    "cancel": ("asha", "post", "/api/bookings/{booking}/cancel", {"reason": "x"}),
    "ask": (
        "asha",
        "post",
        "/api/change-requests",
        {
            "booking_id": "{booking}",
            "request_type": "other",
            "request_title": "x",
            "request_description": "x",
            "current_specification": "x",
            "requested_specification": "x",
            "attachments": ["https://files.example.com/a.png"],
        },
    ),
    "answer": (
        "meera",
        "patch",
        "/api/change-requests/{change}",
        {
            "status": "rejected",
            "estimated_cost": 1,
            "estimated_timeline_days": 1,
            "builder_response": "x",
            "rejection_reason": "x",
            "final_cost": 1,
        },
    ),
    "quote": (
        "meera",
        "post",
        "/api/change-requests/{change}/quotes",
        {
            "net_amount": 1,
            "tax_amount": 1,
            "timeline_days": 1,
            "description": "x",
            "valid_until": "2999-01-01T00:00:00Z",
        },
    ),
    "approve": ("asha", "post", "/api/change-requests/{quoted}/approve", {"version": 1}),
    "decline": (
        "asha",
        "post",
        "/api/change-requests/{quoted}/decline",
        {"version": 1, "reason": "x"},
    ),
    "withdraw": ("asha", "post", "/api/change-requests/{quoted}/withdraw", {"reason": "x"}),
}


@pytest.fixture
def ids(cast) -> dict[str, int]:
    SystemSetting.objects.create(key="bookings.holds_per_customer", value=10)
    booking = BookingFactory(paid=True, unit=cast.meera_unit, customer=cast.asha.customer)
    units = UnitFactory.create_batch(2, project=cast.meera_project)
    quoted = ChangeRequestFactory(booking=booking, state="quoted")
    ChangeQuoteFactory(change_request=quoted)
    return {
        "booking": booking.pk,
        "unit": units[0].pk,
        "hold": ClaimFactory(unit=units[1], customer=cast.asha.customer).pk,
        "change": ChangeRequestFactory(booking=booking, state="under_review").pk,
        "quoted": quoted.pk,
    }


def state() -> list[Any]:
    models = (Booking, Claim, ChangeRequest, ChangeQuote, Agreement, AuditEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def filled(body: dict[str, Any], ids: dict[str, int]) -> dict[str, Any]:
    return {
        name: ids[value.strip("{}")] if isinstance(value, str) and "{" in value else value
        for name, value in body.items()
    }


def send(as_, cast, ids, endpoint, body, **options):
    who, method, path, _good = ENDPOINTS[endpoint]
    return getattr(as_(getattr(cast, who)), method)(path.format(**ids), body, **options)


def is_fine(field: str, bad: str) -> bool:
    return (field in TEXTS and bad in NUMBERS) or (field in NULLABLE and bad == "null")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("bad", BAD)
def test_each_field_refuses_what_is_no_value_of_it(as_, cast, ids, endpoint, bad):
    good = filled(ENDPOINTS[endpoint][3], ids)
    before = state()
    for field in good:
        if is_fine(field, bad):
            continue
        assert_refused(send(as_, cast, ids, endpoint, good | {field: BAD[bad]}))
        assert state() == before, field


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        *NO_OBJECTS,
        (b"[1]", "application/json", 400),
        (b'{"unit_id": NaN}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_json_object(as_, cast, ids, endpoint, raw, content_type, status):
    before = state()
    reply = send(as_, cast, ids, endpoint, raw, content_type=content_type)
    assert_refused(reply)
    assert reply.status_code == status
    assert state() == before


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("book", "unit_id"),
        ("status", "status"),
        ("ask", "booking_id"),
        ("ask", "request_type"),
        ("ask", "request_title"),
        ("ask", "request_description"),
        ("approve", "version"),
    ],
)
def test_required_fields_must_be_there_and_not_blank(as_, cast, ids, endpoint, field):
    good = filled(ENDPOINTS[endpoint][3], ids)
    before = state()
    short = {name: value for name, value in good.items() if name != field}
    reply = send(as_, cast, ids, endpoint, short)
    assert reply.json()["errors"] == {field: ["This field is required."]}
    for blank in ("", "   "):
        assert_refused(send(as_, cast, ids, endpoint, good | {field: blank}))
    assert state() == before


@pytest.mark.parametrize(
    ("endpoint", "change"),
    [
        ("book", {"unit_id": 999_999}),
        ("book", {"unit_id": 2**63}),
        ("book", {"unit_id": 0}),
        ("book", {"payment_plan": "barter"}),
        ("book", {"token_amount": 0}),
        ("book", {"token_amount": 1.001}),
        ("book", {"total_amount": 1}),
        ("book", {"loan_amount": -1}),
        ("book", {"expected_registration_date": "2026-02-30"}),
        ("edit", {"rating": 0}),
        ("edit", {"rating": 6}),
        ("edit", {"rating": 2.5}),
        ("edit", {"version": 2}),
        ("edit as builder", {"agent_id": 999_999}),
        ("edit as builder", {"loan_approved": "perhaps"}),
        ("hold", {"customer_id": 999_999}),
        ("extend", {"minutes": 0}),
        ("extend", {"minutes": 50_000}),
        ("ask", {"booking_id": 999_999}),
        ("ask", {"request_type": "castle"}),
        ("ask", {"attachments": ["javascript:alert(1)"]}),
        ("ask", {"attachments": ["https://x.example/a"] * 21}),
        ("ask", {"attachments": "https://x.example/a"}),
        ("answer", {"status": "approved"}),
        ("answer", {"status": "sold"}),
        ("answer", {"estimated_timeline_days": -1}),
        ("quote", {"valid_until": "2020-01-01T00:00:00Z"}),
        ("quote", {"net_amount": 0.001}),
        ("quote", {"net_amount": 10**14}),
        ("approve", {"version": 2}),
        ("approve", {"version": 10**9}),
    ],
)
def test_values_that_make_no_sense(as_, cast, ids, endpoint, change):
    before = state()
    good = filled(ENDPOINTS[endpoint][3], ids)
    assert_refused(send(as_, cast, ids, endpoint, good | change))
    assert state() == before


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_good_bodies_are_good(as_, cast, ids, endpoint):
    reply = send(as_, cast, ids, endpoint, filled(ENDPOINTS[endpoint][3], ids))
    assert 200 <= reply.status_code < 300, reply.content
