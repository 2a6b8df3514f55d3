"""How the caller wants to be told: types and channels, quiet hours, devices."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import services
from notifications.models import Device
from notifications.serializers import (
    DeviceRead,
    DeviceWrite,
    PreferencesRead,
    PreferencesWrite,
    QuietHoursAnswer,
    QuietHoursWrite,
)
from realestate.core.api.access import USERS
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.errors import InvalidValue


class PreferencesView(Edge):
    """Over which channels the caller is told what."""

    tag = "notifications"
    access = {"get": USERS, "patch": USERS}
    duty = Duty.PERSONAL

    @extend_schema(operation_id="notification_preferences_retrieve", responses=PreferencesRead)
    def get(self, request: Request) -> Response:
        """Which notifications reach you over which channel."""
        return Response({"preferences": services.wishes_of(self.caller)})

    @extend_schema(
        operation_id="notification_preferences_update",
        request=PreferencesWrite,
        responses=PreferencesRead,
    )
    def patch(self, request: Request) -> Response:
        """Choose which notifications reach you over which channel."""
        services.set_preferences(
            actor=self.caller, wishes=self.parse(PreferencesWrite)["preferences"]
        )
        return Response({"preferences": services.wishes_of(self.caller)})


class QuietHoursView(Edge):
    """When nothing is sent to the caller."""

    tag = "notifications"
    access = {"get": USERS, "post": USERS, "delete": USERS}
    duty = Duty.PERSONAL
    errors = {"post": [InvalidValue]}

    @extend_schema(operation_id="quiet_hours_retrieve", responses=QuietHoursAnswer)
    def get(self, request: Request) -> Response:
        """Your quiet hours; null: none."""
        return Response({"quiet_hours": services.quiet_hours_of(self.caller)})

    @extend_schema(
        operation_id="quiet_hours_set", request=QuietHoursWrite, responses=QuietHoursAnswer
    )
    def post(self, request: Request) -> Response:
        """Say when nothing shall be sent to you outside the app.

        What comes then is sent when they end; what is critical is sent at once.
        """
        services.set_quiet_hours(actor=self.caller, **self.parse(QuietHoursWrite))
        return self.get(request)

    @extend_schema(operation_id="quiet_hours_delete", responses=MessageRead)
    def delete(self, request: Request) -> Response:
        """Have no quiet hours any more."""
        services.end_quiet_hours(actor=self.caller)
        return message("You have no quiet hours any more.")


class DeviceViewSet(HouseViewSet):
    """Devices of the caller that show push messages."""

    model, read = Device, DeviceRead
    tag = "notifications"
    default_limit = 100
    access = {"list": USERS, "create": USERS, "destroy": USERS}
    duty = Duty.PERSONAL
    errors = {"create": (services.TooManyDevices,)}

    @extend_schema(operation_id="devices_list", responses=DeviceRead(many=True))
    def list(self, request: Request, **_path: str) -> Response:
        """Your devices that show push messages."""
        return super().list(request)

    @extend_schema(operation_id="devices_create", request=DeviceWrite, responses={201: DeviceRead})
    def create(self, request: Request) -> Response:
        """Show push messages on this device; with a token that is known, say more about it."""
        row = services.register_device(actor=self.caller, **self.parse(DeviceWrite))
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="devices_delete", responses=MessageRead)
    def destroy(self, request: Request, pk: int) -> Response:
        """Show nothing on this device any more."""
        services.remove_device(actor=self.caller, device_id=pk)
        return message("The device was removed.")
