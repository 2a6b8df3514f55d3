"""PDF documents: a typst template and plain data in, bytes out. Called by the ``documents`` rooms of the apps.

Data reaches the template as JSON, so that a buyer's text can never become code. Documents are compiled in a child
process: typst keeps what it has compiled in a cache that Python cannot empty, and a document that goes wrong must not
take a web server with it. A start costs about 0.2 s, so that many documents of a kind share a child.
"""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from realestate.core.errors import ServiceUnavailable

LAYOUT = Path(__file__).with_name("typst") / "house.typ"
COMPILER = Path(__file__).with_name("typst") / "compile.py"
TIMEOUT = 30  # seconds; a usual document takes well under one
CHILDREN = 2  # at most per process: compiling is all computation
LENGTH = 8  # bytes before each PDF that say how long it is
_slots = BoundedSemaphore(CHILDREN)


class DocumentFailed(Exception):
    """A template does not compile; our fault, never the data's."""


def render_pdf(
    template: Path, data: Mapping[str, Any], files: Mapping[str, bytes] | None = None
) -> bytes:
    """The PDF of a template below the house's layout; ``data`` must be plain JSON values.

    ``files`` are pictures that the template names, such as ``logo.png``; it can read nothing else. The same template,
    data and files give the same bytes. Raises ServiceUnavailable when the compiler is busy or slow, DocumentFailed for
    a broken template. Not for use inside a transaction.
    """
    return render_pdfs(template, [data], files)[0]


def render_pdfs(
    template: Path, documents: Sequence[Mapping[str, Any]], files: Mapping[str, bytes] | None = None
) -> list[bytes]:
    """The PDFs of several documents with one template, in their order, from one child; see ``render_pdf``.

    For some dozens at a time: all of them must be there within ``TIMEOUT``.
    """
    order = {
        "source": LAYOUT.read_text() + template.read_text(),
        "documents": [json.dumps(data) for data in documents],
        "files": {
            name: base64.b64encode(content).decode() for name, content in (files or {}).items()
        },
    }
    return list(_split(_compiled(json.dumps(order).encode())))


def _compiled(order: bytes) -> bytes:
    if not _slots.acquire(timeout=TIMEOUT):
        raise ServiceUnavailable
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(COMPILER), str(TIMEOUT)],
            input=order,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceUnavailable from error
    finally:
        _slots.release()
    if done.returncode:
        raise DocumentFailed(done.stderr.decode(errors="replace"))
    return done.stdout


def _split(output: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(output):
        start = place + LENGTH
        place = start + int.from_bytes(output[place:start], "big")
        yield output[start:place]
