"""Files over HTTP: sending them; public ones for everybody, private ones for whoever holds a signed link."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any, ClassVar

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import PUBLIC, USERS
from realestate.core.api.links import reader_in, reader_of
from realestate.core.api.serializers import ReadSerializer, WordField, WriteSerializer
from realestate.core.api.views import Edge
from realestate.core.enums import Duty, FilePurpose, Visibility
from realestate.core.errors import NotAllowed, NotFound, ServiceUnavailable
from realestate.core.files import (
    VARIANTS,
    BrokenPicture,
    EmptyFile,
    FileInfected,
    FileTooLarge,
    ModelNotWhole,
    NameDisagrees,
    PictureTooLarge,
    ScannerUnavailable,
    UnknownFileType,
    keep_upload,
    most_bytes_of,
    open_file,
    opens,
    signed_link,
)
from realestate.core.limits import UPLOADS
from realestate.core.models import StoredFile
from realestate.core.vocabulary import Vocabulary

# Pictures that cannot carry a script: only these may be shown in place, everything else is saved first.
SHOWN_IN_PLACE = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
FOREVER = "public, max-age=31536000, immutable"  # a file never changes; a new one has a new id
LINK_MINUTES = 15  # in which who sent a file can look at it
FORM_BYTES = 100_000  # of a form around its file
PURPOSE = Vocabulary(FilePurpose)


class FileParser(MultiPartParser):
    """A form whose length is looked at before it is read (its file then goes to disk, not to memory)."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # DRF's signature
    ) -> Any:
        """Fields and files. Raises FileTooLarge (413), ParseError (400)."""
        request = (parser_context or {})["request"]
        most = most_bytes_of(request.user)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > most + FORM_BYTES:
            raise FileTooLarge(maximum=most)
        return super().parse(stream, media_type, parser_context)


class UploadRead(ReadSerializer):
    """A file that was kept; other requests name it by its id."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    purpose = serializers.ChoiceField(FilePurpose.choices)
    width = serializers.IntegerField(allow_null=True, help_text="Pixels; null: not a picture.")
    height = serializers.IntegerField(allow_null=True, help_text="Pixels; null: not a picture.")
    url = serializers.SerializerMethodField(help_text="Opens the file for 15 minutes.")
    thumbnail_url = serializers.SerializerMethodField(
        help_text="A small picture for 15 minutes; null: not a picture."
    )

    def get_url(self, file: StoredFile) -> str:
        """A link for who sent it."""
        return signed_link(file, LINK_MINUTES, reader=reader_in(self.context))

    @extend_schema_field({"type": "string", "nullable": True})
    def get_thumbnail_url(self, file: StoredFile) -> str | None:
        """A link to the small picture."""
        if file.width is None:
            return None
        return signed_link(file, LINK_MINUTES, size="thumb", reader=reader_in(self.context))


class UploadWrite(WriteSerializer):
    """A file of a form, and what it is for."""

    file = serializers.FileField(allow_empty_file=True, max_length=1000)
    purpose = WordField(
        PURPOSE,
        required=False,
        help_text="Decides which kinds of files are taken and how large; attachment if missing.",
    )


class UploadView(Edge):
    """Sending a file."""

    access: ClassVar = {"post": USERS}
    limits: ClassVar = {"post": UPLOADS}
    duty: ClassVar = Duty.PERSONAL  # nobody sees it until another request names it
    errors: ClassVar = {
        "post": (
            FileTooLarge,
            EmptyFile,
            UnknownFileType,
            NameDisagrees,
            ModelNotWhole,
            FileInfected,
            PictureTooLarge,
            BrokenPicture,
            NotAllowed,
            ScannerUnavailable,
        )
    }
    tag = "files"
    parser_classes = (FileParser,)

    @extend_schema(
        operation_id="files_create",
        request={"multipart/form-data": UploadWrite},
        responses={201: UploadRead},
    )
    def post(self, request: Request) -> Response:
        """Send a file: a picture, a PDF, or, as a builder, a 3D model.

        Its content decides what it is, and its name must not say otherwise; the settings say how large it may be.
        Where there is a virus scanner it looks at the file first. Pictures are drawn anew, without place and time.
        Nobody sees it until another request names it: a proof of payment, a photo of a milestone, a signed page.
        """
        sent = self.parse(UploadWrite)
        row = keep_upload(
            actor=self.caller,
            name=sent["file"].name,
            content=sent["file"].file,
            purpose=sent.get("purpose", FilePurpose.ATTACHMENT),
        )
        shown = UploadRead(row, context={"request": request})
        return Response(shown.data, status=HTTPStatus.CREATED.value)


class FileView(Edge):
    """One file."""

    access: ClassVar = {"get": PUBLIC}
    errors: ClassVar = {"get": (NotFound, ServiceUnavailable)}
    tag = "files"

    @extend_schema(
        operation_id="files_retrieve",
        parameters=[
            OpenApiParameter("token", str, description="From a signed link."),
            OpenApiParameter(
                "size", str, enum=list(VARIANTS), description="Of a picture: a smaller one."
            ),
        ],
        responses={(HTTPStatus.OK.value, "*/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, file_id: int) -> FileResponse:
        """Download a file.

        Public files open for everybody, others with the token of a link, and only for whom it was made: with their
        login, or without one in the browser that was handed the link, from a page of the site. For everybody else, and
        once that login has ended, the file is not found.
        """
        file = StoredFile.objects.get(pk=file_id)
        public = file.visibility == Visibility.PUBLIC
        token = request.query_params.get("token", "")
        if not public and not opens(token, file.pk, reader_of(request)):
            raise NotFound
        # Always through this process, also from an S3 store: the headers below, the origin's CORS and the end of a
        # link then hold for both kinds of store, and a bucket needs no address that browsers reach.
        content, content_type = open_file(file, request.query_params.get("size", ""))
        response = FileResponse(
            content,
            as_attachment=content_type not in SHOWN_IN_PLACE,
            filename=named_as(file, content_type),
            content_type=content_type,
        )
        response["Cache-Control"] = FOREVER if public else "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        return response


def named_as(file: StoredFile, content_type: str) -> str:
    """The file's name; that of a smaller picture ends as its own type does."""
    if content_type == file.content_type:
        return file.name
    return f"{file.name.rpartition('.')[0] or file.name}.{content_type.rpartition('/')[2]}"
