"""The day on which a unit is promised to its buyer: every revision is kept (R13.5)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.enums import PromiseState
from bookings.models.booking import Booking
from bookings.models.changes import ChangeQuote
from bookings.querysets import PromisedDateQuerySet
from realestate.core.db.fields import enum_check


class PromisedDate(models.Model):
    """A day that was promised or proposed; the last one that both sides agreed to holds. Never changed in silence."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="promises")
    version = models.PositiveSmallIntegerField()
    promised_on = models.DateField(help_text="In the project's time zone.")
    reason = models.CharField(max_length=300)
    change_quote = models.ForeignKey(
        ChangeQuote, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=PromiseState)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["PromisedDate"]] = PromisedDateQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("promise_state", "state", PromiseState),
            models.UniqueConstraint(fields=["booking", "version"], name="one_promise_per_version"),
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(state=PromiseState.PROPOSED),
                name="one_open_proposal_per_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"promise {self.version} of booking {self.booking_id}: {self.promised_on}"
