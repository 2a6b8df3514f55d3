"""Proofs of payment: a buyer says what it paid and shows it; the builder clears or rejects (R8.1)."""

from datetime import date
from decimal import Decimal

from accounts.models import User
from bookings.services import lock_booking
from payments.enums import PaymentMethod, PaymentType, ReceiptState
from payments.events import ProofSubmitted
from payments.models import Payment
from payments.services.receipts import new_payment
from realestate.core import audit, clock
from realestate.core.enums import Role
from realestate.core.errors import InvalidValue, NotAllowed
from realestate.core.events import publish
from realestate.core.models import StoredFile
from realestate.core.transactions import service


@service
def submit_proof(
    *,
    actor: User,
    booking_id: int,
    amount: Decimal,
    payment_method: PaymentMethod,
    paid_date: date | None = None,
    transaction_id: str = "",
    proof_id: int | None = None,
    notes: str = "",
) -> Payment:
    """A customer's own statement that it paid; it counts for nothing but the cap until it is cleared (R6, R8.1).

    ``proof_id`` is a file that the customer uploaded. Raises NotAllowed for others than customers, InvalidValue (400),
    DuplicatePayment, InvalidTransition (409), PreAgreementCap (422); DoesNotExist for strangers.
    """
    if actor.user_type != Role.CUSTOMER:
        raise NotAllowed("Only the customer submits a proof; record the payment instead.")
    booking = lock_booking(actor, booking_id)
    if not transaction_id and proof_id is None:
        text = "Give the transaction number or a picture of the proof."
        raise InvalidValue(errors={"transaction_id": [text]})
    if proof_id is not None and not StoredFile.objects.filter(pk=proof_id, owner=actor).exists():
        raise InvalidValue(errors={"proof_id": ["There is no such file of yours."]})
    payment = new_payment(
        booking,
        recorded_by=actor,
        payment_type=PaymentType.INSTALLMENT,
        amount=amount,
        payment_method=payment_method,
        paid_date=paid_date,
        transaction_id=transaction_id,
        proof_id=proof_id,
        notes=notes,
        initiated_at=clock.now(),
    )
    payment.state = ReceiptState.SUBMITTED
    payment.save(force_insert=True)
    audit.record(actor, payment, "submitted", after={"booking": booking.pk, "amount": amount})
    publish(ProofSubmitted(payment_id=payment.pk, booking_id=booking.pk))
    return payment
