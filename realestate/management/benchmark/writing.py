"""Loads a town, table after table."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Model

from accounts.models import Builder, Customer, Relation, User
from bookings.enums import FIRM
from bookings.models import Applicant, Booking
from notifications.enums import NotificationType
from notifications.models import Notification
from payments.models import LedgerEntry, Payment, Terms
from progress.models import ProjectProgress
from projects.enums import ProjectStatus, ProjectType
from projects.models import Claim, Project, Tower, Unit
from realestate.core.enums import Role
from realestate.core.models import AuditEntry, NumberSeries
from realestate.core.transactions import service
from realestate.management.benchmark.loading import Bar, Loader, analyze
from realestate.management.benchmark.money import Sold, write_money
from realestate.management.benchmark.town import Town, claim_of

PHASES = ("Foundation", "Structure", "Masonry", "Finishes", "Handover")
PHASE_STATES = ("completed", "completed", "in_progress", "not_started", "not_started")
PERCENTS = (100, 100, 40, 0, 0)
TYPES = tuple(NotificationType.values)
ROWS_PER_UNIT = 4  # of all tables together, about; for the bar
LOADED: tuple[type[Model], ...] = (
    User,
    Builder,
    Customer,
    Relation,
    Project,
    Tower,
    Unit,
    ProjectProgress,
    Claim,
    Claim.parties.through,
    Booking,
    Applicant,
    Terms,
    Payment,
    LedgerEntry,
    NumberSeries,
    Notification,
    AuditEntry,
)


class Writer:
    """Knows the keys of what it has loaded."""

    def __init__(self, town: Town, loader: Loader) -> None:
        self.town, self.loader = town, loader
        people = loader.keys(User, town.builders + town.customers)
        self.builders, self.customers = people[: town.builders], people[town.builders :]
        self.projects = loader.keys(Project, town.projects)
        self.towers = loader.keys(Tower, 2 * town.projects)
        self.units = loader.keys(Unit, town.units)
        self.claims = loader.keys(Claim, town.bookings)
        self.bookings = loader.keys(Booking, town.bookings)

    def write(self) -> None:
        """Everything, from the ground up."""
        for step in (self._people, self._homes, self._sales, self._money, self._news):
            step()

    def _people(self) -> None:
        load, nobody = self.loader.load, make_password(None)
        roles = ((self.builders, Role.BUILDER), (self.customers, Role.CUSTOMER))
        load(
            User,
            ("id", "email", "user_type", "password"),
            (
                (key, f"bench-{key}@example.com", role.value, nobody)
                for keys, role in roles
                for key in keys
            ),
        )
        load(
            Builder,
            ("user_id", "company_name", "license_number", "phone"),
            ((key, f"Builder {key}", f"BENCH-{key}", "+91 22 5550 0000") for key in self.builders),
        )
        load(
            Customer,
            ("user_id", "first_name", "last_name", "phone"),
            ((key, "Buyer", str(key), "+91 98200 00000") for key in self.customers),
        )

    def _homes(self) -> None:
        town, load = self.town, self.loader.load
        names = (
            "id builder_id project_name description location_address location_city location_state"
        )
        names += " location_zipcode price_range_min price_range_max amenities start_date"
        names += " expected_completion_date published_at project_type status"
        kind = (ProjectType.RESIDENTIAL.value, ProjectStatus.CONSTRUCTION.value)
        rows = town.project_rows(self.projects, self.builders)
        load(Project, names.split(), (row + kind for row in rows))
        load(
            Tower,
            ("id", "project_id", "name", "floors"),
            (
                (key, self.projects[place // 2], f"Tower {'AB'[place % 2]}", 10)
                for place, key in enumerate(self.towers)
            ),
        )
        names = (
            "id project_id tower_id unit_number unit_type floor_number area_sqft price bathrooms"
        )
        names += " facing released_at blocked_at"
        load(Unit, names.split(), town.unit_rows(self.units, self.projects, self.towers))
        load(
            ProjectProgress,
            ("project_id", "sequence", "phase_name", "progress_percentage", "status"),
            (
                (key, index + 1, PHASES[index], PERCENTS[index], PHASE_STATES[index])
                for key in self.projects
                for index in range(len(PHASES))
            ),
        )

    def _sales(self) -> None:
        town, load, names = self.town, self.loader.load, "id unit_id customer_id taken_by_id kind"
        names += " stage taken_at expires_at released_at release_reason"
        load(Claim, names.split(), self._claim_rows())
        load(
            Claim.parties.through,
            ("claim_id", "customer_id"),
            (
                (key, self.customers[sale.customer])
                for key, sale in zip(self.claims, town.sales, strict=True)
            ),
        )
        names = "id customer_id project_id unit_id claim_id state booking_date agreement_value"
        names += " token_amount rating"
        load(Booking, names.split(), self._booking_rows())
        pairs = {(sale.customer, town.builder_of(sale.project)) for sale in town.sales}
        load(
            Relation,
            ("customer_id", "builder_id"),
            ((self.customers[customer], self.builders[of]) for customer, of in sorted(pairs)),
        )
        self._audit("bookings.booking", "booked", self.bookings)

    def _claim_rows(self) -> Iterator[tuple[Any, ...]]:
        for key, sale in zip(self.claims, self.town.sales, strict=True):
            customer = self.customers[sale.customer]
            yield (key, self.units[sale.unit], customer, customer, *claim_of(sale))

    def _booking_rows(self) -> Iterator[tuple[Any, ...]]:
        rng = self.town.rng
        for key, claim, sale in zip(self.bookings, self.claims, self.town.sales, strict=True):
            is_rated = sale.state in FIRM and rng.random() < 0.2  # noqa: PLR2004  # each fifth
            yield (
                *(key, self.customers[sale.customer], self.projects[sale.project]),
                *(self.units[sale.unit], claim, sale.state.value, sale.day),
                *(sale.price, sale.price / 100, rng.randrange(3, 6) if is_rated else None),
            )

    def _money(self) -> None:
        self.loader.load(
            Applicant,
            ("booking_id", "customer_id", "full_name", "is_primary", "share"),
            (
                (booking, self.customers[sale.customer], "Buyer", True, 100)
                for booking, sale in zip(self.bookings, self.town.sales, strict=True)
            ),
        )
        self._audit(
            "payments.payment", "recorded", write_money(self.loader, self._sold(), self.town.rng)
        )

    def _sold(self) -> list[Sold]:
        return [
            Sold(
                booking=booking,
                project=self.projects[sale.project],
                builder=self.builders[self.town.builder_of(sale.project)],
                sale=sale,
            )
            for booking, sale in zip(self.bookings, self.town.sales, strict=True)
        ]

    def _audit(self, label: str, action: str, keys: range) -> None:
        rows = ((label, key, action) for key in keys)
        self.loader.load(AuditEntry, ("object_type", "object_id", "action"), rows)

    def _news(self) -> None:
        names = "user_id notification_type title message created_at sent_at read_at"
        self.loader.load(Notification, names.split(), self._notification_rows())

    def _notification_rows(self) -> Iterator[tuple[Any, ...]]:
        rng, now = self.town.rng, self.town.now
        for _place in range(self.town.units):
            at = now - timedelta(minutes=rng.randrange(500_000))
            read = at if rng.random() < 0.7 else None  # noqa: PLR2004  # most were read
            kind = TYPES[rng.randrange(len(TYPES))]
            user = self.customers[rng.randrange(len(self.customers))]
            yield (user, kind, "News about your home", "Please have a look.", at, at, read)


@service
def write_town(town: Town) -> dict[str, int]:
    """All of it or nothing; returns how many rows of what."""
    with (
        connection.cursor() as cursor
    ):  # check keys table by table, not millions of them at the end
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL house.bulk_load = 'on'")  # invented rows need no history
    loader = Loader(Bar(ROWS_PER_UNIT * town.units))
    Writer(town, loader).write()
    loader.bar.end()
    return loader.counts


def analyze_town() -> None:
    """For the planner, when all is in."""
    analyze(LOADED)
