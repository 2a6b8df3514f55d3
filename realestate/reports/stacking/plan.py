"""What the cells of a stacking plan say, and which of them a reader looks for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.models import User
from bookings.models import Booking
from projects.enums import Facing, UnitStatus, UnitType
from projects.models import Project
from projects.querysets import live
from projects.services import availability
from realestate.core.amounts import format_figure, format_money
from realestate.reports.dashboard.tables import short_money

LETTERS = {
    UnitStatus.AVAILABLE: "A",
    UnitStatus.RESERVED: "R",
    UnitStatus.BOOKED: "B",
    UnitStatus.SOLD: "S",
    UnitStatus.HANDED_OVER: "H",
    UnitStatus.BLOCKED: "X",
    UnitStatus.NOT_RELEASED: "N",
}
TALL = 20  # floors; beyond, the printed rows are low
Cell = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the reader looks for; other cells stay, but fade."""

    unit_type: str = ""
    status: str = ""
    facing: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None

    def fits(self, unit: Cell) -> bool:
        """Whether a unit is one of those looked for."""
        same = all(
            not asked or unit[name] == asked
            for name, asked in (
                ("unit_type", self.unit_type),
                ("status", self.status),
                ("facing", self.facing),
            )
        )
        is_dear_enough = self.price_from is None or unit["price"] >= self.price_from
        return same and is_dear_enough and (self.price_to is None or unit["price"] <= self.price_to)


def plan(
    *, user: User, project: Project, tower_id: int | None, wanted: Wanted, now: datetime
) -> dict[str, Any]:
    """The towers with their cells, and how many units there are of each status; three queries."""
    grid = availability(project=project, user=user, now=now, tower_id=tower_id)
    bookings = _bookings(user, project, tower_id, now)
    towers = [
        {
            "name": tower["name"] or "Units without a tower",
            "is_tall": len(tower["floors"]) > TALL,
            "floors": [
                {
                    "name": floor_name(floor["floor_number"]),
                    "cells": [_cell(unit, project, wanted, bookings) for unit in floor["units"]],
                }
                for floor in tower["floors"]
            ],
        }
        for tower in grid["towers"]
    ]
    return {"towers": towers, "legend": legend(grid["totals"])}


def legend(totals: dict[str, int]) -> list[dict[str, Any]]:
    """Every status with its letter and how many units have it."""
    return [
        {
            "status": status.value,
            "label": status.label,
            "letter": letter,
            "units": totals.get(status, 0),
        }
        for status, letter in LETTERS.items()
    ]


def floor_name(number: int) -> str:
    """``12``; ``G`` for the ground floor, ``B1`` below it."""
    if number == 0:
        return "G"
    return str(number) if number > 0 else f"B{-number}"


def live_part(towers: list[dict[str, Any]], shown: list[dict[str, Any]]) -> dict[str, Any]:
    """What can change while somebody looks: for the page's script."""
    names = ("id", "number", "status", "letter", "says", "fits", "booking", "booking_url")
    cells = [
        {name: cell[name] for name in names}
        for tower in towers
        for floor in tower["floors"]
        for cell in floor["cells"]
    ]
    return {"legend": shown, "cells": cells}


def _cell(unit: Cell, project: Project, wanted: Wanted, bookings: dict[int, int]) -> Cell:
    status, currency = UnitStatus(unit["status"]), project.currency
    area = format_figure(unit["area_sqft"], currency, places=0)
    facing = f", facing {Facing(unit['facing']).label.lower()}" if unit["facing"] else ""
    kind = UnitType(unit["unit_type"]).label
    booking = bookings.get(unit["id"])
    return {
        "id": unit["id"],
        "number": unit["unit_number"],
        "type": unit["unit_type"],
        "area": area,
        "price": short_money(unit["price"], currency),
        "status": status.value,
        "letter": LETTERS[status],
        "says": f"{unit['unit_number']}, {status.label.lower()}, {kind}, {area} sq ft, "
        f"{format_money(unit['price'], currency)}{facing}",
        "fits": wanted.fits(unit),
        "url": reverse("admin:projects_unit_change", args=[unit["id"]]),
        "booking": f"BK-{booking:06d}" if booking else "",
        "booking_url": reverse("admin:bookings_booking_change", args=[booking]) if booking else "",
    }


def _bookings(user: User, project: Project, tower_id: int | None, now: datetime) -> dict[int, int]:
    """Unit → the booking that occupies it, for readers who may open bookings."""
    if not user.has_perm("bookings.view_booking"):
        return {}
    rows = Booking.objects.for_user(user).filter(
        live(now, "claim__"), unit__project=project, claim__isnull=False
    )
    if tower_id is not None:
        rows = rows.filter(unit__tower=tower_id)
    return dict(rows.order_by("pk").values_list("unit_id", "pk"))
