"""Back-office pages for bookings and change requests. Buttons come from the transition tables."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from bookings.enums import BookingAction, BookingState, ChangeAction, ChangeState, QuoteAction
from bookings.models import Booking, ChangeCutoff, ChangeQuote, ChangeRequest
from bookings.rules import (
    BUILDER_CHANGE_ACTIONS,
    BY_HAND,
    CHANGE_TRANSITIONS,
    QUOTE_TRANSITIONS,
    TRANSITIONS,
)
from bookings.services import (
    answer_change,
    book_unit,
    decide_change_quote,
    generate_agreement,
    move_booking,
    quote_change,
    state_at,
    update_booking,
)
from realestate.core import clock
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ObjectAction,
    ReadOnlyAdmin,
    moment,
    money,
    text,
)
from realestate.core.enums import Duty
from realestate.core.states import allowed_actions


def _mover(action: BookingAction) -> tuple[str, ObjectAction]:
    def move(actor: Any, pk: int, reason: str) -> object:
        return move_booking(actor=actor, booking_id=pk, action=action, reason=reason)

    return str(action.label), move


def _stepper(action: ChangeAction, state: ChangeState) -> tuple[str, ObjectAction]:
    def step(actor: Any, pk: int, reason: str) -> object:
        texts = {"rejection_reason": reason} if state == ChangeState.REJECTED and reason else {}
        return answer_change(actor=actor, change_request_id=pk, changes=texts, wanted=state)

    return str(action.label), step


CHANGE_STEPS = {
    ChangeAction(name): ChangeState(new)
    for steps in CHANGE_TRANSITIONS.values()
    for name, new in steps.items()
    if name in BUILDER_CHANGE_ACTIONS
}


@admin.register(Booking)
class BookingAdmin(HouseAdmin):
    """Who has booked what, and where it stands (R5). Money and state move through services only."""

    zone_path = "project.time_zone"
    change_form_template = "admin/house/booking_change_form.html"
    list_display = (
        text("booking_number", "Booking", "pk"),
        "customer",
        text("unit.unit_number", "Unit"),
        "project",
        "state_now",
        money("total_amount", "Total"),
        money("paid_amount", "Paid"),
        moment("booking_date", "Booked"),
    )
    list_filter = ("state", "payment_plan")
    search_fields = (
        "=pk",
        "customer__first_name",
        "customer__last_name",
        "customer__user__email",
        "unit__unit_number",
        "project__project_name",
    )
    numbers = {"BK": "pk"}
    choice_joins = ("customer", "unit", "project")
    autocomplete_fields = ("customer", "unit")
    list_select_related = ("customer", "unit", "project", "claim", "quote")
    date_hierarchy = "booking_date"
    totals = ("total_amount", "paid_amount")
    bulk_actions = {
        "generate_agreement": (
            "Generate agreement",
            lambda actor, pk, _reason: generate_agreement(actor=actor, booking_id=pk),
        )
    }
    ordering = ("-booking_date", "-pk")
    add_fields = ("customer", "unit", "payment_plan", "token_amount", "special_requests")
    needed = ("unit",)  # an inquiry has none
    readonly_fields = (
        "customer",
        "project",
        "unit",
        "claim",
        "state_now",
        "state_reason",
        "booking_date",
        "quote",
        "tax_class",
        "agreement_value",
        "other_charges",
        "tax_amount",
        "total_amount",
        "token_amount",
        "currency",
        "payment_plan",
        "agent",
        "rating",
        "cooling_off_until",
        "version",
    )
    fields = (
        ("customer", "project", "unit"),
        ("state_now", "state_reason", "claim"),
        ("booking_date", "payment_plan", "version"),
        ("quote", "tax_class"),
        ("agreement_value", "other_charges", "tax_amount"),
        ("total_amount", "token_amount", "currency"),
        ("loan_amount", "loan_approved"),
        ("expected_registration_date", "actual_registration_date", "registration_number"),
        "cooling_off_until",
        "special_requests",
        ("agent", "rating"),
        ("created_at", "updated_at"),
    )
    object_actions = {action.value: _mover(action) for action in BookingAction if action in BY_HAND}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """With what has been paid."""
        return super().get_queryset(request).with_figures("paid_amount")  # type: ignore[no-any-return, attr-defined]  # BookingQuerySet

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new booking names buyer, unit and plan; afterwards they are facts."""
        return super().get_readonly_fields(request, obj) if obj else []

    @admin.display(description="State", ordering="state")
    def state_now(self, row: Booking) -> str:
        """The state at this moment: a lapsed hold is expired (R4.4)."""
        return str(BookingState(state_at(row, clock.now())).label)

    def possible_actions(self, row: Booking) -> list[str]:
        """What R5 allows at this moment."""
        return [
            name
            for name in allowed_actions(TRANSITIONS, state_at(row, clock.now()))
            if name in BY_HAND
        ]

    def choice(self, row: Booking) -> str:
        """The number says little by itself."""
        place = f"{row.unit}, {row.project}" if row.unit else str(row.project)
        return f"{row.booking_number} · {row.customer} · {place}"

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """R4, R5: through the service that claims the unit; the price is the server's."""
        data = form.cleaned_data
        return book_unit(
            actor=actor,
            unit_id=data["unit"].pk,
            customer_id=data["customer"].pk,
            token_amount=data["token_amount"],
            payment_plan=data["payment_plan"],
            special_requests=data["special_requests"],
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which counts versions."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_booking(actor=actor, booking_id=form.instance.pk, changes=changes)


@admin.register(ChangeRequest)
class ChangeRequestAdmin(HouseAdmin):
    """What buyers want built differently (R13)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    addable = False  # customers ask
    currency_path = "booking.currency"
    list_display = (
        text("tracking_number", "Number", "pk"),
        text("booking.customer", "Customer"),
        "booking",
        "request_type",
        "request_title",
        "state",
        money("estimated_cost", "Estimate", "booking.currency"),
        moment("created_at", "Asked"),
    )
    list_filter = ("state", "request_type")
    search_fields = (
        "=pk",
        "request_title",
        "booking__customer__first_name",
        "booking__customer__last_name",
    )
    list_select_related = ("booking__customer",)
    date_hierarchy = "created_at"
    totals = ("estimated_cost",)
    ordering = ("-created_at", "-pk")
    readonly_fields = (
        "booking",
        "request_type",
        "request_title",
        "request_description",
        "current_specification",
        "requested_specification",
        "attachments",
        "state",
        "approval_date",
        "completion_date",
        "final_cost",
        "rejection_reason",
    )
    object_actions = {
        action.value: _stepper(action, state) for action, state in CHANGE_STEPS.items()
    }

    def possible_actions(self, row: ChangeRequest) -> list[str]:
        """What R13 allows the builder in the present state."""
        return allowed_actions(CHANGE_TRANSITIONS, row.state)

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """The builder's answer, through the service."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return answer_change(actor=actor, change_request_id=form.instance.pk, changes=changes)


def _quote_decider(action: QuoteAction) -> tuple[str, ObjectAction]:
    def decide(actor: Any, pk: int, reason: str) -> object:
        approve = action == QuoteAction.APPROVE
        return decide_change_quote(
            actor=actor, change_quote_id=pk, approve=approve, reason=reason[:300]
        )

    return str(action.label), decide


@admin.register(ChangeCutoff)
class ChangeCutoffAdmin(ReadOnlyAdmin):
    """Until which stage of construction kinds of change can be agreed; set by the builder (R13.1)."""

    list_display = ("project", "request_type", "milestone_code")
    list_filter = ("request_type",)
    search_fields = ("project__project_name", "milestone_code")
    list_select_related = ("project",)
    ordering = ("project", "request_type")


@admin.register(ChangeQuote)
class ChangeQuoteAdmin(HouseAdmin):
    """Numbered offers; a new one supersedes the last."""

    part_of = "change_request"
    zone_path = "change_request.booking.project.time_zone"
    editable = False
    add_fields = ("change_request", "net_amount", "tax_amount", "timeline_days", "description")
    list_filter = ("state",)
    object_actions = {action.value: _quote_decider(action) for action in QuoteAction}
    action_duties = {action.value: Duty.FINANCE for action in QuoteAction}
    list_display = (
        "change_request",
        "version",
        "state",
        money("total_amount", "Total", "change_request.booking.currency"),
        "timeline_days",
        moment("valid_until", "Valid until"),
    )
    search_fields = ("=change_request__pk", "description")
    autocomplete_fields = ("change_request",)
    list_select_related = ("change_request__booking",)
    totals = ("total_amount",)
    ordering = ("-pk",)
    currency_path = "change_request.booking.currency"

    def possible_actions(self, row: ChangeQuote) -> list[str]:
        """One above the limit waits for a second person (R13.2)."""
        return allowed_actions(QUOTE_TRANSITIONS, row.state)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which numbers it and moves the request."""
        data = dict(form.cleaned_data)
        return quote_change(actor=actor, change_request_id=data.pop("change_request").pk, **data)
