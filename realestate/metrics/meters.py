"""What is counted while requests are answered, and the middleware that counts it.

Labels have few values whoever asks for what: a route's pattern, never an address; a known method or ``other``. Several
processes write into files of one folder, which ``manage.py serve`` names and empties before it starts them
(``folder``); without it each process counts for itself.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
KEPT, PREFLIGHT, STATIC, NONE = "(kept answer)", "(preflight)", "(static file)", "(none)"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
BAD_REQUEST = 400

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped
registry = CollectorRegistry()
requests = Counter(
    "realestate_requests",
    "Requests that were answered.",
    ("route", "method", "status"),
    registry=registry,
)
seconds = Histogram(
    "realestate_request_seconds",
    "Time to answer a request.",
    ("route", "method"),
    buckets=BUCKETS,
    registry=registry,
)
statements = Counter(
    "realestate_request_statements",
    "Statements sent to the database.",
    ("route", "method"),
    registry=registry,
)
waited = Counter(
    "realestate_request_database_seconds",
    "Time that requests waited for the database.",
    ("route", "method"),
    registry=registry,
)


class DatabaseTime:
    """An execute wrapper of Django's: counts the statements of one request, and the time that they took."""

    __slots__ = ("seconds", "statements")

    def __init__(self) -> None:
        self.statements, self.seconds = 0, 0.0

    def __call__(
        self, execute: Callable[..., Any], *given: Any
    ) -> Any:  # whatever the cursor answers
        """Let the statement run."""
        begun = time.perf_counter()
        try:
            return execute(*given)
        finally:
            self.seconds += time.perf_counter() - begun
            self.statements += 1


class MetricsMiddleware:
    """Counts every answer of the application."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer of what is inside, counted."""
        begun, database = time.perf_counter(), DatabaseTime()
        with connection.execute_wrapper(database):
            response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        count, time_of, sent, wait = _children(
            route_of(request, response), str(method), str(response.status_code)
        )
        count.inc()
        time_of.observe(time.perf_counter() - begun)
        if database.statements:
            sent.inc(database.statements)
            wait.inc(database.seconds)
        return response


def route_of(request: HttpRequest, response: HttpResponse) -> str:
    """The pattern that the address met, or what answered before any was looked for."""
    if request.resolver_match is not None:
        return "/" + request.resolver_match.route
    if request.method == "OPTIONS":
        return PREFLIGHT
    if request.path_info.startswith(settings.STATIC_URL):
        return STATIC
    return KEPT if response.status_code < BAD_REQUEST else NONE


@lru_cache(maxsize=4096)
def _children(route: str, method: str, status: str) -> tuple[Counter, Histogram, Counter, Counter]:
    return (
        requests.labels(route, method, status),
        seconds.labels(route, method),
        statements.labels(route, method),
        waited.labels(route, method),
    )
