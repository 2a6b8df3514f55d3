"""R2: payment plans, whether they fit, and the amounts of a schedule. Pure: lines go in, amounts come out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.enums import LineKind, PlanKind, Trigger
from realestate.core.money import ZERO, round_money

HUNDRED = Decimal(100)
OFFSET_TRIGGERS = frozenset({Trigger.DAYS_AFTER_BOOKING, Trigger.MONTHS_AFTER_BOOKING})
MAX_LINES = 200
DAYS_OF_A_MONTH = 30  # for the label down-payment: three months are within ninety days


class PlanError(ValueError):
    """Lines that are no payment plan; ``str()`` is a sentence for people, ``line`` the sequence it is about."""

    def __init__(self, sentence: str, *, line: int | None = None) -> None:
        """``line`` is None for what concerns the plan as a whole."""
        self.line = line
        super().__init__(sentence)


class PlanDoesNotFit(ValueError):
    """R2.3: a valid plan that makes a negative amount of this price; ``str()`` is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class PlanSpec:
    """A line of a plan; ``amount`` of a fixed line is known here (the token of a booking has been put in)."""

    sequence: int
    label: str
    kind: LineKind
    trigger: Trigger
    percent: Decimal | None = None
    amount: Decimal | None = None
    offset: int | None = None
    fixed_on: date | None = None
    milestone_code: str = ""
    less_fixed: bool = False


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """R2.5: from which percentage a plan bears a label, and how many days a down payment may take."""

    construction: Decimal = Decimal(60)
    possession: Decimal = Decimal(50)
    down_payment: Decimal = Decimal(80)
    down_payment_days: int = 90


def check_plan(lines: Sequence[PlanSpec], milestone_codes: Collection[str] | None) -> None:
    """R2.1. Raises PlanError for lines that are no plan.

    ``milestone_codes`` are those of the tower; None leaves them unchecked (a template is for several towers).
    """
    if not 0 < len(lines) <= MAX_LINES:
        message = f"A plan has from 1 to {MAX_LINES} lines."
        raise PlanError(message)
    if [line.sequence for line in lines] != list(range(1, len(lines) + 1)):
        message = "The lines must be numbered from 1 without gaps."
        raise PlanError(message)
    for line in lines:
        _check_line(line, milestone_codes)
    _check_percents(lines)
    _check_less_fixed(lines)


def _check_line(line: PlanSpec, milestone_codes: Collection[str] | None) -> None:
    is_percent = line.kind == LineKind.PERCENT
    problems: Mapping[str, bool] = {
        "A percentage must be above 0.": is_percent
        and (line.percent is None or not ZERO < line.percent <= HUNDRED),
        "A fixed line has no percentage.": not is_percent and line.percent is not None,
        "A percent line has no amount.": is_percent and line.amount is not None,
        "An amount must be above 0.": line.amount is not None and line.amount <= 0,
        "Only a percent line can absorb fixed lines.": line.less_fixed and not is_percent,
        "Say how many days or months after booking.": line.trigger in OFFSET_TRIGGERS
        and line.offset is None,
        "Only lines after booking have an offset.": line.trigger not in OFFSET_TRIGGERS
        and line.offset is not None,
        "Say on which date.": line.trigger == Trigger.FIXED_DATE and line.fixed_on is None,
        "Only lines on a date have a date.": line.trigger != Trigger.FIXED_DATE
        and line.fixed_on is not None,
        "Say which milestone.": line.trigger == Trigger.MILESTONE and not line.milestone_code,
        "Only milestone lines name a milestone.": line.trigger != Trigger.MILESTONE
        and bool(line.milestone_code),
        f"The tower has no milestone {line.milestone_code}.": line.trigger == Trigger.MILESTONE
        and milestone_codes is not None
        and line.milestone_code not in milestone_codes,
    }
    for sentence, is_so in problems.items():
        if is_so:
            raise PlanError(sentence, line=line.sequence)


def _check_percents(lines: Iterable[PlanSpec]) -> None:
    total = sum((line.percent or ZERO for line in lines), ZERO)
    if total != HUNDRED:
        message = f"The percentages add to {total}, not to 100."
        raise PlanError(message)


