"""What settlements, refunds and notices look like on the wire (R11)."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from payments.enums import Initiator, RefundState, SettlementState
from payments.models import Refund, Settlement
from payments.rules.facts import Accrual
from payments.rules.settlement import interest_working
from payments.rules.words import INITIATOR_WORDS
from payments.services import late_interest
from realestate.core import clock
from realestate.core.api.serializers import (
    MoneyField,
    PageRead,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID

MOST_DAYS = 365


class SettlementLineRead(ReadSerializer):
    """What is kept; a negative amount is added to what is returned. Amounts are in the settlement's currency."""

    code = serializers.CharField()
    rule = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the wire's name; DRF's property stays
    amount = MoneyField()
    working = serializers.SerializerMethodField(help_text="Null without explain=1.")

    def get_working(self, line: dict[str, Any]) -> dict[str, Any] | None:
        """Inputs, rule, unrounded and rounded values."""
        return line["working"] if self.context.get("explain") else None


class SettlementRead(ReadSerializer):
    """What is kept and what is returned when a booking ends: refund and lines are the money received."""

    related = ("booking",)

    id = serializers.IntegerField()
    number = serializers.CharField()
    booking_id = serializers.IntegerField()
    booking_number = serializers.CharField(source="booking.booking_number")
    version = serializers.IntegerField()
    initiator = serializers.ChoiceField(Initiator.choices)
    effective_on = serializers.DateField()
    state = serializers.ChoiceField(SettlementState.choices)
    reason = serializers.CharField()
    currency = serializers.CharField(help_text="ISO 4217.")
    forfeit_percent = serializers.DecimalField(7, 4, help_text="Of the agreement value.")
    received = MoneyField()
    lines = SettlementLineRead(many=True)
    refund_amount = MoneyField()
    refund_due_on = serializers.DateField()
    working = serializers.SerializerMethodField(
        help_text="How the refund was computed; null without explain=1."
    )
    requested_by_id = serializers.IntegerField()
    requested_at = serializers.DateTimeField()
    decided_by_id = serializers.IntegerField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()

    def get_working(self, row: Settlement) -> dict[str, Any] | None:
        """Inputs, rule, unrounded and rounded values."""
        return row.working if self.context.get("explain") else None


class SettlementPageRead(PageRead):
    """A page of settlements."""

    settlements = SettlementRead(many=True)


class RefundRead(ReadSerializer):
    """Money that goes back to a buyer: of a settlement, or of a payment that came too late."""

    related = ("booking", "project")

    id = serializers.IntegerField()
    number = serializers.CharField()
    booking_id = serializers.IntegerField()
    booking_number = serializers.CharField(source="booking.booking_number")
    settlement_id = serializers.IntegerField(allow_null=True)
    payment_id = serializers.IntegerField(allow_null=True)
    amount = MoneyField()
    currency = serializers.CharField(help_text="ISO 4217.")
    due_on = serializers.DateField()
    state = serializers.ChoiceField(RefundState.choices)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    paid_on = serializers.DateField(allow_null=True)
    reference = serializers.CharField(help_text="Of the bank transfer.")
    late_interest = serializers.SerializerMethodField(
        help_text="What a late refund bears, up to its payment or today; not part of the amount."
    )
    late_interest_working = serializers.SerializerMethodField(help_text="Null without explain=1.")

    @extend_schema_field(MoneyField())
    def get_late_interest(self, refund: Refund) -> Decimal:
        """R11: from the day it was due."""
        return self._accrual(refund).amount

    def get_late_interest_working(self, refund: Refund) -> dict[str, Any] | None:
        """Inputs, rule, unrounded and rounded values."""
        if not self.context.get("explain"):
            return None
        return interest_working("Interest on a late refund", self._accrual(refund)).as_json()

    def _accrual(self, refund: Refund) -> Accrual:
        today = clock.today(refund.project.time_zone)
        return late_interest(refund, self.context["rates"], today)


class RefundPageRead(PageRead):
    """A page of refunds."""

    refunds = RefundRead(many=True)


class NoticeRead(ReadSerializer):
    """A notice to a buyer who does not pay."""

    order = ("number", "pk")

    id = serializers.IntegerField()
    booking_id = serializers.IntegerField()
    number = serializers.IntegerField()
    sent_on = serializers.DateField()
    cure_until = serializers.DateField(help_text="The last day on which paying helps.")
    text = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class SettlementWrite(WriteSerializer):
    """Propose how the money is settled; the figures come from the server."""

    blank_is_null = ("effective_on", "forfeit_percent")
    example = {
        "booking_id": 7,
        "initiator": "buyer",
        "effective_on": "2026-01-05",
        "reason": "The buyer moves abroad.",
    }

    booking_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    initiator = WordField(INITIATOR_WORDS)
    effective_on = serializers.DateField(
        required=False, allow_null=True, help_text="Today in the project's zone when left out."
    )
    forfeit_percent = serializers.DecimalField(
        7,
        4,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
        help_text="Of the agreement value; what was agreed on the booking when left out, never more.",
    )
    reason = serializers.CharField(max_length=500)


class ApprovalWrite(WriteSerializer):
    """Approve a settlement; the body may be empty."""

    example = {"reason": "As agreed with the buyer."}

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class RefusalWrite(WriteSerializer):
    """Say why a settlement is refused."""

    example = {"reason": "The buyer's last payment is missing."}

    reason = serializers.CharField(max_length=500)


class RefundWrite(WriteSerializer):
    """Say how a refund was paid."""

    blank_is_null = ("paid_on",)
    example = {"reference": "UTR-202601050077", "paid_on": "2026-01-05"}

    reference = serializers.CharField(max_length=100, help_text="Of the bank transfer.")
    paid_on = serializers.DateField(
        required=False, allow_null=True, help_text="Today in the project's zone when left out."
    )


class NoticeWrite(WriteSerializer):
    """Record a notice; the body may be empty."""

    blank_is_null = ("sent_on",)
    example = {"sent_on": "2026-01-05", "cure_days": 15, "text": "Please pay what is overdue."}

    sent_on = serializers.DateField(
        required=False, allow_null=True, help_text="Today in the project's zone when left out."
    )
    cure_days = serializers.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        required=False,
        help_text="Time to pay; the project's setting when left out, never less.",
    )
    text = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
