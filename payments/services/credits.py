"""Credit notes: why a buyer owes less without having paid; a demand itself is never edited (R7.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounts.models import User
from bookings.models import Booking
from payments.enums import CreditKind, EntryKind
from payments.events import CreditNoteIssued
from payments.models import CreditLine, CreditNote, DemandLine
from payments.services.numbers import numbered
from payments.services.posting import post
from realestate.core import audit, clock
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.money import ZERO

ENTRY_OF = {
    CreditKind.WAIVER: EntryKind.WAIVER,
}
TITLES = {
    CreditKind.CORRECTION: "Correction",
    CreditKind.INTEREST: "Correction of late interest",
    CreditKind.WAIVER: "Waiver",
    CreditKind.CANCELLATION: "Cancellation",
    CreditKind.OMISSION: "Omitted work",
    CreditKind.DELAY: "Interest owed by the builder",
}


class NothingToCredit(DomainError):
    """There is nothing left on this line that could be credited."""

    code, status = "nothing_to_credit", 422


@dataclass(frozen=True, kw_only=True)
class Credited:
    """What a credit note takes from a demand line; without a line it becomes an advance."""

    line: DemandLine | None
    principal: Decimal = ZERO
    tax: Decimal = ZERO


def credit(
    *,
    actor: User | None,
    booking: Booking,
    kind: CreditKind,
    reason: str,
    lines: Sequence[Credited],
    issued_on: date,
    requested_by: User | None = None,
) -> CreditNote:
    """Write a credit note and post it, within the caller's service and with the booking locked.

    The caller replays the account afterwards. Raises NothingToCredit (422) for no amount, or for more than a line's
    own amount less what was credited before.
    """
    total = sum((line.principal + line.tax for line in lines), ZERO)
    if total <= 0:
        raise NothingToCredit
    for line in lines:
        _refuse_more_than_the_line(line)
    note = numbered(
        CreditNote(kind=kind, reason=reason, requested_by=requested_by),
        booking,
        "credit_note",
        issued_on,
    )
    note.created_by = actor
    note.created_at = clock.now()
    note.save(force_insert=True)
    CreditLine.objects.bulk_create(
        CreditLine(credit_note=note, demand_line=line.line, principal=line.principal, tax=line.tax)
        for line in lines
        if line.principal + line.tax > 0
    )
    post(
        booking=booking,
        value_on=issued_on,
        kind=ENTRY_OF.get(kind, EntryKind.CREDIT_NOTE),
        credit=total,
        label=f"{TITLES[kind]}: {reason}"[:300],
        reference=note.number,
        credit_note=note,
    )
    audit.record(
        actor, note, "issued", after={"booking": booking.pk, "amount": total}, reason=reason
    )
    publish(CreditNoteIssued(credit_note_id=note.pk, booking_id=booking.pk))
    return note


def _refuse_more_than_the_line(wanted: Credited) -> None:
    if wanted.line is None:
        return
    before = CreditLine.objects.filter(demand_line=wanted.line).values_list("principal", "tax")
    principal = sum((row[0] for row in before), ZERO) + wanted.principal
    tax = sum((row[1] for row in before), ZERO) + wanted.tax
    if principal > wanted.line.principal or tax > wanted.line.tax:
        raise NothingToCredit
