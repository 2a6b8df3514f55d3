"""How a figure was computed: every amount can be asked to explain itself (``?explain=1``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Working:
    """A figure, the rule that it follows, what went in, and what came out before and after the one rounding."""

    figure: str  # such as "Floor rise"
    rule: str  # such as "R1"
    formula: str  # such as "max(0, floor - rise_from_floor) × rate × area"
    inputs: Mapping[str, object] = field(default_factory=dict)
    unrounded: Decimal
    amount: Decimal

    def as_json(self) -> dict[str, Any]:  # plain JSON values
        """For a JSON column or an answer; decimals keep their digits as text."""
        return {
            "figure": self.figure,
            "rule": self.rule,
            "formula": self.formula,
            "inputs": {name: _plain(value) for name, value in self.inputs.items()},
            "unrounded": str(self.unrounded),
            "amount": str(self.amount),
        }


def exact(
    figure: str, rule: str, formula: str, inputs: Mapping[str, object], *, amount: Decimal
) -> Working:
    """A figure that needed no rounding: a sum of amounts that are rounded already, or as agreed."""
    return Working(
        figure=figure,
        rule=rule,
        formula=formula,
        inputs=inputs,
        unrounded=amount,
        amount=amount,
    )


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | str | list) or value is None else str(value)
