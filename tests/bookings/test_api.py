"""Bookings over HTTP: shapes, lists, status, who sees what, and how many queries it takes."""

from decimal import Decimal

import pytest

from accounts.services import relate
from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from realestate.core.models import SystemSetting
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import BookingFactory, sign
from tests.factories.projects import UnitFactory

pytestmark = pytest.mark.django_db


def book(api, unit, **body):
    reply = api.post("/api/bookings", {"unit_id": unit.pk, **body})
    assert reply.status_code == 201, reply.content
    return reply.json()


def test_contract_7_3_the_shape_of_a_booking(as_, cast):
    row = book(as_(cast.asha), cast.meera_unit, notes="East-facing")
    assert set(row) == {
        "id",
        "booking_number",
        "booking_status",
        "status",
        "booking_date",
        "expires_at",
        "customer_id",
        "unit_id",
        "project_id",
        "agreement_value",
        "tax_amount",
        "total_amount",
        "booking_amount",
        "token_amount",
        "paid_amount",
        "pending_amount",
        "payment_progress",
        "currency",
        "payment_plan",
        "loan_approved",
        "loan_amount",
        "special_requests",
        "notes",
        "expected_registration_date",
        "actual_registration_date",
        "agent_id",
        "rating",
        "state_reason",
        "agreement_url",
        "version",
        "created_at",
        "updated_at",
        "quote_id",
        "other_charges",
        "cooling_off_until",
        "registration_number",
        "unit",
    }
    assert (row["booking_amount"], row["paid_amount"], row["pending_amount"]) == (
        7_500_000,
        0,
        7_500_000,
    )
    assert row["notes"] == row["special_requests"] == "East-facing"
    assert row["booking_number"] == f"BK-{row['id']:06d}"
    unit = row["unit"]
    assert (unit["unit_number"], unit["status"], unit["price"]) == ("A-101", "reserved", 7_500_000)
    project = unit["project"]
    assert (project["project_name"], project["bookings"], project["available_units"]) == (
        "Meera Gardens",
        1,
        0,
    )
    builder = project["builder"]
    assert (builder["full_name"], builder["rating"], builder["total_projects"]) == (
        "Meera Homes",
        None,
        1,
    )
    assert "license_number" not in builder


@pytest.mark.parametrize(
    "field",
    ["price", "agreement_value", "state", "booking_status", "status", "paid_amount", "claim_id"],
)
def test_R21_a_client_cannot_set_what_the_server_decides(as_, cast, field):
    row = book(as_(cast.asha), cast.meera_unit, **{field: 1})
    stored = Booking.objects.get()
    assert (stored.agreement_value, stored.state) == (Decimal(7_500_000), BookingState.ON_HOLD)
    assert (row["customer_id"], row["booking_status"]) == (cast.asha.pk, "on_hold")


def test_patch_sets_nothing_but_what_may_be_edited(as_, cast, booking):
    body = {
        "total_amount": 1,
        "agreement_value": 1,
        "customer_id": cast.ravi.pk,
        "booking_status": "handed_over",
        "state": "handed_over",
        "notes": "Call first",
    }
    reply = as_(cast.asha).patch(f"/api/bookings/{booking.pk}", body)
    assert reply.status_code == 200, reply.content
    assert (reply.json()["notes"], reply["ETag"]) == ("Call first", '"2"')
    stored = Booking.objects.get()
    assert (stored.agreement_value, stored.state, stored.customer_id) == (
        Decimal(7_500_000),
        BookingState.ON_HOLD,
        cast.asha.pk,
    )


def test_D10_if_match_and_version(as_, cast, booking):
    api, url = as_(cast.asha), f"/api/bookings/{booking.pk}"
    assert api.get(url)["ETag"] == '"1"'
    assert api.patch(url, {"notes": "a"}, HTTP_IF_MATCH='"1"').status_code == 200
    for stale in (
        api.patch(url, {"notes": "b"}, HTTP_IF_MATCH='"1"'),
        api.patch(url, {"notes": "b"}, HTTP_IF_MATCH='W/"1"'),
        api.patch(url, {"notes": "b"}, HTTP_IF_MATCH="nonsense"),
        api.patch(url, {"notes": "b", "version": 1}),
    ):
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert Booking.objects.get().special_requests == "a"
    assert api.patch(url, {"notes": "c"}, HTTP_IF_MATCH="*").status_code == 200
    assert api.patch(url, {"notes": "d", "version": 3}).json()["version"] == 4
    assert api.patch(url, {}).json()["version"] == 4


def test_a_customers_forbidden_field_is_named(as_, cast, booking):
    reply = as_(cast.asha).patch(f"/api/bookings/{booking.pk}", {"loan_approved": True})
    assert (reply.status_code, reply.json()["code"]) == (403, "permission_denied")
    assert list(reply.json()["errors"]) == ["loan_approved"]


def test_R21_lists_hold_only_ones_own(as_, cast):
    asha = BookingFactory(customer=cast.asha.customer, unit=cast.meera_unit)
    ravi = BookingFactory(customer=cast.ravi.customer, unit=cast.kiran_unit)
    for person, ids in (
        (cast.asha, [asha.pk]),
        (cast.ravi, [ravi.pk]),
        (cast.meera, [asha.pk]),
        (cast.kiran, [ravi.pk]),
        (cast.sana, [ravi.pk, asha.pk]),
    ):
        body = as_(person).get("/api/bookings").json()
        assert ([row["id"] for row in body["bookings"]], body["total"]) == (ids, len(ids))
    assert as_(None).get("/api/bookings").status_code == 401


