"""What a backup is: a folder with the database's dump, the files, a manifest of everything, and checksums.

``backup.json``    which platform, when, whether encrypted (and the salt)
``manifest.json``  versions, applied migrations, the likeness of the database, each file with size and SHA-256
``database.dump``  what pg_dump -Fc wrote
``files/…``        the files, under the names that they have in the storage
``SHA256SUMS``     of all of these, as ``sha256sum -c`` reads it; written last

Encrypted, all but the first and the last end in ``.enc``; then the checksums are those of the encrypted files.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realestate.safekeeping import cipher
from realestate.safekeeping.programs import SafekeepingError

FORMAT = 1
HEADER, SUMS, MANIFEST, DUMP, FILES = (
    *("backup.json", "SHA256SUMS", "manifest.json"),
    *("database.dump", "files"),
)
ENCRYPTED = ".enc"
PIECE = 1024 * 1024
EACH = 250  # files between two lines of progress
NAME = re.compile(r"realestate-(\d{8}T\d{6}Z)")
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*")  # and no part is only dots
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was written under a name: its content's size and checksum, and the checksum of what is on disk."""

    size: int
    content: str
    stored: str


class Writer:
    """Writes the parts of a new backup into a folder, encrypted if there is a key."""

    def __init__(self, folder: Path, *, key: bytes | None) -> None:
        self.folder, self.key = folder, key
        self.sums: dict[str, str] = {}

    def write(self, name: str, pieces: Iterable[bytes]) -> Written:
        """One part. Raises SafekeepingError when there is no room."""
        stored_name = name + ENCRYPTED * (self.key is not None)
        path = self.folder / stored_name
        path.parent.mkdir(parents=True, exist_ok=True)
        size, digest = 0, hashlib.sha256()
        try:
            with path.open("xb") as target:
                put = _Hashing(target)
                sealer = cipher.Sealer(put, key=self.key, name=name) if self.key else None  # type: ignore[arg-type]  # it only writes
                for piece in pieces:
                    size += len(piece)
                    digest.update(piece)
                    (sealer or put).write(piece)
                if sealer:
                    sealer.close()
        except OSError as error:
            raise SafekeepingError(f"{path} cannot be written: {error.strerror}") from error
        self.sums[stored_name] = put.digest.hexdigest()
        return Written(size=size, content=digest.hexdigest(), stored=self.sums[stored_name])

    def write_plain(self, name: str, value: object) -> None:
        """A part that is never encrypted, as JSON."""
        content = as_json(value)
        (self.folder / name).write_bytes(content)
        self.sums[name] = hashlib.sha256(content).hexdigest()

    def finish(self) -> None:
        """Write the checksums: a folder without them is no backup."""
        lines = [f"{digest}  {name}\n" for name, digest in sorted(self.sums.items())]
        (self.folder / SUMS).write_text("".join(lines))


class _Hashing:
    """A file that knows the checksum of what was written to it."""

    def __init__(self, target: Any) -> None:  # an open binary file
        self.target, self.digest = target, hashlib.sha256()

    def write(self, content: bytes) -> None:
        """Pass it on."""
        self.digest.update(content)
        self.target.write(content)


class Reader:
    """An existing backup. Nothing of it is believed before ``prove``."""

    def __init__(self, folder: Path, *, passphrase: str = "") -> None:
        """Raises SafekeepingError for a folder that is no complete backup, and without the passphrase it needs."""
        self.folder = folder
        self.sums = _read_sums(folder)
        self.header = read_header(folder)
        self.key: bytes | None = None
        if self.header.get("encrypted"):
            if not passphrase:
                raise SafekeepingError("This backup is encrypted: a passphrase is needed.")
            self.key = cipher.key_of(passphrase, bytes.fromhex(self.header["encrypted"]["salt"]))

    def prove(self, tell: Callable[[str], None] = lambda _line: None) -> dict[str, Any]:
        """Read everything once; returns the manifest. Raises SafekeepingError at the first thing that is not whole."""
        for number, (name, digest) in enumerate(sorted(self.sums.items()), 1):
            if number % EACH == 1:
                tell(f"checking files, {number} of {len(self.sums)}")
            if _sum_of(self.folder / name) != digest:
                raise SafekeepingError(f"{name} is damaged: its checksum is another.")
        try:
            manifest: dict[str, Any] = json.loads(b"".join(self.read(MANIFEST)))
        except cipher.NotOpened as error:
            raise SafekeepingError("The passphrase is wrong.") from error
        named = {DUMP: manifest["dump"], **manifest["files"]}
        known = {name + ENCRYPTED * (self.key is not None) for name in (MANIFEST, *named)}
        if {HEADER, *known} != set(self.sums):
            raise SafekeepingError("The manifest and the checksums do not name the same files.")
        for name, (size, digest) in named.items():
            if self._content(name) != (size, digest):
                raise SafekeepingError(f"{name} is not what the manifest says.")
        return manifest

    def read(self, name: str) -> Iterator[bytes]:
        """The content of a part, piece by piece. Raises cipher.NotOpened."""
        path = self.folder / (name + ENCRYPTED * (self.key is not None))
        with path.open("rb") as source:
            if self.key is not None:
                yield from cipher.opened(source, key=self.key, name=name)
                return
            while piece := source.read(PIECE):
                yield piece

    def _content(self, name: str) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        try:
            for piece in self.read(name):
                size += len(piece)
                digest.update(piece)
        except cipher.NotOpened as error:
            raise SafekeepingError(f"{name} does not open.") from error
        return size, digest.hexdigest()


def read_header(folder: Path) -> dict[str, Any]:
    """Which platform's backup it is, and of when. Raises SafekeepingError."""
    try:
        header = dict(json.loads((folder / HEADER).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise SafekeepingError(f"{folder} is no backup: {HEADER} cannot be read.") from error
    if header.get("format") != FORMAT:
        raise SafekeepingError(f"{folder} has format {header.get('format')}; we read {FORMAT}.")
    return header


def as_json(value: object) -> bytes:
    """For people, too."""
    return json.dumps(value, indent=1, sort_keys=True).encode()


def _read_sums(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / SUMS).read_text().splitlines()
    except (OSError, ValueError) as error:
        raise SafekeepingError(f"{folder} is no complete backup: it has no {SUMS}.") from error
    sums = {}
    for line in lines:
        match = LINE.fullmatch(line)
        if not match or not PLAIN_NAME.fullmatch(match[2]) or ".." in match[2].split("/"):
            raise SafekeepingError(f"{SUMS} has a line that is none: {line[:80]}")
        sums[match[2]] = match[1]
    return sums


def _sum_of(path: Path) -> str:
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise SafekeepingError(f"{path.name} is missing or cannot be read.") from error
