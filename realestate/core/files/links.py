"""Addresses of files: plain ones for public files, signed ones that end soon for the others."""

from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import Signer

from realestate.core.models import StoredFile
from realestate.core.readers import Reader, opens_for, seal

_signer = Signer(salt="realestate.core.files")


def file_path(file: StoredFile) -> str:
    """A file's address below the site: what rows store, so that the site may move."""
    return f"/api/files/{file.pk}"


def file_url(file: StoredFile) -> str:
    """The absolute address of a file; only public files open with nothing but that."""
    return f"{settings.PUBLIC_URL}{file_path(file)}"


def signed_link(
    file: StoredFile, minutes: int, *, size: str = "", reader: Reader | None = None
) -> str:
    """An absolute address that opens the file for so many minutes.

    ``size`` names a smaller picture. ``reader`` is whom it is made for, and for whom alone it opens; without one, where
    the row that shows the file is public, it opens for everybody.
    """
    token = seal(_signer, file.pk, minutes, reader)
    query = {"token": token} | ({"size": size} if size else {})
    return f"{file_url(file)}?{urlencode(query)}"


def opens(token: str, file_id: int, opener: Reader) -> bool:
    """Whether a link's token opens this file for whoever asks (G3)."""
    return opens_for(_signer, token, file_id, opener)
