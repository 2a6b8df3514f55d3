"""What a booking's payment plan looks like to the people who pay by it (contract 7.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bookings.enums import PaidShare
from bookings.models import Booking
from payments.enums import PaymentType, Trigger
from payments.models import DemandLine, ScheduleLine
from payments.rules.triggers import DATED, triggered_on
from payments.rules.words import share_of
from payments.services.schedule_workings import schedule_workings, tax_workings
from payments.services.terms import terms_of
from payments.services.triggers import happened_to, waiting_from
from projects.rules import tax
from projects.services.prices import rates_on
from realestate.core import clock
from realestate.core.money import ZERO


@dataclass(frozen=True, kw_only=True)
class Installment:
    """A line of the schedule with its tax: the demanded one, or until then the one at today's rates."""

    installment_number: int
    payment_type: PaymentType
    label: str
    trigger: str
    milestone_code: str
    due_date: date | None  # None: nobody can say yet
    principal: Decimal
    tax: Decimal
    paid_amount: Decimal
    demand_id: int | None
    workings: Sequence[Mapping[str, Any]] = ()  # of principal and taxes, when they are asked for

    @property
    def amount(self) -> Decimal:
        """Principal and tax, in the booking's currency."""
        return self.principal + self.tax

    @property
    def status(self) -> PaidShare:
        """How much of it is paid, in a word."""
        return share_of(self.paid_amount, self.amount)


def installments(booking: Booking, *, explain: bool = False) -> list[Installment]:
    """The live lines of a booking's schedule in their order; none before it has a plan. Reading only.

    With ``explain`` each says how its principal and its taxes came about.
    """
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None, amount__gt=0)
    lines = list(rows.select_related("milestone", "revision").order_by("sequence", "pk"))
    if not lines:
        return []
    demanded = DemandLine.objects.filter(schedule_line__in=[row.pk for row in lines])
    by_line = {
        line.schedule_line_id: line for line in demanded.with_open().select_related("demand")
    }
    rates = rates_on(
        clock.today(booking.project.time_zone),
        {row.tax_class or booking.tax_class for row in lines},
    )
    found = [
        _installment(
            booking, row, by_line.get(row.pk), number, is_last=row is lines[-1], rates=rates
        )
        for number, row in enumerate(lines, start=1)
    ]
    if not explain:
        return found
    workings = schedule_workings(booking)
    return [
        replace(
            each,
            workings=[
                workings[row.pk].as_json(),
                *tax_workings(booking, row, by_line.get(row.pk), rates),
            ],
        )
        for each, row in zip(found, lines, strict=True)
    ]


def _installment(
    booking: Booking,
    row: ScheduleLine,
    line: DemandLine | None,
    number: int,
    *,
    is_last: bool,
    rates: Mapping[str, list[tuple[str, Decimal]]],
) -> Installment:
    due: date | None
    if line is not None:
        principal, taxes, due = line.principal, line.tax, line.demand.due_on
        paid = principal + taxes - line.open_amount  # type: ignore[attr-defined]  # annotated by with_open
    else:
        principal, paid, due = row.amount, ZERO, _expected(booking, row)
        components = rates.get(row.tax_class or booking.tax_class, [])
        taxes = tax(principal, components, booking.currency).total
    return Installment(
        installment_number=number,
        payment_type=_type_of(row, number, is_last=is_last),
        label=row.label,
        trigger=row.trigger,
        milestone_code=row.milestone_code,
        due_date=due,
        principal=principal,
        tax=taxes,
        paid_amount=paid,
        demand_id=line.demand_id if line is not None else None,
    )


def _type_of(row: ScheduleLine, number: int, *, is_last: bool) -> PaymentType:
    if row.is_extra or row.change_quote_id is not None:
        return PaymentType.OTHER
    if number == 1 and row.trigger == Trigger.ON_BOOKING:
        return PaymentType.TOKEN
    return PaymentType.FINAL if is_last else PaymentType.INSTALLMENT


def _expected(booking: Booking, row: ScheduleLine) -> date | None:
    """When a line that is not demanded yet will be due, if its date is known."""
    if row.trigger not in DATED:
        return None
    day = triggered_on(waiting_from(row, booking.project.time_zone), happened_to(booking), date.max)
    terms = terms_of(booking)
    if day is None or terms.lead_days:  # demanded ahead of it, due on it (R7.7)
        return day
    return day + timedelta(days=terms.credit_days)
