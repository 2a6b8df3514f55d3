"""Back-office pages for payments: recorded through the service, never edited, never deleted."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from payments.models import Payment
from payments.services import record_payment
from realestate.core.admin import HouseAdmin, HouseForm, moment, money, text


@admin.register(Payment)
class PaymentAdmin(HouseAdmin):
    """Who paid what."""

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
        "payment_status",
        "paid_date",
        moment("created_at", "Recorded"),
    )
    list_filter = ("payment_status", "payment_type", "payment_method")
    search_fields = (
        "=pk",
        "transaction_id",
        "booking__customer__first_name",
        "booking__customer__last_name",
    )
    autocomplete_fields = ("booking",)
    list_select_related = ("booking__customer",)
    date_hierarchy = "paid_date"
    ordering = ("-pk",)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service: booking locked, twins refused, token recognised."""
        data = dict(form.cleaned_data)
        return record_payment(actor=actor, booking_id=data.pop("booking").pk, **data)
