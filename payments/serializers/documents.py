"""What batches of demand letters and the days of a statement look like on the wire."""

from rest_framework import serializers

from payments.enums import LetterState
from payments.models import LetterBatch
from realestate.core.api.links import reader_in
from realestate.core.api.pdf import MINUTES
from realestate.core.api.serializers import PageRead, ReadSerializer, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.files import signed_link


class LetterBatchRead(ReadSerializer):
    """Letters in one file, and how far the worker is with them."""

    related = ("file",)

    id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    milestone_id = serializers.IntegerField(allow_null=True)
    issued_from = serializers.DateField(source="first_on", allow_null=True)
    issued_to = serializers.DateField(source="last_on", allow_null=True)
    state = serializers.ChoiceField(LetterState.choices)
    done = serializers.IntegerField(help_text="Letters made so far.")
    total = serializers.IntegerField()
    file_url = serializers.SerializerMethodField(
        help_text="The letters as a ZIP; opens without a login for ten minutes; null until it is ready."
    )
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_file_url(self, batch: LetterBatch) -> str | None:
        """A fresh link for whoever reads."""
        if batch.file is None:
            return None
        return signed_link(batch.file, MINUTES, reader=reader_in(self.context))


class LetterBatchPageRead(PageRead):
    """A page of batches."""

    letter_batches = LetterBatchRead(many=True)


class LetterBatchWrite(WriteSerializer):
    """Which demands: all of a project, of one stage, of some days."""

    example = {"project_id": 3, "milestone_id": 12, "issued_from": "2026-01-01"}
    blank_is_null = ("milestone_id", "issued_from", "issued_to")

    project_id = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    milestone_id = serializers.IntegerField(
        min_value=1, max_value=BIGGEST_ID, allow_null=True, default=None
    )
    issued_from = serializers.DateField(allow_null=True, default=None, source="first_on")
    issued_to = serializers.DateField(allow_null=True, default=None, source="last_on")


class StatementDaysWrite(WriteSerializer):
    """The days of a statement, from the query."""

    example = {"from": "2026-01-01", "to": "2026-03-31"}
    blank_is_null = ("from", "to")

    def get_fields(self) -> dict[str, serializers.Field]:  # type: ignore[type-arg]  # DRF's fields take what they are given
        """``from`` is a word of Python, so that it cannot be the name of an attribute."""
        return {
            "from": serializers.DateField(required=False, allow_null=True, source="first_on"),
            "to": serializers.DateField(required=False, allow_null=True, source="last_on"),
        }
