"""An answer that is kept: its bytes, its headers, and for which version and which time it is true."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

OVERHEAD = 1_000  # bytes, about what Python needs for an entry beside its texts
OF_A_304 = ("ETag", "Cache-Control", "Vary", "Link", "X-Total-Count")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One kept answer; it is true from ``since`` to before ``until``."""

    version: str
    since: datetime
    until: datetime
    headers: Sequence[tuple[str, str]]
    body: bytes

    def is_true(self, version: str | None, now: datetime) -> bool:
        """Whether this is what would be answered now."""
        return version == self.version and self.since <= now < self.until

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        texts = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.body) + len(self.version) + texts + OVERHEAD

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The answer again, or that it is known already."""
        headers = dict(self.headers)
        if knows(request, headers["ETag"]):
            return not_modified(headers)
        return HttpResponse(self.body, headers=headers)

    def dump(self) -> bytes:
        """As other processes read it."""
        head = [self.version, self.since.isoformat(), self.until.isoformat(), [*self.headers]]
        return json.dumps(head).encode() + b"\n" + self.body

    @classmethod
    def load(cls, dumped: bytes) -> Entry:
        """What ``dump`` wrote; raises ValueError for anything else."""
        head, _, body = dumped.partition(b"\n")
        version, since, until, headers = json.loads(head)
        return cls(
            version=version,
            since=datetime.fromisoformat(since),
            until=datetime.fromisoformat(until),
            headers=[(str(name), str(value)) for name, value in headers],
            body=body,
        )


def tag_of(body: bytes) -> str:
    """A strong ETag: the same for the same bytes, from any process."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def knows(request: HttpRequest, tag: str) -> bool:
    """Whether who asks has this answer already: any tag of ``If-None-Match``, also one that a proxy made weak."""
    given = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return "*" in given or tag in {known.removeprefix("W/") for known in given}


def not_modified(headers: Mapping[str, str]) -> HttpResponse:
    """304: what was sent before still holds."""
    kept = {name: headers[name] for name in OF_A_304 if name in headers}
    return HttpResponseNotModified(headers=kept)
