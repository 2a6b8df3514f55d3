"""Imports over HTTP: send a spreadsheet, read what it would do, apply it as a whole."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import BUILDERS
from realestate.core.api.idempotency import (
    IdempotencyInProgress,
    IdempotencyMismatch,
    idempotent_outward,
)
from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import ImportState
from realestate.core.errors import NotAllowed
from realestate.core.files import FileTooLarge
from realestate.core.imports import ImportHasProblems, ImportIsBusy, apply_import, start_import
from realestate.core.models import ImportRun
from realestate.core.sheets import MOST_BYTES, SheetNotReadable, SheetTooLarge

REPLAYED = (IdempotencyMismatch, IdempotencyInProgress)


class CountsRead(serializers.Serializer[Any]):
    """How many rows would do what."""

    new = serializers.IntegerField(default=0)
    changed = serializers.IntegerField(default=0)
    unchanged = serializers.IntegerField(default=0)
    wrong = serializers.IntegerField(default=0)


class ProblemRead(serializers.Serializer[Any]):
    """Why a row cannot be imported."""

    row = serializers.IntegerField(help_text="As a spreadsheet counts; 0: the whole file.")
    column = serializers.CharField()
    message = serializers.CharField()
    value = serializers.CharField(help_text="What stands there, at most 100 characters.")


class ChangeRead(serializers.Serializer[Any]):
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
    counts = CountsRead()
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

    @extend_schema_field(ProblemRead(many=True))
    def get_problems(self, run: ImportRun) -> list[dict[str, object]]:
        """By row."""
        names = ("row", "column", "message", "value")
        return [dict(zip(names, found, strict=True)) for found in run.report.get("problems", [])]

    @extend_schema_field(ChangeRead(many=True))
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
        max_value=2**63 - 1,
        required=False,
        help_text="Needed for everything but customers.",
    )


class ImportViewSet(HouseViewSet):
    """Imports of spreadsheets, by builders and staff."""

    model, read = ImportRun, ImportRead
    tag = "imports"
    access: ClassVar = {"create": BUILDERS, "retrieve": BUILDERS, "apply": BUILDERS}
    errors: ClassVar = {
        "create": (FileTooLarge, SheetNotReadable, SheetTooLarge, NotAllowed, *REPLAYED),
        "apply": (ImportHasProblems, ImportIsBusy, NotAllowed, *REPLAYED),
    }

    @extend_schema(
        operation_id="imports_create",
        request={"multipart/form-data": ImportWrite},
        responses={201: ImportRead},
    )
    @idempotent_outward
    def create(self, request: Request) -> Response:
        """Send a spreadsheet and read what it would do: new, changed, unchanged and wrong rows. Nothing changes yet.

        A long one is checked in the background: its state is ``checking`` until then.
        """
        sent = self.parse(ImportWrite)
        if sent["file"].size > MOST_BYTES:
            raise FileTooLarge(maximum=MOST_BYTES)
        run = start_import(
            actor=self.caller,
            kind=sent["kind"],
            scope_id=sent.get("project_id", 0),
            name=sent["file"].name,
            content=sent["file"].read(),
        )
        return self.show(run.pk, status.HTTP_201_CREATED)

    @extend_schema(operation_id="imports_retrieve", responses=ImportRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One import with its report and its progress."""
        return super().retrieve(request, pk)

    @extend_schema(operation_id="imports_apply", request=None, responses=ImportRead)
    @idempotent_outward
    def apply(self, request: Request, pk: str) -> Response:
        """Do what the check said, all of it or nothing; asking again changes nothing.

        It is checked again first: what is wrong by now leaves the state ``refused`` with the new report.
        """
        run = apply_import(actor=self.caller, run_id=int(pk))
        return self.show(run.pk)
