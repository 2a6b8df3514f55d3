"""Addresses of files: plain ones for public files, signed ones that end soon for the others."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer

from realestate.core import clock
from realestate.core.models import StoredFile

_signer = Signer(salt="realestate.core.files")


def file_path(file: StoredFile) -> str:
    """A file's address below the site: what rows store, so that the site may move."""
    return f"/api/files/{file.pk}"


def file_url(file: StoredFile) -> str:
    """The absolute address of a file; only public files open with nothing but that."""
    return f"{settings.PUBLIC_URL}{file_path(file)}"


def signed_link(file: StoredFile, minutes: int, *, size: str = "") -> str:
    """An absolute address that opens the file without a login, for so many minutes.

    ``size`` names a smaller picture.
    """
    until = clock.now() + timedelta(minutes=minutes)
    token = _signer.sign_object([file.pk, int(until.timestamp())])
    query = {"token": token} | ({"size": size} if size else {})
    return f"{file_url(file)}?{urlencode(query)}"


def opens(token: str, file_id: int) -> bool:
    """Whether a link's token is ours, is for this file, and has not ended."""
    try:
        signed_id, until = _signer.unsign_object(token)
        return bool(signed_id == file_id and clock.now().timestamp() < until)
    except (BadSignature, ValueError, TypeError):
        return False
