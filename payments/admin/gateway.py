"""Back-office pages for paying online: what was begun, and what gateways told."""

from django.contrib import admin

from payments.enums import EventOutcome
from payments.models import Checkout, GatewayEvent
from payments.services.webhooks import apply_again
from realestate.core.admin import ReadOnlyAdmin, moment, money, text


@admin.register(Checkout)
class CheckoutAdmin(ReadOnlyAdmin):
    """Attempts to pay online."""

    list_display = (
        "id",
        "booking",
        text("booking.customer", "Customer"),
        "gateway",
        money("amount", "Amount"),
        "state",
        text("payment.receipt_number", "Receipt"),
        moment("begun_at", "Begun"),
    )
    list_filter = ("state", "gateway")
    search_fields = (
        "=pk",
        "external_id",
        "booking__customer__first_name",
        "booking__customer__last_name",
    )
    list_select_related = ("booking__customer", "payment")
    date_hierarchy = "begun_at"
    totals = ("amount",)
    ordering = ("-pk",)


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnlyAdmin):
    """What gateways told, each event once."""

    list_display = (
        "event_id",
        "gateway",
        "kind",
        "outcome",
        "note",
        moment("received_at", "Received"),
    )
    list_filter = ("outcome", "gateway")
    search_fields = ("=pk", "event_id", "payload__facts__external_id")
    list_select_related = False
    date_hierarchy = "received_at"
    ordering = ("-pk",)
    object_actions = {
        "apply": (
            "Apply again",
            lambda actor, pk, _reason: apply_again(actor=actor, event_id=pk),
        )
    }

    def possible_actions(self, row: GatewayEvent) -> list[str]:
        """What waits can be tried again at once."""
        return ["apply"] if row.outcome == EventOutcome.WAITING else []
