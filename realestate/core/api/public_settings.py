"""What clients may know of the platform's settings."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import PUBLIC
from realestate.core.api.views import Edge
from realestate.core.system_settings import public_values


class SettingsView(Edge):
    """The public settings."""

    access: ClassVar = {"get": PUBLIC}
    tag = "settings"

    @extend_schema(operation_id="settings_retrieve", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Read the public settings, as ``{key: value}``."""
        return Response(public_values())
