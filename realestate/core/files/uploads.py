"""Files that people send: their content says what they are, and their name must not say something else."""

import io
from typing import IO

from realestate.core import audit
from realestate.core.enums import FilePurpose, Role
from realestate.core.errors import DomainError, NotAllowed
from realestate.core.files.kinds import KINDS, UnknownFileType, agreeing_name, recognise
from realestate.core.files.limits import kinds_for, most_bytes
from realestate.core.files.pictures import redrawn
from realestate.core.files.scanning import refuse_infected
from realestate.core.files.storing import readable_name, store_file
from realestate.core.models import StoredFile


class EmptyFile(DomainError):
    """The file is empty."""

    code, status = "empty_file", 422


class FileTooLarge(DomainError):
    """The file is too large."""

    code, status = "file_too_large", 413


def keep_upload(
    *,
    actor: audit.Actor,
    name: str,
    content: bytes | IO[bytes],
    purpose: FilePurpose = FilePurpose.ATTACHMENT,
) -> StoredFile:
    """Keep a file that somebody sent for a purpose; private until something shows it (D29).

    A scanner looks at it as it was sent, before anything decodes it. Pictures are drawn anew, without metadata, with
    two smaller ones. Raises NotAllowed (403), FileTooLarge (413), EmptyFile, UnknownFileType, NameDisagrees,
    ModelNotWhole, FileInfected, PictureTooLarge and BrokenPicture (422), ScannerUnavailable (503).
    """
    if purpose not in purposes_of(actor):
        raise NotAllowed("Only builders and staff send 3D models.")
    stream: IO[bytes] = io.BytesIO(content) if isinstance(content, bytes) else content
    size = stream.seek(0, io.SEEK_END)
    refuse_size(size, most_bytes(purpose))
    allowed = kinds_for(purpose)
    word = recognise(stream, size)
    if word not in allowed:
        raise UnknownFileType(allowed=sorted(allowed))
    kind = KINDS[word]
    kept_as = agreeing_name(readable_name(name), kind, strict=purpose == FilePurpose.MODEL)
    refuse_infected(stream, actor=actor)
    picture = redrawn(stream) if kind.picture else None
    return store_file(
        actor=actor,
        name=kept_as,
        content=picture.content if picture else stream,
        content_type=kind.media_type,
        purpose=purpose,
        picture=picture,
    )


def refuse_size(size: int, most: int) -> None:
    """Raises EmptyFile (422) and FileTooLarge (413)."""
    if size > most:
        raise FileTooLarge(maximum=most)
    if not size:
        raise EmptyFile


def most_bytes_of(actor: audit.Actor) -> int:
    """The largest file that a user may send for anything: what is longer is not even read."""
    return max(most_bytes(purpose) for purpose in purposes_of(actor))


def purposes_of(actor: audit.Actor) -> list[FilePurpose]:
    """What a user may send files for: customers send no 3D models."""
    models = getattr(actor, "user_type", "") in {Role.BUILDER, Role.STAFF}
    return [purpose for purpose in FilePurpose if models or purpose != FilePurpose.MODEL]
