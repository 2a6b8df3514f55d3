"""What people send is looked at by a virus scanner, where the operator has one: clamd, asked over its own protocol.

Without ``CLAMD_ADDRESS`` nobody looks. With it nothing is kept that the scanner has not called clean: who does not
reach it, or does not understand what it says, keeps nothing.
"""

import hashlib
import logging
import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO
from urllib.parse import unquote, urlsplit

from django.conf import settings

from realestate.core import audit
from realestate.core.errors import DomainError, ServiceUnavailable

log = logging.getLogger(__name__)
TO_CONNECT = 1.0  # seconds
IN_ALL = 30.0  # seconds, from the connection to the answer
PIECE = 262_144  # bytes that are sent at once
LONGEST_ANSWER = 4_096  # bytes; a name of a virus has some dozens
END = b"\x00"  # of commands and answers that begin with z
FOUND = re.compile(r"stream: (.+) FOUND")


class FileInfected(DomainError):
    """The virus scanner found something in this file; it was not kept."""

    code, status = "file_infected", 422


class ScannerUnavailable(ServiceUnavailable):
    """Files cannot be checked for viruses at the moment, so none is kept; try again shortly."""

    code = "scanner_unavailable"


def refuse_infected(content: IO[bytes], *, actor: audit.Actor) -> None:
    """Go on only with a file that the scanner calls clean; leaves it at its beginning.

    Not for use while rows are locked: it waits for another process, at most ``IN_ALL`` seconds. What is found is a
    line of the log with who sent it, its checksum and the scanner's word for it. Raises FileInfected (422),
    ScannerUnavailable (503).
    """
    if not settings.CLAMD_ADDRESS:
        return
    content.seek(0)
    digest = hashlib.sha256()
    try:
        said = _ask(content, digest.update)
    except OSError as error:  # also every timeout
        log.warning("scanner_not_reached", extra={"error": type(error).__name__})
        raise ScannerUnavailable from error
    finally:
        content.seek(0)
    if said == "stream: OK":
        return
    found = FOUND.fullmatch(said)
    if found is None:
        log.warning("scanner_not_understood", extra={"said": said[:200]})
        raise ScannerUnavailable
    told = {"account": actor.pk, "sha256": digest.hexdigest(), "found": found[1][:200]}
    log.warning("file_infected", extra=told)
    raise FileInfected


def _ask(content: IO[bytes], note: Callable[[bytes], None]) -> str:
    """What the scanner says of a file; each piece is noted too. Raises OSError when it says nothing in time."""
    until = time.monotonic() + IN_ALL
    with _connected() as line:
        is_whole = False
        # One that has had enough hangs up, but may have said why: that is worth a look, and never an OK.
        with suppress(BrokenPipeError, ConnectionResetError):
            _send(line, b"zINSTREAM" + END, until)
            while piece := content.read(PIECE):
                note(piece)
                _send(line, struct.pack(">I", len(piece)) + piece, until)
            _send(line, struct.pack(">I", 0), until)
            is_whole = True
        said = _heard(line, until)
    return said if is_whole else f"before the end of the file: {said}"


def _connected() -> socket.socket:
    """A line to the scanner. Raises OSError."""
    address = urlsplit(settings.CLAMD_ADDRESS)
    if address.scheme == "tcp":
        return socket.create_connection((address.hostname, address.port), timeout=TO_CONNECT)
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(TO_CONNECT)
        line.connect(unquote(address.path))
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, piece: bytes, until: float) -> None:
    line.settimeout(_left(until))
    line.sendall(piece)


def _heard(line: socket.socket, until: float) -> str:
    """The answer up to its end; what comes without an end is cut off, and is nothing that anybody understands."""
    heard = b""
    while END not in heard and len(heard) < LONGEST_ANSWER:
        line.settimeout(_left(until))
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            return f"without an end: {heard.decode(errors='replace')}"
        heard += piece
    said, end, more = heard.partition(END)
    return said.decode(errors="replace") if end and not more else f"too much: {said[:200]!r}"


def _left(until: float) -> float:
    """Seconds that are left. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
