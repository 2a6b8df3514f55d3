"""One id per request: on each log line, in error bodies and in the X-Request-ID header of each answer."""

import re
import time
from http.client import BAD_REQUEST
from typing import cast
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

HEADER = "X-Request-ID"
QUIET = ("/health", "/metrics")  # asked every few seconds: good answers are not worth a line
_META = "HTTP_X_REQUEST_ID"
# Nothing that ends a line or a quoted value.
_WELL_FORMED = re.compile(r"[A-Za-z0-9._\-]{1,64}", re.ASCII)
# Addresses that are a secret from here on: whoever knows the rest reads a calendar (and plays development's gateway).
_SECRET_REST = re.compile(r"(/(?:calendar|fake-gateway)/).+", re.IGNORECASE | re.DOTALL)


def current() -> str:
    """The id of the request (or job) that is being worked on; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def accepted(candidate: str | None) -> str:
    """The caller's id when it is well-formed, otherwise a new one."""
    return candidate if candidate and _WELL_FORMED.fullmatch(candidate) else uuid4().hex


def shown_path(path: str) -> str:
    """A path as it may be written down: what is secret of it is not there."""
    return _SECRET_REST.sub(r"\1[hidden]", path)


class RequestIdMiddleware(RequestMiddleware):
    """Binds the id, logs one line per request and names the id in the answer. Must be the outermost middleware."""

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id; the id is in the context of all that happens meanwhile."""
        request_id = accepted(request.META.get(_META))
        request.META[_META] = request_id
        started = time.perf_counter()
        self.prepare(request)
        response = cast("HttpResponse", self.get_response(request))
        response[HEADER] = request_id
        structlog.contextvars.bind_contextvars(
            duration_ms=round((time.perf_counter() - started) * 1000, 1)
        )
        if request.path.startswith(QUIET) and response.status_code < BAD_REQUEST:
            structlog.contextvars.clear_contextvars()
        else:
            self.handle_response(request, response)
        return response

    def prepare(self, request: HttpRequest) -> None:
        """Begin with an empty context: a thread serves many requests."""
        structlog.contextvars.clear_contextvars()
        super().prepare(request)

    @classmethod
    def format_request(cls, request: HttpRequest) -> str:
        """Method and path, without the query, which may carry a token or a name, and without secrets of the path."""
        return f"{request.method} {shown_path(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """The user's id, when somebody has asked for the user already: a log line costs no query."""
        # The API's authentication replaces "user"; the session's is in "_cached_user" once it is loaded.
        for name in ("user", "_cached_user"):
            user_id = getattr(request.__dict__.get(name), "__dict__", {}).get("id")
            if isinstance(user_id, int):
                structlog.contextvars.bind_contextvars(user_id=user_id)
                return
