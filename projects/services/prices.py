"""What a unit costs on a day: its cost sheet (R1), its tax class and the taxes at that day's rates (R3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from projects.enums import ChargeBasis, ChargeKind, ProjectType, TaxClass, UnitType
from projects.models import ChargeLine, PriceList, TaxRate, Unit
from projects.rules import (
    ChargeSpec,
    CostSheet,
    Discount,
    PricingError,
    SheetLine,
    TaxResult,
    UnitFacts,
    cost_sheet,
    tax,
)
from projects.services.limits import AFFORDABLE_AREA_LIMIT, AFFORDABLE_PRICE_LIMIT
from realestate.core.errors import DomainError
from realestate.core.money import ZERO

COMMERCIAL_UNITS = frozenset({UnitType.SHOP, UnitType.OFFICE})
COMMERCIAL_PROJECTS = frozenset({ProjectType.COMMERCIAL, ProjectType.INDUSTRIAL})
# What holds for a project without a price list (and is how a list says that units keep their own prices).
OWN_PRICE = ChargeSpec(
    code="BASE", label="Base price", kind=ChargeKind.BASE, basis=ChargeBasis.UNIT_PRICE
)


class PriceListNotValid(DomainError):
    """These lines do not make a cost sheet."""

    code, status = "price_list_not_valid", 422


@dataclass(frozen=True, kw_only=True)
class PricedUnit:
    """A unit's cost sheet on a day with estimated taxes: ``taxes`` are those of ``sheet.lines``, in their order.

    The taxes are what they would be at the day's rates; each demand computes its own on its issue date (R3.2).
    """

    sheet: CostSheet
    tax_class: str
    tax_amount: Decimal
    taxes: tuple[TaxResult, ...]
    price_list: PriceList | None
    version: int | None  # of the price list; None without one

    @property
    def total_amount(self) -> Decimal:
        """Agreement value, other charges and taxes."""
        return self.sheet.gross + self.tax_amount

    def class_of(self, line: SheetLine) -> str:
        """The line's own tax class, or the unit's."""
        return line.tax_class or self.tax_class

    def lines_json(self) -> list[dict[str, Any]]:
        """The lines as plain JSON for a snapshot; amounts keep their exact digits as text.

        ``amount`` is before the discount, ``discount`` the line's share of it, ``taxable`` the difference.
        """
        return [
            self._line_json(line, taxes)
            for line, taxes in zip(self.sheet.lines, self.taxes, strict=True)
        ]

    def _line_json(self, line: SheetLine, taxes: TaxResult) -> dict[str, Any]:
        return {
            "code": line.code,
            "label": line.label,
            "kind": line.kind,
            **line.working.as_json(),
            "discount": str(line.discount),
            "taxable": str(line.taxable),
            "tax_class": self.class_of(line),
            "tax_amount": str(taxes.total),
            "taxes": [
                {"percent": str(part.percent), **part.working.as_json()}
                for part in taxes.components
            ],
            "in_consideration": line.in_consideration,
            "in_plan": line.in_plan,
        }


def sheet_for(
    unit: Unit,
    day: date,
    discount: Discount | None = None,
    tax_class: str | None = None,
    *,
    is_completed: bool = False,
) -> PricedUnit:
    """What a unit costs on a day by the price list in force; without one it costs its own price (R1, R3).

    ``tax_class`` is the one that a booking fixed; else it is ``tax_class_of`` the unit, for which ``is_completed``
    says whether its tower had its completion certificate. Raises PriceListNotValid (422).
    """
    price_list = PriceList.objects.in_force(unit.project_id, day)
    sheet = sheet_by(charges_of(price_list), unit, discount)
    unit_class = tax_class or _tax_class(unit, sheet, is_completed=is_completed)
    rates = rates_on(day, {line.tax_class or unit_class for line in sheet.lines})
    taxes = tuple(
        tax(line.taxable, rates.get(line.tax_class or unit_class, ()), sheet.currency)
        for line in sheet.lines
    )
    return PricedUnit(
        sheet=sheet,
        tax_class=unit_class,
        tax_amount=sum((part.total for part in taxes), ZERO),
        taxes=taxes,
        price_list=price_list,
        version=price_list.version if price_list else None,
    )


def tax_class_of(unit: Unit, day: date, *, is_completed: bool = False) -> str:
    """R3.2-3: the class of a unit that is sold on a day; a booking keeps it for good.

    Completed before its first sale: not taxed. Shops, offices and units of commercial projects: commercial. Carpet
    area and price before tax both within the limits of the settings: affordable. Everything else: residential.
    """
    price_list = PriceList.objects.in_force(unit.project_id, day)
    return _tax_class(unit, sheet_by(charges_of(price_list), unit), is_completed=is_completed)


def _tax_class(unit: Unit, sheet: CostSheet, *, is_completed: bool) -> TaxClass:
    project = unit.project
    if is_completed:
        return TaxClass.COMPLETED
    if unit.unit_type in COMMERCIAL_UNITS or project.project_type in COMMERCIAL_PROJECTS:
        return TaxClass.COMMERCIAL
    # A limit of 0 is below every unit, so the second one is not asked for.
    if unit.area_sqft <= AFFORDABLE_AREA_LIMIT.for_project(project) and (
        sheet.gross <= AFFORDABLE_PRICE_LIMIT.for_project(project)
    ):
        return TaxClass.AFFORDABLE
    return TaxClass.RESIDENTIAL


def rates_on(day: date, classes: Collection[str]) -> dict[str, list[tuple[str, Decimal]]]:
    """Tax class → its components and percents in force on a day; classes without a rate are absent."""
    rows = TaxRate.objects.all_in_force(classes, day)
    rates: dict[str, list[tuple[str, Decimal]]] = {}
    for row in rows:
        rates.setdefault(row.tax_class, []).append((row.component, row.percent))
    return rates


def charges_of(price_list: PriceList | None) -> tuple[ChargeSpec, ...]:
    """The lines of a price list, in their order; the unit's own price without one."""
    if price_list is None:
        return (OWN_PRICE,)
    return tuple(spec_of(line) for line in price_list.lines.order_by("sequence"))


def spec_of(line: ChargeLine) -> ChargeSpec:
    """A stored line as the rules take it."""
    return ChargeSpec(
        code=line.code,
        label=line.label,
        kind=line.kind,
        basis=line.basis,
        value=line.value,
        percent_of=tuple(line.percent_of),
        rise_from_floor=line.rise_from_floor,
        unit_types=tuple(line.unit_types),
        feature=line.feature,
        tax_class=line.tax_class,
        in_consideration=line.in_consideration,
        in_plan=line.in_plan,
    )


def sheet_by(
    charges: Sequence[ChargeSpec], unit: Unit, discount: Discount | None = None
) -> CostSheet:
    """A unit's cost sheet by given lines. Raises PriceListNotValid (422), naming the line or the discount."""
    facts = UnitFacts(
        area=unit.area_sqft,
        floor=unit.floor_number,
        unit_type=unit.unit_type,
        price=unit.price,
        currency=unit.project.currency,
        features=tuple(unit.features),
        facing=unit.facing,
    )
    try:
        return cost_sheet(facts, charges, discount)
    except PricingError as error:
        raise PriceListNotValid(str(error)) from error
