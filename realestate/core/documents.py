"""PDF documents: a typst template and plain data in, bytes out. Called by the ``documents`` rooms of the apps.

Data reaches the template as JSON, so that a buyer's text can never become code. Each document is compiled in a child
process of its own: typst keeps what it has compiled in a cache that Python cannot empty, and a document that goes
wrong must not take a web server with it. A start costs about 0.2 s; what needs thousands may pass a list to one child.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from realestate.core.errors import ServiceUnavailable

LAYOUT = Path(__file__).with_name("typst") / "house.typ"
COMPILER = Path(__file__).with_name("typst") / "compile.py"
TIMEOUT = 30  # seconds; a usual document takes well under one
CHILDREN = 2  # at most per process: compiling is all computation
_slots = BoundedSemaphore(CHILDREN)


class DocumentFailed(Exception):
    """A template does not compile; our fault, never the data's."""


def render_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """The PDF of a template below the house's layout; ``data`` must be plain JSON values.

    The same template and data give the same bytes. Raises ServiceUnavailable when the compiler is busy or slow,
    DocumentFailed for a broken template. Not for use inside a transaction.
    """
    source = LAYOUT.read_text() + template.read_text()
    order = json.dumps({"source": source, "data": json.dumps(data)}).encode()
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
