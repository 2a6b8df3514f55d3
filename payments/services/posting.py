"""Postings: the ledger is only added to, once for each document (R10)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bookings.models import Booking
from payments.enums import EntryKind
from payments.models import LedgerEntry
from realestate.core import clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError
from realestate.core.money import ZERO


class PostedAlready(DomainError):
    """This is in the ledger already."""

    code, status = "posted_already", 409


for _name in (
    "demand_posted_once",
    "receipt_posted_once",
    "credit_note_posted_once",
    "refund_posted_once",
):
    register_conflict(_name, PostedAlready)


def post(
    *,
    booking: Booking,
    value_on: date,
    kind: EntryKind,
    label: str,
    reference: str,
    debit: Decimal = ZERO,
    credit: Decimal = ZERO,
    **document: object,
) -> LedgerEntry:
    """One posting, within the caller's service; ``document`` names what it is for (``demand=``, ``payment=`` …).

    Raises PostedAlready (409) for a document that is in the ledger.
    """
    entry = LedgerEntry(
        booking=booking,
        value_on=value_on,
        kind=kind,
        debit=debit,
        credit=credit,
        label=label,
        reference=reference,
        **document,
    )
    post_all([entry])
    return entry


def post_all(entries: Sequence[LedgerEntry]) -> None:
    """Several postings in one statement, likewise."""
    now = clock.now()
    for entry in entries:
        entry.posted_at = now
    LedgerEntry.objects.bulk_create(entries)
