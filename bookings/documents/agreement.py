"""The agreement of a booking as a PDF, drawn from the facts that were kept when it was generated."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bookings.enums import PaymentPlan
from bookings.models import Agreement
from projects.enums import UnitType
from realestate.core.amounts import format_day, format_money, money_in_words
from realestate.core.documents import render_pdf

TEMPLATE = Path(__file__).with_name("agreement.typ")
TERMS = (
    "The seller reserves the unit described above for the buyer at the price stated above.",
    "The reservation becomes binding on the seller when the token has been received in full.",
    "The price does not change while this booking lives. Changes to the unit need a quote that the buyer has approved.",
    "Amounts are due on the dates stated above, or as a payment plan agreed in writing says.",
    "Registration charges and taxes that the law puts on the buyer are paid by the buyer, unless listed above.",
)


def agreement_pdf(agreement: Agreement) -> bytes:
    """The bytes of the PDF; the same agreement always gives the same bytes."""
    return render_pdf(TEMPLATE, _data(agreement.agreement_number, agreement.content))


def _data(number: str, facts: dict[str, Any]) -> dict[str, Any]:
    seller, buyer, currency = facts["seller"], facts["buyer"], facts["currency"]
    total = Decimal(facts["total_amount"])
    day = format_day(date.fromisoformat(facts["date"]))
    return {
        "title": "Booking agreement",
        "reference": f"{number} · {day}",
        "footer": f"{number} · Booking {facts['booking_number']} · {seller['name']}",
        "seller": {
            "name": seller["name"],
            "lines": [
                line for line in (seller["address"], seller["phone"], seller["email"]) if line
            ],
        },
        "opening": (
            f"Made on {day} between the seller and the buyer named below, "
            f"about booking {facts['booking_number']}."
        ),
        "seller_facts": _filled(
            ("Company", seller["name"]),
            ("Licence", seller["license_number"]),
            ("Address", seller["address"]),
            ("Phone", seller["phone"]),
        ),
        "buyer_facts": _filled(
            ("Name", buyer["name"]),
            ("Address", buyer["address"]),
            ("Phone", buyer["phone"]),
            ("E-mail", buyer["email"]),
        ),
        "unit_facts": _unit_facts(facts["unit"]),
        "payments": _payments(facts),
        "total": ["Total price", format_money(total, currency)],
        "in_words": money_in_words(total, currency),
        "terms": list(TERMS),
        "requests": facts["special_requests"],
        "signatures": [[seller["name"], "Seller"], [buyer["name"], "Buyer"]],
    }


def _unit_facts(unit: dict[str, Any]) -> list[list[str]]:
    place = f" in {unit['tower']}" if unit["tower"] else ""
    return _filled(
        ("Project", ", ".join(text for text in (unit["project"], unit["location"]) if text)),
        ("Unit", f"{unit['number']}{place}, floor {unit['floor']}"),
        ("Type", UnitType(unit["type"]).label),
        ("Carpet area", f"{unit['area_sqft']} sq ft"),
        ("Parking spaces", str(unit["parking_spaces"] or "")),
    )


def _payments(facts: dict[str, Any]) -> list[list[str]]:
    token, total = Decimal(facts["token_amount"]), Decimal(facts["total_amount"])
    plan = PaymentPlan(facts["payment_plan"]).label
    registration = facts["registration_date"]
    due = (
        f"By registration, planned for {format_day(date.fromisoformat(registration))}"
        if registration
        else "By registration"
    )
    rows = [("Token", "On booking", token), (f"Remainder ({plan.lower()})", due, total - token)]
    return [
        [str(number), what, when, format_money(amount, facts["currency"])]
        for number, (what, when, amount) in enumerate(rows, start=1)
        if amount > 0
    ]


def _filled(*rows: tuple[str, str]) -> list[list[str]]:
    return [[name, value] for name, value in rows if value]
