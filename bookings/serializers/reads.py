"""What clients get (contract 7.3, 7.9)."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings import services
from bookings.enums import (
    BookingState,
    ChangeState,
    ChangeType,
    Lifecycle,
    PaymentPlan,
    PromiseState,
    QuoteState,
)
from bookings.models import Booking, ChangeQuote
from bookings.rules import booking_number
from bookings.serializers.workings import WorkingRead
from projects.enums import ClaimKind, ReleaseReason
from projects.models import Claim, Project, Unit
from projects.serializers import ProjectRead, UnitRead
from realestate.core import clock
from realestate.core.api.links import opened_links, reader_in
from realestate.core.api.pdf import document_link
from realestate.core.api.read_sql import Context
from realestate.core.api.readings import Made
from realestate.core.api.serializers import MoneyField, PageRead, ReadSerializer
from realestate.core.readers import Reader

MADE_NUMBER = Made(lambda _context, key: booking_number(key), ["pk"])


class BookedUnitRead(UnitRead):
    """A unit with its project and builder, three deep as the frontend reads it."""

    related: ClassVar[Sequence[str]] = ()
    project = ProjectRead()

    @classmethod
    def shape(cls, rows: Any) -> Any:  # any UnitQuerySet, given back with its own type
        """With the project and its builder, each with its figures."""
        projects = ProjectRead.shape(Project.objects.all())
        return super().shape(rows).prefetch_related(Prefetch("project", projects))


class BookingRead(ReadSerializer):
    """A booking as both parties see it."""

    aliases = {"booking_amount": "total_amount", "notes": "special_requests"}
    figures = ("paid_amount", "pending_amount", "payment_progress")
    related = ("claim", "customer")
    order = ("-booking_date", "-pk")
    in_sql = {
        "booking_number": MADE_NUMBER,
        "agreement_url": Made(
            lambda context, *row: agreement_of(context, *row),  # noqa: PLW0108  # defined below
            ["pk", "has_agreement"],
        ),
    }

    @classmethod
    def annotated(cls, rows: Any) -> Any:  # any BookingQuerySet, given back with its own type
        """With where they stand at this moment."""
        return super().annotated(rows.with_lifecycle(clock.now())).with_agreement()

    @classmethod
    def shape(cls, rows: Any) -> Any:  # any BookingQuerySet, given back with its own type
        """With the unit three deep, in a fixed number of queries."""
        units = BookedUnitRead.shape(Unit.objects.all())
        return super().shape(rows).prefetch_related(Prefetch("unit", units))

    id = serializers.IntegerField()
    booking_number = serializers.CharField()
    booking_status = serializers.ChoiceField(BookingState.choices)
    status = serializers.ChoiceField(Lifecycle.choices, help_text="The short status.")
    booking_date = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(
        source="claim.expires_at",
        allow_null=True,
        help_text="When the hold ends; null without one.",
    )
    customer_id = serializers.IntegerField()
    unit_id = serializers.IntegerField(allow_null=True)
    project_id = serializers.IntegerField()
    quote_id = serializers.IntegerField(
        allow_null=True, help_text="The cost sheet that it was booked by."
    )
    agreement_value = MoneyField(allow_null=True, help_text="The price before tax.")
    other_charges = MoneyField(help_text="Charges outside the price, before tax.")
    tax_amount = MoneyField()
    total_amount = MoneyField(allow_null=True, help_text="What is to be paid in all.")
    token_amount = MoneyField(allow_null=True)
    paid_amount = MoneyField(help_text="Completed payments, except maintenance and penalties.")
    pending_amount = MoneyField()
    payment_progress = serializers.DecimalField(5, 2, help_text="Percent, 0 to 100.")
    currency = serializers.CharField(help_text="ISO 4217.")
    payment_plan = serializers.ChoiceField(PaymentPlan.choices)
    loan_approved = serializers.BooleanField()
    loan_amount = MoneyField(allow_null=True)
    special_requests = serializers.CharField()
    expected_registration_date = serializers.DateField(allow_null=True)
    actual_registration_date = serializers.DateField(allow_null=True)
    cooling_off_until = serializers.DateTimeField(
        allow_null=True,
        help_text="Until then a withdrawal costs nothing; null: there is no such time.",
    )
    registration_number = serializers.CharField(help_text="Of the signed agreement.")
    agent_id = serializers.IntegerField(allow_null=True)
    rating = serializers.IntegerField(allow_null=True)
    state_reason = serializers.CharField(help_text="Why it was cancelled or moved.")
    agreement_url = serializers.SerializerMethodField(
        help_text="Opens the agreement without a login for ten minutes; null before it is generated."
    )
    version = serializers.IntegerField(help_text="Send it as If-Match to change only what you saw.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    unit = BookedUnitRead(allow_null=True)

    def get_agreement_url(self, booking: Booking) -> str | None:
        """A fresh link for whoever reads."""
        return agreement_of(self.context, booking.pk, booking.has_agreement)  # type: ignore[attr-defined]  # annotated by with_agreement


def agreement_of(context: Context, booking_id: int, has_agreement: bool) -> str | None:  # noqa: FBT001  # a column
    """A fresh link for whoever reads; None without an agreement."""
    return agreement_link(booking_id, reader_in(context)) if has_agreement else None


def agreement_link(booking_id: int, reader: Reader | None) -> str:
    """An absolute, signed, short-lived address of a booking's agreement."""
    return document_link(f"/api/bookings/{booking_id}/download-agreement", reader)


