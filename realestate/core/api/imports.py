"""Imports over HTTP: send a spreadsheet, read what it would do, apply it as a whole."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import BUILDERS
from realestate.core.api.idempotency import (
    idempotent_outward,
)
from realestate.core.api.import_shapes import ImportRead, ImportWrite
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import NotAllowed, NotFound
from realestate.core.files import FileInfected, FileTooLarge, ScannerUnavailable
from realestate.core.imports import ImportHasProblems, ImportIsBusy, apply_import, start_import
from realestate.core.limits import IMPORTS
from realestate.core.models import ImportRun
from realestate.core.sheets import MOST_BYTES, SheetNotReadable, SheetTooLarge


class ImportViewSet(HouseViewSet):
    """Imports of spreadsheets, by builders and staff."""

    model, read = ImportRun, ImportRead
    tag = "imports"
    duty: ClassVar = Duty.PERSONAL  # whose job a kind of import is, the kind itself says
    access: ClassVar = {"create": BUILDERS, "retrieve": BUILDERS, "apply": BUILDERS}
    limits: ClassVar = {"create": IMPORTS, "apply": IMPORTS}
    errors: ClassVar = {
        "create": (
            NotFound,
            FileTooLarge,
            FileInfected,
            SheetNotReadable,
            SheetTooLarge,
            NotAllowed,
            ScannerUnavailable,
        ),
        "apply": (ImportHasProblems, ImportIsBusy, NotAllowed),
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
