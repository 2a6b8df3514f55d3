"""What becomes of a receipt: proofs, clearing, rejecting, reversing (R8.1)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments import services
from payments.models import Payment
from payments.serializers.account import (
    ClearWrite,
    ProofWrite,
    RejectWrite,
    ReverseWrite,
    WithholdingCertificateWrite,
)
from payments.serializers.receipts import PaymentRead
from realestate.core.api.access import BUILDERS, CUSTOMERS
from realestate.core.api.idempotency import idempotent
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import PROOFS, RECORDS


class DecisionViewSet(HouseViewSet):
    """Buyers show what they paid; the builder says what arrived and what did not."""

    model, read = Payment, PaymentRead
    tag = "payments"
    access = {
        "clear": BUILDERS,
        "reject": BUILDERS,
        "reverse": BUILDERS,
        "certify": BUILDERS,
        "submit": CUSTOMERS,
    }
    limits = {"submit": PROOFS, "certify": RECORDS}
    duty = Duty.FINANCE
    errors = {
        "clear": (InvalidTransition, services.PreAgreementCap),
        "reject": (InvalidTransition, services.ReasonMissing),
        "reverse": (InvalidTransition, services.ReasonMissing),
        "certify": (services.NothingWithheld, services.CertificateVerified),
        "submit": (
            services.DuplicatePayment,
            InvalidTransition,
            services.PreAgreementCap,
        ),
    }

    @extend_schema(
        operation_id="bookings_payment_proofs_create",
        request=ProofWrite,
        responses={201: PaymentRead},
    )
    @idempotent
    def submit(self, request: Request, pk: str) -> Response:
        """Say that you paid, and show it.

        It counts once the builder has found the money; until then it only pauses reminders.
        """
        payment = services.submit_proof(
            actor=self.caller, booking_id=int(pk), **self.parse(ProofWrite)
        )
        return self.show(payment.pk, status=201)

    @extend_schema(operation_id="payments_clear", request=ClearWrite, responses=PaymentRead)
    @idempotent
    def clear(self, request: Request, pk: str) -> Response:
        """The money of a proof or of a recorded payment has arrived."""
        services.clear_payment(actor=self.caller, payment_id=int(pk), **self.parse(ClearWrite))
        return self.show(int(pk))

    @extend_schema(operation_id="payments_reject", request=RejectWrite, responses=PaymentRead)
    @idempotent
    def reject(self, request: Request, pk: str) -> Response:
        """The money of a proof or of a recorded payment has not arrived and will not."""
        services.reject_payment(actor=self.caller, payment_id=int(pk), **self.parse(RejectWrite))
        return self.show(int(pk))

    @extend_schema(operation_id="payments_reverse", request=ReverseWrite, responses=PaymentRead)
    @idempotent
    def reverse(self, request: Request, pk: str) -> Response:
        """Money that had arrived is gone again, such as a cheque that bounced.

        What it had paid is open again from its value date; late interest is computed anew.
        """
        services.reverse_payment(actor=self.caller, payment_id=int(pk), **self.parse(ReverseWrite))
        return self.show(int(pk))

    @extend_schema(
        operation_id="payments_certificate",
        request=WithholdingCertificateWrite,
        responses=PaymentRead,
    )
    @idempotent
    def certify(self, request: Request, pk: str) -> Response:
        """The certificate of tax that the buyer withheld was seen; until then the credit is only declared."""
        services.verify_certificate(
            actor=self.caller, payment_id=int(pk), **self.parse(WithholdingCertificateWrite)
        )
        return self.show(int(pk))
