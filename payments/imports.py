"""Receipts from a sheet, such as a bank's: each through the service that records money; caps and numbers hold."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from bookings.models import Booking
from payments.models import Payment
from payments.models.receipts import GONE
from payments.rules.words import METHOD_WORDS, TYPE_WORDS
from payments.services import record_payment
from projects.imports.places import open_projects
from projects.models import Project
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
from realestate.core.locking import lock_all
from realestate.core.sheets import Raw, parsing

FACTS = (
    "payment_type",
    "amount",
    "payment_method",
    "transaction_id",
    "paid_date",
    "notes",
)
COMPARED = ("amount", "payment_type", "paid_date")
_line = parsing.text(40)


def booking_number(raw: Raw) -> int:
    """The key in a number such as BK-000123; 123 does, too."""
    digits = _line(raw).upper().removeprefix("BK-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):  # noqa: PLR2004  # of a key
        message = "Enter a booking number such as BK-000123."
        raise ValueError(message)
    return int(digits)


class ReceiptImport(ImportKind):
    """Money that arrived for bookings of one project; the transaction's reference tells receipts apart."""

    name, label = "receipts", "Receipts"
    table = "payments.payment"
    help = (
        "Each row records money that has arrived, with its receipt number, and pays what is due. A reference that is "
        "recorded already for the booking stays as it is."
    )
    key = ("booking_id", "payment_method", "transaction_id")
    builder_roles = frozenset({"owner", "finance"})
    permissions = ("payments.add_payment",)
    at_once = 25
    tried = True
    columns = (
        Column(
            name="booking_id",
            label="Booking",
            read=booking_number,
            required=True,
            example="BK-000123",
            synonyms=("booking number", "booking no", "booking id"),
            help="The number of the booking.",
        ),
        Column(
            name="amount",
            label="Amount",
            read=parsing.amount(least=Decimal("0.01")),
            required=True,
            example=Decimal("250000.00"),
            synonyms=("amount received", "credit"),
            help="In the booking's currency.",
        ),
        Column(
            name="paid_date",
            label="Value date",
            read=parsing.day,
            required=True,
            example=date(2026, 4, 30),
            synonyms=("paid date", "date", "paid on", "receipt date"),
            help="When the money arrived, such as 2026-04-30.",
        ),
        Column(
            name="payment_method",
            label="Method",
            read=parsing.word(METHOD_WORDS),
            required=True,
            example="bank_transfer",
            synonyms=("payment method", "mode"),
            help="bank_transfer, cheque, online, cash …",
        ),
        Column(
            name="transaction_id",
            label="Transaction reference",
            read=parsing.text(100),
            required=True,
            example="UTR2026043000017",
            synonyms=("transaction id", "reference", "utr", "cheque number"),
            help="Tells receipts apart: the same file twice records nothing twice.",
        ),
        Column(
            name="payment_type",
            label="Type",
            read=parsing.word(TYPE_WORDS),
            required=True,
            example="installment",
            synonyms=("payment type", "for"),
            help="token, installment …",
        ),
        Column(name="notes", label="Notes", read=parsing.text(2000), help="On one line."),
    )

    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """One's own projects."""
        return open_projects(actor)

    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """Three queries, however many rows; the rest is found by trying."""
        project = Project.objects.open_to(actor).get(pk=scope_id)
        wanted = {row.values["booking_id"] for row in rows}
        mine = Booking.objects.for_user(actor).filter(project=project, pk__in=wanted)
        known = set(mine.values_list("pk", flat=True))
        there = {
            (found.booking_id, found.payment_method, found.transaction_id): found
            for found in Payment.objects.for_user(actor)
            .filter(booking__in=known)
            .exclude(transaction_id="")
            .exclude(state__in=GONE)
        }
        items: list[Planned] = []
        problems: list[Problem] = []
        for row in rows:
            key = tuple(row.values[name] for name in self.key)
            payment = there.get(key)
            wrong = _problems(row, payment, is_known=row.values["booking_id"] in known)
            problems += wrong
            if not wrong:
                action = NEW if payment is None else UNCHANGED
                items.append(Planned(row, action, row.values["transaction_id"]))
        return Plan(items, problems)

    def groups(self, plan: Plan) -> Sequence[Plan]:
        """All receipts of a booking together, in the order in which they would be recorded."""
        found = groupby(_in_order(plan), key=lambda item: item.row.values["booking_id"])
        return [Plan(list(items), []) for _booking, items in found]

    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """Booking by booking in the order of their keys, which are locked first; by value date inside."""
        items = _in_order(plan)
        bookings = [item.row.values["booking_id"] for item in items]
        lock_all(Booking.objects.for_user(actor), bookings)

        def record(item: Planned) -> None:
            values = item.row.values
            facts = {name: values[name] for name in FACTS if name in values}
            record_payment(actor=actor, booking_id=values["booking_id"], **facts)

        by_services(record, items, self, tell)


def _in_order(plan: Plan) -> list[Planned]:
    return sorted(
        plan.of(NEW),
        key=lambda item: (
            item.row.values["booking_id"],
            item.row.values["paid_date"],
            item.row.number,
        ),
    )


def _problems(row: Row, payment: Payment | None, *, is_known: bool) -> list[Problem]:
    if not is_known:
        text = "There is no such booking in this project."
        return [Problem(row.number, "Booking", text, f"BK-{row.values['booking_id']:06d}")]
    if payment is None:
        return []
    labels = {column.name: column.label for column in ReceiptImport.columns}
    return [
        Problem(
            row.number,
            labels[name],
            f"{payment} has this reference and says {getattr(payment, name)!s}.",
            str(row.values[name]),
        )
        for name in COMPARED
        if getattr(payment, name) != row.values[name]
    ]
