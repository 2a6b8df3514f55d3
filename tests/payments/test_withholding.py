"""R3.4-6: tax that buyers withhold counts like money, waits for its certificate, and is never deducted silently."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist
from openpyxl import load_workbook

from bookings.models import Applicant
from bookings.services import answer_change, approve_quote, quote_change, request_change
from notifications.models import Notification
from payments import services
from payments.enums import EntryKind, PaymentMethod
from payments.models import LedgerEntry, Payment
from projects.models import Project
from realestate.core.errors import NotAllowed
from realestate.core.models import AuditEntry
from tests.payments.account import demand, pay, reconciled, signed
from tests.payments.papers import needs_pdftotext, text_of

D = Decimal
pytestmark = pytest.mark.django_db
PAID = date(2025, 6, 10)


@pytest.fixture
def account(cast, noon):
    """1,000,000 and 50,000 of tax demanded; 1 percent is to be withheld from 5,000,000 on; A is 7,500,000."""
    noon.move_to(datetime(2025, 12, 31, 12, tzinfo=UTC), tick=False)
    booking = signed(cast, withholding_percent=1, withholding_threshold=5_000_000)
    demand(booking, "1000000", "50000", issued=date(2025, 6, 1), due=date(2025, 6, 16))
    return booking


def withhold(cast, booking, amount="10000", on=PAID, **facts) -> Payment:
    return pay(cast, booking, amount, on, payment_method=PaymentMethod.WITHHOLDING, **facts)


def found(booking, on=date(2025, 12, 31)):
    statement = services.statement_of(booking, first_on=None, last_on=on)
    return statement.withholding


def verify(cast, payment, number="26QB-1", by=None):
    return services.verify_certificate(
        actor=by or cast.meera, payment_id=payment.pk, certificate_number=number
    )


def test_R3_5_declared_and_verified_reduce_the_balance_alike(cast, account):
    pay(cast, account, "1040000", PAID)
    credit = withhold(cast, account)
    assert reconciled(account) == 0
    assert LedgerEntry.objects.get(payment=credit).kind == EntryKind.WITHHOLDING
    declared = found(account)
    assert (declared.expected, declared.declared, declared.verified, declared.shortfall) == (
        10_000,
        10_000,
        0,
        0,
    )
    verify(cast, credit, "26QB-77")
    credit.refresh_from_db()
    assert credit.certificate_number == "26QB-77"
    seen = found(account)
    assert (seen.declared, seen.verified, seen.shortfall, seen.late) == (0, 10_000, 0, ())
    assert reconciled(account) == 0
    entry = AuditEntry.objects.get(action="certificate_verified")
    assert entry.after == {"certificate_number": "26QB-77"}


def test_R3_4_tax_is_outside_the_base_and_an_advance_is_in_it(cast, account):
    pay(cast, account, "1050000", PAID)
    assert found(account).consideration_paid == 1_000_000
    pay(cast, account, "49", PAID)
    assert (found(account).consideration_paid, found(account).expected) == (1_000_049, 10_000)
    pay(cast, account, "1", PAID)
    assert (found(account).expected, found(account).shortfall) == (10_001, 10_001)


def test_R3_4_each_buyer_by_its_share_the_remainder_with_the_last(cast, account):
    Applicant.objects.filter(booking=account).delete()
    for place, share in enumerate(("33.33", "33.33", "33.34")):
        Applicant.objects.create(
            booking=account, full_name=f"Buyer {place}", share=D(share), is_primary=place == 0
        )
    pay(cast, account, "1050000", PAID)
    assert found(account).by_applicant == (
        ("Buyer 0", D("33.33"), 3_333),
        ("Buyer 1", D("33.33"), 3_333),
        ("Buyer 2", D("33.34"), 3_334),
    )


@pytest.mark.parametrize(
    "terms", [{"withholding_percent": 0}, {"withholding_threshold": D("7500000.01")}]
)
def test_R3_4_below_the_threshold_nothing_is_withheld(cast, noon, terms):
    facts = {"withholding_percent": 1, "withholding_threshold": 5_000_000} | terms
    assert found(signed(cast, **facts)) is None


def test_R3_5_without_a_certificate_a_credit_is_flagged_after_its_filing_day(cast, account):
    credit = withhold(cast, account)
    assert found(account, date(2025, 7, 30)).late == ()
    assert found(account, date(2025, 7, 31)).late == (credit.receipt_number,)
    verify(cast, credit)
    assert found(account, date(2025, 7, 31)).late == ()


def test_R3_5_what_has_no_certificate(cast, account):
    transfer = pay(cast, account, "1000", PAID)
    recorded = withhold(cast, account, is_cleared=False)
    returned = withhold(cast, account, amount="500")
    services.reverse_payment(actor=cast.meera, payment_id=returned.pk, reason="Never filed")
    for payment in (transfer, recorded, returned):
        with pytest.raises(services.NothingWithheld):
            verify(cast, payment)
    credit = withhold(cast, account, amount="700")
    with pytest.raises(services.NothingWithheld):
        verify(cast, credit, number="  ")
    verify(cast, credit)
    with pytest.raises(services.CertificateVerified):
        verify(cast, credit, number="26QB-2")
    with pytest.raises(NotAllowed):
        verify(cast, credit, by=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        verify(cast, credit, by=cast.kiran)
    assert list(Payment.objects.exclude(certificate_number="").values_list("pk", flat=True)) == [
        credit.pk
    ]


def test_a_verified_credit_can_be_reversed(cast, account):
    credit = withhold(cast, account)
    verify(cast, credit)
    services.reverse_payment(actor=cast.meera, payment_id=credit.pk, reason="Certificate revoked")
    assert (found(account).verified, reconciled(account)) == (0, 1_050_000)


def change(cast, booking, net):
    request = request_change(
        actor=cast.asha,
        booking_id=booking.pk,
        request_type="electrical",
        request_title="More sockets",
        request_description="Two more",
    )
    answer_change(actor=cast.meera, change_request_id=request.pk, changes={}, wanted="under_review")
    quote_change(
        actor=cast.meera,
        change_request_id=request.pk,
        net_amount=D(net),
        tax_amount=D(0),
        timeline_days=5,
        description="Work",
    )
    approve_quote(actor=cast.asha, change_request_id=request.pk, version=1)


def told() -> list[int]:
    rows = Notification.objects.filter(title="Tax to be withheld")
    return list(rows.order_by("user").values_list("user", flat=True))


def test_R3_6_a_change_that_lifts_the_contract_over_the_threshold_is_said_once(cast, noon):
    noon.move_to(datetime(2025, 12, 31, 12, tzinfo=UTC), tick=False)
    booking = signed(cast, withholding_percent=1, withholding_threshold=7_600_000)
    demand(booking, "1000000", "50000", issued=date(2025, 6, 1), due=date(2025, 6, 16))
    pay(cast, booking, "1050000", PAID)
    change(cast, booking, "99999.99")
    assert (found(booking), told()) == (None, [])
    change(cast, booking, "0.01")
    assert found(booking).shortfall == 10_000
    assert told() == sorted([cast.asha.pk, cast.meera.pk])
    message = Notification.objects.filter(title="Tax to be withheld").first().message
    assert "₹10,000.00 should have been withheld" in message
    change(cast, booking, "5000")
    assert len(told()) == 2
    assert reconciled(booking) == D("105000.00")  # the changes; nothing was deducted


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_the_statement_explains_what_is_to_be_withheld(as_, cast, account):
    pay(cast, account, "525000", PAID)
    path = f"/api/bookings/{account.pk}/statement"
    body = as_(cast.asha).get(path).json()["withholding"]
    assert body == {
        "percent": 1.0,
        "threshold": 5_000_000,
        "contract_value": 7_500_000,
        "consideration_paid": 475_000,
        "expected": 4_750,
        "declared": 0,
        "verified": 0,
        "shortfall": 4_750,
        "by_applicant": body["by_applicant"],
        "late": [],
        "working": None,
    }
    assert [row["expected"] for row in body["by_applicant"]] == [4_750]
    working = as_(cast.asha).get(f"{path}?explain=1").json()["withholding"]["working"]
    assert (working["rule"], working["unrounded"], working["amount"]) == (
        "R3.4",
        "4750.000000",
        "4750",
    )


def test_a_certificate_over_http(as_, cast, account):
    credit = withhold(cast, account)
    path = f"/api/payments/{credit.pk}/certificate"
    for bad in ({}, {"certificate_number": ""}, {"certificate_number": "x" * 101}):
        assert as_(cast.meera).post(path, bad).status_code == 400
    assert as_(cast.kiran).post(path, {"certificate_number": "1"}).status_code == 404
    reply = as_(cast.meera).post(path, {"certificate_number": "26QB-9"})
    assert (reply.status_code, reply.json()["certificate_number"]) == (200, "26QB-9")
    again = as_(cast.meera).post(path, {"certificate_number": "26QB-9"})
    assert (again.status_code, again.json()["code"]) == (409, "certificate_verified")


@needs_pdftotext
def test_the_papers_show_it(as_, cast, account):
    withhold(cast, account)
    path = f"/api/bookings/{account.pk}/statement"
    text = text_of(as_(cast.asha).get(f"{path}.pdf").content)
    assert "Tax withheld by the buyer" in text
    assert "Withheld, certificate awaited" in text
    book = load_workbook(io.BytesIO(as_(cast.asha).get(f"{path}.xlsx").content))
    values = [cell for row in book.active.iter_rows(values_only=True) for cell in row]
    assert "Withheld, certificate awaited" in values


def test_a_receipt_is_not_dated_before_the_project(as_, cast, account):
    Project.objects.filter(pk=account.project_id).update(start_date=date(2025, 1, 2))
    body = {
        "booking_id": account.pk,
        "payment_type": "installment",
        "amount": 1000,
        "payment_method": "neft",
        "transaction_id": "UTR-OLD",
    }
    before = as_(cast.meera).post("/api/payments", body | {"payment_date": "2025-01-01"})
    assert (before.status_code, list(before.json()["errors"])) == (400, ["paid_date"])
    assert not Payment.objects.exists()
    first = as_(cast.meera).post("/api/payments", body | {"payment_date": "2025-01-02"})
    assert first.status_code == 201
