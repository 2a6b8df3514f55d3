"""Idempotency-Key (R0, D11): the first answer again, never the effect again.

The key is inserted first, in its own short transaction; answer and effect commit together, by compare-and-set on the
attempt, so that a slow first runner cannot finish after a retry took over.
"""

import functools
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core import clock
from realestate.core.api.renderers import JSONRenderer
from realestate.core.enums import KeyState
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.models import IdempotencyKey
from realestate.core.transactions import service

HEADER = "Idempotency-Key"
LEASE = timedelta(seconds=60)
KEEP = timedelta(days=7)
MAX_KEY_LENGTH = 255
Handler = TypeVar("Handler", bound=Callable[..., Any])


class IdempotencyMismatch(DomainError):
    """This Idempotency-Key was used with another body."""

    code, status = "idempotency_mismatch", 422


class IdempotencyInProgress(DomainError):
    """The first request with this Idempotency-Key is still running."""

    code, status, retry_after = "idempotency_in_progress", 409, 1


def idempotent(handler: Handler) -> Handler:
    """Make a POST action honour the header; without it the action runs as it is. Keys belong to users: log in first."""
    return _honouring(handler, answer_once)


def idempotent_outward(handler: Handler) -> Handler:
    """The same for an action that asks another machine between its transactions: the answer is kept after them.

    When the process dies before that, a retry begins anew once the lease is over: its first step must bear that.
    """
    return _honouring(handler, answer_in_steps)


def _honouring(
    handler: Handler, answer: Callable[[IdempotencyKey, Callable[[], Response]], Response]
) -> Handler:
    @functools.wraps(handler)
    def wrapper(view: Any, request: Request, *args: object, **kwargs: object) -> Any:  # any view
        key = _key(request)
        if key is None or request.user.pk is None:
            return handler(view, request, *args, **kwargs)
        entry = reserve(request.user.pk, _route(request), key, _fingerprint(request))
        if entry.state == KeyState.FINISHED:
            return _replay(entry)
        try:
            return answer(entry, lambda: handler(view, request, *args, **kwargs))
        except BaseException:
            release(entry)
            raise

    wrapper.is_idempotent = True  # type: ignore[attr-defined]  # read by the OpenAPI schema
    return wrapper  # type: ignore[return-value]  # same signature as the handler


def answer_in_steps(entry: IdempotencyKey, handler: Callable[[], Response]) -> Response:
    """Effects first, then the answer is kept. Raises IdempotencyInProgress when a retry has taken over meanwhile."""
    response = handler()
    finish(entry, response)
    return response


@service
def answer_once(entry: IdempotencyKey, handler: Callable[[], Response]) -> Response:
    """Effect and answer in one transaction. Raises IdempotencyInProgress when a retry has taken over meanwhile."""
    response = handler()
    finish(entry, response)
    return response


@service
def reserve(user_id: int, route: str, key: str, fingerprint: str) -> IdempotencyKey:
    """Claim the key, or return the finished entry. Raises IdempotencyMismatch, IdempotencyInProgress."""
    now = clock.now()
    entry, created = IdempotencyKey.objects.select_for_update().get_or_create(
        user_id=user_id,
        route=route,
        key=key,
        defaults={"fingerprint": fingerprint, "lease_until": now + LEASE},
    )
    if entry.fingerprint != fingerprint:
        raise IdempotencyMismatch
    if created or entry.state == KeyState.FINISHED:
        return entry
    if entry.lease_until > now:
        raise IdempotencyInProgress
    entry.attempt, entry.lease_until = entry.attempt + 1, now + LEASE
    entry.save(update_fields=["attempt", "lease_until"])
    return entry


@service
def finish(entry: IdempotencyKey, response: Response) -> None:
    """Keep the answer, in the same transaction as the effect. Raises IdempotencyInProgress after a take-over."""
    kept = IdempotencyKey.objects.filter(
        pk=entry.pk, attempt=entry.attempt, state=KeyState.RUNNING
    ).update(
        state=KeyState.FINISHED,
        status_code=response.status_code,
        body=JSONRenderer().render(response.data),
    )
    if not kept:
        raise IdempotencyInProgress


@service
def release(entry: IdempotencyKey) -> None:
    """The handler refused before any effect: the key may be used again."""
    IdempotencyKey.objects.filter(
        pk=entry.pk, attempt=entry.attempt, state=KeyState.RUNNING
    ).delete()


@service
def purge_keys() -> int:
    """Delete keys older than a week; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=clock.now() - KEEP).delete()[0]


def _key(request: Request) -> str | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (
        0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable() and "," not in key
    ):
        raise InvalidValue(
            f"{HEADER} must be one value of 1 to {MAX_KEY_LENGTH} printable ASCII characters."
        )
    return key


def _route(request: Request) -> str:
    return f"{request.method} {request.path}"[:200]


def _fingerprint(request: Request) -> str:
    body = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS, default=_as_text)
    return hashlib.sha256(body).hexdigest()


def _as_text(value: object) -> str:
    """Of a file its content: another file under the same name is another request."""
    if not isinstance(value, UploadedFile):
        return str(value)
    content: Any = value.file
    content.seek(0)
    digest = hashlib.file_digest(content, "sha256").hexdigest()
    content.seek(0)
    return f"{value.name} {digest}"


def _replay(entry: IdempotencyKey) -> HttpResponse:
    response = HttpResponse(
        bytes(entry.body or b""), status=entry.status_code, content_type="application/json"
    )
    response["Idempotent-Replayed"] = "true"
    return response
