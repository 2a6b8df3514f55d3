"""Bookings over HTTP: shapes, lists, filters, stats, who sees what, and how many queries it takes."""

from decimal import Decimal

import pytest

from accounts.services import relate
from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from realestate.core.models import SystemSetting
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import BookingFactory, sign
from tests.factories.payments import PaymentFactory
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


# --- the builder's table (contract 7.4) -------------------------------------------------------------------------------


@pytest.fixture
def table(cast):
    """One booking of each kind for Meera, and one of Kiran that must never show."""
    rows = {
        "held": BookingFactory(unit__project=cast.meera_project),
        "active": BookingFactory(paid=True, unit__project=cast.meera_project),
        "settled": BookingFactory(
            paid=True,
            state=BookingState.AGREEMENT_SIGNED,
            claim__stage="sold",
            unit__project=cast.meera_project,
            actual_registration_date="2026-01-05",
        ),
        "done": BookingFactory(
            paid=True,
            state=BookingState.HANDED_OVER,
            claim__stage="handed_over",
            unit__project=cast.meera_project,
        ),
        "cancelled": BookingFactory(state=BookingState.CANCELLED, unit__project=cast.meera_project),
        "foreign": BookingFactory(paid=True, unit__project=cast.kiran_project),
    }
    PaymentFactory(booking=rows["active"], amount=Decimal("100000.50"))
    PaymentFactory(booking=rows["settled"], amount=7_500_000)
    PaymentFactory(booking=rows["cancelled"], amount=10)
    PaymentFactory(booking=rows["foreign"], amount=999)
    return rows


STATS = {
    "total_bookings": 5,
    "pending_bookings": 1,
    "active_bookings": 1,
    "completed_bookings": 2,
    "cancelled_bookings": 1,
    "total_revenue": 7_600_010.50,
    "pending_revenue": 14_899_999.50,
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cancelled", "done", "settled", "active", "held"]),
        ("status=pending", ["held"]),
        ("status=Active", ["active"]),
        ("status=completed", ["done", "settled"]),
        ("status=cancelled", ["cancelled"]),
        ("status=agreement-signed", ["settled"]),
        ("status=nonsense", []),
        ("status=", ["cancelled", "done", "settled", "active", "held"]),
        ("booking_status=TOKEN_PAID", ["active"]),
        ("payment_status=pending", ["done", "held"]),
        ("payment_status=partial", ["cancelled", "active"]),
        ("payment_status=completed", ["settled"]),
        ("payment_status=refunded", []),
        ("project_id=999999", []),
        ("project_id=x", []),
        ("project_id=99999999999999999999999", []),
        ("status=pending&payment_status=pending&limit=5", ["held"]),
        ("limit=2", ["cancelled", "done"]),
        ("limit=0&page=0", ["cancelled"]),
        ("limit=1000&page=9999", ["cancelled", "done", "settled", "active", "held"]),
    ],
)
@pytest.mark.parametrize("path", ["/api/builder/bookings", "/api/bookings/builder"])
def test_contract_7_4_filters_and_stats(as_, cast, table, path, query, found):
    body = as_(cast.meera).get(f"{path}?{query}").json()
    names = {row.pk: name for name, row in table.items()}
    assert [names[row["id"]] for row in body["bookings"]] == found
    assert body["stats"] == STATS


def test_the_stats_are_the_sums_of_the_rows(as_, cast, table):
    body = as_(cast.meera).get("/api/builder/bookings").json()
    rows, stats = body["bookings"], body["stats"]
    assert stats["total_revenue"] == sum(row["paid_amount"] for row in rows)
    live = [row for row in rows if row["status"] in {"pending", "active"}]
    assert stats["pending_revenue"] == sum(row["pending_amount"] for row in live)


def test_contract_7_4_a_row(as_, cast, table):
    body = as_(cast.meera).get("/api/builder/bookings?status=active").json()
    row, booking = body["bookings"][0], table["active"]
    assert row == {
        "id": booking.pk,
        "booking_number": booking.booking_number,
        "bookingNumber": booking.booking_number,
        "booking_date": row["booking_date"],
        "bookingDate": row["bookingDate"],
        "created_at": row["created_at"],
        "customer": booking.customer.full_name,
        "customer_phone": "+91 98200 11111",
        "customerPhone": "+91 98200 11111",
        "project": "Meera Gardens",
        "unit": booking.unit.unit_number,
        "unit_type": "2BHK",
        "unitType": "2BHK",
        "total_amount": 7_500_000,
        "totalAmount": 7_500_000,
        "paid_amount": 100_000.5,
        "paidAmount": 100_000.5,
        "pending_amount": 7_399_999.5,
        "pendingAmount": 7_399_999.5,
        "token_amount": 100_000,
        "next_payment_due": None,
        "next_payment_amount": 7_399_999.5,
        "payment_plan": "installments",
        "paymentPlan": "installments",
        "payment_progress": 1.33,
        "paymentProgress": 1.33,
        "status": "active",
        "booking_status": "token_paid",
        "customer_detail": {
            "id": booking.customer.pk,
            "name": booking.customer.full_name,
            "email": booking.customer.user.email,
            "phone": "+91 98200 11111",
        },
        "project_detail": {
            "id": cast.meera_project.pk,
            "name": "Meera Gardens",
            "project_name": "Meera Gardens",
        },
        "unit_detail": {
            "id": booking.unit.pk,
            "number": booking.unit.unit_number,
            "unit_number": booking.unit.unit_number,
            "type": "2BHK",
            "unit_type": "2BHK",
            "floor": 3,
            "area_sqft": 1045.5,
        },
    }
    assert set(body) == {"bookings", "total", "page", "limit", "pagination", "stats"}


def test_the_booking_day_is_the_projects(as_, cast, time_machine):
    time_machine.move_to("2026-01-05T20:00:00Z", tick=False)  # already the 6th in India
    services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    (row,) = as_(cast.meera).get("/api/builder/bookings").json()["bookings"]
    assert row["bookingDate"] == "2026-01-06"


def test_customers_have_no_builders_table(as_, cast):
    assert as_(cast.asha).get("/api/builder/bookings").status_code == 403


def test_staff_see_all_builders(as_, cast, table):
    assert as_(cast.sana).get("/api/builder/bookings").json()["stats"]["total_bookings"] == 6


def test_an_inquiry_is_a_row_too(as_, cast):
    Booking.objects.create(
        customer=cast.asha.customer,
        project=cast.meera_project,
        state="inquiry",
        booking_date="2026-01-05T12:00:00Z",
    )
    (row,) = as_(cast.meera).get("/api/builder/bookings").json()["bookings"]
    assert (row["unit"], row["unit_detail"], row["total_amount"], row["paymentProgress"]) == (
        None,
        None,
        None,
        0,
    )
    (row,) = as_(cast.asha).get("/api/bookings").json()["bookings"]
    assert (row["unit"], row["status"], row["expires_at"]) == (None, "pending", None)


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