def _check_less_fixed(lines: Sequence[PlanSpec]) -> None:
    absorbing = [line for line in lines if line.less_fixed]
    fixed = [line for line in lines if line.kind == LineKind.FIXED]
    if len(absorbing) > 1:
        message = "Only one line can absorb the fixed lines."
        raise PlanError(message, line=absorbing[1].sequence)
    if fixed and not absorbing:
        message = "A percent line must absorb the fixed lines (less_fixed)."
        raise PlanError(message, line=fixed[0].sequence)
    for line in absorbing:
        if not fixed:
            message = "There is no fixed line that it could absorb."
            raise PlanError(message, line=line.sequence)
        if any(each.sequence > line.sequence for each in fixed):
            message = "The fixed lines must come before the line that absorbs them."
            raise PlanError(message, line=line.sequence)


def amounts(agreement_value: Decimal, lines: Sequence[PlanSpec], currency: str) -> list[Decimal]:
    """The amount of each line of a checked plan; they add to the agreement value exactly (R2.2-4).

    Every percent line is rounded but the last, which takes the remainder; the line that absorbs the fixed ones becomes
    smaller by their sum. Raises PlanDoesNotFit when a line would be negative.
    """
    last = max(line.sequence for line in lines if line.kind == LineKind.PERCENT)
    fixed = sum((line.amount or ZERO for line in lines if line.kind == LineKind.FIXED), ZERO)
    shares = {
        line.sequence: round_money(agreement_value * (line.percent or ZERO) / HUNDRED, currency)
        for line in lines
        if line.kind == LineKind.PERCENT and line.sequence != last
    }
    shares[last] = agreement_value - sum(shares.values(), ZERO)
    found = []
    for line in lines:
        amount = line.amount or ZERO if line.kind == LineKind.FIXED else shares[line.sequence]
        if line.less_fixed:
            amount -= fixed
        if amount < 0:
            message = f"Line {line.sequence} ({line.label}) would be {amount} {currency}."
            raise PlanDoesNotFit(message)
        found.append(amount)
    return found


def split(amount: Decimal, percents: Sequence[Decimal], currency: str) -> list[Decimal]:
    """An amount by percentages that add to 100; each is rounded but the last, which takes the remainder (R13.3)."""
    parts = [round_money(amount * percent / HUNDRED, currency) for percent in percents[:-1]]
    return [*parts, amount - sum(parts, ZERO)]


def carries(kind: str, lines: Sequence[PlanSpec], thresholds: Thresholds) -> bool:
    """Whether a plan may bear a label (R2.5); every plan may be called custom."""
    checks = {
        PlanKind.CONSTRUCTION_LINKED: _percent_on(lines, {Trigger.MILESTONE})
        >= thresholds.construction,
        PlanKind.TIME_LINKED: all(line.trigger != Trigger.MILESTONE for line in lines),
        PlanKind.POSSESSION_LINKED: _percent_on(lines, {Trigger.ON_POSSESSION_OFFER})
        >= thresholds.possession,
        PlanKind.DOWN_PAYMENT: sum(
            (line.percent or ZERO for line in lines if _is_early(line, thresholds)), ZERO
        )
        >= thresholds.down_payment,
    }
    return checks.get(PlanKind(kind), True)


def _percent_on(lines: Iterable[PlanSpec], triggers: Collection[Trigger]) -> Decimal:
    return sum((line.percent or ZERO for line in lines if line.trigger in triggers), ZERO)


def _is_early(line: PlanSpec, thresholds: Thresholds) -> bool:
    if line.trigger == Trigger.ON_BOOKING:
        return True
    if line.trigger == Trigger.DAYS_AFTER_BOOKING:
        return (line.offset or 0) <= thresholds.down_payment_days
    if line.trigger == Trigger.MONTHS_AFTER_BOOKING:
        return (line.offset or 0) * DAYS_OF_A_MONTH <= thresholds.down_payment_days
    return False
