"""What all papers about a booking's money have in common: letterhead, addressee, what they are about."""

from datetime import date
from typing import Any

from accounts.documents import Letterhead
from bookings.models import Booking
from realestate.core.amounts import format_day
from realestate.core.papers import filled


def shell(
    booking: Booking, letterhead: Letterhead, *, title: str, number: str, day: date
) -> dict[str, Any]:
    """Title, reference, footer and letterhead, as the layout wants them."""
    return {
        "title": title,
        "reference": f"{number} · {format_day(day)}",
        "day": [day.year, day.month, day.day],
        "footer": f"{number} · Booking {booking.booking_number} · {letterhead.name}",
        "seller": letterhead.seller,
        "addressee": addressee(booking),
        "small_print": "This document was made by computer and needs no signature.",
    }


def addressee(booking: Booking) -> dict[str, Any]:
    """Who it is for: everybody who buys, at the customer's address. Reads the booking's applicants."""
    customer = booking.customer
    lines = (*customer.address.splitlines(), customer.phone, customer.user.email)
    return {"name": names_of(booking), "lines": [line for line in lines if line.strip()]}


def names_of(booking: Booking) -> str:
    """Everybody who buys, the first applicant first. Reads the booking's applicants."""
    applicants = sorted(booking.applicants.all(), key=lambda one: (not one.is_primary, one.pk))
    names = [one.full_name for one in applicants] or [booking.customer.full_name]
    return ", ".join(names)


def about(booking: Booking) -> list[list[str]]:
    """Booking, unit and project."""
    unit, project = booking.unit, booking.project
    place = ", ".join(text for text in (project.project_name, project.location_city) if text)
    return filled(
        ("Booking", booking.booking_number),
        ("Unit", unit.unit_number if unit else ""),
        ("Project", place),
    )
