"""Storing a file: first the bytes, then the row.

A crash between them leaves a file without a row, never a row without its file.
"""

import hashlib
import re
import secrets
import unicodedata

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from realestate.core import audit
from realestate.core.enums import Visibility
from realestate.core.errors import InvalidValue
from realestate.core.models import StoredFile
from realestate.core.transactions import service

LONGEST_NAME = 200
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,48}/[a-z0-9][a-z0-9.+-]{0,48}")


def store_file(
    *,
    actor: audit.Actor | None,
    name: str,
    content: bytes,
    content_type: str,
    visibility: Visibility = Visibility.PRIVATE,
) -> StoredFile:
    """Keep some bytes. ``name`` is what people call the file; in the storage it is random and says nothing.

    Whoever calls has checked that the content is what ``content_type`` says. Raises InvalidValue (400) for a content
    type that is none.
    """
    if not _MEDIA_TYPE.fullmatch(content_type):
        raise InvalidValue(errors={"content_type": ["Enter a media type such as image/png."]})
    token = secrets.token_hex(16)
    path = default_storage.save(f"{token[:2]}/{token}", ContentFile(content))
    row = StoredFile(
        owner_id=actor.pk if actor is not None else None,
        name=readable_name(name),
        path=path,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        visibility=visibility,
    )
    try:
        return _register(actor=actor, row=row)
    except BaseException:
        default_storage.delete(path)
        raise


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
