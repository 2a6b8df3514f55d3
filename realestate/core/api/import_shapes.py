"""What imports look like on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.db.fields import BIGGEST_ID
from realestate.core.enums import ImportState
from realestate.core.models import ImportRun


class ImportCountsRead(serializers.Serializer[Any]):
    """How many rows would do what."""

    new = serializers.IntegerField(default=0)
    changed = serializers.IntegerField(default=0)
    unchanged = serializers.IntegerField(default=0)
    wrong = serializers.IntegerField(default=0)


class ImportProblemRead(serializers.Serializer[Any]):
    """Why a row cannot be imported."""

    row = serializers.IntegerField(help_text="As a spreadsheet counts; 0: the whole file.")
    column = serializers.CharField()
    message = serializers.CharField()
    value = serializers.CharField(help_text="What stands there, at most 100 characters.")


class ImportChangeRead(serializers.Serializer[Any]):
    """What a row would do."""

    row = serializers.IntegerField()
    action = serializers.ChoiceField(["new", "changed"])
    key = serializers.CharField(help_text="What people call the row of ours.")
    fields = serializers.DictField(  # type: ignore[assignment]  # the wire's name; DRF's property is not used here
        child=serializers.ListField(child=serializers.CharField(), min_length=2, max_length=2),
        help_text="Field → old and new value.",
    )


class ImportRead(ReadSerializer):
    """An import: what it would change, what is wrong, how far it is."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    project_id = serializers.SerializerMethodField(help_text="Null where there is none.")
    state = serializers.ChoiceField(
        ImportState.choices,
        help_text="checking and applying: ask again shortly; ready: may be applied.",
    )
    rows = serializers.IntegerField()
    done = serializers.IntegerField(help_text="Rows so far, of a long import.")
    counts = ImportCountsRead()
    ignored_columns = serializers.ListField(
        child=serializers.CharField(), source="report.ignored_columns", default=list
    )
    problems = serializers.SerializerMethodField(help_text="At most 5,000.")
    more_problems = serializers.IntegerField(source="report.more_problems", default=0)
    changes = serializers.SerializerMethodField(help_text="At most 1,000.")
    more_changes = serializers.IntegerField(source="report.more_changes", default=0)
    created_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_project_id(self, run: ImportRun) -> int | None:
        """The project that it goes into."""
        return run.scope_id or None

    @extend_schema_field(ImportProblemRead(many=True))
    def get_problems(self, run: ImportRun) -> list[dict[str, object]]:
        """By row."""
        names = ("row", "column", "message", "value")
        return [dict(zip(names, found, strict=True)) for found in run.report.get("problems", [])]

    @extend_schema_field(ImportChangeRead(many=True))
    def get_changes(self, run: ImportRun) -> list[dict[str, object]]:
        """By row."""
        return list(run.report.get("changes", []))


class ImportWrite(WriteSerializer):
    """A spreadsheet and what it holds."""

    file = serializers.FileField(
        allow_empty_file=True, max_length=1000, help_text="CSV or XLSX, at most 10 megabytes."
    )
    kind = serializers.CharField(
        max_length=30, help_text="units, price-lists, customers, bookings or receipts."
    )
    project_id = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        required=False,
        help_text="Needed for everything but customers.",
    )