@pytest.mark.parametrize("who", ["ravi", "kiran"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("patch", "", {"notes": "x"}),
        ("post", "/cancel", {}),
        ("get", "/payments", None),
        ("get", "/download-agreement", None),
    ],
)
def test_R21_a_strangers_booking_does_not_exist(as_, cast, booking, who, method, path, body):
    reply = getattr(as_(getattr(cast, who)), method)(f"/api/bookings/{booking.pk}{path}", body)
    assert reply.status_code == 404
    booking.refresh_from_db()
    assert (booking.state, booking.version) == (BookingState.ON_HOLD, 1)


@pytest.mark.parametrize("path", ["status", "generate-agreement"])
def test_only_builders_move_and_agree(as_, cast, booking, path):
    method = "patch" if path == "status" else "post"
    url = f"/api/bookings/{booking.pk}/{path}"
    for person, status in ((cast.asha, 403), (cast.kiran, 404), (None, 401)):
        reply = getattr(as_(person), method)(url, {"status": "cancelled"})
        assert reply.status_code == status


@pytest.mark.parametrize("pk", [0, 999_999, 2**31, 2**63, 10**30])
@pytest.mark.parametrize(
    "path",
    [
        "bookings/{}",
        "bookings/{}/payments",
        "bookings/{}/download-agreement",
        "bookings/customer/{}",
        "holds/{}",
        "change-requests/{}",
        "payments/{}",
        "payments/{}/receipt",
    ],
)
def test_ids_that_are_none_are_404(as_, cast, pk, path):
    reply = as_(cast.sana).get(f"/api/{path.format(pk)}")
    assert reply.status_code == 404, reply.content


def test_contract_7_3_a_customers_list(as_, cast, booking):
    services.cancel_booking(actor=cast.asha, booking_id=booking.pk)
    second = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    elsewhere = services.book_unit(actor=cast.asha, unit_id=cast.kiran_unit.pk)
    url = f"/api/bookings/customer/{cast.asha.pk}"
    for person, ids in (
        (cast.asha, [elsewhere.pk, second.pk, booking.pk]),
        (cast.meera, [second.pk, booking.pk]),
        (cast.kiran, [elsewhere.pk]),
        (cast.sana, [elsewhere.pk, second.pk, booking.pk]),
    ):
        reply = as_(person).get(url)
        assert [row["id"] for row in reply.json()] == ids
        assert reply["X-Total-Count"] == str(len(ids))
    assert [row["id"] for row in as_(cast.asha).get(f"{url}?limit=1").json()] == [elsewhere.pk]
    assert as_(cast.ravi).get(url).status_code == 404
    assert as_(cast.asha).get(f"/api/bookings/customer/{cast.meera.pk}").status_code == 404


# --- how many queries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("who", "path", "queries"),
    [
        ("meera", "/api/bookings", 1),
        ("meera", "/api/builder/bookings", 2),
        ("asha", "/api/bookings", 1),
        ("asha", "/api/bookings/customer/{asha}", 2),
        ("meera", "/api/bookings/customer/{asha}", 2),
    ],
)
def test_lists_take_a_fixed_number_of_queries(
    as_, cast, django_assert_num_queries, rows, who, path, queries
):
    for unit in UnitFactory.create_batch(rows, project=cast.meera_project):
        BookingFactory(paid=True, unit=unit, customer=cast.asha.customer)
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    api = as_(getattr(cast, who))
    with django_assert_num_queries(queries):
        reply = api.get(path.format(asha=cast.asha.pk))
    body = reply.json()
    assert len(body if isinstance(body, list) else body["bookings"]) == rows


def test_a_booking_takes_one_query(as_, cast, booking, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_(cast.asha).get(f"/api/bookings/{booking.pk}").status_code == 200


# --- status, cancel, settings -----------------------------------------------------------------------------------------


def test_contract_7_5_status_accepts_both_names_and_spellings(as_, cast, paid):
    api = as_(cast.meera)
    url = f"/api/bookings/{paid.pk}/status"
    assert api.patch(url, {"booking_status": "Booking Confirmed"}).json()["status"] == "active"
    sign(paid)
    assert api.patch(url, {"status": "agreement-signed"}).json()["booking_status"] == (
        "agreement_signed"
    )
    refused = api.patch(url, {"status": "completed"})
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")
    assert (refused.json()["state"], refused.json()["allowed"]) == (
        "agreement_signed",
        ["offer_possession", "cancel"],
    )


def test_a_word_that_is_no_status_is_400(as_, cast, booking):
    reply = as_(cast.meera).patch(f"/api/bookings/{booking.pk}/status", {"status": "sold!"})
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["status"])


def test_cancel_needs_no_body(as_, cast, booking):
    reply = as_(cast.asha).post(
        f"/api/bookings/{booking.pk}/cancel", content_type="application/json"
    )
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    again = as_(cast.asha).post(f"/api/bookings/{booking.pk}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")


def test_a_builder_books_for_a_customer(as_, cast):
    stranger = CustomerFactory()
    body = {"unit_id": cast.meera_unit.pk, "customer_id": stranger.pk}
    assert as_(cast.meera).post("/api/bookings", body).status_code == 404
    assert as_(cast.meera).post("/api/bookings", {"unit_id": cast.meera_unit.pk}).status_code == 400
    row = book(as_(cast.sana), cast.meera_unit, customer_id=stranger.pk)
    assert row["customer_id"] == stranger.pk


def test_limits_are_on_the_wire(as_, cast):
    SystemSetting.objects.create(key="bookings.holds_per_customer", value=1)
    api = as_(cast.asha)
    book(api, cast.meera_unit)
    reply = api.post("/api/bookings", {"unit_id": cast.kiran_unit.pk})
    assert (reply.status_code, reply.json()["code"], reply.json()["maximum"]) == (
        422,
        "hold_limit",
        1,
    )
