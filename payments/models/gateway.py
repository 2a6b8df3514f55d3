"""Paying online: checkouts and what gateways told about them, each event once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking
from payments.enums import CheckoutState, EventOutcome, Gateway
from payments.models.demands import Demand
from payments.models.receipts import Payment
from payments.querysets import OfBooking
from realestate.core.db.fields import currency_field, enum_check, money_field, positive


class Checkout(models.Model):
    """An attempt to pay online. When it was begun decides whether the hold was live (R5.4)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    demand = models.ForeignKey(
        Demand, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    gateway = models.CharField(max_length=10, choices=Gateway)
    external_id = models.CharField(max_length=200, blank=True, help_text="The gateway's own.")
    url = models.CharField(max_length=2000, blank=True, help_text="Where the customer pays.")
    amount = money_field()
    currency = currency_field()
    state = models.CharField(max_length=10, choices=CheckoutState, default=CheckoutState.OPEN)
    failure = models.CharField(max_length=300, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Checkout"]] = OfBooking.as_manager()

    class Meta:
        constraints = [
            enum_check("checkout_gateway", "gateway", Gateway),
            enum_check("checkout_state", "state", CheckoutState),
            positive("checkout_amount", "amount"),
            models.UniqueConstraint(
                fields=["gateway", "external_id"],
                condition=~Q(external_id=""),
                name="one_checkout_per_external_id",
            ),
            models.CheckConstraint(
                name="succeeded_checkout_has_a_payment",
                condition=~Q(state=CheckoutState.SUCCEEDED) | Q(payment__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"checkout {self.pk} for booking {self.booking_id}"


class GatewayEvent(models.Model):
    """A webhook as it came, kept once by the gateway's id; a job applies it (never inside the request)."""

    gateway = models.CharField(max_length=10, choices=Gateway)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=EventOutcome, default=EventOutcome.WAITING)
    applied_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            enum_check("event_gateway", "gateway", Gateway),
            enum_check("event_outcome", "outcome", EventOutcome),
            models.UniqueConstraint(fields=["gateway", "event_id"], name="one_event_per_id"),
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                name="waiting_event",
                condition=Q(outcome=EventOutcome.WAITING),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}"
