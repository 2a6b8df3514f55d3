"""How what was paid and what is open of a booking's total came about, for ``?explain=1`` (contract 0.8)."""

from decimal import Decimal
from typing import Any

from payments.models import Payment
from realestate.core.money import ZERO
from realestate.core.working import Working

WHOLE = Decimal(100)


def explain_paid(booking: Any) -> list[Working]:
    """Paid, pending and progress of a booking that was read with these figures. Reading only; one query."""
    counted = list(Payment.objects.counted().filter(booking=booking).order_by("pk"))
    total, paid = booking.total_amount or ZERO, sum((row.amount for row in counted), ZERO)
    return [
        Working(
            figure="Paid",
            rule="contract 0.8",
            formula="Σ payments that are completed, without maintenance and penalties",
            inputs={str(row): row.amount for row in counted},
            unrounded=paid,
            amount=booking.paid_amount,
        ),
        Working(
            figure="Pending",
            rule="contract 0.8",
            formula="max(total_amount - paid, 0)",
            inputs={"total_amount": total, "paid": paid},
            unrounded=total - paid,
            amount=booking.pending_amount,
        ),
        Working(
            figure="Progress in percent",
            rule="contract 0.8",
            formula="min(paid × 100 / total_amount, 100)",
            inputs={"total_amount": total, "paid": paid},
            unrounded=paid * WHOLE / total if total else ZERO,
            amount=booking.payment_progress,
        ),
    ]
