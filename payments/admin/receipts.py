"""Back-office pages for payments: recorded, cleared and reversed through services, never edited or deleted (R8)."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from payments.enums import PaymentMethod, ReceiptAction, ReceiptState
from payments.models import Payment
from payments.rules.receipts import RECEIPT_TRANSITIONS
from payments.services import (
    clear_payment,
    record_payment,
    reject_payment,
    reverse_payment,
    verify_certificate,
)
from realestate.core.admin import HouseAdmin, HouseForm, moment, money, text
from realestate.core.states import allowed_actions

CERTIFY = "certify"


@admin.register(Payment)
class PaymentAdmin(HouseAdmin):
    """Who paid what."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    editable = False
    add_fields = (
        "booking",
        "payment_type",
        "amount",
        "payment_method",
        "transaction_id",
        "paid_date",
        "notes",
    )
    list_display = (
        text("receipt_number", "Receipt"),
        "booking",
        text("booking.customer", "Customer"),
        "payment_type",
        money("amount", "Amount"),
        "payment_method",
        "state",
        "paid_date",
        moment("created_at", "Recorded"),
    )
    list_filter = ("state", "payment_type", "payment_method")
    search_fields = (
        "=pk",
        "receipt_number",
        "transaction_id",
        "booking__customer__first_name",
        "booking__customer__last_name",
    )
    autocomplete_fields = ("booking",)
    list_select_related = ("booking__customer",)
    date_hierarchy = "paid_date"
    totals = ("amount",)
    bulk = (ReceiptAction.CLEAR.value, ReceiptAction.REJECT.value)
    ordering = ("-pk",)
    object_actions = {
        ReceiptAction.CLEAR.value: (
            str(ReceiptAction.CLEAR.label),
            lambda actor, pk, _reason: clear_payment(actor=actor, payment_id=pk),
        ),
        ReceiptAction.REJECT.value: (
            str(ReceiptAction.REJECT.label),
            lambda actor, pk, reason: reject_payment(actor=actor, payment_id=pk, reason=reason),
        ),
        ReceiptAction.REVERSE.value: (
            str(ReceiptAction.REVERSE.label),
            lambda actor, pk, reason: reverse_payment(actor=actor, payment_id=pk, reason=reason),
        ),
        CERTIFY: (
            "Verify certificate (its number is the reason)",
            lambda actor, pk, reason: verify_certificate(
                actor=actor, payment_id=pk, certificate_number=reason
            ),
        ),
    }

    def possible_actions(self, row: Payment) -> list[str]:
        """What R8.1 allows in the present state; tax withheld waits for its certificate (R3.5)."""
        actions = allowed_actions(RECEIPT_TRANSITIONS, row.state)
        is_declared = (
            row.payment_method == PaymentMethod.WITHHOLDING
            and row.state == ReceiptState.CLEARED
            and not row.certificate_number
        )
        return [*actions, CERTIFY] if is_declared else actions

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service: booking locked, twins refused, token recognised."""
        data = dict(form.cleaned_data)
        return record_payment(actor=actor, booking_id=data.pop("booking").pk, **data)
