"""The allotment letter: which unit, at what price, paid how, as it was frozen when the booking was confirmed (R5.5)."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.documents import letterhead_of
from bookings.models import Booking
from payments.documents.paper import about, shell
from payments.enums import Trigger
from payments.models import ScheduleLine, Terms
from projects.enums import UnitType
from realestate.core import clock
from realestate.core.amounts import format_day, format_figure, format_money, format_percent
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, filled, headline, money_facts, table

TEMPLATE = Path(__file__).with_name("allotment.typ")
OPENING = "We allot to you the home described below, at the price and on the payment plan that this letter states."
TAXES = (
    "Amounts of the plan are before tax. Each demand adds the taxes of the day on which it is issued; "
    "at the rates of your booking they come to the sum above."
)
PLURAL = {Trigger.DAYS_AFTER_BOOKING: "days", Trigger.MONTHS_AFTER_BOOKING: "months"}


def allotment_letter(
    booking: Booking, lines: Sequence[ScheduleLine], terms: Terms, *, day: date, received: Decimal
) -> bytes:
    """The bytes of the PDF.

    ``lines`` are those of revision 1 with their milestones; ``received`` is what had been received by ``day``, on which
    the booking was confirmed. The booking comes with its parties, unit, tower and project.
    """
    letterhead = letterhead_of(booking.project.builder)
    currency = booking.currency
    price = booking.agreement_value or ZERO
    total = price + booking.other_charges + (booking.tax_amount or ZERO)
    content = {
        **shell(
            booking,
            letterhead,
            title="Allotment letter",
            number=booking.booking_number,
            day=day,
        ),
        "facts": [*about(booking), ["Date of allotment", format_day(day)]],
        "opening": OPENING,
        "buyers": [
            [one.full_name, format_percent(one.share)]
            for one in sorted(
                booking.applicants.all(), key=lambda one: (not one.is_primary, one.pk)
            )
        ],
        "unit": _unit(booking),
        "headline": headline("Total price with taxes", total, currency),
        "price": money_facts(
            currency,
            ("Agreement value", price),
            *((("Other charges", booking.other_charges),) if booking.other_charges else ()),
            ("Taxes, at the rates of the booking", booking.tax_amount or ZERO),
            ("Received up to this day", received),
        ),
        "plan": _plan(lines, currency),
        "taxes": TAXES,
        "terms": _terms(booking, terms),
    }
    return render_pdf(TEMPLATE, content, letterhead.files)


def _unit(booking: Booking) -> list[list[str]]:
    unit = booking.unit
    if unit is None:  # pragma: no cover  # a confirmed booking has one
        return []
    return filled(
        ("Tower", unit.tower.name if unit.tower else ""),
        ("Floor", str(unit.floor_number)),
        ("Type", UnitType(unit.unit_type).label),
        ("Carpet area", f"{unit.area_sqft} sq ft"),
        ("Parking spaces", str(unit.parking_spaces or "")),
    )


def _plan(lines: Iterable[ScheduleLine], currency: str) -> dict[str, Any]:
    rows = list(lines)
    total = sum((line.amount for line in rows), ZERO)
    return table(
        (
            ("No.", "auto", LEFT),
            ("Payment", "1fr", LEFT),
            ("When", "auto", LEFT),
            (f"Before tax ({currency})", "auto", RIGHT),
        ),
        (
            (str(place), line.label, when_of(line), format_figure(line.amount, currency))
            for place, line in enumerate(rows, start=1)
        ),
        [("", "Total", "", format_figure(total, currency))],
    )


def when_of(line: ScheduleLine) -> str:
    """What makes a line due, in words."""
    trigger = Trigger(line.trigger)
    if trigger == Trigger.MILESTONE and line.milestone is not None:
        return f"Certified: {line.milestone.name}"
    if trigger == Trigger.FIXED_DATE and line.fixed_on is not None:
        return format_day(line.fixed_on)
    if trigger in PLURAL:
        word = PLURAL[trigger] if line.offset != 1 else PLURAL[trigger].removesuffix("s")
        return f"{line.offset} {word} after booking"
    return str(trigger.label)


def _terms(booking: Booking, terms: Terms) -> list[str]:
    currency = booking.currency
    said = [
        f"Each demand is payable within {terms.credit_days} days of its date."
        if terms.credit_days
        else "Each demand is payable on its date.",
        *(["What falls due on a date is payable on that date."] if terms.lead_days else []),
        "Amounts that are paid after their due date bear simple interest by the day, at the rates in force.",
    ]
    if terms.cap_percent is not None:
        said.append(
            f"Before the agreement is signed no more than {format_percent(terms.cap_percent)} of the agreement value is"
            " asked for or accepted."
        )
    if terms.bounce_charge:
        said.append(
            f"A payment that is returned by the bank costs {format_money(terms.bounce_charge, currency)}."
        )
    until = booking.cooling_off_until
    if until is not None:
        last = clock.local(until, booking.project.time_zone).date()
        said.append(
            f"You may withdraw up to {format_day(last)}; then everything received is returned."
        )
    return said
