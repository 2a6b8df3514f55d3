"""Words that clients use for payments, and what is to be paid until a booking has a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bookings.enums import PaidShare
from payments.enums import (
    Gateway,
    Initiator,
    PaymentMethod,
    PaymentStatus,
    PaymentType,
    RefundState,
    SettlementState,
)
from realestate.core.money import ZERO
from realestate.core.vocabulary import Vocabulary
from realestate.core.working import Working

TYPE_WORDS = Vocabulary(
    PaymentType,
    {"instalment": PaymentType.INSTALLMENT, "booking_amount": PaymentType.TOKEN},
)
METHOD_WORDS = Vocabulary(
    PaymentMethod,
    {
        "card": PaymentMethod.ONLINE,
        "credit_card": PaymentMethod.ONLINE,
        "debit_card": PaymentMethod.ONLINE,
        "upi": PaymentMethod.ONLINE,
        "check": PaymentMethod.CHEQUE,
        "neft": PaymentMethod.BANK_TRANSFER,
        "rtgs": PaymentMethod.BANK_TRANSFER,
        "imps": PaymentMethod.BANK_TRANSFER,
    },
)
GATEWAY_WORDS = Vocabulary(Gateway, {})
STATUS_WORDS = Vocabulary(PaymentStatus, {"paid": PaymentStatus.COMPLETED})
INITIATOR_WORDS = Vocabulary(
    Initiator, {"customer": Initiator.BUYER, "withdrawal": Initiator.BUYER}
)
SETTLEMENT_WORDS = Vocabulary(SettlementState)
REFUND_WORDS = Vocabulary(RefundState)


@dataclass(frozen=True, kw_only=True)
class ScheduleItem:
    """One line of what is to be paid."""

    installment_number: int
    payment_type: PaymentType
    due_date: date | None
    amount: Decimal
    paid_amount: Decimal
    status: PaidShare
    label: str
    trigger: str = ""
    milestone_code: str = ""
    tax: Decimal = ZERO
    demand_id: int | None = None
    working: Working | None = None

    @property
    def principal(self) -> Decimal:
        """The same amount: nothing is known of its tax yet."""
        return self.amount

    @property
    def workings(self) -> list[dict[str, Any]]:
        """How the amount came about."""
        return [self.working.as_json()] if self.working else []


def schedule_of(
    *,
    token: Decimal,
    total: Decimal,
    paid: Decimal,
    token_due: date | None,
    rest_due: date | None,
) -> list[ScheduleItem]:
    """The token and the remainder, filled in that order by what was paid; the amounts add to ``total`` exactly.

    This is all that is agreed as long as a booking has no payment plan (R2), and no line more.
    """
    first = _exact(PaymentType.TOKEN, "as agreed with the booking", {"token": token}, token)
    inputs = {"total_amount": total, "token": token}
    last = _exact(PaymentType.FINAL, "total_amount - token", inputs, total - token)
    lines = [(PaymentType.TOKEN, token_due, first), (PaymentType.FINAL, rest_due, last)]
    return _filled([line for line in lines if line[2].amount > 0], paid)


def _exact(
    kind: PaymentType, formula: str, inputs: Mapping[str, object], amount: Decimal
) -> Working:
    return Working(
        figure=str(kind.label),
        rule="R2.6",
        formula=formula,
        inputs=inputs,
        unrounded=amount,
        amount=amount,
    )


def _filled(
    lines: Sequence[tuple[PaymentType, date | None, Working]], paid: Decimal
) -> list[ScheduleItem]:
    items, left = [], paid
    for number, (payment_type, due, working) in enumerate(lines, start=1):
        amount = working.amount
        part = min(amount, left)
        left -= part
        items.append(
            ScheduleItem(
                installment_number=number,
                payment_type=payment_type,
                due_date=due,
                amount=amount,
                paid_amount=part,
                status=share_of(part, amount),
                label=str(payment_type.label),
                working=working,
            )
        )
    return items


def share_of(paid: Decimal, amount: Decimal) -> PaidShare:
    """How much of an amount is paid, in a word."""
    if paid >= amount:
        return PaidShare.COMPLETED
    return PaidShare.PARTIAL if paid > ZERO else PaidShare.PENDING
