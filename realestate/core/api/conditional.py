"""Answers that are sent once: an ETag over what is said, and 304 to whoever has it already."""

import hashlib
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response

ENCODER = DjangoJSONEncoder(sort_keys=True, separators=(",", ":"))


def etag_of(body: Any) -> str:  # anything that JSON can say
    """A weak ETag: the same for the same content."""
    return f'W/"{hashlib.sha256(ENCODER.encode(body).encode()).hexdigest()[:32]}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the asker has this already (``If-None-Match``)."""
    answer = get_conditional_response(request, etag=etag)
    return answer is not None and answer.status_code == 304  # noqa: PLR2004  # Not Modified


def conditional(request: Request, body: Any) -> Response:  # what a serializer shows
    """The body with its ETag, or 304 without one; callers must ask each time, and caches are one reader's own."""
    etag = etag_of(body)
    answer = Response(status=304) if is_known(request._request, etag) else Response(body)  # noqa: SLF001  # DRF's name
    answer["ETag"] = etag
    answer["Cache-Control"] = "private, no-cache"
    return answer
