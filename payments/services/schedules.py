"""A booking's schedule: made at confirmation from the builder's plan, changed only by revisions (R2, R13.3)."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from accounts.models import User
from bookings.enums import PaymentPlan
from bookings.models import Booking, ChangeQuote
from payments.enums import LineKind, Trigger
from payments.models import DemandLine, PlanTemplate, ScheduleLine, ScheduleRevision
from payments.rules.schedule import (
    PlanDoesNotFit,
    PlanError,
    PlanSpec,
    amounts,
    check_plan,
    split,
)
from payments.services.booked import lock_for, refuse_buyers
from progress.models import Milestone
from projects.enums import TaxClass
from projects.models import Project
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import SettingScope
from realestate.core.errors import DomainError, InvalidTransition
from realestate.core.money import ZERO
from realestate.core.system_settings import define
from realestate.core.transactions import service

AHEAD = timedelta(days=30 * 365)
BUILDERS_PLAN = "Only the builder or staff change a payment schedule."
HUNDRED = Decimal(100)
CHANGE_UPFRONT_PERCENT = define(
    "payments.change_upfront_percent",
    Decimal,
    default=HUNDRED,
    minimum=Decimal(1),
    maximum=HUNDRED,
    unit="percent of the change's net amount",
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="What an approved change asks for at once (R13.3); the rest with the offer of possession.",
)

CHANGE_PAID_FIRST = define(
    "payments.change_paid_first",
    bool,
    default=True,
    scopes=(SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM),
    help="Whether work on a change begins only when what it asks for at once is paid (R13.4).",
)


class PlanNotApplicable(DomainError):
    """This payment plan does not fit this booking."""

    code, status = "plan_not_applicable", 422


class ScheduleExists(DomainError):
    """The booking has its schedule already; it changes only by a revision."""

    code, status = "schedule_exists", 409


class NoSchedule(DomainError):
    """The booking has no schedule yet; it is made when the booking is confirmed."""

    code, status = "no_schedule", 409


register_conflict("one_schedule_per_revision", ScheduleExists)
register_conflict("one_schedule_line_per_place", ScheduleExists)


def plan_lines(booking: Booking) -> tuple[PlanTemplate | None, list[PlanSpec]]:
    """The lines by which a booking is to be paid: of the project's plan for its word, or the platform's own (R2)."""
    token = booking.token_amount or ZERO
    template = PlanTemplate.objects.filter(
        project=booking.project_id, payment_plan=booking.payment_plan, is_active=True
    ).first()
    if template is None:
        return None, plain_plan(PaymentPlan(booking.payment_plan), token)
    return template, specs_of(template, token)


def specs_of(template: PlanTemplate, token: Decimal) -> list[PlanSpec]:
    """A template's lines; a fixed line without an amount is the token (R2.6)."""
    return [
        PlanSpec(
            sequence=line.sequence,
            label=line.label,
            kind=LineKind(line.kind),
            trigger=Trigger(line.trigger),
            percent=line.percent,
            amount=(line.amount or token) if line.kind == LineKind.FIXED else None,
            offset=line.offset,
            fixed_on=line.fixed_on,
            milestone_code=line.milestone_code,
            less_fixed=line.less_fixed,
        )
        for line in template.lines.order_by("sequence")
    ]


def plain_plan(word: PaymentPlan, token: Decimal) -> list[PlanSpec]:
    """What holds where a builder offers no plan for a word: the token, and the rest when the home is handed over.

    Who pays in full pays the rest with the agreement.
    """
    rest = Trigger.ON_AGREEMENT if word == PaymentPlan.FULL_PAYMENT else Trigger.ON_POSSESSION_OFFER
    return [
        PlanSpec(
            sequence=1,
            label="Token",
            kind=LineKind.FIXED,
            trigger=Trigger.ON_BOOKING,
            amount=token,
        ),
        PlanSpec(
            sequence=2,
            label="Remaining price",
            kind=LineKind.PERCENT,
            trigger=rest,
            percent=HUNDRED,
            less_fixed=True,
        ),
    ]


def check_fits(booking: Booking, specs: Sequence[PlanSpec]) -> list[Decimal]:
    """The amounts of a plan for a booking (R2.2-4). Raises PlanNotApplicable (422) with the reason."""
    codes = milestones_of(booking)
    try:
        check_plan(specs, codes)
        return amounts(_plan_value(booking), specs, booking.currency)
    except (PlanError, PlanDoesNotFit) as error:
        raise PlanNotApplicable(str(error)) from error


