"""The agreement of a booking as a PDF, drawn from the facts that were kept when it was generated."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from accounts.documents import letterhead_of
from bookings.enums import PaymentPlan, SignatureMethod
from bookings.models import Agreement, Signature
from bookings.services import keep_agreement_pdf
from projects.enums import UnitType
from realestate.core import clock
from realestate.core.amounts import format_day, format_figure
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, headline, money_facts, table

TEMPLATE = Path(__file__).with_name("agreement.typ")
BY_PLAN = "Amounts of the plan are before tax. Each demand adds the taxes of the day on which it is issued."
TERMS = (
    "The seller reserves the unit described above for the buyer at the price stated above.",
    "The reservation becomes binding on the seller when the token has been received in full.",
    "The price does not change while this booking lives. Changes to the unit need a quote that the buyer has approved.",
    "Amounts are due when the plan above says so, or as a payment plan agreed in writing says.",
    "Registration charges and taxes that the law puts on the buyer are paid by the buyer, unless listed above.",
)


def kept_agreement_pdf(agreement: Agreement) -> bytes:
    """The PDF that is stored; without one it is drawn and stored now. Not for use inside a transaction."""
    if agreement.file is not None:
        with suppress(FileNotFoundError), default_storage.open(agreement.file.path) as file:
            return bytes(file.read())
    signatures = _signatures_of(agreement)
    content = _drawn(agreement, signatures)
    keep_agreement_pdf(agreement_id=agreement.pk, content=content, signatures=len(signatures))
    return content


def agreement_pdf(agreement: Agreement) -> bytes:
    """The bytes of the PDF; the same agreement with the same signatures always gives the same bytes."""
    return _drawn(agreement, _signatures_of(agreement))


def _signatures_of(agreement: Agreement) -> list[Signature]:
    rows = agreement.signatures.select_related("applicant", "agreement__booking__project")
    return list(rows.order_by("pk"))


def _drawn(agreement: Agreement, signatures: list[Signature]) -> bytes:
    facts = agreement.content
    data = _data(agreement.agreement_number, facts)
    # For its logo; the words are the facts'.
    letterhead = letterhead_of(agreement.booking.project.builder)
    data["seller"] = {**letterhead.seller, **data["seller"]}
    data["signatures"] = _signature_blocks(facts, signatures)
    return render_pdf(TEMPLATE, data, letterhead.files)


def _signature_blocks(facts: dict[str, Any], signatures: list[Signature]) -> list[list[str]]:
    """A line for each party, the seller first, and under it how and when it was signed."""
    signed = {row.applicant_id: row for row in signatures}
    primary = next((row for row in signatures if row.applicant and row.applicant.is_primary), None)
    blocks = [[facts["seller"]["name"], _signed_as("Seller", signed.get(None))]]
    for person in _buyers(facts):
        row = signed.get(person["id"]) if "id" in person else primary
        blocks.append([person["name"], _signed_as("Buyer", row)])
    return blocks


def _signed_as(role: str, row: Signature | None) -> str:
    if row is None:
        return role
    moment = clock.local(row.signed_at, row.agreement.booking.project.time_zone)
    how = SignatureMethod(row.method).label.lower()
    return f"{role}. {row.name}, {how}, {format_day(moment.date())}, {moment:%H:%M}"


def _buyers(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """All applicants; agreements from before there were any name their one buyer."""
    buyers: list[dict[str, Any]] = facts.get("applicants") or [
        {**facts["buyer"], "share": "100.00"}
    ]
    return buyers


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
        "buyers": [
            [
                person["name"],
                f"{person['share']} %" + (f", {person['email']}" if person["email"] else ""),
            ]
            for person in _buyers(facts)
        ],
        "unit_facts": _unit_facts(facts["unit"]),
        "cost_sheet": _cost_sheet(facts),
        "price": money_facts(
            currency,
            ("Price before tax", _before_tax(facts)),
            ("Taxes, at the rates of the quote", Decimal(facts["tax_amount"])),
        ),
        "headline": headline("Total price with taxes", total, currency),
        "payments": _plan(facts) or _payments(facts),
        "payments_note": BY_PLAN if facts.get("plan") else "",
        "terms": list(TERMS),
        "requests": facts["special_requests"],
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


def _before_tax(facts: dict[str, Any]) -> Decimal:
    return Decimal(facts["agreement_value"]) + Decimal(facts.get("other_charges", 0))


def _cost_sheet(facts: dict[str, Any]) -> dict[str, Any] | None:
    """The lines of the quote; None for agreements from before there were quotes."""
    lines = facts.get("cost_sheet")
    if not lines:
        return None
    return _listed(
        facts["currency"],
        [(line["label"], "", Decimal(line["amount"])) for line in lines],
        heads=("Charge", ""),
        total=("Price before tax", _before_tax(facts)),
    )


def _plan(facts: dict[str, Any]) -> dict[str, Any] | None:
    """The payment plan as it stood; None for a booking that has none yet."""
    lines = facts.get("plan")
    if not lines:
        return None
    rows = [(line["label"], line["when"], Decimal(line["amount"])) for line in lines]
    return _listed(
        facts["currency"],
        rows,
        heads=("Payment", "When"),
        total=("Total before tax", sum((row[2] for row in rows), ZERO)),
    )


def _payments(facts: dict[str, Any]) -> dict[str, Any]:
    """Token and remainder, with taxes, until there is a plan."""
    token, total = Decimal(facts["token_amount"]), Decimal(facts["total_amount"])
    plan = PaymentPlan(facts["payment_plan"]).label
    registration = facts["registration_date"]
    due = (
        f"By registration, planned for {format_day(date.fromisoformat(registration))}"
        if registration
        else "By registration"
    )
    rows = [("Token", "On booking", token), (f"Remainder ({plan.lower()})", due, total - token)]
    return _listed(
        facts["currency"],
        [row for row in rows if row[2] > 0],
        heads=("Payment", "When"),
        total=("Total price", total),
    )


def _listed(
    currency: str,
    rows: Sequence[tuple[str, str, Decimal]],
    *,
    heads: tuple[str, str],
    total: tuple[str, Decimal],
) -> dict[str, Any]:
    """Numbered rows of a text, another text and an amount, with their sum."""
    return table(
        (
            ("No.", "auto", LEFT),
            (heads[0], "1fr", LEFT),
            (heads[1], "auto", LEFT),
            (f"Amount ({currency})", "auto", RIGHT),
        ),
        (
            (str(place), what, when, format_figure(amount, currency))
            for place, (what, when, amount) in enumerate(rows, start=1)
        ),
        [("", total[0], "", format_figure(total[1], currency))],
    )


def _filled(*rows: tuple[str, str]) -> list[list[str]]:
    return [[name, value] for name, value in rows if value]
