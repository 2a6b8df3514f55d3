"""Which reminder of which demand was sent, so that none is sent twice (R20)."""

from typing import ClassVar

from django.db import models

from payments.enums import ReminderChannel
from payments.models.demands import Demand
from payments.querysets import OfDemand
from realestate.core.db.fields import enum_check


class Reminder(models.Model):
    """A rung of the ladder that was reached: days relative to the due date, by channel."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="+")
    rung = models.SmallIntegerField(help_text="Days after the due date; negative: before it.")
    channel = models.CharField(max_length=8, choices=ReminderChannel)
    sent_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Reminder"]] = OfDemand.as_manager()

    class Meta:
        constraints = [
            enum_check("reminder_channel", "channel", ReminderChannel),
            models.UniqueConstraint(
                fields=["demand", "rung", "channel"], name="one_reminder_per_rung"
            ),
        ]

    def __str__(self) -> str:
        return f"reminder {self.rung} of demand {self.demand_id}"
