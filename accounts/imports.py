"""Customers from a sheet: whom a builder or the platform knows already."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import rules
from accounts.enums import ContactMethod
from accounts.models import Customer, User
from accounts.services import invite_customer, update_customer
from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.imports import (
    CHANGED,
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
from realestate.core.sheets import Raw, parsing
from realestate.core.vocabulary import Vocabulary

NEEDED = ("first_name", "phone")  # of a new customer
LONGEST_EMAIL = 254
_email, _phone = parsing.text(LONGEST_EMAIL), parsing.text(30)


def email(raw: Raw) -> str:
    """An address in the one way that it is stored."""
    address = rules.normalize_email(_email(raw))
    try:
        validate_email(address)
    except ValidationError as error:
        message = "Enter a valid e-mail address."
        raise ValueError(message) from error
    if not address.isascii():
        message = "Only letters of the Latin alphabet may stand in an e-mail address here."
        raise ValueError(message)
    return address


def phone(raw: Raw) -> str:
    """A telephone number as people write it."""
    number: str = _phone(raw)
    if not rules.is_phone(number):
        message = "Enter a phone number with 6 to 15 digits."
        raise ValueError(message)
    return number


def birthday(raw: Raw) -> date:
    """A day on which somebody alive can have been born."""
    born = parsing.day(raw)
    if not rules.is_date_of_birth(born, clock.today()):
        message = "Must be in the past, and not too far."
        raise ValueError(message)
    return born


class CustomerImport(ImportKind):
    """People with an account; the e-mail address tells them apart."""

    name, label = "customers", "Customers"
    table = "accounts.customer"
    help = (
        "New addresses become customers, who are sent a link to set their password. A builder cannot change people "
        "who are there: they keep their own profile."
    )
    key = ("email",)
    in_project = False
    adds_accounts = True
    builder_roles = frozenset({"owner", "sales"})
    permissions = ("accounts.add_customer", "accounts.change_customer")
    at_once = 300
    columns = (
        Column(
            name="email",
            label="E-mail",
            read=email,
            required=True,
            example="mary@example.com",
            synonyms=("e-mail address", "mail", "email address"),
            help="One person, one address.",
        ),
        Column(
            name="first_name",
            label="First name",
            read=parsing.text(100),
            example="Mary",
            synonyms=("given name", "name"),
            help="For new customers.",
        ),
        Column(
            name="last_name",
            label="Last name",
            read=parsing.text(100),
            example="Ann Smith",
            synonyms=("surname", "family name"),
            help="May be empty.",
        ),
        Column(
            name="phone",
            label="Phone",
            read=phone,
            example="+91 98200 22222",
            synonyms=("mobile", "telephone", "phone number", "mobile number"),
            help="For new customers: 6 to 15 digits.",
        ),
        Column(
            name="address",
            label="Address",
            read=parsing.text(500),
            example="12 Lake Road, Pune",
            help="On one line.",
        ),
        Column(
            name="date_of_birth",
            label="Date of birth",
            read=birthday,
            example=date(1988, 4, 30),
            synonyms=("born", "birthday", "dob"),
            help="Such as 1988-04-30.",
        ),
        Column(
            name="preferred_contact_method",
            label="Contact by",
            read=parsing.word(Vocabulary(ContactMethod)),
            example="email",
            synonyms=("preferred contact method", "contact method"),
            help="email, phone or both.",
        ),
    )

    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """Customers belong to no project."""
        return ()

    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """Two queries, however many rows."""
        emails = [row.values["email"] for row in rows]
        mine = Customer.objects.for_user(actor).select_related("user")
        known = {customer.user.email: customer for customer in mine.filter(user__email__in=emails)}
        taken = set(
            User.objects.filter(email__in=emails)
            .exclude(pk__in=[customer.pk for customer in known.values()])
            .values_list("email", flat=True)
        )
        items: list[Planned] = []
        problems: list[Problem] = []
        for row in rows:
            address = row.values["email"]
            wrong = self._problems(actor, row, known.get(address), is_taken=address in taken)
            problems += wrong
            if not wrong:
                items.append(_planned(row, known.get(address)))
        return Plan(items, problems)

    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """One after another, each with its invitation."""

        def store(item: Planned) -> None:
            values = dict(item.row.values)
            address = values.pop("email")
            if item.action == NEW:
                builder = actor.builder_id
                invite_customer(actor=actor, email=address, builder_id=builder, **values)
            else:
                update_customer(actor=actor, customer_id=item.payload, changes=values)

        busy = sorted(plan.of(CHANGED), key=lambda item: item.payload)
        by_services(store, [*busy, *plan.of(NEW)], self, tell)

    def _problems(
        self, actor: Any, row: Row, customer: Customer | None, *, is_taken: bool
    ) -> list[Problem]:
        if is_taken:
            text = "There is an account with this address; ask the customer to contact you."
            return [Problem(row.number, "E-mail", text, row.values["email"])]
        if customer is None:
            missing = [name for name in NEEDED if not row.get(name)]
            return [
                Problem(row.number, self.label_of(name), "A new customer needs this.")
                for name in missing
            ]
        changes = _planned(row, customer).changes
        if changes and actor.user_type != Role.STAFF:
            text = "Only the customer or the platform changes this profile."
            return [Problem(row.number, "E-mail", text, row.values["email"])]
        return []


def _planned(row: Row, customer: Customer | None) -> Planned:
    address = row.values["email"]
    if customer is None:
        return Planned(row, NEW, address)
    changes = {
        name: (getattr(customer, name), value)
        for name, value in row.values.items()
        if name != "email" and getattr(customer, name) != value
    }
    return Planned(row, CHANGED if changes else UNCHANGED, address, changes, customer.pk)
