"""Back-office pages for what stands on paper: quotes, applicants, agreements and signatures."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from bookings.enums import KycAction, QuoteAction
from bookings.models import (
    Agreement,
    Applicant,
    BookingDocument,
    PromisedDate,
    Quote,
    Signature,
)
from bookings.rules import BUYERS_KYC_ACTIONS, KYC_ACTION_TO, KYC_TRANSITIONS, QUOTE_TRANSITIONS
from bookings.services import decide_quote, make_quote, set_kyc, sign_agreement
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


def _decider(action: QuoteAction) -> tuple[str, ObjectAction]:
    def decide(actor: Any, pk: int, reason: str) -> object:
        approve = action == QuoteAction.APPROVE
        return decide_quote(actor=actor, quote_id=pk, approve=approve, reason=reason[:300])

    return str(action.label), decide


def _checker(state: str, action: KycAction) -> tuple[str, ObjectAction]:
    def check(actor: Any, pk: int, _reason: str) -> object:
        return set_kyc(actor=actor, applicant_id=pk, state=state)

    return str(action.label), check


@admin.register(Quote)
class QuoteAdmin(HouseAdmin):
    """What units were quoted at; discounts above the limit wait here for a second person (R1)."""

    zone_path = "project.time_zone"
    editable = False
    list_display = (
        "__str__",
        text("unit.unit_number", "Unit"),
        "project",
        "customer",
        "state",
        money("discount_amount", "Discount"),
        money("total_amount", "Total"),
        moment("valid_until", "Valid until", "project.time_zone"),
    )
    list_filter = ("state",)
    search_fields = (
        "=pk",
        "customer__first_name",
        "customer__last_name",
        "customer__user__email",
        "unit__unit_number",
    )
    numbers = {"QT": "pk"}
    autocomplete_fields = ("unit", "customer")
    list_select_related = ("unit", "project", "customer")
    date_hierarchy = "created_at"
    totals = ("discount_amount", "total_amount")
    ordering = ("-pk",)
    add_fields = ("unit", "customer", "discount_percent", "discount_amount", "discount_reason")
    object_actions = {action.value: _decider(action) for action in QuoteAction}
    action_duties = {action.value: Duty.FINANCE for action in QuoteAction}

    def possible_actions(self, row: Quote) -> list[str]:
        """What R1 allows in the present state."""
        return allowed_actions(QUOTE_TRANSITIONS, row.state)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which computes the cost sheet."""
        data = dict(form.cleaned_data)
        unit, customer = data.pop("unit"), data.pop("customer")
        customer_id = customer.pk if customer else None
        return make_quote(actor=actor, unit_id=unit.pk, customer_id=customer_id, **data)


@admin.register(Applicant)
class ApplicantAdmin(HouseAdmin):
    """Who buys, and whether the identity was checked (R18). Shares are set on the booking's side only."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    addable = editable = False
    list_display = (
        "full_name",
        "booking",
        "is_primary",
        "share",
        "kyc_state",
        moment("updated_at", "Changed"),
    )
    list_filter = ("kyc_state", "is_primary")
    search_fields = ("=booking__pk", "full_name", "email", "customer__user__email")
    list_select_related = ("booking",)
    ordering = ("-pk",)
    object_actions = {
        action.value: _checker(state, action)
        for state, action in KYC_ACTION_TO.items()
        if action not in BUYERS_KYC_ACTIONS
    }

    def possible_actions(self, row: Applicant) -> list[str]:
        """What R18 allows in the present state."""
        return allowed_actions(KYC_TRANSITIONS, row.kyc_state)


@admin.register(Agreement)
class AgreementAdmin(ReadOnlyAdmin):
    """Agreements as they were made."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        text("agreement_number", "Agreement", "pk"),
        "booking",
        "version",
        moment("created_at", "Made"),
    )
    search_fields = ("=booking__pk",)
    list_select_related = ("booking",)
    date_hierarchy = "created_at"
    ordering = ("-pk",)


@admin.register(Signature)
class SignatureAdmin(HouseAdmin):
    """Who signed what; signatures on paper are recorded here (R5.6)."""

    part_of = "agreement__booking"
    editable = False
    list_display = (
        "name",
        "agreement",
        "applicant",
        "method",
        moment("signed_at", "Signed"),
    )
    list_filter = ("method",)
    search_fields = ("=agreement__booking__pk", "name")
    autocomplete_fields = ("agreement", "applicant")
    list_select_related = ("agreement", "applicant__booking")
    date_hierarchy = "signed_at"
    ordering = ("-pk",)
    add_fields = ("agreement", "applicant", "name", "method")

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service; without an applicant it is the builder's."""
        data = dict(form.cleaned_data)
        agreement, applicant = data.pop("agreement"), data.pop("applicant")
        applicant_id = applicant.pk if applicant else None
        return sign_agreement(
            actor=actor, agreement_id=agreement.pk, applicant_id=applicant_id, **data
        )


@admin.register(PromisedDate)
class PromisedDateAdmin(ReadOnlyAdmin):
    """Which day was promised to whom; every revision with the consent of both sides (R13.5)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        "booking",
        text("booking.customer", "Customer"),
        "version",
        "promised_on",
        "state",
        "reason",
        moment("proposed_at", "Proposed"),
    )
    list_filter = ("state",)
    search_fields = (
        "=booking__pk",
        "booking__customer__first_name",
        "booking__customer__last_name",
    )
    list_select_related = ("booking__customer",)
    date_hierarchy = "proposed_at"
    ordering = ("-pk",)


@admin.register(BookingDocument)
class BookingDocumentAdmin(ReadOnlyAdmin):
    """What staff filed beside the papers that the platform makes; filed on the booking's page of documents."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        "title",
        "booking",
        "visibility",
        text("filed_by.full_name", "Filed by"),
        moment("filed_at", "Filed", "booking.project.time_zone"),
    )
    list_filter = ("visibility",)
    search_fields = ("title", "=booking__pk", "file__sha256")
    list_select_related = (
        "booking__project",
        "filed_by__builder",
        "filed_by__customer",
        "filed_by__employer",
    )
    ordering = ("-pk",)
