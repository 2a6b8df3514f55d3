"""Answers that are sent once: an ETag over what is said, and whether whoever asks has it already."""

import hashlib
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.cache import get_conditional_response

ENCODER = DjangoJSONEncoder(sort_keys=True, separators=(",", ":"))


def etag_of(body: Any) -> str:  # anything that JSON can say
    """A weak ETag: the same for the same content."""
    return f'W/"{hashlib.sha256(ENCODER.encode(body).encode()).hexdigest()[:32]}"'


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the asker has this already (``If-None-Match``)."""
    answer = get_conditional_response(request, etag=etag)
    return answer is not None and answer.status_code == 304  # noqa: PLR2004  # Not Modified
