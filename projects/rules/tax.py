"""R3.1: the tax on an amount, component by component, each rounded by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from realestate.core.money import ZERO, round_money
from realestate.core.working import Working


@dataclass(frozen=True, kw_only=True)
class TaxComponent:
    """One tax of several, such as CGST; ``percent`` of the taxable amount."""

    component: str
    percent: Decimal
    working: Working

    @property
    def amount(self) -> Decimal:
        """What it comes to, rounded."""
        return self.working.amount


@dataclass(frozen=True, kw_only=True)
class TaxResult:
    """The taxes on an amount; ``total`` is the sum of the rounded components, never a rounded sum."""

    taxable: Decimal
    total: Decimal
    components: tuple[TaxComponent, ...]


def tax(taxable: Decimal, rates: Sequence[tuple[str, Decimal]], currency: str = "INR") -> TaxResult:
    """``component_k = round(taxable × rate_k / 100)``, total = Σ components (R3.1). No rates: no tax."""
    components = tuple(
        _component(taxable, name, percent, currency=currency) for name, percent in rates
    )
    total = sum((part.amount for part in components), ZERO)
    return TaxResult(taxable=taxable, total=total, components=components)


def _component(taxable: Decimal, name: str, percent: Decimal, *, currency: str) -> TaxComponent:
    unrounded = taxable * percent / 100
    working = Working(
        figure=name,
        rule="R3.1",
        formula="taxable × percent / 100",
        inputs={"taxable": taxable, "percent": percent},
        unrounded=unrounded,
        amount=round_money(unrounded, currency),
    )
    return TaxComponent(component=name, percent=percent, working=working)
