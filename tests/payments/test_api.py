"""Payments over HTTP (contract 7.5): shapes, who sees and records, receipts, the schedule."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.models import Booking
from payments.documents import receipt_pdf
from payments.enums import PaymentMethod, PaymentStatus, PaymentType, ReceiptState
from payments.models import Payment
from realestate.core import clock
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


def sent(booking, **facts):
    return {
        "booking_id": booking.pk,
        "payment_type": "token",
        "amount": 75_000,
        "payment_method": "UPI",
        "transaction_id": "UTR-77",
        **facts,
    }


def test_contract_7_5_the_shape_of_a_payment(as_, cast, booking):
    reply = as_(cast.meera).post(
        "/api/payments", sent(booking, payment_date="2026-01-02", notes="By phone")
    )
    assert reply.status_code == 201, reply.content
    row = reply.json()
    link = row.pop("receipt_url")
    assert row == {
        "id": row["id"],
        "receipt_number": f"RC-{cast.meera_project.pk}/2025-26/00001",
        "booking_id": booking.pk,
        "booking_number": booking.booking_number,
        "payment_type": "token",
        "amount": 75_000,
        "currency": "INR",
        "payment_method": "online",
        "payment_status": "completed",
        "status": "completed",
        "state": "cleared",
        "is_held_excess": False,
        "state_reason": "",
        "transaction_id": "UTR-77",
        "due_date": None,
        "paid_date": "2026-01-02",
        "payment_date": "2026-01-02",
        "certificate_number": "",
        "notes": "By phone",
        "working": None,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    assert link.startswith(f"http://testserver/api/payments/{row['id']}/receipt?token=")


@pytest.mark.parametrize("field", ["payment_status", "status", "recorded_by", "currency", "id"])
def test_a_client_cannot_set_what_the_server_decides(as_, cast, booking, field):
    reply = as_(cast.meera).post("/api/payments", sent(booking, **{field: "refunded"}))
    assert reply.status_code == 201, reply.content
    payment = Payment.objects.get()
    assert (payment.payment_status, payment.recorded_by_id, payment.currency) == (
        PaymentStatus.COMPLETED,
        cast.meera.pk,
        "INR",
    )


def test_a_repeated_key_is_answered_again(as_, cast, booking):
    api = as_(cast.meera)
    first = api.post("/api/payments", sent(booking), HTTP_IDEMPOTENCY_KEY="k-1")
    again = api.post("/api/payments", sent(booking), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = api.post("/api/payments", sent(booking, amount=1), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    retry = api.post("/api/payments", sent(booking))
    assert (retry.status_code, retry.json()["code"]) == (409, "duplicate_payment")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("asha", 403), ("ravi", 403), ("kiran", 404), ("sana", 201), (None, 401)]
)
def test_R21_who_records(as_, cast, booking, who, status):
    person = getattr(cast, who) if who else None
    assert as_(person).post("/api/payments", sent(booking)).status_code == status
    assert Payment.objects.count() == (status == 201)


def test_R21_lists_hold_only_ones_own(as_, cast, booking):
    mine = PaymentFactory(booking=booking)
    foreign = PaymentFactory(booking__unit__project=cast.kiran_project)
    for person, ids in (
        (cast.asha, [mine.pk]),
        (cast.ravi, []),
        (cast.meera, [mine.pk]),
        (cast.kiran, [foreign.pk]),
        (cast.sana, [foreign.pk, mine.pk]),
    ):
        body = as_(person).get("/api/payments").json()
        assert ([row["id"] for row in body["payments"]], body["total"]) == (ids, len(ids))
    for person in (cast.ravi, cast.kiran):
        assert as_(person).get(f"/api/payments/{mine.pk}").status_code == 404
        assert as_(person).get(f"/api/payments/{mine.pk}/receipt").status_code == 404
        assert as_(person).get(f"/api/bookings/{booking.pk}/payments").status_code == 404
    assert as_(cast.asha).get(f"/api/payments/{mine.pk}").json()["id"] == mine.pk
    assert as_(None).get(f"/api/payments/{mine.pk}").status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("booking_id={booking}", 2),
        ("booking_id=999999", 0),
        ("booking_id=x", 0),
        ("project_id={project}", 2),
        ("payment_type=TOKEN", 1),
        ("payment_method=upi", 1),
        ("payment_status=paid", 1),
        ("status=pending", 1),
        ("status=nonsense", 0),
        ("limit=1", 1),
        ("page=99", 2),
    ],
)
def test_filters(as_, cast, booking, query, found):
    PaymentFactory(booking=booking, payment_method=PaymentMethod.ONLINE)
    PaymentFactory(
        booking=booking,
        payment_type=PaymentType.PENALTY,
        state=ReceiptState.RECORDED,
    )
    query = query.format(booking=booking.pk, project=cast.meera_project.pk)
    reply = as_(cast.meera).get(f"/api/payments?{query}")
    assert (reply.status_code, len(reply.json()["payments"])) == (200, found)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "key", "queries"),
    [("/api/payments", "payments", 2), ("/api/bookings/{booking}/payments", "payments", 3)],
)
def test_lists_take_as_many_queries_for_one_row_as_for_three(
    as_, cast, booking, django_assert_num_queries, rows, path, key, queries
):
    PaymentFactory.create_batch(rows, booking=booking)
    with django_assert_num_queries(queries):
        body = as_(cast.meera).get(path.format(booking=booking.pk)).json()
    assert len(body[key]) == rows


def test_one_takes_one_query(as_, cast, booking, django_assert_num_queries):
    payment = PaymentFactory(booking=booking)
    with django_assert_num_queries(1):
        as_(cast.asha).get(f"/api/payments/{payment.pk}")


# --- what was paid and what is to be paid -----------------------------------------------------------------------------


def test_contract_7_5_payments_and_schedule_of_a_booking(as_, cast, booking):
    PaymentFactory(booking=booking, amount=100_000)
    PaymentFactory(booking=booking, payment_type=PaymentType.PENALTY, amount=500)
    body = as_(cast.asha).get(f"/api/bookings/{booking.pk}/payments").json()
    assert {name: body[name] for name in ("booking_id", "total_paid", "total_pending")} == {
        "booking_id": booking.pk,
        "total_paid": 100_000,
        "total_pending": 7_400_000,
    }
    assert len(body["payments"]) == 2
    assert body["payment_schedule"] == [
        {
            "installment_number": 1,
            "payment_type": "token",
            "due_date": "2026-01-05",
            "amount": 75_000,
            "paid_amount": 75_000,
            "status": "completed",
            "label": "Token",
            "principal": 75_000,
            "tax": 0,
            "trigger": "",
            "milestone_code": "",
            "demand_id": None,
            "workings": None,
        },
        {
            "installment_number": 2,
            "payment_type": "final",
            "due_date": None,
            "amount": 7_425_000,
            "paid_amount": 25_000,
            "status": "partial",
            "label": "Final payment",
            "principal": 7_425_000,
            "tax": 0,
            "trigger": "",
            "milestone_code": "",
            "demand_id": None,
            "workings": None,
        },
    ]


def test_an_inquiry_has_no_schedule(as_, cast):
    inquiry = Booking.objects.create(
        customer=cast.asha.customer,
        project=cast.meera_project,
        state="inquiry",
        booking_date=clock.now(),
    )
    body = as_(cast.asha).get(f"/api/bookings/{inquiry.pk}/payments").json()
    assert body == {
        "booking_id": inquiry.pk,
        "payments": [],
        "total_paid": 0,
        "total_pending": 0,
        "payment_schedule": [],
        "workings": None,
    }


def test_cancelling_with_money_is_refused_over_http(as_, cast, booking):
    PaymentFactory(booking=booking)
    for reply in (
        as_(cast.asha).post(f"/api/bookings/{booking.pk}/cancel", {"reason": "x"}),
        as_(cast.meera).patch(f"/api/bookings/{booking.pk}/status", {"status": "cancelled"}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (422, "settlement_required")


# --- receipts ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def payment(booking) -> Payment:
    return PaymentFactory(booking=booking)


@pytest.mark.parametrize("who", ["asha", "meera", "sana"])
def test_the_parties_read_the_receipt(as_, cast, payment, who):
    reply = as_(getattr(cast, who)).get(f"/api/payments/{payment.pk}/receipt")
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/pdf")
    assert reply.content[:5] == b"%PDF-"
    assert reply["Content-Disposition"] == f'inline; filename="{payment.receipt_number}.pdf"'


def test_the_link_opens_the_receipt_for_ten_minutes(as_, cast, payment, time_machine):
    link = as_(cast.asha).get(f"/api/payments/{payment.pk}").json()["receipt_url"]
    assert as_(None).get(link)["Content-Type"] == "application/pdf"
    other = PaymentFactory()
    wrong = link.replace(f"payments/{payment.pk}/", f"payments/{other.pk}/")
    assert as_(None).get(wrong).json()["code"] == "link_expired"
    time_machine.move_to(clock.now() + timedelta(minutes=10), tick=False)
    assert as_(None).get(link).status_code == 403
    assert as_(None).get(f"/api/payments/{payment.pk}/receipt").status_code == 401


def test_no_receipt_before_the_money(as_, cast, booking):
    payment = PaymentFactory(booking=booking, state=ReceiptState.RECORDED)
    api = as_(cast.asha)
    assert api.get(f"/api/payments/{payment.pk}").json()["receipt_url"] is None
    reply = api.get(f"/api/payments/{payment.pk}/receipt")
    assert (reply.status_code, reply.json()["code"]) == (409, "payment_not_completed")


@pytest.mark.parametrize("method", PaymentMethod)
@pytest.mark.parametrize("kind", PaymentType)
def test_every_kind_of_payment_has_a_receipt(booking, method, kind):
    payment = PaymentFactory(
        booking=booking,
        payment_method=method,
        payment_type=kind,
        amount=Decimal("8000000.05"),
        notes='#panic("code") $x$ *b*',
    )
    assert receipt_pdf(payment, Decimal("8000000.05"))[:5] == b"%PDF-"


def test_a_receipt_never_changes_with_later_payments(as_, cast, booking, payment):
    api, path = as_(cast.asha), f"/api/payments/{payment.pk}/receipt"
    before = api.get(path).content
    PaymentFactory(booking=booking)
    PaymentFactory(booking=BookingFactory())
    assert api.get(path).content == before
