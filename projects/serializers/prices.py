"""Price lists, tax rates and cost sheets on the wire (R1, R3)."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from projects.enums import ChargeBasis, ChargeKind, TaxClass
from projects.models import PriceList
from projects.rules import CHARGE_BASIS, CHARGE_KIND, TAX_CLASS, UNIT_TYPE
from realestate.core.api.serializers import (
    MoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID


class ChargeRead(ReadSerializer):
    """A line of a price list."""

    sequence = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    kind = serializers.ChoiceField(ChargeKind.choices)
    basis = serializers.ChoiceField(ChargeBasis.choices)
    value = serializers.DecimalField(17, 4, help_text="Per square foot, percent, or amount.")
    percent_of = serializers.ListField(child=serializers.CharField())
    rise_from_floor = serializers.IntegerField(allow_null=True)
    unit_types = serializers.ListField(child=serializers.CharField())
    feature = serializers.CharField()
    tax_class = serializers.CharField(help_text="Empty: the unit's own class.")
    in_consideration = serializers.BooleanField()
    in_plan = serializers.BooleanField()


class PriceListRead(ReadSerializer):
    """A version of a project's prices."""

    prefetch = ("lines",)
    order = ("-version", "-pk")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()
    lines = serializers.SerializerMethodField()

    def get_lines(self, row: PriceList) -> list[dict[str, Any]]:
        """In their order."""
        lines = sorted(row.lines.all(), key=lambda line: line.sequence)
        return list(ChargeRead(lines, many=True).data)


class ChargeWrite(WriteSerializer):
    """A line of a price list, in its order."""

    code = serializers.RegexField(r"^[A-Za-z0-9_-]+$", max_length=30)
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a field of this name, not the option
    kind = WordField(CHARGE_KIND)
    basis = WordField(CHARGE_BASIS)
    value = serializers.DecimalField(17, 4, required=False, min_value=Decimal(0))
    percent_of = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, max_length=50
    )
    rise_from_floor = serializers.IntegerField(
        required=False, allow_null=True, min_value=-20, max_value=500
    )
    unit_types = serializers.ListField(child=WordField(UNIT_TYPE), required=False, max_length=10)
    feature = serializers.CharField(required=False, allow_blank=True, max_length=100)
    tax_class = WordField(TAX_CLASS, required=False, allow_blank=True)
    in_consideration = serializers.BooleanField(required=False)
    in_plan = serializers.BooleanField(required=False)


LINES = [
    {"code": "BASE", "label": "Base price", "kind": "base", "basis": "per_area", "value": 7250},
    {
        "code": "RISE",
        "label": "Floor rise",
        "kind": "floor_rise",
        "basis": "per_area",
        "value": 40,
        "rise_from_floor": 4,
    },
]


class PriceListWrite(WriteSerializer):
    """The next version of a project's prices."""

    example = {"project_id": 1, "effective_from": "2026-04-01", "lines": LINES}

    project_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    effective_from = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    lines = ChargeWrite(many=True)


class PriceListPatch(WriteSerializer):
    """What the next version has otherwise than the one that is named."""

    example = {"note": "Spring offer over"}

    effective_from = serializers.DateField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300)
    lines = ChargeWrite(many=True, required=False)


class TaxRateRead(ReadSerializer):
    """A tax's rate from a day on."""

    order = ("tax_class", "component", "-valid_from", "-pk")

    id = serializers.IntegerField()
    tax_class = serializers.ChoiceField(TaxClass.choices)
    component = serializers.CharField()
    percent = serializers.DecimalField(7, 4)
    valid_from = serializers.DateField()
    note = serializers.CharField()


class TaxRateWrite(WriteSerializer):
    """A rate to be added."""

    example = {
        "tax_class": "residential",
        "component": "CGST",
        "percent": 2.5,
        "valid_from": "2026-04-01",
    }

    tax_class = WordField(TAX_CLASS)
    component = serializers.CharField(max_length=30)
    percent = serializers.DecimalField(7, 4, min_value=Decimal(0), max_value=Decimal(100))
    valid_from = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class CostTaxRead(ReadSerializer):
    """A component of a line's tax."""

    figure = serializers.CharField()
    percent = serializers.DecimalField(7, 4)
    amount = MoneyField()


class CostLineRead(ReadSerializer):
    """A line of a cost sheet; ``amount`` before discount and tax."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    kind = serializers.ChoiceField(ChargeKind.choices)
    amount = MoneyField()
    discount = MoneyField()
    taxable = MoneyField()
    tax_class = serializers.ChoiceField(TaxClass.choices)
    tax_amount = MoneyField()
    taxes = CostTaxRead(many=True)
    in_consideration = serializers.BooleanField()
    working = serializers.SerializerMethodField(help_text="Null without explain=1.")

    def get_working(self, line: dict[str, Any]) -> dict[str, Any] | None:
        """Formula, inputs, unrounded and rounded value."""
        if not self.context.get("explain"):
            return None
        names = ("figure", "rule", "formula", "inputs", "unrounded", "amount")
        return {name: line[name] for name in names}


class CostSheetRead(ReadSerializer):
    """What a unit costs on a day, with the taxes of that day's rates (R1, R3)."""

    unit_id = serializers.IntegerField()
    on = serializers.DateField()
    currency = serializers.CharField(help_text="ISO 4217.")
    price_list_version = serializers.IntegerField(allow_null=True)
    tax_class = serializers.ChoiceField(TaxClass.choices)
    lines = CostLineRead(many=True)
    agreement_value = MoneyField(help_text="A: consideration less discount, before tax.")
    other_charges = MoneyField()
    tax_amount = MoneyField(help_text="An estimate: each demand has the rates of its own day.")
    total_amount = MoneyField()
