"""Storing a file: first the bytes, then the row.

A crash between them leaves a file without a row, never a row without its file.
"""

import hashlib
import io
import re
import secrets
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from realestate.core import audit
from realestate.core.enums import FilePurpose, Visibility
from realestate.core.errors import InvalidValue, NotFound, ServiceUnavailable
from realestate.core.files.pictures import VARIANT_TYPE, VARIANTS, Picture
from realestate.core.models import StoredFile
from realestate.core.transactions import service

STORE_FAILED = (BotoCoreError, ClientError, Boto3Error)  # of an S3 store; a folder raises OSError
LONGEST_NAME = 200
PIECE = 1_000_000  # bytes that are read at once
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,45}/[a-z0-9][a-z0-9.+-]{0,52}")  # 100 characters


def store_file(
    *,
    actor: audit.Actor | None,
    name: str,
    content: bytes | IO[bytes],
    content_type: str,
    visibility: Visibility = Visibility.PRIVATE,
    purpose: FilePurpose | None = None,
    picture: Picture | None = None,
) -> StoredFile:
    """Keep some bytes. ``name`` is what people call the file; in the storage it is random and says nothing.

    Whoever calls has checked that the content is what ``content_type`` says. ``purpose`` is of files that people sent;
    ``picture`` has the size in pixels and the smaller pictures. Raises InvalidValue (400) for a content type that is
    none, ServiceUnavailable (503) when the store does not answer.
    """
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise InvalidValue(errors={"content_type": ["Enter a media type such as image/png."]})
    stream: IO[bytes] = io.BytesIO(content) if isinstance(content, bytes) else content
    size, digest = _measured(stream)
    token = secrets.token_hex(16)
    row = StoredFile(
        owner_id=actor.pk if actor is not None else None,
        name=readable_name(name),
        path=f"{token[:2]}/{token}",
        content_type=content_type,
        size=size,
        sha256=digest,
        visibility=visibility,
        purpose=purpose or "",
        width=picture.width if picture else None,
        height=picture.height if picture else None,
    )
    saved: list[str] = []
    try:
        saved.append(default_storage.save(row.path, File(stream)))
        for variant, smaller in (picture.variants if picture else {}).items():
            saved.append(default_storage.save(variant_path(row, variant), ContentFile(smaller)))
        return _register(actor=actor, row=row)
    except STORE_FAILED as error:
        _forget(saved)
        raise ServiceUnavailable from error
    except BaseException:
        _forget(saved)
        raise


def _forget(paths: Iterable[str]) -> None:
    """Take back what was stored; what a failing store keeps is for the clean-up."""
    for path in paths:
        with suppress(*STORE_FAILED):
            default_storage.delete(path)


def variant_path(file: StoredFile, variant: str) -> str:
    """Where a smaller picture of a file lies in the storage."""
    return f"{file.path}-{variant}"


def open_file(file: StoredFile, size: str = "") -> tuple[IO[bytes], str]:
    """The content of a file, or of the smaller picture that ``size`` names, and its media type.

    A picture from before there were smaller ones is its own. Raises NotFound (404), ServiceUnavailable (503).
    """
    smaller = size in VARIANTS and file.width is not None
    try:
        content = default_storage.open(variant_path(file, size) if smaller else file.path)
        # Fetches it from an S3 store, so that a failure comes before the answer begins.
        content.seek(0)
    except FileNotFoundError as error:
        raise NotFound from error
    except STORE_FAILED as error:
        raise ServiceUnavailable from error
    return content, VARIANT_TYPE if smaller else file.content_type


def _measured(stream: IO[bytes]) -> tuple[int, str]:
    """Length and checksum, read piece by piece; leaves the stream at its beginning."""
    stream.seek(0)
    size, digest = 0, hashlib.sha256()
    while piece := stream.read(PIECE):
        size += len(piece)
        digest.update(piece)
    stream.seek(0)
    return size, digest.hexdigest()


def readable_name(name: str) -> str:
    """The last part of a path, without characters that control, hide or turn text round; never empty."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(char for char in last if not unicodedata.category(char).startswith("C"))
    return " ".join(shown.split()).strip(".")[-LONGEST_NAME:] or "file"


@service
def _register(*, actor: audit.Actor | None, row: StoredFile) -> StoredFile:
    row.save(force_insert=True)
    audit.record(actor, row, "stored", after={"name": row.name, "sha256": row.sha256})
    return row
