"""What clients may know of the platform's settings."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import PUBLIC
from realestate.core.api.views import Edge
from realestate.core.system_settings import definitions, public_values


class SettingsView(Edge):
    """The public settings."""

    access: ClassVar = {"get": PUBLIC}
    tag = "settings"

    @staticmethod
    def response_schema() -> dict[str, Any]:
        """Each public setting with the type and the limits of its value."""
        public = {key: known.schema() for key, known in definitions().items() if known.public}
        return {"type": "object", "properties": public, "required": list(public)}

    @extend_schema(operation_id="settings_retrieve")
    def get(self, request: Request) -> Response:
        """Read the public settings, as ``{key: value}``; each value is of its setting's type."""
        return Response(public_values())
