"""R1: the cost sheet of a unit, computed from charge lines. Pure: facts go in, amounts and their workings come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from projects.enums import ChargeBasis, ChargeKind
from realestate.core.money import MAX_DIGITS, ZERO, round_money
from realestate.core.working import Working

HUNDRED = Decimal(100)
BEYOND = Decimal(10) ** (MAX_DIGITS - 2)  # the first amount that does not fit into a column
DISCOUNTED = (ChargeKind.BASE, ChargeKind.FLOOR_RISE, ChargeKind.PREFERENTIAL)
BASES_OF_KIND: Mapping[str, tuple[ChargeBasis, ...]] = {
    ChargeKind.BASE: (ChargeBasis.PER_AREA, ChargeBasis.FLAT, ChargeBasis.UNIT_PRICE),
    ChargeKind.FLOOR_RISE: (ChargeBasis.PER_AREA, ChargeBasis.FLAT),
    ChargeKind.PREFERENTIAL: (ChargeBasis.PER_AREA, ChargeBasis.PERCENT_OF, ChargeBasis.FLAT),
    ChargeKind.CHARGE: (ChargeBasis.PER_AREA, ChargeBasis.PERCENT_OF, ChargeBasis.FLAT),
}


class PricingError(ValueError):
    """Lines from which no cost sheet can be computed; ``str()`` is a sentence for people."""

    def __init__(self, sentence: str, *, code: str = "") -> None:
        """``code`` names the line that is wrong, if it is one line."""
        self.code = code
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class ChargeSpec:
    """A line of a price list, as the model ChargeLine stores it (R1)."""

    code: str
    label: str
    kind: str
    basis: str
    value: Decimal = ZERO
    percent_of: tuple[str, ...] = ()
    rise_from_floor: int | None = None
    unit_types: tuple[str, ...] = ()
    feature: str = ""
    tax_class: str = ""
    in_consideration: bool = True
    in_plan: bool = True

    def applies_to(self, unit: "UnitFacts") -> bool:
        """Whether the unit bears the line: by its type, and by a feature or its facing (in any case)."""
        wanted = self.feature.casefold()
        found = {text.casefold() for text in (*unit.features, unit.facing)}
        is_of_type = not self.unit_types or unit.unit_type in self.unit_types
        return is_of_type and (not wanted or wanted in found)


@dataclass(frozen=True, kw_only=True)
class UnitFacts:
    """What counts of a unit: carpet area in square feet, floor, type, features, facing and its own price."""

    area: Decimal
    floor: int
    unit_type: str
    price: Decimal
    currency: str = "INR"
    features: tuple[str, ...] = ()
    facing: str = ""


@dataclass(frozen=True, kw_only=True)
class Discount:
    """A percent of the discount base, or a flat amount: exactly one of the two."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        """Raises PricingError for both, for neither and for what is below zero."""
        given = [value for value in (self.percent, self.amount) if value is not None]
        if len(given) != 1:
            message = "A discount is a percentage or an amount."
            raise PricingError(message)
        if not given[0].is_finite() or given[0] < 0:
            message = "A discount cannot be below zero."
            raise PricingError(message)


@dataclass(frozen=True, kw_only=True)
class SheetLine:
    """A line of a cost sheet: what it is, how it was computed, and its share of the discount."""

    charge: ChargeSpec
    working: Working
    discount: Decimal = ZERO

    @property
    def code(self) -> str:
        """Of the charge line."""
        return self.charge.code

    @property
    def label(self) -> str:
        """For people."""
        return self.charge.label

    @property
    def kind(self) -> str:
        """A ChargeKind."""
        return self.charge.kind

    @property
    def tax_class(self) -> str:
        """The line's own; empty: the unit's."""
        return self.charge.tax_class

    @property
    def in_consideration(self) -> bool:
        """Whether it is part of the agreement value."""
        return self.charge.in_consideration

    @property
    def in_plan(self) -> bool:
        """Whether it is spread over the payment plan; what is no part of the agreement value never is."""
        return self.charge.in_plan and self.charge.in_consideration

    @property
    def unrounded(self) -> Decimal:
        """Before the one rounding."""
        return self.working.unrounded

    @property
    def amount(self) -> Decimal:
        """Rounded, before discount and tax."""
        return self.working.amount

    @property
    def taxable(self) -> Decimal:
        """The amount less the line's share of the discount: what is taxed."""
        return self.amount - self.discount


