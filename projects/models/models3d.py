"""3D models of projects and units, and what they showed before."""

from typing import ClassVar

from django.db import models

from projects.enums import AccessLevel, FileFormat, ModelType
from projects.models.catalogue import Project, Unit
from projects.querysets import Model3DQuerySet, Model3DVersionQuerySet
from realestate.core.db.fields import TimestampedModel, enum_check, link_field
from realestate.core.models import StoredFile


class Model3D(TimestampedModel):
    """A 3D model of a project, a kind of unit or an amenity."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="models")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="models"
    )
    model_name = models.CharField(max_length=200)
    model_type = models.CharField(max_length=20, choices=ModelType)
    file_format = models.CharField(max_length=5, choices=FileFormat)
    file_url = link_field()
    file = models.ForeignKey(
        StoredFile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The platform's own file behind the address; empty: it lies elsewhere.",
    )
    thumbnail_url = link_field(blank=True)
    thumbnail = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_size = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes.")
    access_level = models.CharField(max_length=20, choices=AccessLevel, default=AccessLevel.PUBLIC)
    version = models.PositiveIntegerField(default=1)
    viewer_settings = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["Model3D"]] = Model3DQuerySet.as_manager()

    class Meta:
        verbose_name = "3D model"
        constraints = [
            enum_check("model_type", "model_type", ModelType),
            enum_check("model_format", "file_format", FileFormat),
            enum_check("model_access_level", "access_level", AccessLevel),
        ]

    def __str__(self) -> str:
        return self.model_name


class Model3DVersion(TimestampedModel):
    """What a 3D model showed before: kept when another file took its place."""

    model = models.ForeignKey(Model3D, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    file_format = models.CharField(max_length=5, choices=FileFormat)
    file_url = link_field()
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file_size = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes.")

    objects: ClassVar[models.Manager["Model3DVersion"]] = Model3DVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "earlier 3D model"
        constraints = [
            enum_check("model_version_format", "file_format", FileFormat),
            models.UniqueConstraint(fields=["model", "version"], name="one_row_per_model_version"),
        ]

    def __str__(self) -> str:
        return f"{self.model_id} version {self.version}"
