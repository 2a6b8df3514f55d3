"""The wire shapes of notifications (contract 7.8)."""

from typing import Any

from rest_framework import serializers

from notifications.enums import Channel, NotificationType, Priority
from realestate.core.api.read_sql import given
from realestate.core.api.serializers import PageRead, ReadSerializer


class NotificationRead(ReadSerializer):
    """Something that you should know."""

    aliases = {"type": "notification_type"}
    order = ("-due_at", "-pk")
    in_sql = {"is_sent": lambda: given("sent_at"), "is_read": lambda: given("read_at")}

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
