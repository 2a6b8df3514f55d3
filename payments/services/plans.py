"""Payment plans that a builder offers: checked, and replaced rather than changed (R2.1, R2.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from accounts.models import User
from bookings.enums import PaymentPlan
from payments.enums import LineKind, PlanKind, Trigger
from payments.models import PlanLine, PlanTemplate
from payments.rules.schedule import (
    PlanDoesNotFit,
    PlanError,
    PlanSpec,
    Thresholds,
    amounts,
    carries,
    check_plan,
)
from payments.services.schedule_workings import plan_workings
from payments.services.schedules import PlanNotApplicable, days_outside, plain_plan, specs_of
from progress.models import Milestone
from projects.models import Project
from projects.querysets import editable
from projects.rules import CostSheet, SheetLine
from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import SettingScope
from realestate.core.errors import DomainError
from realestate.core.locking import lock
from realestate.core.system_settings import Definition, define
from realestate.core.transactions import service
from realestate.core.working import Working

SCOPES = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)
ANY_TOKEN = Decimal(1)  # stands for a token that no booking has named yet


def _threshold(name: str, default: int, help_text: str) -> Definition[Decimal]:
    return define(
        name,
        Decimal,
        default=Decimal(default),
        minimum=Decimal(1),
        maximum=Decimal(100),
        unit="percent of the agreement value",
        scopes=SCOPES,
        help=help_text,
    )


CONSTRUCTION = _threshold(
    "payments.plan_construction_percent",
    60,
    "What must be due on milestones for a plan to be called construction-linked (R2.5).",
)
POSSESSION = _threshold(
    "payments.plan_possession_percent",
    50,
    "What must be due on the offer of possession for a plan to be called possession-linked (R2.5).",
)
DOWN_PAYMENT = _threshold(
    "payments.plan_down_payment_percent",
    80,
    "What must be due early for a plan to be called a down-payment plan (R2.5).",
)
DOWN_PAYMENT_DAYS = define(
    "payments.plan_down_payment_days",
    int,
    default=90,
    minimum=1,
    maximum=365,
    unit="days",
    scopes=SCOPES,
    help="Within how many days of booking a down payment is due (R2.5).",
)


class PlanNotValid(DomainError):
    """These lines do not make a payment plan."""

    code, status = "plan_not_valid", 422


class PlanExists(DomainError):
    """The project has a plan for this word already; change that one."""

    code, status = "plan_exists", 409


register_conflict("one_plan_per_word", PlanExists)


@service
def add_plan(
    *,
    actor: User,
    project_id: int,
    payment_plan: PaymentPlan,
    name: str,
    lines: Sequence[Mapping[str, Any]],
    kind: PlanKind = PlanKind.CUSTOM,
) -> PlanTemplate:
    """Offer a plan for one of the contract's four words. A fixed line without an amount is the booking's token.

    Raises PlanNotValid (422) naming the line, PlanExists (409); DoesNotExist for projects of others.
    """
    project = Project.objects.filter(editable(actor), archived_at=None).get(pk=project_id)
    return _write(
        actor,
        PlanTemplate(project=project, payment_plan=payment_plan, name=name, kind=kind),
        specs(lines),
    )


@service
def change_plan(*, actor: User, plan_id: int, **changes: Any) -> PlanTemplate:
    """The plan's next state, as a new row; bookings that were made by the old one keep it (R22.9).

    Raises PlanNotValid (422), PlanRetired (409); DoesNotExist for strangers.
    """
    old = _live(actor, plan_id)
    lines = changes.get("lines")
    wanted = specs(lines) if lines is not None else _stored(old)
    _retire(actor, old)
    return _write(
        actor,
        PlanTemplate(
            project=old.project,
            payment_plan=changes.get("payment_plan", old.payment_plan),
            name=changes.get("name", old.name),
            kind=changes.get("kind", old.kind),
        ),
        wanted,
    )


class PlanRetired(DomainError):
    """This plan is not offered any more."""

    code, status = "plan_retired", 409


@service
def retire_plan(*, actor: User, plan_id: int) -> None:
    """Offer a plan no more; bookings that were made by it keep it. Raises PlanRetired (409)."""
    _retire(actor, _live(actor, plan_id))


def preview(
    template: PlanTemplate | None,
    *,
    word: PaymentPlan,
    sheet: CostSheet,
    token: Decimal,
) -> list[tuple[PlanSpec, Decimal, Working]]:
    """The lines of a plan for a price before tax, with how each amount came about. Reading only.

    The charges that the plan does not spread follow it; they are due when possession is offered (R1).

    Without a template, the platform's own plan for the word. Raises PlanNotApplicable (422).
    """
    found = plain_plan(word, token) if template is None else specs_of(template, token)
    try:
        values = amounts(sheet.plan_value, found, sheet.currency)
    except PlanDoesNotFit as error:
        raise PlanNotApplicable(str(error)) from error
    spread = list(zip(found, values, plan_workings(found, values), strict=True))
    own = [line for line in sheet.lines if not line.in_plan and line.taxable]
    return spread + [
        (_own_line(line, place), line.taxable, line.working)
        for place, line in enumerate(own, start=len(spread) + 1)
    ]


def _own_line(line: SheetLine, place: int) -> PlanSpec:
    return PlanSpec(
        sequence=place,
        label=line.label,
        kind=LineKind.FIXED,
        amount=line.taxable,
        trigger=Trigger.ON_POSSESSION_OFFER,
    )


def specs(lines: Sequence[Mapping[str, Any]]) -> list[PlanSpec]:
    """Lines as a client sends them, numbered in their order."""
    return [PlanSpec(sequence=place, **line) for place, line in enumerate(lines, start=1)]


def _live(actor: User, plan_id: int) -> PlanTemplate:
    rows = PlanTemplate.objects.filter(editable(actor, "project__")).select_related("project")
    row = lock(rows, plan_id)
    if not row.is_active:
        raise PlanRetired
    return row


def _retire(actor: User, row: PlanTemplate) -> None:
    row.is_active = False
    row.save(update_fields=["is_active", "updated_at"])
    audit.record(actor, row, "retired")


def _stored(row: PlanTemplate) -> list[PlanSpec]:
    """A plan's lines as they were sent: the token stays nameless."""
    lines = {line.sequence: line.amount for line in row.lines.all()}
    return [replace(spec, amount=lines[spec.sequence]) for spec in specs_of(row, ANY_TOKEN)]


