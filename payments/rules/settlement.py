"""R11: what is kept and what is returned when a booking ends; what a country asks for is data of the caller's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from payments.enums import Initiator, RefundAction, RefundState, SettlementAction, SettlementState
from payments.rules.facts import Accrual
from realestate.core.money import ZERO, round_money
from realestate.core.working import Working

RULE = "R11"
SETTLEMENT_TRANSITIONS: dict[str, dict[str, str]] = {
    SettlementState.DRAFT: {
        SettlementAction.APPROVE: SettlementState.APPROVED,
        SettlementAction.REFUSE: SettlementState.REFUSED,
    }
}
REFUND_TRANSITIONS: dict[str, dict[str, str]] = {
    RefundState.DUE: {RefundAction.PAY: RefundState.PAID}
}


# --- how much a builder may keep: data, one of these -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PercentOfPrice:
    """A percentage of the agreement value A."""

    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class PercentOfPaid:
    """A percentage of the consideration that was received, P."""

    percent: Decimal


@dataclass(frozen=True, kw_only=True)
class Flat:
    """An amount, in the booking's currency."""

    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Itemised costs, at most what was disclosed beforehand; nothing where nothing was (None)."""

    items: tuple[Decimal, ...]
    disclosed: Decimal | None


Share = PercentOfPrice | PercentOfPaid | Flat | Costs


@dataclass(frozen=True, kw_only=True)
class Band:
    """What holds from a certified completion (in percent) on, or only above it."""

    completion: Decimal
    share: Share
    above_only: bool = False

    def holds(self, completion: Decimal) -> bool:
        """Whether a completion lies in the band or above it."""
        return completion > self.completion or (
            completion == self.completion and not self.above_only
        )


@dataclass(frozen=True, kw_only=True)
class Bands:
    """A table by certified completion, the highest band first; the first that holds counts, none: nothing is kept."""

    bands: tuple[Band, ...]


ForfeitRule = Share | Bands


# --- what goes in and what comes out ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Account:
    """What was received for a booking and what it still owes, in its currency."""

    price: Decimal  # A
    consideration: Decimal  # P
    tax: Decimal = ZERO  # T
    interest: Decimal = ZERO  # late interest that was paid
    charges: Decimal = ZERO  # received beside the consideration
    held: Decimal = ZERO  # received beyond the cap of R6 and held apart
    unpaid_interest: Decimal = ZERO  # U, posted
    work: Decimal = ZERO  # W: executed change work not charged yet
    brokerage: Decimal = ZERO  # K, where the rules of the place allow it

    @property
    def received(self) -> Decimal:
        """All money received."""
        return self.consideration + self.tax + self.interest + self.charges + self.held


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """How a booking ends, and what holds for it."""

    initiator: Initiator
    currency: str
    forfeit: ForfeitRule
    forfeit_cap: Decimal | None = None
    completion: Decimal = ZERO  # certified, in percent
    is_free: bool = False  # inside cooling-off, or before there is anything binding
    tax_is_refundable: bool = False
    interest_owed: Accrual | None = None  # by the builder, for its own default


@dataclass(frozen=True, kw_only=True)
class SettlementLine:
    """A part of the money received that is kept; a negative amount is added to what is returned."""

    code: str
    rule: str
    label: str
    amount: Decimal
    working: Working


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Lines and refund: together exactly the money received (R22.8)."""

    received: Decimal
    lines: tuple[SettlementLine, ...]
    refund: Decimal
    working: Working


@dataclass
class _Purse:
    """What may be deducted from, until it is empty (deduct = min(deduct, P + refundable part of T))."""

    left: Decimal
    lines: list[SettlementLine] = field(default_factory=list)

    def keep(self, code: str, label: str, working: Working) -> None:
        """A line for what is deducted, as far as there is money."""
        amount = min(working.amount, self.left)
        self.left -= amount
        self.lines.append(_line(code, label, amount, working))


def settle(account: Account, conditions: Conditions) -> Settled:
    """What is kept, line by line, and what is returned, in the booking's currency (R11).

    Each figure is rounded once. Inside cooling-off everything is returned. For a builder's default nothing is
    forfeited, no late interest is taken, charges are returned too, and interest on the receipts is added.
    """
    is_builders = conditions.initiator == Initiator.BUILDER_DEFAULT
    refundable = account.tax if conditions.is_free or conditions.tax_is_refundable else ZERO
    purse = _Purse(left=account.consideration + refundable)
    if not conditions.is_free:
        if not is_builders:
            purse.keep("forfeit", "Kept of the price", forfeit(account, conditions))
            for code, label, amount in _deductions(account):
                purse.keep(code, label, _as_it_is(label, amount))
        else:
            purse.keep("work", WORK, _as_it_is(WORK, account.work))
        purse.lines += _not_returned(account, account.tax - refundable, is_builders)
    if is_builders and conditions.interest_owed is not None:
        purse.lines.append(_owed(conditions.interest_owed))
    lines = tuple(line for line in purse.lines if line.amount != 0)
    refund = account.received - sum((line.amount for line in lines), ZERO)
    return Settled(
        received=account.received,
        lines=lines,
        refund=refund,
        working=Working(
            figure="Refund",
            rule=RULE,
            formula="money received less Σ lines",
            inputs={"received": account.received, **{line.code: line.amount for line in lines}},
            unrounded=refund,
            amount=refund,
        ),
    )


