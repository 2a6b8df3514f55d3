"""How people want to be told, on the wire: types and channels, quiet hours, devices."""

from typing import Any
from zoneinfo import available_timezones

from rest_framework import serializers

from notifications.enums import Channel, NotificationType, Platform
from notifications.services import offered_channels
from realestate.core.api.serializers import ReadSerializer, WriteSerializer


class ChannelsRead(serializers.Serializer[Any]):
    """Over which channels one type reaches you; channels that nobody carries here are missing."""

    in_app = serializers.BooleanField(help_text="Always true.")
    email = serializers.BooleanField()
    sms = serializers.BooleanField(required=False, help_text="To the telephone of your profile.")
    push = serializers.BooleanField(required=False, help_text="To your devices.")


class PreferencesRead(serializers.Serializer[Any]):
    """Type → channel → whether you want it."""

    preferences = serializers.DictField(child=ChannelsRead())


class PreferencesWrite(WriteSerializer):
    """The types and channels to change; the others stay."""

    example = {"preferences": {"progress_update": {"email": True}, "payment_due": {"email": False}}}

    preferences = serializers.DictField(
        child=serializers.DictField(child=serializers.BooleanField()),
        help_text=f"Channels: {', '.join(Channel.values)}. Types: {', '.join(NotificationType.values)}.",
    )

    def validate_preferences(
        self, wishes: dict[str, dict[str, bool]]
    ) -> dict[str, dict[str, bool]]:
        """Only types and channels that there are."""
        channels = {channel for wanted in wishes.values() for channel in wanted}
        unknown = {*wishes} - {*NotificationType.values} or channels - {*offered_channels()}
        if unknown:
            message = f"Unknown: {', '.join(sorted(unknown))[:200]}."
            raise serializers.ValidationError(message)
        return wishes


class QuietHoursRead(serializers.Serializer[Any]):
    """When nothing is sent to you outside the app."""

    starts = serializers.CharField(help_text="Such as 22:00, on the wall clock of the time zone.")
    ends = serializers.CharField(help_text="Such as 07:00; before the start: of the next day.")
    time_zone = serializers.CharField()


class QuietHoursAnswer(serializers.Serializer[Any]):
    """Your quiet hours; null: none."""

    quiet_hours = QuietHoursRead(allow_null=True)


class QuietHoursWrite(WriteSerializer):
    """When nothing shall be sent to you outside the app; what is critical is sent nevertheless."""

    example = {"starts": "22:00", "ends": "07:00", "time_zone": "Asia/Kolkata"}

    starts = serializers.TimeField()
    ends = serializers.TimeField()
    time_zone = serializers.ChoiceField(sorted(available_timezones()))


class DeviceRead(ReadSerializer):
    """A device that shows push messages; never its token."""

    order = ("-pk",)

    id = serializers.IntegerField()
    platform = serializers.ChoiceField(choices=Platform.choices)
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class DeviceWrite(WriteSerializer):
    """The device that you hold."""

    example = {"token": "fcm-registration-token", "platform": "android", "name": "My telephone"}

    token = serializers.CharField(max_length=500)
    platform = serializers.ChoiceField(choices=Platform.choices)
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
