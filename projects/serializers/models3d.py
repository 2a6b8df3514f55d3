"""3D models: what clients get. Own files open by links that end soon, made for whoever may see the model."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from projects.enums import AccessLevel, FileFormat, ModelType
from projects.models import Model3D, Model3DVersion
from projects.rules import VIEWER_SETTINGS
from realestate.core.api.links import ShownLink, reader_in
from realestate.core.api.serializers import ReadSerializer
from realestate.core.files import signed_link
from realestate.core.models import StoredFile

MODEL_LINK_MINUTES = 10  # in which a viewer has loaded a model


def opening_link(
    file: StoredFile | None, address: str, context: Mapping[str, Any], *, size: str = ""
) -> str:
    """A short-lived link to an own file for whoever reads, or the address of one that lies elsewhere."""
    if file is not None:
        return signed_link(file, MODEL_LINK_MINUTES, size=size, reader=reader_in(context))
    shown: str = ShownLink().to_representation(address)
    return shown


@extend_schema_field(
    {
        "type": "object",
        "properties": {name: dict(known.schema) for name, known in VIEWER_SETTINGS.items()},
        "additionalProperties": False,
    }
)
class ViewerSettings(serializers.DictField):
    """How a viewer opens a model; the service checks what each setting holds."""


class Model3DRead(ReadSerializer):
    """A 3D model."""

    order = ("model_name", "pk")
    related = ("file", "thumbnail")

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    unit_id = serializers.IntegerField(allow_null=True)
    model_name = serializers.CharField()
    model_type = serializers.ChoiceField(ModelType.choices)
    file_format = serializers.ChoiceField(FileFormat.choices)
    file_id = serializers.IntegerField(allow_null=True)
    file_url = serializers.SerializerMethodField(
        help_text="Of the platform's own files a fresh link, which ends after 10 minutes."
    )
    file_size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    thumbnail_id = serializers.IntegerField(allow_null=True)
    thumbnail_url = serializers.SerializerMethodField(
        help_text="Of the platform's own files a fresh link, which ends after 10 minutes."
    )
    access_level = serializers.ChoiceField(AccessLevel.choices)
    version = serializers.IntegerField()
    viewer_settings = ViewerSettings()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_file_url(self, model: Model3D) -> str:
        """Whoever reads this may open the file; nobody else gets a link."""
        return opening_link(model.file, model.file_url, self.context)

    def get_thumbnail_url(self, model: Model3D) -> str:
        """The same for the picture, in its small size."""
        return opening_link(model.thumbnail, model.thumbnail_url, self.context, size="thumb")


class Model3DVersionRead(ReadSerializer):
    """What a 3D model showed before."""

    order = ("-version", "-pk")
    related = ("file",)

    version = serializers.IntegerField()
    file_format = serializers.ChoiceField(FileFormat.choices)
    file_id = serializers.IntegerField(allow_null=True)
    file_url = serializers.SerializerMethodField(
        help_text="Of the platform's own files a fresh link, which ends after 10 minutes."
    )
    file_size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    replaced_at = serializers.DateTimeField(source="created_at")

    def get_file_url(self, version: Model3DVersion) -> str:
        """The file as it was."""
        return opening_link(version.file, version.file_url, self.context)
