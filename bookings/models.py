"""The promise between a buyer and a builder: bookings, change requests and their quotes."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Customer
from bookings.enums import BookingState, ChangeState, ChangeType, PaymentPlan
from bookings.querysets import (
    AgreementQuerySet,
    BookingQuerySet,
    ChangeQuoteQuerySet,
    ChangeRequestQuerySet,
)
from projects.models import Claim, Project, Unit, text_list
from realestate.core.db.fields import (
    TimestampedModel,
    currency_field,
    enum_check,
    money_field,
    not_negative,
)

WITHOUT_A_UNIT = (BookingState.INQUIRY, BookingState.SITE_VISIT_SCHEDULED)


class Booking(TimestampedModel):
    """A customer's way to a unit, from the inquiry to the key (R5). Price and parties come from the server."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claim = models.OneToOneField(
        Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=24, choices=BookingState)
    booking_date = models.DateTimeField()
    agreement_value = money_field(null=True, blank=True, help_text="A of R1: the price before tax.")
    tax_amount = money_field(default=0)
    total_amount = models.GeneratedField(
        expression=F("agreement_value") + F("tax_amount"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2, null=True),
        db_persist=True,
    )
    token_amount = money_field(null=True, blank=True)
    currency = currency_field()
    payment_plan = models.CharField(
        max_length=20, choices=PaymentPlan, default=PaymentPlan.INSTALLMENTS
    )
    loan_approved = models.BooleanField(default=False)
    loan_amount = money_field(null=True, blank=True)
    special_requests = models.TextField(blank=True)
    expected_registration_date = models.DateField(null=True, blank=True)
    actual_registration_date = models.DateField(null=True, blank=True)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rating = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The customer's stars for the builder, 1 to 5."
    )
    state_reason = models.CharField(
        max_length=500, blank=True, help_text="Why it was cancelled or moved."
    )
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager["Booking"]] = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("booking_state", "state", BookingState),
            enum_check("payment_plan", "payment_plan", PaymentPlan),
            models.CheckConstraint(
                name="booking_has_unit_claim_and_price",
                condition=Q(state__in=WITHOUT_A_UNIT)
                | Q(state=BookingState.CANCELLED)
                | Q(
                    unit__isnull=False,
                    claim__isnull=False,
                    agreement_value__gt=0,
                    token_amount__gt=0,
                ),
            ),
            not_negative("booking_tax", "tax_amount"),
            not_negative("booking_loan", "loan_amount"),
            models.CheckConstraint(
                name="token_within_the_price",
                condition=Q(token_amount=None)
                | Q(token_amount__lte=F("agreement_value") + F("tax_amount")),
            ),
            models.CheckConstraint(
                name="rating_one_to_five", condition=Q(rating=None) | Q(rating__range=(1, 5))
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-booking_date", "-id"], name="booking_by_customer"),
            models.Index(fields=["project", "state"], name="booking_by_project"),
            models.Index(fields=["project", "-booking_date", "-id"], name="booking_by_day"),
            models.Index(
                fields=["claim"],
                name="booking_on_hold",
                condition=Q(state=BookingState.ON_HOLD),
            ),
        ]

    def __str__(self) -> str:
        return self.booking_number

    @property
    def booking_number(self) -> str:
        """The number that people quote; derived from the key."""
        return f"BK-{self.pk:06d}"


class Agreement(models.Model):
    """What a booking's agreement said when it was made; the PDF is drawn from it and never changes with the booking."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="The facts of the document, as they were.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Agreement"]] = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "version"], name="one_agreement_per_version")
        ]

    def __str__(self) -> str:
        return self.agreement_number

    @property
    def agreement_number(self) -> str:
        """The number that people quote: the booking's and the version."""
        return f"AG-{self.booking_id:06d}-{self.version}"


class ChangeRequest(TimestampedModel):
    """What a buyer wants built differently (R13)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="change_requests")
    request_type = models.CharField(max_length=12, choices=ChangeType)
    request_title = models.CharField(max_length=200)
    request_description = models.TextField()
    current_specification = models.TextField(blank=True)
    requested_specification = models.TextField(blank=True)
    attachments = text_list()
    state = models.CharField(max_length=14, choices=ChangeState, default=ChangeState.SUBMITTED)
    estimated_cost = money_field(null=True, blank=True)
    estimated_timeline_days = models.PositiveSmallIntegerField(null=True, blank=True)
    builder_response = models.TextField(blank=True)
    rejection_reason = models.TextField(blank=True)
    approval_date = models.DateTimeField(null=True, blank=True)
    completion_date = models.DateTimeField(null=True, blank=True)
    final_cost = money_field(null=True, blank=True)

    objects: ClassVar[models.Manager["ChangeRequest"]] = ChangeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("change_type", "request_type", ChangeType),
            enum_check("change_state", "state", ChangeState),
        ]
        indexes = [models.Index(fields=["booking", "-created_at", "-id"], name="change_by_booking")]

    def __str__(self) -> str:
        return self.tracking_number

    @property
    def tracking_number(self) -> str:
        """The number that people quote; derived from the key."""
        return f"CR-{self.pk:06d}"


class ChangeQuote(models.Model):
    """A numbered offer for a change request; approval names its version (R13.1)."""

    change_request = models.ForeignKey(
        ChangeRequest, on_delete=models.PROTECT, related_name="quotes"
    )
    version = models.PositiveSmallIntegerField()
    net_amount = money_field(help_text="Negative for an omission.")
    tax_amount = money_field(default=0)
    total_amount = models.GeneratedField(
        expression=F("net_amount") + F("tax_amount"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )
    timeline_days = models.PositiveSmallIntegerField(default=0)
    description = models.TextField(blank=True)
    valid_until = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["ChangeQuote"]] = ChangeQuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["change_request", "version"], name="one_quote_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"quote {self.version} for change request {self.change_request_id}"
