"""Stored files."""

from django.conf import settings
from django.db import models

from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import (
    FilePurpose,
    Visibility,
)


class StoredFile(TimestampedModel):
    """A file in the storage: its name there is random, what people call it is ``name``."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, unique=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    purpose = models.CharField(
        max_length=10,
        choices=FilePurpose,
        blank=True,
        default="",
        help_text="What somebody sent it for; empty: the platform made it.",
    )
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels, of pictures.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels, of pictures.")

    class Meta:
        constraints = [
            enum_check("file_visibility", "visibility", Visibility),
            models.CheckConstraint(
                name="file_purpose_is_known",
                condition=models.Q(purpose__in=["", *FilePurpose.values]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
