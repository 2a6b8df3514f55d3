"""Tax that buyers withhold from what they pay (R3.4-6): its certificates, and what should have been withheld."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from accounts.models import User
from bookings.enums import ACCEPTED_CHANGES, QuoteState
from bookings.models import Booking, ChangeQuote
from payments.enums import PaymentMethod, ReceiptState
from payments.events import WithholdingFellShort
from payments.models import Payment, Terms
from payments.rules.withholding import Withholding, filing_day, must_withhold, split, withheld
from payments.services.booked import lock_for, refuse_buyers
from payments.services.caps import consideration_of
from payments.services.facts import counted_payments
from payments.services.terms import SCOPES, terms_of
from realestate.core import audit, clock
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import ZERO
from realestate.core.system_settings import define
from realestate.core.transactions import service

BUILDERS_VERIFY = "Only the builder verifies certificates."
FILING_DAYS = define(
    "payments.withholding_filing_days",
    int,
    default=30,
    minimum=0,
    maximum=365,
    unit="days after the end of the month of the payment",
    scopes=SCOPES,
    help="By when a buyer files the tax that it withheld; later without a certificate it is flagged (R3.5).",
)


class NothingWithheld(DomainError):
    """Only tax withheld that counts in the account has a certificate."""

    code, status = "nothing_withheld", 409


class CertificateVerified(DomainError):
    """The certificate of this payment is verified already."""

    code, status = "certificate_verified", 409


@service
def verify_certificate(*, actor: User, payment_id: int, certificate_number: str) -> Payment:
    """R3.5: the certificate of tax withheld has been seen; until then the credit is only declared. Both count alike.

    Raises NothingWithheld for any other receipt, CertificateVerified (409), NotAllowed for customers; DoesNotExist for
    strangers.
    """
    refuse_buyers(actor, BUILDERS_VERIFY)
    payment = lock(Payment.objects.for_user(actor), payment_id)
    lock_for(actor, payment.booking_id)
    number = certificate_number.strip()
    is_counted = payment.state == ReceiptState.CLEARED
    if not (is_counted and number and payment.payment_method == PaymentMethod.WITHHOLDING):
        raise NothingWithheld
    if payment.certificate_number:
        raise CertificateVerified
    payment.certificate_number = number
    payment.save(update_fields=["certificate_number", "updated_at"])
    audit.record(actor, payment, "certificate_verified", after={"certificate_number": number})
    return payment


def withholding_of(booking: Booking, on: date, terms: Terms | None = None) -> Withholding | None:
    """What a buyer should have withheld by a day, and what was; None: nothing is to be withheld (R3.4). Reading only.

    The threshold is compared with the whole contract, approved changes included, whoever of the buyers pays. The base
    is the gross consideration: what reached the builder and what was withheld, without the taxes of the demands.
    """
    terms = terms or terms_of(booking)
    if not terms.withholding_percent:
        return None
    total = _contract_value(booking)
    if not must_withhold(total, terms.withholding_threshold):
        return None
    receipts = [
        row
        for row in counted_payments(booking, ReceiptState.CLEARED)
        if row.paid_date is not None and row.paid_date <= on
    ]
    base = consideration_of(booking, receipts, with_changes=True)
    expected = withheld(base, terms.withholding_percent)
    credits_ = [row for row in receipts if row.payment_method == PaymentMethod.WITHHOLDING]
    verified = sum((row.amount for row in credits_ if row.certificate_number), ZERO)
    declared = sum((row.amount for row in credits_), ZERO) - verified
    buyers = list(booking.applicants.order_by("-is_primary", "pk"))
    parts = split(expected, [buyer.share for buyer in buyers]) if buyers else []
    days = FILING_DAYS.for_project(booking.project)
    return Withholding(
        percent=terms.withholding_percent,
        threshold=terms.withholding_threshold,
        contract_value=total,
        consideration_paid=base,
        expected=expected,
        declared=declared,
        verified=verified,
        by_applicant=tuple(
            (buyer.full_name, buyer.share, part) for buyer, part in zip(buyers, parts, strict=True)
        ),
        late=tuple(
            row.receipt_number
            for row in credits_
            if row.paid_date is not None
            and not row.certificate_number
            and on > filing_day(row.paid_date, days)
        ),
    )


def flag_shortfall(booking: Booking, quote: ChangeQuote) -> None:
    """R3.6: an approved change that first lifts the contract over the threshold shows what was not withheld so far.

    Said to both sides, never deducted. Within the caller's service, with the booking locked.
    """
    terms, total = terms_of(booking), _contract_value(booking)
    if must_withhold(total - quote.net_amount, terms.withholding_threshold):
        return
    found = withholding_of(booking, clock.today(booking.project.time_zone))
    if found is not None and found.shortfall > 0:
        publish(WithholdingFellShort(booking_id=booking.pk, amount=found.shortfall))


def _contract_value(booking: Booking) -> Decimal:
    """R13: the agreement value and the net of all changes that the buyer accepted, before tax."""
    accepted = ChangeQuote.objects.filter(
        change_request__booking=booking,
        change_request__state__in=ACCEPTED_CHANGES,
        state=QuoteState.APPROVED,  # a newer offer that the buyer never saw does not count (R13.2)
    )
    latest = accepted.order_by("change_request", "-version").distinct("change_request")
    rows = ChangeQuote.objects.filter(pk__in=latest.values("pk"))
    changes = rows.aggregate(net=Sum("net_amount", default=ZERO))["net"]
    return (booking.agreement_value or ZERO) + Decimal(changes)
