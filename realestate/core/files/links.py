"""Addresses of files: plain ones for public files, signed ones that end soon for the others."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer

from realestate.core import clock
from realestate.core.enums import Role
from realestate.core.models import StoredFile

_signer = Signer(salt="realestate.core.files")


def file_path(file: StoredFile) -> str:
    """A file's address below the site: what rows store, so that the site may move."""
    return f"/api/files/{file.pk}"


def file_url(file: StoredFile) -> str:
    """The absolute address of a file; only public files open with nothing but that."""
    return f"{settings.PUBLIC_URL}{file_path(file)}"


def signed_link(
    file: StoredFile, minutes: int, *, size: str = "", reader_id: int | None = None
) -> str:
    """An absolute address that opens the file without a login, for so many minutes.

    ``size`` names a smaller picture. ``reader_id`` is who it is made for: whoever is logged in as somebody else
    cannot open it.
    """
    until = clock.now() + timedelta(minutes=minutes)
    token = _signer.sign_object([file.pk, int(until.timestamp()), reader_id])
    query = {"token": token} | ({"size": size} if size else {})
    return f"{file_url(file)}?{urlencode(query)}"


def opens(token: str, file_id: int, caller: object = None) -> bool:
    """Whether a link's token is ours, is for this file, has not ended, and was not made for another user (G3).

    Browsers load pictures without a login, so a caller who is nobody passes; staff see what everybody sees.
    """
    try:
        signed_id, until, reader_id = _signer.unsign_object(token)
        alive = bool(signed_id == file_id and clock.now().timestamp() < until)
    except (BadSignature, ValueError, TypeError):
        return False
    caller_id = getattr(caller, "pk", None)
    is_staff = getattr(caller, "user_type", "") == Role.STAFF
    return alive and (is_staff or reader_id is None or caller_id in {None, reader_id})