def make_schedule(*, actor: User | None, booking: Booking) -> ScheduleRevision:
    """Revision 1 (R5.5): the plan's lines, and charges outside the plan, which wait for the offer of possession.

    Within the caller's service and with the booking locked. Raises PlanNotApplicable (422), ScheduleExists (409).
    """
    template, specs = plan_lines(booking)
    values = check_fits(booking, specs)
    revision = _next_revision(actor, booking, template=template, reason="Confirmation")
    codes = milestones_of(booking)
    rows = [
        _row(booking, revision, spec, amount=amount, codes=codes)
        for spec, amount in zip(specs, values, strict=True)
    ]
    rows += _own_lines(booking, revision, first=len(rows) + 1)
    ScheduleLine.objects.bulk_create(rows)
    audit.record(
        actor, revision, "made", after={"booking": booking.pk, "lines": len(rows), "revision": 1}
    )
    return revision


def add_addendum(
    *, actor: User | None, booking: Booking, change_quote: ChangeQuote
) -> list[ScheduleLine]:
    """R13.3: what an accepted change costs before tax, as further lines; the plan itself is untouched.

    The first is what is asked for at once. Within the caller's service and with the booking locked.
    """
    upfront = CHANGE_UPFRONT_PERCENT.for_project(booking.project)
    percents = [upfront] if upfront == HUNDRED else [upfront, HUNDRED - upfront]
    shares = split(change_quote.net_amount, percents, booking.currency)
    # The last share is a remainder, so that it has no percentage of its own.
    parts = [
        (amount, percent)
        for amount, percent in zip(shares, [upfront, None], strict=False)
        if amount > 0
    ]
    change = change_quote.change_request
    revision = _next_revision(
        actor, booking, template=None, reason=f"Change {change.tracking_number}"
    )
    first = _last_place(booking) + 1
    lines = [
        ScheduleLine(
            booking=booking,
            revision=revision,
            sequence=place,
            label=f"{change.tracking_number}: {change.request_title}"[:200],
            kind=LineKind.FIXED,
            trigger=Trigger.ON_BOOKING if place == first else Trigger.ON_POSSESSION_OFFER,
            percent=percent,
            amount=amount,
            change_quote=change_quote,
            tax_class=TaxClass.EXTRA_WORK,
        )
        for place, (amount, percent) in enumerate(parts, start=first)
    ]
    ScheduleLine.objects.bulk_create(lines)
    audit.record(actor, revision, "addendum", after={"booking": booking.pk, "lines": len(lines)})
    return lines


@service
def revise_schedule(
    *, actor: User, booking_id: int, lines: Sequence[PlanSpec], reason: str
) -> ScheduleRevision:
    """R2.7: replace the lines that no demand has asked for by others of the same sum; the old ones stay readable.

    ``lines`` are fixed amounts in the booking's currency, numbered from 1. Raises PlanNotApplicable (422), NoSchedule
    (409), NotAllowed for customers; DoesNotExist for strangers.
    """
    refuse_buyers(actor, BUILDERS_PLAN)
    booking = lock_for(actor, booking_id)
    if not ScheduleRevision.objects.filter(booking=booking).exists():
        raise NoSchedule
    # A line with a tax class of its own is a charge that is due on its own, not a part of the plan.
    old = list(_undemanded(booking).filter(change_quote=None, is_extra=False, tax_class=""))
    if not old:
        raise InvalidTransition(state=booking.state, allowed=[])
    before = sum((line.amount for line in old), ZERO)
    codes = milestones_of(booking)
    _check_revision(booking.project, lines, before, codes)
    revision = _next_revision(actor, booking, template=None, reason=reason)
    ScheduleLine.objects.filter(pk__in=[line.pk for line in old]).update(retired_in=revision)
    first = _last_place(booking)
    ScheduleLine.objects.bulk_create(
        _row(
            booking,
            revision,
            spec,
            amount=spec.amount or ZERO,
            codes=codes,
            place=first + spec.sequence,
        )
        for spec in lines
    )
    audit.record(
        actor,
        revision,
        "revised",
        before={"lines": [_told(line.label, line.amount) for line in old]},
        after={"lines": [_told(spec.label, spec.amount or ZERO) for spec in lines]},
        reason=reason,
    )
    return revision


def reopen_lines(
    *, actor: User | None, booking: Booking, lines: Sequence[ScheduleLine], reason: str
) -> None:
    """R7.5: lines whose demand was taken back may be demanded anew: each is replaced by a copy of itself."""
    if not lines:
        return
    revision = _next_revision(actor, booking, template=None, reason=reason)
    ScheduleLine.objects.filter(pk__in=[line.pk for line in lines]).update(retired_in=revision)
    for line in lines:
        line.pk, line.revision, line.retired_in = None, revision, None
        line._state.adding = True  # noqa: SLF001  # Django's documented way to copy a row
    ScheduleLine.objects.bulk_create(lines)


