"""What papers look like on the wire, and what is sent to file one."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.enums import DocumentVisibility
from realestate.binder.papers import Paper, PaperKind, maker
from realestate.core import clock
from realestate.core.api.links import reader_of
from realestate.core.api.serializers import ReadSerializer, WordField, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.vocabulary import Vocabulary


class PaperRead(ReadSerializer):
    """A paper of a booking."""

    id = serializers.CharField(source="key", help_text="Kind and key, for lists of a client.")
    kind = serializers.ChoiceField(PaperKind.choices)
    title = serializers.CharField()
    number = serializers.CharField(help_text="As people quote it; blank: it has none.")
    version = serializers.IntegerField(allow_null=True)
    date = serializers.SerializerMethodField(help_text="In the project's time zone.")
    visibility = serializers.ChoiceField(DocumentVisibility.choices)
    made_by = serializers.SerializerMethodField(
        help_text="Buyers read the company for whoever of its people it was."
    )
    is_stored = serializers.SerializerMethodField(
        help_text="False: drawn from the data whenever it is opened."
    )
    content_type = serializers.CharField(
        source="file.content_type", default=None, allow_null=True, help_text="Of a stored paper."
    )
    size = serializers.IntegerField(
        source="file.size", default=None, allow_null=True, help_text="Bytes, of a stored paper."
    )
    sha256 = serializers.CharField(
        source="file.sha256", default=None, allow_null=True, help_text="Of a stored paper."
    )
    url = serializers.SerializerMethodField(
        help_text="Opens for ten minutes, for you only; null: there is nothing to open yet."
    )

    @extend_schema_field({"type": "string", "format": "date"})
    def get_date(self, paper: Paper) -> str:
        """The day."""
        return clock.day_of(paper.on, self.context["booking"].project.time_zone).isoformat()

    def get_made_by(self, paper: Paper) -> str:
        """A name."""
        return maker(paper, self.context["booking"], self.context["request"].user)

    def get_is_stored(self, paper: Paper) -> bool:
        """Whether its bytes are kept."""
        return paper.file is not None

    @extend_schema_field({"type": "string", "nullable": True})
    def get_url(self, paper: Paper) -> str | None:
        """A fresh link for whoever reads."""
        return paper.url(reader_of(self.context["request"]))


class PapersRead(serializers.Serializer[Any]):
    """All papers of a booking."""

    booking_id = serializers.IntegerField()
    documents = PaperRead(many=True)


class DocumentWrite(WriteSerializer):
    """A file that was sent before, and what it is."""

    example = {"file_id": 7, "title": "Sale deed, draft", "visibility": "buyer"}

    file_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    title = serializers.CharField(max_length=200)
    visibility = WordField(
        Vocabulary(DocumentVisibility),
        default=DocumentVisibility.BUILDER,
        help_text="Whether the buyer finds it too; the builder's side only if missing.",
    )
