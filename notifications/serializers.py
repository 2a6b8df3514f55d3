"""The wire shapes of notifications and preferences (contract 7.8)."""

from typing import Any

from rest_framework import serializers

from notifications.enums import Channel, NotificationType, Priority
from notifications.rules import OFFERED
from realestate.core.api.serializers import PageRead, ReadSerializer, WriteSerializer


class NotificationRead(ReadSerializer):
    """Something that you should know."""

    aliases = {"type": "notification_type"}
    order = ("-due_at", "-pk")

    id = serializers.IntegerField()
    user_id = serializers.IntegerField()
    notification_type = serializers.ChoiceField(choices=NotificationType.choices)
    title = serializers.CharField()
    message = serializers.CharField()
    priority = serializers.ChoiceField(choices=Priority.choices)
    related_entity_type = serializers.CharField(help_text="Such as `booking`.")
    related_entity_id = serializers.IntegerField(allow_null=True)
    action_url = serializers.CharField(help_text="A path of the frontend.")
    send_via = serializers.ChoiceField(choices=Channel.choices)
    scheduled_send_time = serializers.DateTimeField(allow_null=True)
    is_sent = serializers.BooleanField()
    sent_at = serializers.DateTimeField(allow_null=True)
    is_read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class NotificationPageRead(PageRead):
    """A page of notifications, with how many you have not read in all."""

    notifications = NotificationRead(many=True)
    unread_count = serializers.IntegerField(help_text="All of them, whatever the filters.")
    unreadCount = serializers.IntegerField(help_text="Alias of `unread_count`.")  # noqa: N815  # wire name


class NotificationsMarkedRead(serializers.Serializer[Any]):
    """How many became read."""

    message = serializers.CharField()
    count = serializers.IntegerField()
    success = serializers.BooleanField()
    marked_read = serializers.IntegerField()


class ChannelsRead(serializers.Serializer[Any]):
    """Over which channels one type reaches you."""

    in_app = serializers.BooleanField(help_text="Always true.")
    email = serializers.BooleanField()


class PreferencesRead(serializers.Serializer[Any]):
    """Type → channel → whether you want it."""

    preferences = serializers.DictField(child=ChannelsRead())


class PreferencesWrite(WriteSerializer):
    """The types and channels to change; the others stay."""

    example = {"preferences": {"progress_update": {"email": True}, "payment_due": {"email": False}}}

    preferences = serializers.DictField(
        child=serializers.DictField(child=serializers.BooleanField()),
        help_text=f"Channels: {', '.join(OFFERED)}. Types: {', '.join(NotificationType.values)}.",
    )

    def validate_preferences(
        self, wishes: dict[str, dict[str, bool]]
    ) -> dict[str, dict[str, bool]]:
        """Only types and channels that there are."""
        channels = {channel for wanted in wishes.values() for channel in wanted}
        if unknown := {*wishes} - {*NotificationType.values} or channels - {*OFFERED}:
            message = f"Unknown: {', '.join(sorted(unknown))[:200]}."
            raise serializers.ValidationError(message)
        return wishes


class TicketRead(serializers.Serializer[Any]):
    """Opens one WebSocket, once."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")
    url = serializers.CharField(help_text="Where to connect to, with `ticket` as a parameter.")