def forfeit(account: Account, conditions: Conditions) -> Working:
    """The forfeit, min(what the rule says, its cap, P), rounded once (R11)."""
    unrounded, formula, inputs = _share(account, conditions)
    amount = round_money(unrounded, conditions.currency)
    if conditions.forfeit_cap is not None:
        amount = min(amount, conditions.forfeit_cap)
        inputs = {**inputs, "forfeit_cap": conditions.forfeit_cap}
    return Working(
        figure="Kept of the price",
        rule=RULE,
        formula=f"min({formula}, cap, P)",
        inputs={**inputs, "P": account.consideration},
        unrounded=unrounded,
        amount=max(min(amount, account.consideration), ZERO),
    )


def _share(account: Account, conditions: Conditions) -> tuple[Decimal, str, dict[str, object]]:
    """The unrounded figure of the rule, its formula and what goes in."""
    rule: ForfeitRule = conditions.forfeit
    more: dict[str, object] = {}
    inputs: dict[str, object]
    if isinstance(rule, Bands):
        more = {"completion": conditions.completion}
        band = next((each for each in rule.bands if each.holds(conditions.completion)), None)
        rule = Flat(amount=ZERO) if band is None else band.share
    if isinstance(rule, PercentOfPrice):
        inputs = {"A": account.price, "percent": rule.percent, **more}
        return account.price * rule.percent / 100, "A × percent / 100", inputs
    if isinstance(rule, PercentOfPaid):
        inputs = {"percent": rule.percent, **more}
        return account.consideration * rule.percent / 100, "P × percent / 100", inputs
    if isinstance(rule, Flat):
        return rule.amount, "flat", {"flat": rule.amount, **more}
    total = sum(rule.items, ZERO)
    inputs = {"items": [str(item) for item in rule.items], "disclosed": rule.disclosed, **more}
    return min(total, rule.disclosed or ZERO), "min(Σ items, disclosed)", inputs


WORK = "Change work done and not charged yet"


def _deductions(account: Account) -> Iterator[tuple[str, str, Decimal]]:
    """U, W and K of R11, in the order in which they are taken."""
    yield "unpaid_interest", "Late interest not paid", account.unpaid_interest
    yield "work", WORK, account.work
    yield "brokerage", "Brokerage", account.brokerage


def _not_returned(account: Account, tax: Decimal, is_builders: bool) -> Iterator[SettlementLine]:  # noqa: FBT001  # one of two tables
    """What R11 shows as lines so that refund and lines are the money received."""
    label = "Tax that cannot be refunded"
    yield _line("tax", label, tax, _as_it_is(label, tax))
    label = "Late interest that was paid"
    yield _line("interest", label, account.interest, _as_it_is(label, account.interest))
    if not is_builders:
        label = "Charges beside the price that were paid"
        yield _line("charges", label, account.charges, _as_it_is(label, account.charges))


def interest_working(figure: str, accrual: Accrual) -> Working:
    """How interest that a builder owes was computed, by segments that one can recompute (R9)."""
    return Working(
        figure=figure,
        rule="R9",
        formula="Σ receipt × percent × days / 36500",
        inputs={
            "segments": [
                f"{part.balance} × {part.percent} % × {part.days} days ({part.first} to {part.last})"
                for part in accrual.segments
            ]
        },
        unrounded=accrual.unrounded,
        amount=accrual.amount,
    )


def _owed(accrual: Accrual) -> SettlementLine:
    working = interest_working("Interest owed by the builder", accrual)
    return _line("delay_interest", "Interest that the builder owes", -accrual.amount, working)


def _as_it_is(figure: str, amount: Decimal) -> Working:
    """A figure that stands in the account already."""
    return Working(
        figure=figure, rule=RULE, formula="as in the account", unrounded=amount, amount=amount
    )


def _line(code: str, label: str, amount: Decimal, working: Working) -> SettlementLine:
    return SettlementLine(code=code, rule=working.rule, label=label, amount=amount, working=working)