@dataclass(frozen=True, kw_only=True)
class CostSheet:
    """R1 for one unit; amounts in ``currency``, before tax."""

    currency: str
    lines: tuple[SheetLine, ...]
    discount: Working  # its amount is what is taken off; 0 without a discount
    discount_base: Decimal
    agreement_value: Decimal  # A: Σ in_consideration lines - discount
    other_charges: Decimal  # Σ of the other lines

    @property
    def discount_amount(self) -> Decimal:
        """What is taken off, rounded."""
        return self.discount.amount

    @property
    def gross(self) -> Decimal:
        """Everything that is paid before tax."""
        return self.agreement_value + self.other_charges

    @property
    def plan_value(self) -> Decimal:
        """What the payment plan spreads: A less the lines that are due on their own."""
        return sum((line.taxable for line in self.lines if line.in_plan), ZERO)

    @property
    def value_working(self) -> Working:
        """How A came about."""
        lines = {line.code: line.amount for line in self.lines if line.in_consideration}
        return Working(
            figure="Agreement value",
            rule="R1",
            formula="sum of the lines in consideration - discount",
            inputs={**lines, "discount": self.discount_amount},
            unrounded=self.agreement_value,
            amount=self.agreement_value,
        )


def cost_sheet(
    unit: UnitFacts, charges: Sequence[ChargeSpec], discount: Discount | None = None
) -> CostSheet:
    """The lines that a unit bears, in their order, each rounded once, and A (R1).

    Raises PricingError: see ``check_charges``; a unit without exactly one base line; amounts too large to store; a
    discount above its base; A ≤ 0.
    """
    check_charges(charges)
    lines = _lines(unit, [charge for charge in charges if charge.applies_to(unit)])
    base = sum((line.amount for line in lines if _is_discounted(line)), ZERO)
    off = _discount(discount, base, unit.currency)
    lines = _spread(lines, off.amount, base, unit.currency)
    value = sum((line.amount for line in lines if line.in_consideration), ZERO) - off.amount
    if value <= 0:
        message = "The agreement value must be above zero."
        raise PricingError(message)
    sheet = CostSheet(
        currency=unit.currency,
        lines=tuple(lines),
        discount=off,
        discount_base=base,
        agreement_value=value,
        other_charges=sum((line.amount for line in lines if not line.in_consideration), ZERO),
    )
    if sheet.gross >= BEYOND:
        raise PricingError(TOO_LARGE)
    if sheet.plan_value <= 0:
        message = "Some part of the agreement value must be spread over the payment plan."
        raise PricingError(message)
    return sheet


TOO_LARGE = "The amounts are too large."


def check_charges(charges: Sequence[ChargeSpec]) -> None:
    """What holds for lines whatever the unit is. Raises PricingError naming the line.

    Codes are unique; a kind is computed on a basis that it knows; percentages name lines before them and are at most
    100; a floor rise, and nothing else, says from which floor on.
    """
    known: set[str] = set()
    codes = {charge.code for charge in charges}
    for charge in charges:
        for is_wrong, sentence in _faults(charge, known, codes):
            if is_wrong:
                raise PricingError(f"{charge.code}: {sentence}", code=charge.code)
        known.add(charge.code)


def _faults(charge: ChargeSpec, known: set[str], codes: set[str]) -> list[tuple[bool, str]]:
    is_percent = charge.basis == ChargeBasis.PERCENT_OF
    is_own = charge.basis == ChargeBasis.UNIT_PRICE
    named = set(charge.percent_of)
    return [
        (charge.code in known, "there are two lines with this code."),
        (
            charge.basis not in BASES_OF_KIND.get(charge.kind, ()),
            "this kind of line cannot be computed on this basis.",
        ),
        (not is_own and charge.value <= 0, "the value must be above zero."),
        (is_own and charge.value != 0, "the unit's own price needs no value."),
        (is_percent and charge.value > HUNDRED, "at most 100 percent."),
        (is_percent != bool(named), "a percentage, and nothing else, names the lines it is of."),
        (bool(named - codes), "it is a percentage of a line that does not exist."),
        (bool(named - known), "it can only be a percentage of lines before it."),
        (
            (charge.kind == ChargeKind.FLOOR_RISE) != (charge.rise_from_floor is not None),
            "a floor rise, and nothing else, says from which floor it counts.",
        ),
    ]


