"""Broadcasts on the wire."""

from rest_framework import serializers

from messaging.enums import BroadcastState, MessageType, Priority
from messaging.models import Broadcast
from messaging.rules import MAX_CONTENT, PRIORITIES, TYPES
from messaging.serializers.messages import AttachmentsWrite
from realestate.core.api.links import opened_links
from realestate.core.api.serializers import PageRead, ReadSerializer, WordField
from realestate.core.db.fields import BIGGEST_ID

ALL = 100


class BroadcastRead(ReadSerializer):
    """A text to all customers of a project or tower, and how many it has reached."""

    order = ("-pk",)

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    tower_id = serializers.IntegerField(allow_null=True)
    subject = serializers.CharField()
    message_content = serializers.CharField()
    message_type = serializers.ChoiceField(choices=MessageType.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    attachments = opened_links()
    client_id = serializers.CharField()
    state = serializers.SerializerMethodField(help_text="`waiting`, `running` or `finished`.")
    recipient_count = serializers.IntegerField()
    delivered_count = serializers.IntegerField()
    percent = serializers.SerializerMethodField(help_text="Of the recipients, delivered.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.SerializerMethodField(help_text="Null before the last delivery.")

    def get_state(self, row: Broadcast) -> str:
        """How far it is."""
        if _is_finished(row):
            return BroadcastState.FINISHED
        return BroadcastState.RUNNING if _counts(row)[0] else BroadcastState.WAITING

    def get_percent(self, row: Broadcast) -> int:
        """A whole number; 100 only when everybody has it."""
        delivered, recipients = _counts(row)
        return ALL * delivered // recipients if recipients else ALL

    def get_finished_at(self, row: Broadcast) -> str | None:
        """When the last one got it."""
        return row.finished_at.isoformat() if _is_finished(row) and row.finished_at else None  # type: ignore[attr-defined]  # with_progress()


def _counts(row: Broadcast) -> tuple[int, int]:
    return row.delivered_count, row.recipient_count  # type: ignore[attr-defined]  # with_progress()


def _is_finished(row: Broadcast) -> bool:
    delivered, recipients = _counts(row)
    return delivered == recipients


class BroadcastPageRead(PageRead):
    """A page of broadcasts."""

    broadcasts = BroadcastRead(many=True)


class BroadcastWrite(AttachmentsWrite):
    """A text to all customers of one of your projects, or of one of its towers."""

    aliases = {"content": "message_content"}
    blank_is_null = ("tower_id", "attachment_url")
    example = {
        "project_id": 1,
        "subject": "Lift of tower A",
        "message_content": "The lift of tower A is being fitted this week.",
        "client_id": "3f6b1c",
    }

    project_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    tower_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, required=False, allow_null=True
    )
    subject = serializers.CharField(max_length=200, allow_blank=True, required=False)
    message_content = serializers.CharField(max_length=MAX_CONTENT)
    message_type = WordField(TYPES, required=False)
    priority = WordField(PRIORITIES, required=False)
    client_id = serializers.CharField(max_length=64, allow_blank=True, required=False)
