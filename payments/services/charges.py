"""Charges that the schedule does not know: late interest, corrections, and what changes cost (R7.5, R9, R13)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from accounts.models import User
from bookings.models import Booking, ChangeQuote, ChangeRequest
from bookings.rules import DEAD
from bookings.services import refuse_dead
from payments.enums import CreditKind, DemandKind
from payments.models import CreditNote, Demand, DemandLine
from payments.services.booked import lock_any, lock_for, refuse_buyers
from payments.services.credits import Credited, credit
from payments.services.demands import Wanted, raise_demand
from payments.services.due import raise_due
from payments.services.ledger import reallocate
from payments.services.receipts import ReasonMissing
from payments.services.replay import BEARING, Correction, post_interest, replay
from payments.services.schedules import add_addendum, reopen_lines
from payments.services.triggers import DEMANDABLE
from projects.enums import TaxClass
from realestate.core import audit, clock
from realestate.core.enums import SettingScope
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.locking import lock
from realestate.core.money import ZERO
from realestate.core.system_settings import define
from realestate.core.transactions import service

BUILDERS_CHARGE = "Only the builder or staff charge an account."
MONTHLY_INTEREST = define(
    "payments.monthly_interest",
    bool,
    default=True,
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="Whether late interest is posted on its own, up to the end of each month (R9).",
)


class InterestIsDerived(DomainError):
    """Late interest follows from what was paid and when; ask for a waiver instead."""

    code, status = "interest_is_derived", 422


@service
def charge_interest(*, actor: User, booking_id: int, until: date) -> list[Correction]:
    """Post late interest up to a day; what was posted before is taken off, so a second call posts nothing (R9).

    Raises InvalidTransition (409) for a booking that is over, InvalidValue (400) for a day to come,
    NotAllowed for customers; DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_CHARGE)
    booking = lock_for(actor, booking_id)
    refuse_dead(booking, clock.now())
    if until > clock.today(booking.project.time_zone):
        raise InvalidValue(errors={"until": ["Interest cannot be posted ahead."]})
    return _post(actor, booking, until)


@service
def charge_interest_by_itself(*, booking_id: int, until: date) -> list[Correction]:
    """The same by the platform, each booking in a transaction of its own."""
    return _post(audit.SYSTEM, lock_any(booking_id), until)


def post_monthly_interest(today: date) -> int:
    """Post interest up to the end of last month for every live booking that has demands; says how many were charged."""
    until = today.replace(day=1) - timedelta(days=1)
    late = DemandLine.objects.filter(
        demand__booking=OuterRef("pk"), demand__kind__in=BEARING, demand__due_on__lt=until
    )
    rows = Booking.objects.filter(Exists(late)).exclude(state__in=DEAD).select_related("project")
    return sum(
        bool(charge_interest_by_itself(booking_id=booking.pk, until=until))
        for booking in rows.order_by("pk")
        if MONTHLY_INTEREST.for_project(booking.project)
    )


@service
def correct_demand(*, actor: User, demand_id: int, reason: str, reissue: bool = True) -> CreditNote:
    """Credit everything of a demand that was not credited yet, and demand its schedule lines anew (R7.5).

    With ``reissue`` false they wait for the next demand. Raises InvalidTransition (409) for a booking that is over: its
    settlement credits what was open; NothingToCredit, InterestIsDerived, ReasonMissing (422), NotAllowed for customers;
    Demand.DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_CHARGE)
    demand = lock(Demand.objects.for_user(actor), demand_id)
    booking = lock_for(actor, demand.booking_id)
    refuse_dead(booking, clock.now())
    if not reason.strip():
        raise ReasonMissing
    if demand.kind == DemandKind.INTEREST:
        raise InterestIsDerived
    today = clock.today(booking.project.time_zone)
    note = take_back(actor, booking, demand, reason=reason, on=max(today, demand.issued_on))
    replay(actor, booking)
    if reissue and booking.state in DEMANDABLE:
        raise_due(actor, booking, today)
    return note


def take_back(
    actor: User, booking: Booking, demand: Demand, *, reason: str, on: date
) -> CreditNote:
    """Credit what is left of a demand, and let its schedule lines be demanded anew (R7.5).

    Within the caller's service, which replays the account. Raises NothingToCredit (422).
    """
    note = credit(
        actor=actor,
        booking=booking,
        kind=CreditKind.CORRECTION,
        reason=reason,
        lines=uncredited(demand),
        issued_on=on,
    )
    asked = [line.schedule_line for line in demand.lines.select_related("schedule_line")]
    lines = [line for line in asked if line is not None and line.retired_in_id is None]
    reopen_lines(actor=actor, booking=booking, lines=lines, reason=f"Correction of {demand.number}")
    return note


def charge_change(*, booking: Booking, change: ChangeRequest, quote: ChangeQuote) -> None:
    """R13.3-4: an approved change is demanded at once; an omission becomes a credit for the next demand.

    Within the caller's service, with the booking locked; net and tax are what the buyer accepted.
    """
    today = clock.today(booking.project.time_zone)
    total = quote.net_amount + quote.tax_amount
    label = f"{change.tracking_number}: {change.request_title}"[:200]
    if total < 0:
        credit(
            actor=audit.SYSTEM,
            booking=booking,
            kind=CreditKind.OMISSION,
            reason=label,
            lines=[Credited(line=None, principal=-quote.net_amount, tax=-quote.tax_amount)],
            issued_on=today,
        )
    elif total > 0:
        lines = add_addendum(actor=audit.SYSTEM, booking=booking, change_quote=quote)
        line = lines[0]
        raise_demand(
            actor=audit.SYSTEM,
            booking=booking,
            kind=DemandKind.CHANGE,
            lines=[
                Wanted(
                    label=label,
                    principal=line.amount,
                    tax_class=TaxClass.EXTRA_WORK,
                    schedule_line=line,
                    in_consideration=False,
                    tax=quote.tax_amount if len(lines) == 1 else None,
                )
            ],
            issued_on=today,
        )
    replay(audit.SYSTEM, booking)


def uncredited(demand: Demand) -> list[Credited]:
    """What is left of each line of a demand after earlier credit notes."""
    found = []
    for line in demand.lines.order_by("sequence"):
        principal, tax = _credited(line)
        found.append(Credited(line=line, principal=line.principal - principal, tax=line.tax - tax))
    return found


def _credited(line: DemandLine) -> tuple[Decimal, Decimal]:
    rows = list(line.credits.values_list("principal", "tax"))
    return sum((row[0] for row in rows), ZERO), sum((row[1] for row in rows), ZERO)


def _post(actor: User | None, booking: Booking, until: date) -> list[Correction]:
    corrections = post_interest(actor, booking, until=until)
    reallocate(booking)
    return corrections