def _lines(unit: UnitFacts, charges: Sequence[ChargeSpec]) -> list[SheetLine]:
    if sum(charge.kind == ChargeKind.BASE for charge in charges) != 1:
        message = "A unit needs exactly one base line."
        raise PricingError(message)
    amounts: dict[str, Decimal] = {}
    lines = []
    for charge in charges:
        formula, inputs, unrounded = _computed(unit, charge, amounts)
        if unrounded >= BEYOND:
            raise PricingError(TOO_LARGE, code=charge.code)
        amounts[charge.code] = round_money(unrounded, unit.currency)
        working = Working(
            figure=charge.label,
            rule="R1",
            formula=formula,
            inputs=inputs,
            unrounded=unrounded,
            amount=amounts[charge.code],
        )
        lines.append(SheetLine(charge=charge, working=working))
    return lines


Computed = tuple[str, dict[str, object], Decimal]  # formula, inputs, unrounded amount


def _computed(unit: UnitFacts, charge: ChargeSpec, amounts: Mapping[str, Decimal]) -> Computed:
    if charge.kind == ChargeKind.FLOOR_RISE:
        return _floor_rise(unit, charge)
    match charge.basis:
        case ChargeBasis.PER_AREA:
            inputs: dict[str, object] = {"rate": charge.value, "area": unit.area}
            return "rate × area", inputs, charge.value * unit.area
        case ChargeBasis.PERCENT_OF:
            # A line that this unit does not bear counts nothing.
            parts = {code: amounts[code] for code in charge.percent_of if code in amounts}
            total = sum(parts.values(), ZERO)
            names = " + ".join(parts) or "0"
            formula = f"({names}) × percent / 100"
            return formula, {**parts, "percent": charge.value}, total * charge.value / HUNDRED
        case ChargeBasis.UNIT_PRICE:
            return "the unit's own price", {"price": unit.price}, unit.price
        case _:
            return "flat amount", {"flat": charge.value}, charge.value


def _floor_rise(unit: UnitFacts, charge: ChargeSpec) -> Computed:
    first = charge.rise_from_floor or 0
    floors = max(0, unit.floor - first)
    formula = "max(0, floor - rise_from_floor) × rate"
    inputs: dict[str, object] = {
        "floor": unit.floor,
        "rise_from_floor": first,
        "rate": charge.value,
    }
    if charge.basis == ChargeBasis.FLAT:
        return formula, inputs, floors * charge.value
    return f"{formula} × area", {**inputs, "area": unit.area}, floors * charge.value * unit.area


def _is_discounted(line: SheetLine) -> bool:
    return line.kind in DISCOUNTED and line.in_consideration


def _discount(discount: Discount | None, base: Decimal, currency: str) -> Working:
    inputs: dict[str, object] = {"discount_base": base}
    if discount is None:
        formula, unrounded = "no discount", ZERO
    elif discount.percent is not None:
        formula, unrounded = "discount_base × percent / 100", base * discount.percent / HUNDRED
        inputs["percent"] = discount.percent
    else:
        formula, unrounded = "flat amount", discount.amount or ZERO
        inputs["flat"] = unrounded
    if unrounded > base:
        message = f"The discount is above what it can be taken off: {base}."
        raise PricingError(message)
    return Working(
        figure="Discount",
        rule="R1",
        formula=formula,
        inputs=inputs,
        unrounded=unrounded,
        amount=round_money(unrounded, currency),
    )


def _spread(
    lines: Sequence[SheetLine], off: Decimal, base: Decimal, currency: str
) -> list[SheetLine]:
    """Each discounted line's share, in proportion to its amount. Running totals are rounded, so the shares add up."""
    if not off:
        return list(lines)
    shared, so_far, given = [], ZERO, ZERO
    for line in lines:
        if _is_discounted(line):
            so_far += line.amount
            until_here = round_money(off * so_far / base, currency)
            shared.append(replace(line, discount=until_here - given))
            given = until_here
        else:
            shared.append(line)
    return shared
