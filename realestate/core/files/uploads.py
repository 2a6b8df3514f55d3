"""Files that people send: their content says what they are, never their name."""

from collections.abc import Mapping

from realestate.core import audit
from realestate.core.errors import DomainError
from realestate.core.files.storing import store_file
from realestate.core.models import StoredFile

MAX_BYTES = 10_000_000  # a phone's photo, a scanned agreement
SIGNATURES: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
WEBP = (b"RIFF", b"WEBP")


class UnknownFileType(DomainError):
    """Please send a PDF or a picture (PNG, JPEG or WebP)."""

    code, status = "unknown_file_type", 422


class EmptyFile(DomainError):
    """The file is empty."""

    code, status = "empty_file", 422


class FileTooLarge(DomainError):
    """The file is larger than 10 MB."""

    code, status = "file_too_large", 413


def keep_upload(*, actor: audit.Actor, name: str, content: bytes) -> StoredFile:
    """Keep a PDF or a picture that somebody sent; private until something shows it.

    Raises FileTooLarge (413), EmptyFile and UnknownFileType (422).
    """
    if len(content) > MAX_BYTES:
        raise FileTooLarge(maximum=MAX_BYTES)
    if not content:
        raise EmptyFile
    return store_file(actor=actor, name=name, content=content, content_type=type_of(content))


def type_of(content: bytes) -> str:
    """The media type by the first bytes. Raises UnknownFileType (422)."""
    for signature, media_type in SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    if (content[:4], content[8:12]) == WEBP:
        return "image/webp"
    raise UnknownFileType
