"""Handing out stored files: public ones to everybody, private ones to whoever holds a signed link."""

from http import HTTPStatus
from typing import ClassVar

from django.core.files.storage import default_storage
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from realestate.core.api.access import PUBLIC
from realestate.core.api.views import Edge
from realestate.core.enums import Visibility
from realestate.core.errors import NotFound
from realestate.core.files import opens
from realestate.core.models import StoredFile

# Pictures that cannot carry a script: only these may be shown in place, everything else is saved first.
SHOWN_IN_PLACE = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
FOREVER = "public, max-age=31536000, immutable"  # a file never changes; a new one has a new id


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
