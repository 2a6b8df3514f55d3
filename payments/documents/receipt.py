"""The receipt of a payment as a PDF."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from payments.enums import NOT_FOR_THE_PRICE, PaymentMethod, PaymentType
from payments.models import Payment
from realestate.core.amounts import format_day, format_money, money_in_words
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO

TEMPLATE = Path(__file__).with_name("receipt.typ")


def receipt_pdf(payment: Payment, paid: Decimal) -> bytes:
    """The bytes of the PDF; ``paid`` is what counted as paid for the booking with this payment."""
    return render_pdf(TEMPLATE, _data(payment, paid))


def _data(payment: Payment, paid: Decimal) -> dict[str, Any]:
    booking, builder = payment.booking, payment.booking.project.builder
    number = payment.receipt_number
    return {
        "title": "Receipt",
        "reference": number,
        "footer": f"{number} · Booking {booking.booking_number} · {builder.company_name}",
        "seller": {
            "name": builder.company_name,
            "lines": [
                line
                for line in (
                    builder.address,
                    builder.phone,
                    f"Licence {builder.license_number}" if builder.license_number else "",
                )
                if line
            ],
        },
        "facts": _facts(payment),
        "amount": format_money(payment.amount, payment.currency),
        "in_words": money_in_words(payment.amount, payment.currency),
        "standing": _standing(payment, paid),
        "notes": payment.notes,
        "small_print": _small_print(payment),
    }


def _facts(payment: Payment) -> list[list[str]]:
    booking = payment.booking
    unit = booking.unit
    rows = (
        ("Receipt number", payment.receipt_number),
        ("Date of payment", format_day(payment.paid_date) if payment.paid_date else ""),
        ("Received from", booking.customer.full_name),
        ("For", PaymentType(payment.payment_type).label),
        ("Booking", booking.booking_number),
        ("Unit", f"{unit.unit_number}, {booking.project.project_name}" if unit else ""),
        ("Paid by", PaymentMethod(payment.payment_method).label),
        ("Transaction", payment.transaction_id),
    )
    return [[name, value] for name, value in rows if value]


def _standing(payment: Payment, paid: Decimal) -> list[list[str]]:
    total = payment.booking.total_amount or ZERO
    rows = [("Price", total), ("Paid so far", paid), ("Open", max(total - paid, ZERO))]
    if paid > total:
        rows.append(("Advance", paid - total))
    return [[name, format_money(amount, payment.currency)] for name, amount in rows]


def _small_print(payment: Payment) -> str:
    lines = ["This receipt was made by computer and needs no signature."]
    if payment.payment_method == PaymentMethod.CHEQUE:
        lines.append("A cheque counts only when it has been honoured by the bank.")
    if payment.payment_type in NOT_FOR_THE_PRICE:
        lines.append("This payment is not part of the price of the unit.")
    return " ".join(lines)
