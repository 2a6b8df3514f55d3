"""Bookings from a sheet: each through the service that makes bookings, so that claims and prices hold."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.imports import email
from accounts.models import Customer
from bookings.models import Booking
from bookings.rules import PLAN_WORDS
from bookings.services import book_unit
from projects.enums import UnitStatus
from projects.imports.places import open_projects
from projects.models import Project, Unit
from projects.services import lock_for_taking
from realestate.core import clock
from realestate.core.imports import (
    NEW,
    UNCHANGED,
    Column,
    ImportKind,
    Plan,
    Planned,
    Problem,
    Row,
    Tell,
    by_services,
)
from realestate.core.sheets import parsing

TERMS = (
    "token_amount",
    "payment_plan",
    "loan_amount",
    "special_requests",
    "expected_registration_date",
)
# A hold may be the same customer's; the service knows.
NOT_FREE = frozenset(UnitStatus.values) - {UnitStatus.AVAILABLE, UnitStatus.RESERVED}


class BookingImport(ImportKind):
    """Bookings of one project; the unit tells them apart."""

    name, label = "bookings", "Bookings"
    table = "bookings.booking"
    help = (
        "Each row books a free unit for a customer whom you know, today and on hold until the token is paid, at the "
        "price of today's price list. A unit that the same customer has booked already stays as it is."
    )
    key = ("unit_number",)
    builder_roles = frozenset({"owner", "sales"})
    permissions = ("bookings.add_booking",)
    at_once = 25
    tried = True
    columns = (
        Column(
            name="unit_number",
            label="Unit number",
            read=parsing.text(30),
            required=True,
            example="A-101",
            synonyms=("unit", "unit no", "flat number", "flat no"),
            help="A unit of the project.",
        ),
        Column(
            name="email",
            label="Customer e-mail",
            read=email,
            required=True,
            example="mary@example.com",
            synonyms=("e-mail", "customer", "buyer"),
            help="Of a customer whom you know; import customers first.",
        ),
        Column(
            name="token_amount",
            label="Token amount",
            read=parsing.amount(least=Decimal("0.01")),
            example=Decimal("100000.00"),
            synonyms=("token",),
            help="Empty: what the project asks for.",
        ),
        Column(
            name="payment_plan",
            label="Payment plan",
            read=parsing.word(PLAN_WORDS),
            example="installments",
            synonyms=("plan",),
            help="installments, full_payment …; empty: installments.",
        ),
        Column(
            name="loan_amount",
            label="Loan amount",
            read=parsing.amount(least=Decimal(0)),
            synonyms=("loan",),
            help="At most the price.",
        ),
        Column(
            name="special_requests",
            label="Special requests",
            read=parsing.text(2000),
            help="On one line.",
        ),
        Column(
            name="expected_registration_date",
            label="Expected registration",
            read=parsing.day,
            example=date(2027, 4, 30),
            synonyms=("expected registration date",),
            help="Such as 2027-04-30.",
        ),
    )

    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """One's own projects."""
        return open_projects(actor)

    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """Four queries, however many rows; the rest is found by trying."""
        now = clock.now()
        project = Project.objects.open_to(actor).get(pk=scope_id)
        numbers = [row.values["unit_number"] for row in rows]
        units = Unit.objects.editable_by(actor).filter(project=project, unit_number__in=numbers)
        known = {unit.unit_number: unit for unit in units.with_status(now)}
        people = Customer.objects.for_user(actor).select_related("user")
        emails = {row.values["email"] for row in rows}
        buyers = {person.user.email: person for person in people.filter(user__email__in=emails)}
        booked = {
            booking.unit_id: booking
            for booking in Booking.objects.for_user(actor)
            .filter(unit__in=[unit.pk for unit in known.values()], claim__released_at=None)
            .exclude(claim__expires_at__lte=now)
        }
        items: list[Planned] = []
        problems: list[Problem] = []
        for row in rows:
            unit, buyer = known.get(row.values["unit_number"]), buyers.get(row.values["email"])
            booking = booked.get(unit.pk) if unit else None
            wrong = _problems(row, unit, buyer, booking)
            problems += wrong
            if not wrong and unit and buyer:
                action = NEW if booking is None else UNCHANGED
                items.append(Planned(row, action, unit.unit_number, payload=(unit.pk, buyer.pk)))
        return Plan(items, problems)

    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """One after another, by the units' keys, which are locked first."""
        items = sorted(plan.of(NEW), key=lambda item: item.payload)
        lock_for_taking([item.payload[0] for item in items])

        def book(item: Planned) -> None:
            unit, buyer = item.payload
            terms: Mapping[str, Any] = {
                name: item.row.values[name] for name in TERMS if name in item.row.values
            }
            book_unit(actor=actor, unit_id=unit, customer_id=buyer, **terms)

        by_services(book, items, self, tell)


def _problems(
    row: Row, unit: Any, buyer: Customer | None, booking: Booking | None
) -> list[Problem]:
    """What can be seen without trying; ``unit`` comes with its status."""
    number, problems = row.values["unit_number"], []
    if unit is None:
        problems.append(Problem(row.number, "Unit number", "There is no such unit.", number))
    if buyer is None:
        text = "You know no customer with this address; import customers first."
        problems.append(Problem(row.number, "Customer e-mail", text, row.values["email"]))
    if problems:
        return problems
    if booking is not None and buyer is not None and booking.customer_id == buyer.pk:
        return _differences(row, booking)
    if booking is not None or unit.status in NOT_FREE:
        text = f"This unit is not free: {UnitStatus(unit.status).label.lower()}."
        return [Problem(row.number, "Unit number", text, number)]
    return []


def _differences(row: Row, booking: Booking) -> list[Problem]:
    """A booking that is there is edited on its own page; a file that says something else is a mistake."""
    labels = {column.name: column.label for column in BookingImport.columns}
    return [
        Problem(
            row.number,
            labels[name],
            f"{booking.booking_number} has {getattr(booking, name)!s}; edit the booking itself.",
            str(row.values[name]),
        )
        for name in TERMS
        if name in row.values and getattr(booking, name) != row.values[name]
    ]
