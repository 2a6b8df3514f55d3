"""The receipt of a payment as a PDF."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from payments.documents.paper import about, shell
from payments.enums import NOT_FOR_THE_PRICE, Part, PaymentMethod, PaymentType
from payments.models import Allocation, DemandLine, Payment
from payments.services import OUTSIDE_THE_ACCOUNT
from realestate.core.amounts import format_day, format_figure
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import (
    LEFT,
    RIGHT,
    figure_or_blank,
    filled,
    headline,
    money_facts,
    table,
)

TEMPLATE = Path(__file__).with_name("receipt.typ")


def receipt_pdf(
    payment: Payment, paid: Decimal, applied: Sequence[Allocation] = (), on: date | None = None
) -> bytes:
    """The bytes of the PDF; ``paid`` is what counted as paid for the booking with this payment.

    ``applied`` says what it pays as the account stands on a day, with demand lines and demands loaded; without a day
    nothing is said about it.
    """
    letterhead = letterhead_of(payment.booking.project.builder)
    content = receipt_content(payment, letterhead, paid)
    content |= {"applied": _applied(payment, applied), "applied_note": _as_of(on)} if on else {}
    return render_pdf(TEMPLATE, content, letterhead.files)


def receipt_content(payment: Payment, letterhead: Letterhead, paid: Decimal) -> dict[str, Any]:
    """What the receipt says, as plain JSON values, without what it was applied to."""
    day = payment.paid_date
    content = shell(
        payment.booking,
        letterhead,
        title="Receipt",
        number=payment.receipt_number,
        day=day or date.min,
    )
    return {
        **content,
        "reference": payment.receipt_number,
        "facts": [*filled(("Receipt number", payment.receipt_number)), *_facts(payment)],
        "headline": headline("Amount received", payment.amount, payment.currency),
        "applied": None,
        "applied_note": "",
        "standing": _standing(payment, paid),
        "notes": payment.notes,
        "small_print": _small_print(payment),
    }


def _facts(payment: Payment) -> list[list[str]]:
    return [
        *filled(("Date of payment", format_day(payment.paid_date) if payment.paid_date else "")),
        *about(payment.booking),
        *filled(
            ("For", PaymentType(payment.payment_type).label),
            ("Paid by", PaymentMethod(payment.payment_method).label),
            ("Transaction", payment.transaction_id),
        ),
    ]


def _applied(payment: Payment, rows: Iterable[Allocation]) -> dict[str, Any] | None:
    """What it pays, line by line; what is left of it is an advance. None for what is outside the account."""
    if payment.payment_type in OUTSIDE_THE_ACCOUNT:
        return None
    currency = payment.currency
    parts: dict[DemandLine, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        parts[row.demand_line][row.part] += row.amount
    left = payment.amount - sum((sum(of.values(), ZERO) for of in parts.values()), ZERO)
    shown = [
        (
            line.demand.number,
            line.label,
            figure_or_blank(of[Part.PRINCIPAL], currency),
            figure_or_blank(of[Part.TAX], currency),
            format_figure(sum(of.values(), ZERO), currency),
        )
        for line, of in parts.items()
    ]
    if left > 0:
        advance = "Advance, set against what is demanded next"
        shown.append(("", advance, "", "", format_figure(left, currency)))
    return table(
        (
            ("Document", "auto", LEFT),
            ("Item", "1fr", LEFT),
            ("Before tax", "auto", RIGHT),
            ("Tax", "auto", RIGHT),
            (f"Amount ({currency})", "auto", RIGHT),
        ),
        shown,
        [("", "Total", "", "", format_figure(payment.amount, currency))],
    )


def _as_of(on: date) -> str:
    return f"As the account stands on {format_day(on)}; facts that come later may move it."


def _standing(payment: Payment, paid: Decimal) -> list[list[str]]:
    total = payment.booking.total_amount or ZERO
    rows = [("Price", total), ("Paid so far", paid), ("Open", max(total - paid, ZERO))]
    if paid > total:
        rows.append(("Advance", paid - total))
    return money_facts(payment.currency, *rows)


def _small_print(payment: Payment) -> str:
    lines = ["This receipt was made by computer and needs no signature."]
    if payment.payment_method == PaymentMethod.CHEQUE:
        lines.append("A cheque counts only when it has been honoured by the bank.")
    if payment.payment_type in NOT_FOR_THE_PRICE:
        lines.append("This payment is not part of the price of the unit.")
    return " ".join(lines)
