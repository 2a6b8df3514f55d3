"""Bookings: a customer's way to a unit."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When

from accounts.models import Customer
from bookings.enums import FIRM, BookingState, PaidShare, PaymentPlan, Standing
from bookings.models.quotes import Quote
from bookings.querysets import BookingQuerySet
from bookings.rules.states import STANDING
from bookings.rules.words import booking_number
from projects.enums import TaxClass
from projects.models import Claim, Project, Unit
from realestate.core.db.fields import (
    TimestampedModel,
    currency_field,
    enum_check,
    money_field,
    not_negative,
)

TOTAL = F("agreement_value") + F("other_charges") + F("tax_amount")
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
    quote = models.ForeignKey(
        Quote, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tax_class = models.CharField(
        max_length=12,
        choices=TaxClass,
        default=TaxClass.RESIDENTIAL,
        help_text="Fixed when the booking is made (R3.2).",
    )
    agreement_value = money_field(null=True, blank=True, help_text="A of R1: the price before tax.")
    other_charges = money_field(default=0, help_text="Charges outside the consideration (R1).")
    tax_amount = money_field(default=0)
    total_amount = models.GeneratedField(
        expression=TOTAL,
        output_field=models.DecimalField(max_digits=16, decimal_places=2, null=True),
        db_persist=True,
    )
    paid_so_far = money_field(
        db_default=0,
        editable=False,
        help_text="Kept by a trigger on payments, for filters and sums; what decides is counted (docs/adr/0015).",
    )
    paid_share = models.GeneratedField(
        expression=Case(
            When(paid_so_far=0, then=Value(PaidShare.PENDING.value)),
            When(paid_so_far__gte=TOTAL, then=Value(PaidShare.COMPLETED.value)),
            default=Value(PaidShare.PARTIAL.value),
        ),
        output_field=models.CharField(max_length=9),
        db_persist=True,
    )
    standing = models.GeneratedField(
        expression=Case(
            When(
                state__in=sorted(state.value for state in FIRM),
                actual_registration_date__isnull=False,
                paid_so_far__gte=TOTAL,
                then=Value(Standing.COMPLETED.value),
            ),
            *(
                When(state=BookingState(state).value, then=Value(standing.value))
                for state, standing in STANDING.items()
            ),
        ),
        output_field=models.CharField(max_length=9),
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
    cooling_off_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then a withdrawal costs nothing (R11)."
    )
    registration_number = models.CharField(max_length=100, blank=True)
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
            enum_check("booking_tax_class", "tax_class", TaxClass),
            not_negative("booking_tax", "tax_amount"),
            not_negative("booking_other_charges", "other_charges"),
            not_negative("booking_loan", "loan_amount"),
            not_negative("booking_paid", "paid_so_far"),
            models.CheckConstraint(
                name="token_within_the_price",
                condition=Q(token_amount=None)
                | Q(token_amount__lte=F("agreement_value") + F("other_charges") + F("tax_amount")),
            ),
            models.CheckConstraint(
                name="rating_one_to_five", condition=Q(rating=None) | Q(rating__range=(1, 5))
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-booking_date", "-id"], name="booking_by_customer"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-booking_date", "-id"], name="booking_newest"),
            models.Index(
                fields=["state", "-booking_date", "-id"],
                include=["project"],
                name="booking_by_state",
            ),
            # The counters over all bookings come out of this one alone.
            models.Index(
                fields=["standing", "-booking_date", "-id"],
                include=["project", "claim", "paid_so_far", "total_amount"],
                name="booking_by_standing",
            ),
            models.Index(
                fields=["paid_share", "-booking_date", "-id"],
                include=["project"],
                name="booking_by_share",
            ),
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
        return booking_number(self.pk)
