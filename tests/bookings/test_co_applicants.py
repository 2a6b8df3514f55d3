"""R18, R21: co-applicants are parties: they read what who booked reads, and act for themselves only."""

from datetime import date

import pytest

from accounts.services import relate
from bookings.enums import BookingState, ChangeState, KycState
from bookings.models import Agreement, Applicant, Booking, ChangeRequest, PromisedDate, Signature
from bookings.services import (
    generate_agreement,
    propose_date,
    request_change,
    sign_agreement,
)
from notifications.models import Notification
from realestate.core.errors import NotAllowed
from tests.factories.accounts import CustomerFactory
from tests.factories.bookings import ApplicantFactory, BookingFactory, ChangeRequestFactory
from tests.factories.payments import PaymentFactory
from tests.payments.papers import demanded

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(cast) -> Booking:
    """Asha buys Meera's unit with Ravi, and with somebody without an account."""
    row = BookingFactory(
        paid=True,
        state=BookingState.BOOKING_CONFIRMED,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
    )
    row.applicants.update(share=50)
    ApplicantFactory(booking=row, customer=cast.ravi.customer, share=30)
    ApplicantFactory(booking=row, share=20)
    return row


@pytest.fixture
def theirs(cast, booking):
    """What belongs to the booking, by the address that shows it."""
    payment = PaymentFactory(booking=booking)
    demand = demanded(booking=booking, on=date(2025, 12, 1))
    generate_agreement(actor=cast.meera, booking_id=booking.pk)
    change = ChangeRequestFactory(booking=booking, state=ChangeState.QUOTED)
    return [
        f"/api/bookings/{booking.pk}",
        f"/api/bookings/{booking.pk}/payments",
        f"/api/bookings/{booking.pk}/statement",
        f"/api/bookings/{booking.pk}/documents",
        f"/api/bookings/{booking.pk}/agreements",
        f"/api/bookings/{booking.pk}/download-agreement",
        f"/api/bookings/{booking.pk}/applicants",
        f"/api/bookings/{booking.pk}/schedule",
        f"/api/payments/{payment.pk}",
        f"/api/payments/{payment.pk}/receipt",
        f"/api/demands/{demand.pk}",
        f"/api/demands/{demand.pk}/letter",
        f"/api/change-requests/{change.pk}",
    ]


def test_R18_a_co_applicant_reads_what_who_booked_reads(as_, cast, theirs):
    stranger = CustomerFactory().user
    for path in theirs:
        statuses = [as_(who).get(path).status_code for who in (cast.asha, cast.ravi, stranger)]
        assert statuses == [200, 200, 404], path


def test_R18_each_document_of_the_list_opens_for_a_co_applicant(as_, cast, booking, theirs):
    papers = as_(cast.ravi).get(f"/api/bookings/{booking.pk}/documents").json()["documents"]
    assert {"agreement", "receipt", "demand_letter"} <= {paper["kind"] for paper in papers}
    for paper in papers:
        reply = as_(cast.ravi).get(paper["url"])
        assert reply.status_code == 200, paper
        if reply.streaming:
            b"".join(reply.streaming_content)


def test_R18_joint_bookings_are_in_ones_lists_once(as_, cast, booking):
    own = BookingFactory(customer=cast.ravi.customer)
    found = as_(cast.ravi).get("/api/bookings").json()
    rows = found["bookings"] if isinstance(found, dict) else found
    assert sorted(row["id"] for row in rows) == sorted([booking.pk, own.pk])
    listed = as_(cast.ravi).get(f"/api/bookings/customer/{cast.ravi.pk}").json()
    assert sorted(row["id"] for row in listed) == sorted([booking.pk, own.pk])


def test_R18_who_is_told_of_an_agreement_opens_it_and_signs_it(as_, cast, booking):
    generate_agreement(actor=cast.meera, booking_id=booking.pk)
    told = Notification.objects.filter(title="Agreement to sign").order_by("user")
    assert sorted(told.values_list("user", flat=True)) == sorted([cast.asha.pk, cast.ravi.pk])
    for person in (cast.asha, cast.ravi):
        assert as_(person).get(f"/api/bookings/{booking.pk}/download-agreement").status_code == 200
    agreement, mine = Agreement.objects.get(), Applicant.objects.get(customer=cast.ravi.pk)
    body = {"applicant_id": mine.pk}
    reply = as_(cast.ravi).post(f"/api/agreements/{agreement.pk}/signatures", body)
    assert reply.status_code == 201, reply.content
    assert Signature.objects.get().applicant == mine


def test_R18_a_co_applicant_signs_for_nobody_else(cast, booking):
    generate_agreement(actor=cast.meera, booking_id=booking.pk)
    for other in booking.applicants.exclude(customer=cast.ravi.pk):
        with pytest.raises(NotAllowed):
            sign_agreement(
                actor=cast.ravi, agreement_id=Agreement.objects.get().pk, applicant_id=other.pk
            )
    assert not Signature.objects.exists()


def test_R18_a_co_applicant_submits_its_own_papers_only(as_, cast, booking):
    for row in booking.applicants.order_by("pk"):
        reply = as_(cast.ravi).post(f"/api/applicants/{row.pk}/kyc/submit")
        assert reply.status_code == (200 if row.customer_id == cast.ravi.pk else 403), reply.content
    submitted = Applicant.objects.filter(kyc_state=KycState.SUBMITTED)
    assert [row.customer_id for row in submitted] == [cast.ravi.pk]


def test_R18_who_booked_acts_for_all(as_, cast, booking):
    """Whatever else a customer may do to a booking a co-applicant may not."""
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    change = ChangeRequestFactory(booking=booking, state=ChangeState.SUBMITTED)
    promise = propose_date(
        actor=cast.meera, booking_id=booking.pk, promised_on=date(2030, 1, 1), reason="Rain."
    )
    api = as_(cast.ravi)
    proof = {
        "amount": "1000.00",
        "payment_method": "bank_transfer",
        "paid_date": "2025-12-01",
        "transaction_id": "T1",
    }
    wish = {"booking_id": booking.pk, "request_type": "electrical", "request_title": "More"}
    for method, path, body in (
        ("post", f"/api/bookings/{booking.pk}/cancel", {"reason": "No."}),
        ("patch", f"/api/bookings/{booking.pk}", {"special_requests": "x"}),
        ("post", f"/api/bookings/{booking.pk}/payment-proofs", proof),
        ("post", "/api/change-requests", wish | {"request_description": "Sockets."}),
        ("post", f"/api/change-requests/{change.pk}/withdraw", {}),
        ("post", f"/api/promised-dates/{promise.pk}/accept", {}),
    ):
        reply = getattr(api, method)(path, body)
        assert (reply.status_code, reply.json()["code"]) == (403, "permission_denied"), (
            path,
            reply.content,
        )
    assert ChangeRequest.objects.get().state == ChangeState.SUBMITTED
    assert PromisedDate.objects.get().state == "proposed"
    with pytest.raises(NotAllowed):
        request_change(actor=cast.ravi, booking_id=booking.pk, request_title="x")


def test_R18_who_is_no_applicant_any_more_is_a_stranger(as_, cast, booking):
    Applicant.objects.filter(customer=cast.ravi.pk).delete()
    assert as_(cast.ravi).get(f"/api/bookings/{booking.pk}").status_code == 404
