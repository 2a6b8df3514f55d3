"""Back-office pages for purchases that end: settlements with their two buttons, refunds, notices (R11)."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from payments.enums import RefundAction, SettlementAction
from payments.models import DefaultNotice, Refund, Settlement
from payments.rules.settlement import REFUND_TRANSITIONS, SETTLEMENT_TRANSITIONS
from payments.services import decide_settlement, pay_refund, propose_settlement, send_notice
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ObjectAction,
    ReadOnlyAdmin,
    moment,
    money,
    text,
)
from realestate.core.amounts import format_money
from realestate.core.states import allowed_actions

BUYER = ("booking__customer__first_name", "booking__customer__last_name")


def _decider(action: SettlementAction) -> tuple[str, ObjectAction]:
    def decide(actor: Any, pk: int, reason: str) -> object:
        return decide_settlement(actor=actor, settlement_id=pk, action=action, reason=reason)

    return str(action.label), decide


def _pay(actor: Any, pk: int, reason: str) -> object:
    """What is typed beside the button is the reference of the bank transfer."""
    return pay_refund(actor=actor, refund_id=pk, reference=reason)


@admin.register(Settlement)
class SettlementAdmin(HouseAdmin):
    """What is kept and what is returned; proposed here by one person, decided by another."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    editable = False
    add_fields = ("booking", "initiator", "effective_on", "forfeit_percent", "reason")
    list_display = (
        text("number", "Settlement", "pk"),
        text("booking.customer", "Customer"),
        "initiator",
        "effective_on",
        "state",
        money("received", "Received"),
        money("refund_amount", "Refund"),
        moment("requested_at", "Proposed"),
    )
    list_filter = ("state", "initiator")
    date_hierarchy = "effective_on"
    totals = ("received", "refund_amount")
    search_fields = ("=booking__pk", "reason", *BUYER)
    autocomplete_fields = ("booking",)
    list_select_related = ("booking__customer",)
    ordering = ("-pk",)
    fields = (
        ("booking", "version", "state"),
        ("initiator", "effective_on", "forfeit_percent"),
        "reason",
        ("received", "kept", "refund_amount", "refund_due_on"),
        ("requested_by", "requested_at"),
        ("decided_by", "decided_at", "decision_reason"),
    )
    readonly_fields = ("kept",)
    object_actions = {action.value: _decider(action) for action in SettlementAction}

    @admin.display(description="Lines")
    def kept(self, row: Settlement) -> str:
        """Each line with its amount; a negative one is added to what is returned."""
        return "; ".join(f"{line['label']}: {_amount(line, row.currency)}" for line in row.lines)

    def possible_actions(self, row: Settlement) -> list[str]:
        """What R11 allows in the present state."""
        return allowed_actions(SETTLEMENT_TRANSITIONS, row.state)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which computes every figure."""
        data = dict(form.cleaned_data)
        return propose_settlement(actor=actor, booking_id=data.pop("booking").pk, **data)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002  # Django's signature
        **kwargs: Any,
    ) -> Any:
        """An empty percentage is the one that was agreed on the booking."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "forfeit_percent" in form.base_fields:
            form.base_fields["forfeit_percent"].required = False
            form.base_fields["forfeit_percent"].initial = None
        return form


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Money that goes back to buyers. The text beside the button is the reference of the transfer."""

    part_of = "settlement__booking"
    list_display = (
        text("number", "Refund", "pk"),
        text("booking.customer", "Customer"),
        "booking",
        money("amount", "Amount"),
        "due_on",
        "state",
        "paid_on",
        "reference",
    )
    list_filter = ("state",)
    date_hierarchy = "due_on"
    totals = ("amount",)
    search_fields = ("=pk", "reference", *BUYER)
    list_select_related = ("booking__customer",)
    ordering = ("-pk",)
    object_actions = {RefundAction.PAY.value: (str(RefundAction.PAY.label), _pay)}

    def possible_actions(self, row: Refund) -> list[str]:
        """A refund is paid once."""
        return allowed_actions(REFUND_TRANSITIONS, row.state)


@admin.register(DefaultNotice)
class DefaultNoticeAdmin(HouseAdmin):
    """Notices to buyers who do not pay, numbered by the service."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    editable = False
    add_fields = ("booking", "sent_on", "cure_until", "text")
    list_display = (
        "booking",
        text("booking.customer", "Customer"),
        "number",
        "sent_on",
        "cure_until",
        moment("recorded_at", "Recorded"),
    )
    search_fields = ("=booking__pk", *BUYER)
    autocomplete_fields = ("booking",)
    list_select_related = ("booking__customer",)
    date_hierarchy = "sent_on"
    ordering = ("-pk",)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service: its number, the gap to the one before, enough time to cure."""
        data = form.cleaned_data
        return send_notice(
            actor=actor,
            booking_id=data["booking"].pk,
            sent_on=data["sent_on"],
            cure_days=(data["cure_until"] - data["sent_on"]).days,
            text=data["text"],
        )


def _amount(line: dict[str, Any], currency: str) -> str:
    return format_money(Decimal(line["amount"]), currency)
