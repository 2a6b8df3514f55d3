"""Booking, paying, cancelling, and the lists that the frontend shows (contract 7.3 to 7.5, 7.9)."""

import pytest

from tests.cast import Cast
from tests.contract.conftest import Login


def test_price_and_parties_come_from_the_server(cast: Cast, login: Login) -> None:
    body = {
        "unit_id": cast.meera_unit.pk,
        "payment_plan": "one-time",
        "customer_id": cast.ravi.pk,
        "price": 1,
    }
    reply = login(cast.asha).post("/api/bookings", body)
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert (row["customer_id"], row["unit_id"], row["project_id"]) == (
        cast.asha.pk,
        cast.meera_unit.pk,
        cast.meera_project.pk,
    )
    assert row["total_amount"] == row["booking_amount"] == row["agreement_value"] == 7_500_000
    assert (row["booking_status"], row["status"], row["payment_plan"]) == (
        "on_hold",
        "pending",
        "full_payment",
    )
    assert row["unit"]["project"]["builder"]["full_name"] == "Meera Homes"


def test_a_wrong_total_is_refused(cast: Cast, login: Login) -> None:
    reply = login(cast.asha).post(
        "/api/bookings", {"unit_id": cast.meera_unit.pk, "total_amount": 1}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "price_changed")
    assert login(cast.asha).get(f"/api/bookings/customer/{cast.asha.pk}").json() == []


def test_the_second_buyer_gets_409_and_a_cancel_frees_the_unit(
    cast: Cast, login: Login, booked: dict
) -> None:
    ravi, asha = login(cast.ravi), login(cast.asha)
    unit = f"/api/units/{cast.meera_unit.pk}"
    assert ravi.get(unit).json()["status"] == "reserved"
    refused = ravi.post("/api/bookings", {"unit_id": cast.meera_unit.pk})
    assert (refused.status_code, refused.json()["code"]) == (409, "unit_not_available")
    cancelled = asha.post(f"/api/bookings/{booked['id']}/cancel", {"reason": "Changed my mind"})
    assert cancelled.status_code == 200, cancelled.content
    assert ravi.get(unit).json()["status"] == "available"
    assert ravi.post("/api/bookings", {"unit_id": cast.meera_unit.pk}).status_code == 201


def test_status_cancelled_by_name_frees_the_unit(cast: Cast, login: Login, booked: dict) -> None:
    reply = login(cast.meera).patch(f"/api/bookings/{booked['id']}/status", {"status": "cancelled"})
    assert reply.status_code == 200, reply.content
    assert reply.json()["booking_status"] == "cancelled"
    assert login(None).get(f"/api/units/{cast.meera_unit.pk}").json()["status"] == "available"


def test_hold_then_book(cast: Cast, login: Login) -> None:
    asha = login(cast.asha)
    hold = asha.post(f"/api/units/{cast.meera_unit.pk}/hold")
    assert hold.status_code == 201, hold.content
    assert login(cast.ravi).post(f"/api/units/{cast.meera_unit.pk}/hold").status_code == 409
    assert login(cast.ravi).delete(f"/api/holds/{hold.json()['id']}").status_code == 404
    assert asha.post("/api/bookings", {"unit_id": cast.meera_unit.pk}).status_code == 201


def test_customer_list_is_a_bare_array_three_deep(cast: Cast, login: Login, booked: dict) -> None:
    url = f"/api/bookings/customer/{cast.asha.pk}"
    rows = login(cast.asha).get(url).json()
    assert [row["id"] for row in rows] == [booked["id"]]
    assert rows[0]["unit"]["project"]["builder"]["full_name"] == "Meera Homes"
    assert [row["id"] for row in login(cast.meera).get(url).json()] == [booked["id"]]
    assert login(cast.ravi).get(url).status_code == 404
    assert login(cast.kiran).get(url).status_code == 404


def test_builder_rows_are_flat_strings_and_numbers(cast: Cast, login: Login, booked: dict) -> None:
    for path in ("/api/builder/bookings", "/api/bookings/builder"):
        body = login(cast.meera).get(path).json()
        assert (body["total"], body["page"]) == (1, 1)
        row = body["bookings"][0]
        assert (row["customer"], row["project"], row["unit"]) == (
            "Asha Rao",
            "Meera Gardens",
            "A-101",
        )
        assert (row["totalAmount"], row["paidAmount"], row["pendingAmount"]) == (
            7_500_000,
            0,
            7_500_000,
        )
        assert isinstance(row["paymentProgress"], int | float)
        assert row["bookingNumber"] == row["booking_number"] == booked["booking_number"]
        assert len(row["bookingDate"]) == len("2026-01-31")
        assert (row["status"], row["unitType"], row["paymentPlan"]) == (
            "pending",
            "2BHK",
            "installments",
        )
        assert row["customer_detail"]["email"] == cast.asha.email
        assert row["project_detail"]["project_name"] == "Meera Gardens"
        assert row["unit_detail"]["unit_number"] == "A-101"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=pending", 1),
        ("status=Active", 0),
        ("status=completed", 0),
        ("status=cancelled", 0),
        ("status=nonsense", 0),
        ("payment_status=pending", 1),
        ("payment_status=partial", 0),
        ("payment_status=completed", 0),
        ("project_id=999999", 0),
        ("status=pending&limit=5", 1),
    ],
)
def test_builder_filters_leave_the_stats_alone(
    cast: Cast, login: Login, booked: dict, query: str, found: int
) -> None:
    api = login(cast.meera)
    body = api.get(f"/api/builder/bookings?{query}").json()
    assert body["total"] == len(body["bookings"]) == found
    assert body["stats"] == api.get("/api/builder/bookings").json()["stats"]
    assert body["stats"]["total_bookings"] == body["stats"]["pending_bookings"] == 1
    assert {"active_bookings", "completed_bookings", "total_revenue", "pending_revenue"} <= body[
        "stats"
    ].keys()


