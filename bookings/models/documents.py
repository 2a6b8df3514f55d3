"""Further documents of a booking: what staff file beside the papers that the platform makes."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bookings.enums import DocumentVisibility
from bookings.models.booking import Booking
from bookings.querysets import BookingDocumentQuerySet
from realestate.core.db.fields import enum_check
from realestate.core.models import StoredFile


class BookingDocument(models.Model):
    """A file that staff put to a booking. Never changed: a newer version is a further document."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    visibility = models.CharField(
        max_length=10, choices=DocumentVisibility, default=DocumentVisibility.BUILDER
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField()

    objects: ClassVar[models.Manager["BookingDocument"]] = BookingDocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("document_visibility", "visibility", DocumentVisibility),
            models.UniqueConstraint(fields=["booking", "file"], name="one_document_per_file"),
        ]

    def __str__(self) -> str:
        return self.title
