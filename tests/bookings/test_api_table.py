"""The builder's table of bookings over HTTP (contract 7.4): rows, filters, stats."""

from decimal import Decimal

import pytest

from bookings import services
from bookings.enums import BookingState
from bookings.models import Booking
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


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
