"""Files over HTTP: sending them; public ones for everybody, private ones for whoever holds a signed link."""

from http import HTTPStatus
from typing import ClassVar

from django.core.files.storage import default_storage
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import PUBLIC, USERS
from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.api.views import Edge
from realestate.core.enums import Visibility
from realestate.core.errors import NotFound
from realestate.core.files import (
    EmptyFile,
    FileTooLarge,
    UnknownFileType,
    keep_upload,
    opens,
)
from realestate.core.files.uploads import MAX_BYTES
from realestate.core.models import StoredFile

# Pictures that cannot carry a script: only these may be shown in place, everything else is saved first.
SHOWN_IN_PLACE = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
FOREVER = "public, max-age=31536000, immutable"  # a file never changes; a new one has a new id


class UploadRead(ReadSerializer):
    """A file that was kept; other requests name it by its id."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")


class UploadWrite(WriteSerializer):
    """A PDF or a picture, at most 10 MB, as a form's file."""

    file = serializers.FileField(allow_empty_file=True, max_length=200)


class UploadView(Edge):
    """Sending a file."""

    access: ClassVar = {"post": USERS}
    errors: ClassVar = {"post": (FileTooLarge, EmptyFile, UnknownFileType)}
    tag = "files"
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="files_create",
        request={"multipart/form-data": UploadWrite},
        responses={201: UploadRead},
    )
    def post(self, request: Request) -> Response:
        """Send a PDF or a picture (PNG, JPEG, WebP), at most 10 MB.

        Nobody sees it until another request names it: a proof of payment, a photo of a milestone, a signed page.
        """
        sent = self.parse(UploadWrite)["file"]
        if sent.size > MAX_BYTES:
            raise FileTooLarge(maximum=MAX_BYTES)
        row = keep_upload(actor=self.caller, name=sent.name, content=sent.read())
        return Response(UploadRead(row).data, status=HTTPStatus.CREATED.value)


class FileView(Edge):
    """One file."""

    access: ClassVar = {"get": PUBLIC}
    errors: ClassVar = {"get": (NotFound,)}
    tag = "files"

    @extend_schema(
        operation_id="files_retrieve",
        parameters=[OpenApiParameter("token", str, description="From a signed link.")],
        responses={(HTTPStatus.OK.value, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, file_id: int) -> FileResponse:
        """Download a file.

        Public files open for everybody, others with the token of a link that was made for them.
        """
        file = StoredFile.objects.get(pk=file_id)
        public = file.visibility == Visibility.PUBLIC
        if not public and not opens(request.query_params.get("token", ""), file.pk):
            raise NotFound
        try:
            content = default_storage.open(file.path)
        except FileNotFoundError as error:
            raise NotFound from error
        response = FileResponse(
            content,
            as_attachment=file.content_type not in SHOWN_IN_PLACE,
            filename=file.name,
            content_type=file.content_type,
        )
        response["Cache-Control"] = FOREVER if public else "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return response
