"""Private addresses of people's calendars."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from realestate.core.db.fields import TimestampedModel
from scheduling.querysets import CalendarFeedQuerySet


class CalendarFeed(TimestampedModel):
    """A user's calendar has a private address; a new secret makes the old address worthless."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    secret = models.CharField(max_length=32, editable=False)

    objects: ClassVar[models.Manager["CalendarFeed"]] = CalendarFeedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"calendar of {self.user}"
