"""A town of any size: everything in it follows from the number of units and the seed, and adds up."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from bookings.enums import BookingState as S
from bookings.rules import STAGE_AFTER
from projects.enums import ClaimKind, ClaimStage, Facing, ReleaseReason, UnitType

PER_PROJECT = 100  # units: two towers, ten floors, five doors
PER_FLOOR = 5
PER_TOWER = 50
EVERY_FIFTH = 5  # unit has a booking
CITIES = (
    ("Mumbai", "Maharashtra", "4000"),
    ("Pune", "Maharashtra", "4110"),
    ("Bengaluru", "Karnataka", "5600"),
    ("Chennai", "Tamil Nadu", "6000"),
    ("Hyderabad", "Telangana", "5000"),
    ("Gurugram", "Haryana", "1220"),
    ("Ahmedabad", "Gujarat", "3800"),
    ("Kochi", "Kerala", "6820"),
)
FIRST = ("Green", "Silver", "Lake", "River", "Palm", "Cedar", "Sunrise", "Hill", "Royal", "Blue")
SECOND = ("Meadows", "Heights", "County", "Enclave", "Residency", "Gardens", "Park", "Vista")
ROADS = ("Station Road", "Lake Road", "Ring Road", "MG Road", "Temple Street", "Airport Road")
KINDS = (  # kind, square feet, bathrooms
    (UnitType.ONE_BHK.value, 460, 1),
    (UnitType.TWO_BHK.value, 710, 2),
    (UnitType.TWO_BHK.value, 790, 2),
    (UnitType.THREE_BHK.value, 1120, 3),
    (UnitType.FOUR_BHK.value, 1780, 4),
)
STATES = (
    *(S.TOKEN_PAID,) * 4,
    *(S.BOOKING_CONFIRMED,) * 5,
    *(S.AGREEMENT_SIGNED,) * 5,
    *(S.POSSESSION_OFFERED, S.HANDED_OVER, S.HANDED_OVER, S.ON_HOLD, S.CANCELLED, S.EXPIRED),
)
ENDED = {S.CANCELLED: ReleaseReason.CANCELLED, S.EXPIRED: ReleaseReason.EXPIRED}
FACES = tuple(Facing.values)
HOLD = timedelta(days=6)
YEAR = 365


@dataclass(frozen=True, slots=True)
class Sale:
    """A booked unit."""

    unit: int
    project: int  # both are places in the town, not keys
    customer: int
    state: S
    price: Decimal
    day: datetime


@dataclass(kw_only=True)
class Town:
    """Sizes, and the rows that are about homes; keys are given from outside."""

    units: int
    seed: int
    now: datetime
    rng: random.Random = field(init=False)
    sales: list[Sale] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311  # the same seed, the same town

    @cached_property
    def projects(self) -> int:
        """How many projects it takes to hold the units."""
        return -(-self.units // PER_PROJECT)

    @cached_property
    def builders(self) -> int:
        """One per ten projects."""
        return -(-self.projects // 10)

    @cached_property
    def customers(self) -> int:
        """One per fifty units, ten at least."""
        return max(10, self.units // 50)

    @cached_property
    def bookings(self) -> int:
        """One per five units."""
        return self.units // EVERY_FIFTH

    def builder_of(self, project: int) -> int:
        """Which builder a project belongs to."""
        return project % self.builders

    def project_rows(self, keys: range, builders: range) -> Iterator[tuple[Any, ...]]:
        """One per hundred units."""
        for place, key in enumerate(keys):
            city, state, zipcode = self.rng.choice(CITIES)
            name = f"{self.rng.choice(FIRST)} {self.rng.choice(SECOND)} {key}"
            low = self.rng.randrange(3_000_000, 9_000_000, 100_000)
            start = self.now.date() - timedelta(days=self.rng.randrange(3 * YEAR))
            yield (
                *(key, builders[self.builder_of(place)], name),
                f"Homes in {city} with light from two sides.",
                f"{self.rng.randrange(1, 200)} {self.rng.choice(ROADS)}",
                *(city, state, f"{zipcode}{self.rng.randrange(1, 99):02}"),
                *(low, low * 3, ["Gym", "Pool"], start, start + timedelta(days=4 * YEAR)),
                self.now - timedelta(minutes=place),
            )

    def unit_rows(self, keys: range, projects: range, towers: range) -> Iterator[tuple[Any, ...]]:
        """The units; each fifth is for sale for certain and finds a buyer."""
        rng, released = self.rng, self.now - timedelta(days=YEAR)
        for place, key in enumerate(keys):
            project, door = divmod(place, PER_PROJECT)
            tower, flat = divmod(door, PER_TOWER)
            floor, position = flat // PER_FLOOR + 1, flat % PER_FLOOR
            kind, area, bathrooms = KINDS[rng.randrange(len(KINDS))]
            price = Decimal(area * (6_000 + 100 * rng.randrange(80) + 25 * floor))
            is_sold = place % EVERY_FIFTH == EVERY_FIFTH - 1
            if is_sold:
                self.sales.append(self._sale(place, project, price))
            yield (
                *(key, projects[project], towers[2 * project + tower]),
                f"{'AB'[tower]}-{floor}{position + 1:02}",
                *(kind, floor, area, price, bathrooms, FACES[rng.randrange(len(FACES))]),
                released if is_sold or rng.random() < 0.95 else None,  # noqa: PLR2004  # most are for sale
                released if not is_sold and rng.random() < 0.01 else None,  # noqa: PLR2004  # few are blocked
            )

    def _sale(self, unit: int, project: int, price: Decimal) -> Sale:
        rng = self.rng
        state = STATES[rng.randrange(len(STATES))]
        # A live hold is young; everything else happened within the year.
        hours = rng.randrange(1, 20) if state == S.ON_HOLD else rng.randrange(24 * 7, 24 * YEAR)
        return Sale(
            unit=unit,
            project=project,
            customer=rng.randrange(self.customers),
            state=state,
            price=price,
            day=self.now - timedelta(hours=hours),
        )


def claim_of(sale: Sale) -> tuple[Any, ...]:
    """Kind, stage, taken, expires, released and reason of a sale's claim, as the states ask for (R4, R5)."""
    if sale.state == S.ON_HOLD:
        return (ClaimKind.HOLD, ClaimStage.HELD, sale.day, sale.day + HOLD, None, "")
    if sale.state in ENDED:
        end = sale.day + timedelta(minutes=30)
        return (ClaimKind.HOLD, ClaimStage.HELD, sale.day, end, end, ENDED[sale.state])
    return (ClaimKind.BOOKING, STAGE_AFTER[sale.state], sale.day, None, None, "")


def payments_of(sale: Sale, rng: random.Random) -> list[tuple[str, Decimal, date]]:
    """Type, amount and day of what was paid: the token, and now and then instalments."""
    if sale.state == S.ON_HOLD or sale.state in ENDED:
        return []
    paid = [("token", sale.price / 100, sale.day.date())]
    for number in range(1, 2 + (rng.random() < 0.35)):  # noqa: PLR2004  # in all about two per booking
        day = min(sale.day + timedelta(days=30 * number), sale.day + timedelta(days=6 * number))
        paid.append(("installment", sale.price * rng.randrange(2, 9) / 100, day.date()))
    return paid
