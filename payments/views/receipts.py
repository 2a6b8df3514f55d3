"""The edges of payments: payments/*, bookings/{id}/payments."""

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.models import Booking
from payments import services
from payments.documents import receipt_pdf
from payments.enums import PaymentStatus
from payments.filters import PaymentFilter
from payments.models import Payment
from payments.rules.words import schedule_of
from payments.serializers.receipts import (
    BookingPaymentsRead,
    PaymentPageRead,
    PaymentRead,
    PaymentWrite,
)
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.explain import EXPLAIN, ExplainingViewSet, wants_explanation
from realestate.core.api.idempotency import (
    idempotent,
)
from realestate.core.api.papers import LINK, PDF, Paper
from realestate.core.api.pdf import LinkExpired, pdf_response
from realestate.core.api.views import Edge
from realestate.core.enums import Duty
from realestate.core.errors import Conflict, InvalidTransition
from realestate.core.limits import RECORDS
from realestate.core.money import ZERO


class PaymentNotCompleted(Conflict):
    """There is a receipt only for money that has arrived."""

    code = "payment_not_completed"


class PaymentViewSet(ExplainingViewSet):
    """Payments: the customer's own, the builder's of its projects."""

    model, read, filterset_class = Payment, PaymentRead, PaymentFilter
    list_key = "payments"
    tag = "payments"
    access = {"list": PARTIES, "retrieve": PARTIES, "create": BUILDERS}
    limits = {"create": RECORDS}
    duty = Duty.FINANCE
    explained_actions = frozenset({"retrieve"})  # what a payment pays; lists do not say it
    errors = {
        "create": (
            services.DuplicatePayment,
            InvalidTransition,
            services.PreAgreementCap,
        )
    }

    @extend_schema(operation_id="payments_list", responses=PaymentPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your payments, newest first."""
        return super().list(request)

    @extend_schema(operation_id="payments_retrieve", responses=PaymentRead, parameters=[EXPLAIN])
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One payment; with ``explain=1`` also which items it pays (R8)."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="payments_create", request=PaymentWrite, responses={201: PaymentRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Record money that arrived for a booking.

        When the token is reached while the hold lives, the booking moves on. A payment is recorded once: the same
        transaction id, or without one the same facts, are refused.
        """
        payment = services.record_payment(actor=self.caller, **self.parse(PaymentWrite))
        return self.show(payment.pk, status=201)


class BookingPaymentsView(Edge):
    """GET /api/bookings/{id}/payments."""

    access = {"get": PARTIES}
    tag = "payments"

    @extend_schema(
        operation_id="bookings_payments", parameters=[EXPLAIN], responses=BookingPaymentsRead
    )
    def get(self, request: Request, pk: int) -> Response:
        """What was paid for a booking, and what is to be paid.

        Until a booking has a payment plan, the schedule has two lines: the token and the remainder.
        """
        rows: Any = Booking.objects.all()
        shown = ("paid_amount", "pending_amount", "payment_progress")
        rows = rows.for_user(request.user).with_figures(*shown).select_related("claim", "project")
        booking = rows.get(pk=pk)
        explain = wants_explanation(request)
        payments = Payment.objects.filter(booking=booking).select_related("booking")
        body = {
            "booking_id": booking.pk,
            "payments": payments.order_by(*PaymentRead.order),
            "total_paid": booking.paid_amount,
            "total_pending": booking.pending_amount,
            "payment_schedule": services.installments(booking, explain=explain)
            or _until_confirmed(booking),
            "workings": _workings(booking) if explain else None,
        }
        return Response(BookingPaymentsRead(body, context={"explain_schedule": explain}).data)


def _workings(booking: Any) -> list[dict[str, Any]]:
    """What was paid, what is open, and the room below the cap."""
    found = [*services.explain_paid(booking), *services.explain_cap(booking)]
    return [working.as_json() for working in found]


class ReceiptView(Paper):
    """GET /api/payments/{id}/receipt."""

    errors: ClassVar = {"get": (LinkExpired, PaymentNotCompleted)}
    tag = "payments"

    @extend_schema(
        operation_id="payments_receipt",
        parameters=[LINK],
        responses={(200, PDF): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The receipt as a PDF, for the parties, or for whoever has a link that has not ended."""
        rows = self.readable(request, Payment.objects.all())
        loaded = rows.select_related(*_ON_RECEIPT).prefetch_related("booking__applicants")
        payment = loaded.get(pk=pk)
        if payment.payment_status != PaymentStatus.COMPLETED:
            raise PaymentNotCompleted
        paid = services.paid_for(payment.booking_id, until=payment.pk)
        today = clock.today(payment.booking.project.time_zone)
        content = receipt_pdf(payment, paid, services.applied_of(payment), today)
        return pdf_response(content, payment.receipt_number)


_ON_RECEIPT = tuple(f"booking__{path}" for path in services.ON_LETTER)


def _until_confirmed(booking: Any) -> Any:  # a Booking with its figures
    if booking.total_amount is None:
        return []
    ends = booking.claim.expires_at if booking.claim else None
    zone = booking.project.time_zone
    return schedule_of(
        token=booking.token_amount or ZERO,
        total=booking.total_amount,
        paid=booking.paid_amount,
        token_due=clock.local(ends or booking.booking_date, zone).date(),
        rest_due=booking.expected_registration_date,
    )
