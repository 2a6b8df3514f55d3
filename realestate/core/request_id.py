"""One id per request: on each log line, in error bodies and in the X-Request-ID header of each answer."""

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = "X-Request-ID"
_META = "HTTP_X_REQUEST_ID"
# Nothing that could end a header line, a log line or a quoted value.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._\-]{1,64}", re.ASCII)


def current() -> str:
    """The id of the request (or job) that is being worked on; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def accepted(candidate: str | None) -> str:
    """The caller's id when it is well-formed, otherwise a new one."""
    return candidate if candidate and _WELL_FORMED.fullmatch(candidate) else uuid4().hex


class RequestIdMiddleware(RequestMiddleware):
    """Binds the id, logs one line per request and names the id in the answer. Must be the outermost middleware."""

    async_capable = False

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        super().__init__(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = accepted(request.META.get(_META))
        request.META[_META] = request_id
        started = time.perf_counter()
        self.prepare(request)
        response: HttpResponse = self.get_response(request)  # type: ignore[assignment]  # never asynchronous here
        response[HEADER] = request_id
        structlog.contextvars.bind_contextvars(
            duration_ms=round((time.perf_counter() - started) * 1000, 1)
        )
        self.handle_response(request, response)
        return response

    def prepare(self, request: HttpRequest) -> None:
        """Begin with an empty context: a thread serves many requests."""
        structlog.contextvars.clear_contextvars()
        super().prepare(request)

    @classmethod
    def format_request(cls, request: HttpRequest) -> str:  # type: ignore[override]  # called on the instance
        """Method and path, without the query: it may carry a token or a name."""
        return f"{request.method} {request.path}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """The user's id, when somebody has asked for the user already: a log line costs no query."""
        for name in (
            "user",
            "_cached_user",
        ):  # replaced by the API's authentication; loaded from the session
            user_id = getattr(request.__dict__.get(name), "__dict__", {}).get("id")
            if isinstance(user_id, int):
                structlog.contextvars.bind_contextvars(user_id=user_id)
                return
