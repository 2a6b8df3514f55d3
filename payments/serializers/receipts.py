"""What payments look like on the wire (contract 7.5)."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.enums import PaidShare
from bookings.serializers import WorkingRead
from payments import services
from payments.enums import PaymentMethod, PaymentStatus, PaymentType, ReceiptState
from payments.models import Payment
from payments.rules.words import METHOD_WORDS, TYPE_WORDS
from realestate.core.api.links import reader_in
from realestate.core.api.pdf import document_link
from realestate.core.api.serializers import (
    MoneyField,
    PageRead,
    PositiveMoneyField,
    ReadSerializer,
    WordField,
    WriteSerializer,
)
from realestate.core.db.fields import BIGGEST_ID


class PaymentRead(ReadSerializer):
    """A payment."""

    aliases = {"payment_date": "paid_date", "status": "payment_status"}
    related = ("booking",)
    order = ("-paid_date", "-pk")

    id = serializers.IntegerField()
    receipt_number = serializers.CharField()
    booking_id = serializers.IntegerField()
    booking_number = serializers.CharField(source="booking.booking_number")
    payment_type = serializers.ChoiceField(PaymentType.choices)
    amount = MoneyField()
    currency = serializers.CharField(help_text="ISO 4217.")
    payment_method = serializers.ChoiceField(PaymentMethod.choices)
    payment_status = serializers.ChoiceField(PaymentStatus.choices)
    state = serializers.ChoiceField(
        ReceiptState.choices, help_text="Where the receipt stands; only cleared ones count."
    )
    is_held_excess = serializers.BooleanField(
        help_text="Held apart until the agreement is signed, because it was beyond the cap."
    )
    state_reason = serializers.CharField(help_text="Why it was rejected or reversed.")
    transaction_id = serializers.CharField()
    due_date = serializers.DateField(allow_null=True)
    paid_date = serializers.DateField(
        allow_null=True, help_text="Value date, in the project's time zone."
    )
    notes = serializers.CharField()
    certificate_number = serializers.CharField(
        help_text="Of tax withheld; empty while it is only declared."
    )
    receipt_url = serializers.SerializerMethodField(
        help_text="Opens the receipt without a login for ten minutes; null before the money arrived."
    )
    working = serializers.SerializerMethodField(
        help_text="Which items it pays and what of it is an advance; null without explain=1."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_working(self, payment: Payment) -> dict[str, Any] | None:
        """As the account stands now; asked for one payment, not for lists."""
        if not self.context.get("explain"):
            return None
        return services.explain_payment(payment, services.applied_of(payment)).as_json()

    def get_receipt_url(self, payment: Payment) -> str | None:
        """A fresh link for whoever reads."""
        if payment.payment_status != PaymentStatus.COMPLETED:
            return None
        return document_link(f"/api/payments/{payment.pk}/receipt", reader_in(self.context))


class PaymentPageRead(PageRead):
    """A page of payments."""

    payments = PaymentRead(many=True)


class ScheduleItemRead(ReadSerializer):
    """One line of what is to be paid."""

    installment_number = serializers.IntegerField()
    payment_type = serializers.ChoiceField(PaymentType.choices)
    due_date = serializers.DateField(allow_null=True)
    amount = MoneyField(help_text="With tax: as demanded, until then at today's rates.")
    paid_amount = MoneyField()
    status = serializers.ChoiceField(PaidShare.choices)
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the option
    principal = MoneyField(help_text="Before tax.")
    tax = MoneyField()
    trigger = serializers.CharField(help_text="What makes it due; empty until there is a plan.")
    milestone_code = serializers.CharField()
    demand_id = serializers.IntegerField(allow_null=True, help_text="Once it is demanded.")
    workings = serializers.SerializerMethodField(
        help_text="How principal and taxes were computed (R2, R3.1); null without explain=1."
    )

    @extend_schema_field(WorkingRead(many=True, allow_null=True))
    def get_workings(self, item: Any) -> list[dict[str, Any]] | None:
        """Inputs, rule, unrounded and rounded value of each."""
        return list(item.workings) if self.context.get("explain_schedule") else None


class BookingPaymentsRead(ReadSerializer):
    """What was paid for a booking and what is to be paid."""

    booking_id = serializers.IntegerField()
    payments = PaymentRead(many=True)
    total_paid = serializers.DecimalField(17, 2)
    total_pending = serializers.DecimalField(17, 2)
    payment_schedule = ScheduleItemRead(many=True)
    workings = WorkingRead(
        many=True,
        allow_null=True,
        help_text="Paid, open, and what may still be received before signature (R6); null without explain=1.",
    )


class PaymentWrite(WriteSerializer):
    """Record a payment that arrived."""

    aliases = {"payment_date": "paid_date"}
    blank_is_null = ("paid_date", "due_date")
    example = {
        "booking_id": 7,
        "payment_type": "token",
        "amount": 75000,
        "payment_method": "upi",
        "transaction_id": "UTR-202601050077",
        "payment_date": "2026-01-05",
    }

    booking_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    payment_type = WordField(TYPE_WORDS)
    amount = PositiveMoneyField(help_text="In the booking's currency.")
    payment_method = WordField(METHOD_WORDS)
    transaction_id = serializers.CharField(required=False, allow_blank=True, max_length=100)
    paid_date = serializers.DateField(
        required=False, allow_null=True, help_text="Today in the project's time zone when left out."
    )
    due_date = serializers.DateField(required=False, allow_null=True)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=5_000)
    is_cleared = serializers.BooleanField(
        default=True, help_text="false: recorded only, such as a cheque that is not cashed yet."
    )