def test_a_builder_without_bookings_gets_zeros(cast: Cast, login: Login, booked: dict) -> None:
    body = login(cast.kiran).get("/api/builder/bookings").json()
    assert (body["bookings"], body["total"], body["stats"]["total_bookings"]) == ([], 0, 0)


def test_a_payment_keeps_what_was_sent_and_moves_the_booking(
    cast: Cast, login: Login, booked: dict
) -> None:
    meera = login(cast.meera)
    sent = {
        "booking_id": booked["id"],
        "payment_type": "token",
        "amount": booked["token_amount"],
        "payment_method": "upi",
        "transaction_id": "UTR-77",
        "payment_date": "2026-01-05",
    }
    reply = meera.post("/api/payments", sent)
    assert reply.status_code == 201, reply.content
    payment = reply.json()
    assert (payment["transaction_id"], payment["payment_method"]) == ("UTR-77", "online")
    assert payment["payment_date"] == payment["paid_date"] == "2026-01-05"
    assert payment["payment_status"] == payment["status"] == "completed"
    assert meera.post("/api/payments", sent).status_code == 409
    shown = login(cast.asha).get(f"/api/bookings/{booked['id']}/payments").json()
    assert [row["id"] for row in shown["payments"]] == [payment["id"]]
    assert shown["total_paid"] == booked["token_amount"]
    assert shown["total_paid"] + shown["total_pending"] == booked["total_amount"]
    assert {"installment_number", "due_date", "amount", "status"} <= shown["payment_schedule"][
        0
    ].keys()
    after = login(cast.asha).get(f"/api/bookings/{booked['id']}").json()
    assert (after["booking_status"], after["status"]) == ("token_paid", "active")
    refused = login(cast.asha).post(f"/api/bookings/{booked['id']}/cancel", {"reason": "x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "settlement_required")


@pytest.mark.parametrize("amount", [0, -1, "x", None, 1.001, 10**20, True])
def test_bad_amounts_are_refused(cast: Cast, login: Login, booked: dict, amount: object) -> None:
    body = {
        "booking_id": booked["id"],
        "payment_type": "token",
        "amount": amount,
        "payment_method": "cash",
    }
    assert login(cast.meera).post("/api/payments", body).status_code == 400
    assert login(cast.meera).get("/api/payments").json()["total"] == 0


def test_agreement_is_a_pdf_behind_a_short_lived_link(
    cast: Cast, login: Login, booked: dict
) -> None:
    reply = login(cast.meera).post(f"/api/bookings/{booked['id']}/generate-agreement")
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert body["booking_id"] == booked["id"]
    assert {"message", "generated_at"} <= body.keys()
    assert body["agreement_url"].startswith("http")
    link = login(None).get(body["agreement_url"])
    assert (link.status_code, link["Content-Type"]) == (200, "application/pdf")
    for person, status in ((cast.asha, 200), (cast.meera, 200), (cast.ravi, 404), (None, 401)):
        answer = login(person).get(f"/api/bookings/{booked['id']}/download-agreement")
        assert answer.status_code == status, person


def test_change_requests(cast: Cast, login: Login, booked: dict) -> None:
    asha, body = (
        login(cast.asha),
        {
            "booking_id": booked["id"],
            "request_type": "electrical",
            "request_title": "Sockets",
            "request_description": "Two more in the kitchen",
        },
    )
    assert asha.get("/api/change-requests").json() == []
    assert login(cast.meera).post("/api/change-requests", body).status_code == 403
    assert login(cast.ravi).post("/api/change-requests", body).status_code == 404
    reply = asha.post("/api/change-requests", body)
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert (row["status"], row["estimated_cost"], row["request_title"]) == (
        "submitted",
        None,
        "Sockets",
    )
    for person in (cast.asha, cast.meera):
        rows = login(person).get(f"/api/change-requests?booking_id={booked['id']}").json()
        assert [found["id"] for found in rows] == [row["id"]]
    assert login(cast.kiran).get("/api/change-requests").json() == []