class BookingPageRead(PageRead):
    """A page of bookings."""

    bookings = BookingRead(many=True)


class AgreementRead(ReadSerializer):
    """An agreement that was just generated."""

    message = serializers.CharField()
    id = serializers.IntegerField(help_text="Sign it by this.")
    booking_id = serializers.IntegerField()
    version = serializers.IntegerField()
    agreement_url = serializers.CharField()
    generated_at = serializers.DateTimeField()


class HoldRead(ReadSerializer):
    """A hold of a unit."""

    related = ("unit",)

    id = serializers.IntegerField()
    unit_id = serializers.IntegerField()
    unit_number = serializers.CharField(source="unit.unit_number")
    project_id = serializers.IntegerField(source="unit.project_id")
    price = MoneyField(source="unit.price")
    quote_id = serializers.IntegerField(
        allow_null=True, help_text="The cost sheet that holds as long as the hold lives."
    )
    customer_id = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(ClaimKind.choices)
    taken_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    release_reason = serializers.ChoiceField(ReleaseReason.choices, allow_blank=True)
    is_live = serializers.SerializerMethodField()

    def get_is_live(self, claim: Claim) -> bool:
        """Whether it occupies the unit now."""
        return claim.is_live(clock.now())


class ChangeQuoteRead(ReadSerializer):
    """A numbered offer."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(
        QuoteState.choices,
        help_text="Customers see approved ones only; above a limit a second person approves.",
    )
    lines = serializers.ListField(
        child=serializers.DictField(),
        help_text="Each with its quantity and rate, and how its amount came about; empty for one net amount.",
    )
    net_amount = MoneyField(help_text="Negative for an omission.")
    tax_amount = MoneyField()
    total_amount = MoneyField()
    timeline_days = serializers.IntegerField()
    description = serializers.CharField()
    valid_until = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    workings = serializers.SerializerMethodField(
        help_text="How net amount and taxes came about (R13); null without explain=1."
    )

    @extend_schema_field(WorkingRead(many=True, allow_null=True))
    def get_workings(self, quote: ChangeQuote) -> list[dict[str, Any]] | None:
        """Of one request; lists do not say it."""
        if not self.context.get("explain"):
            return None
        return [each.as_json() for each in services.explain_offer(quote)]


class ChangeRequestRead(ReadSerializer):
    """A change request with its offers, newest first."""

    order = ("-created_at", "-pk")

    id = serializers.IntegerField()
    tracking_number = serializers.CharField()
    booking_id = serializers.IntegerField()
    request_type = serializers.ChoiceField(ChangeType.choices)
    request_title = serializers.CharField()
    request_description = serializers.CharField()
    current_specification = serializers.CharField()
    requested_specification = serializers.CharField()
    attachments = opened_links()
    status = serializers.ChoiceField(ChangeState.choices)
    estimated_cost = MoneyField(allow_null=True)
    estimated_timeline_days = serializers.IntegerField(allow_null=True)
    builder_response = serializers.CharField()
    rejection_reason = serializers.CharField()
    approval_date = serializers.DateTimeField(allow_null=True)
    completion_date = serializers.DateTimeField(allow_null=True)
    final_cost = MoneyField(allow_null=True)
    quotes = ChangeQuoteRead(many=True, source="shown_quotes")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CutoffRead(ReadSerializer):
    """Until which stage a kind of change can be agreed."""

    order = ("request_type", "pk")

    request_type = serializers.ChoiceField(ChangeType.choices)
    milestone_code = serializers.CharField()


class PromisedDateRead(ReadSerializer):
    """A day that was promised or proposed."""

    order = ("version", "pk")

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    promised_on = serializers.DateField(help_text="In the project's time zone.")
    reason = serializers.CharField()
    state = serializers.ChoiceField(PromiseState.choices)
    change_quote_id = serializers.IntegerField(
        allow_null=True, help_text="The accepted offer whose days moved the date."
    )
    proposed_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