def _write(actor: User, row: PlanTemplate, lines: Sequence[PlanSpec]) -> PlanTemplate:
    _check(row, lines)
    row.save(force_insert=True)
    PlanLine.objects.bulk_create(
        PlanLine(
            template=row,
            sequence=line.sequence,
            label=line.label,
            kind=line.kind,
            percent=line.percent,
            amount=line.amount,
            trigger=line.trigger,
            offset=line.offset,
            fixed_on=line.fixed_on,
            milestone_code=line.milestone_code,
            less_fixed=line.less_fixed,
        )
        for line in lines
    )
    audit.record(
        actor,
        row,
        "offered",
        after={
            "payment_plan": row.payment_plan,
            "kind": row.kind,
            "lines": [f"{line.label}: {line.percent or line.amount or 'token'}" for line in lines],
        },
    )
    return row


def _check(row: PlanTemplate, lines: Sequence[PlanSpec]) -> None:
    codes = set(Milestone.objects.filter(project=row.project).values_list("code", flat=True))
    try:
        check_plan(lines, codes)
    except PlanError as error:
        raise PlanNotValid(str(error), line=error.line) from error
    project = row.project
    if outside := days_outside(project, lines):
        raise PlanNotValid(outside)
    thresholds = Thresholds(
        construction=CONSTRUCTION.for_project(project),
        possession=POSSESSION.for_project(project),
        down_payment=DOWN_PAYMENT.for_project(project),
        down_payment_days=DOWN_PAYMENT_DAYS.for_project(project),
    )
    if not carries(row.kind, lines, thresholds):
        label = PlanKind(row.kind).label
        raise PlanNotValid(f"These lines are not what is called {str(label).lower()} (R2.5).")
