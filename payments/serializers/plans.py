"""Payment plans and schedules on the wire (R2)."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.enums import PaymentPlan
from bookings.rules import PLAN_WORDS
from bookings.serializers import WorkingRead
from payments.enums import LineKind, PlanKind, Trigger
from payments.models import ScheduleLine, ScheduleRevision
from realestate.core.api.serializers import (
    MoneyField,
    PositiveMoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.vocabulary import Vocabulary

KIND_WORDS, LINE_WORDS, TRIGGER_WORDS = (
    Vocabulary(PlanKind),
    Vocabulary(LineKind),
    Vocabulary(Trigger),
)


class PlanLineRead(ReadSerializer):
    """A line of a plan; a fixed line without an amount is the booking's token."""

    sequence = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    kind = serializers.ChoiceField(LineKind.choices)
    percent = serializers.DecimalField(7, 4, allow_null=True)
    amount = MoneyField(allow_null=True)
    trigger = serializers.ChoiceField(Trigger.choices)
    offset = serializers.IntegerField(allow_null=True, help_text="Days or months after booking.")
    fixed_on = serializers.DateField(allow_null=True)
    milestone_code = serializers.CharField()
    less_fixed = serializers.BooleanField(help_text="The fixed lines before it are part of it.")


class PlanRead(ReadSerializer):
    """A payment plan that a builder offers in a project."""

    prefetch = ("lines",)

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    payment_plan = serializers.ChoiceField(PaymentPlan.choices)
    name = serializers.CharField()
    kind = serializers.ChoiceField(PlanKind.choices)
    is_active = serializers.BooleanField()
    lines = serializers.SerializerMethodField()

    def get_lines(self, plan: Any) -> list[dict[str, Any]]:
        """In their order."""
        rows = sorted(plan.lines.all(), key=lambda line: line.sequence)
        return list(PlanLineRead(rows, many=True).data)


class PlanLineWrite(WriteSerializer):
    """A line of a plan or of a revised schedule, in its order."""

    label = serializers.CharField(max_length=200)  # type: ignore[assignment]  # a field of this name, not the option
    kind = WordField(LINE_WORDS)
    trigger = WordField(TRIGGER_WORDS)
    percent = serializers.DecimalField(
        7, 4, required=False, allow_null=True, min_value=Decimal("0.0001"), max_value=Decimal(100)
    )
    amount = PositiveMoneyField(required=False, allow_null=True)
    offset = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3_650)
    fixed_on = serializers.DateField(required=False, allow_null=True)
    milestone_code = serializers.CharField(required=False, allow_blank=True, max_length=30)
    less_fixed = serializers.BooleanField(required=False)


LINES = [
    {"label": "Token", "kind": "fixed", "trigger": "on_booking"},
    {
        "label": "On agreement",
        "kind": "percent",
        "percent": 20,
        "trigger": "on_agreement",
        "less_fixed": True,
    },
    {"label": "On possession", "kind": "percent", "percent": 80, "trigger": "on_possession_offer"},
]


class PlanWrite(WriteSerializer):
    """A plan to be offered."""

    example = {
        "project_id": 1,
        "payment_plan": "installments",
        "name": "20 : 80",
        "kind": "possession_linked",
        "lines": LINES,
    }

    project_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    payment_plan = WordField(PLAN_WORDS)
    name = serializers.CharField(max_length=200)
    kind = WordField(KIND_WORDS, required=False)
    lines = PlanLineWrite(many=True)


class PlanPatch(WriteSerializer):
    """What may change of a plan; bookings that were made by it keep what they have."""

    example = {"name": "20 : 80, revised"}

    payment_plan = WordField(PLAN_WORDS, required=False)
    name = serializers.CharField(max_length=200, required=False)
    kind = WordField(KIND_WORDS, required=False)
    lines = PlanLineWrite(many=True, required=False)


class PreviewLineRead(PlanLineRead):
    """A line with its amount for a unit."""

    working = serializers.DictField(allow_null=True, help_text="Null without explain=1.")


class PreviewRead(ReadSerializer):
    """What a unit would cost by a plan, before tax."""

    unit_id = serializers.IntegerField()
    payment_plan = serializers.ChoiceField(PaymentPlan.choices)
    plan_id = serializers.IntegerField(allow_null=True, help_text="Null: the platform's own plan.")
    name = serializers.CharField()
    agreement_value = MoneyField()
    plan_value = MoneyField(
        help_text="What the plan spreads; the other lines are due on possession."
    )
    currency = serializers.CharField(help_text="ISO 4217.")
    lines = PreviewLineRead(many=True)


class ScheduleLineRead(PlanLineRead):
    """A line of a booking's schedule."""

    id = serializers.IntegerField()
    is_extra = serializers.BooleanField(help_text="A charge outside the agreement value.")
    change_quote_id = serializers.IntegerField(allow_null=True)
    retired_in_id = serializers.IntegerField(
        allow_null=True, help_text="The revision that replaced it."
    )
    working = serializers.SerializerMethodField(
        help_text="How the amount was computed (R2); null without explain=1."
    )

    @extend_schema_field(WorkingRead(allow_null=True))
    def get_working(self, line: ScheduleLine) -> dict[str, Any] | None:
        """Inputs, rule, unrounded and rounded value."""
        working = self.context.get("workings", {}).get(line.pk)
        return None if working is None else dict(WorkingRead(working.as_json()).data)


class RevisionRead(ReadSerializer):
    """A numbered state of a booking's schedule, with the lines that it brought."""

    prefetch = ("lines",)
    order = ("number", "pk")

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    lines = serializers.SerializerMethodField()

    def get_lines(self, revision: ScheduleRevision) -> list[dict[str, Any]]:
        """In their order."""
        rows = sorted(revision.lines.all(), key=lambda line: line.sequence)
        return list(ScheduleLineRead(rows, many=True, context=self.context).data)


class RevisionWrite(WriteSerializer):
    """Other lines for what no demand has asked for; their sum is that of the lines they replace."""

    example = {
        "reason": "Agreed on 4 January",
        "lines": [
            {
                "label": "In July",
                "kind": "fixed",
                "amount": 1500000,
                "trigger": "fixed_date",
                "fixed_on": "2026-07-01",
            }
        ],
    }

    reason = serializers.CharField(max_length=300)
    lines = PlanLineWrite(many=True)