def milestones_of(booking: Booking) -> dict[str, Milestone]:
    """The stages that a booking's plan may name: of its tower, or of its project without towers."""
    unit = booking.unit
    if unit is None:  # pragma: no cover  # see booking_has_unit_claim_and_price
        return {}
    rows = Milestone.objects.of_tower(booking.project_id, unit.tower_id)
    return {row.code: row for row in rows}


def _own_charges(booking: Booking) -> list[dict[str, Any]]:
    """The lines of the cost sheet that the plan does not spread (R1); none before there were quotes."""
    lines = booking.quote.lines if booking.quote else []
    return [line for line in lines if not (line["in_plan"] and line["in_consideration"])]


def _plan_value(booking: Booking) -> Decimal:
    """What the plan spreads: A less the parts of it that are due on their own, so that all lines add to A (R2.4)."""
    own = (line for line in _own_charges(booking) if line["in_consideration"])
    return (booking.agreement_value or ZERO) - sum((Decimal(line["taxable"]) for line in own), ZERO)


def _own_lines(booking: Booking, revision: ScheduleRevision, *, first: int) -> list[ScheduleLine]:
    """Charges outside the plan, each due at its own trigger: the offer of possession (R1)."""
    return [
        ScheduleLine(
            booking=booking,
            revision=revision,
            sequence=place,
            label=line["label"][:200],
            kind=LineKind.FIXED,
            trigger=Trigger.ON_POSSESSION_OFFER,
            amount=Decimal(line["taxable"]),
            is_extra=not line["in_consideration"],
            tax_class=line["tax_class"],
        )
        for place, line in enumerate(_own_charges(booking), start=first)
    ]


def _row(
    booking: Booking,
    revision: ScheduleRevision,
    spec: PlanSpec,
    *,
    amount: Decimal,
    codes: dict[str, Milestone],
    place: int | None = None,
) -> ScheduleLine:
    return ScheduleLine(
        booking=booking,
        revision=revision,
        sequence=place or spec.sequence,
        label=spec.label,
        kind=spec.kind,
        percent=spec.percent,
        trigger=spec.trigger,
        offset=spec.offset,
        fixed_on=spec.fixed_on,
        milestone_code=spec.milestone_code,
        milestone=codes.get(spec.milestone_code),
        less_fixed=spec.less_fixed,
        amount=amount,
    )


def _check_revision(
    project: Project, lines: Sequence[PlanSpec], before: Decimal, codes: dict[str, Milestone]
) -> None:
    total = sum((line.amount or ZERO for line in lines), ZERO)
    if total != before:
        text = f"The new lines add to {total}, those that they replace to {before}."
        raise PlanNotApplicable(text, expected=before)
    if outside := days_outside(project, lines):
        raise PlanNotApplicable(outside)
    try:
        check_plan([*lines, _balancing(len(lines) + 1)], codes)
    except PlanError as error:
        raise PlanNotApplicable(str(error)) from error


def days_outside(project: Project, lines: Sequence[PlanSpec]) -> str:
    """Why the dates of lines are no dates of the project; empty when they are (R2.1).

    From the project's first day (today when it has none) to a generation after today.
    """
    today = clock.today(project.time_zone)
    first = min(project.start_date or today, today)
    for line in lines:
        if line.fixed_on and not first <= line.fixed_on <= today + AHEAD:
            return f"Line {line.sequence}: {line.fixed_on} is outside the project's time."
    return ""


def _balancing(place: int) -> PlanSpec:
    """What makes fixed lines a plan in the sense of R2.1, so that each of them is checked like a plan's."""
    return PlanSpec(
        sequence=place,
        label="",
        kind=LineKind.PERCENT,
        trigger=Trigger.ON_BOOKING,
        percent=HUNDRED,
        less_fixed=True,
    )


def _undemanded(booking: Booking) -> QuerySet[ScheduleLine]:
    demanded = DemandLine.objects.filter(schedule_line=OuterRef("pk"))
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None)
    return rows.exclude(Exists(demanded)).order_by("sequence")


def _next_revision(
    actor: User | None, booking: Booking, *, template: PlanTemplate | None, reason: str
) -> ScheduleRevision:
    last = ScheduleRevision.objects.filter(booking=booking).aggregate(last=Max("number"))["last"]
    return ScheduleRevision.objects.create(
        booking=booking,
        number=(last or 0) + 1,
        template=template,
        reason=reason[:300],
        created_by=actor,
        created_at=clock.now(),
    )


def _last_place(booking: Booking) -> int:
    rows = ScheduleLine.objects.filter(booking=booking, retired_in=None)
    return rows.aggregate(last=Max("sequence"))["last"] or 0


def _told(label: str, amount: Decimal) -> str:
    return f"{label}: {amount}"
