"""Runs one statement and passes on the text that PostgreSQL made."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg import Cursor

from accounts.services import Claims, TokenRefused, read_access

MAX_LIMIT = 100
NOBODY: dict[str, int | None] = {"user": None, "session": None}


def passing(statement: str, *, limit: int = 1) -> Callable[..., HttpResponse]:
    """A view of a statement that yields one row: the JSON text, and how many rows there are in all."""

    def view(request: HttpRequest, **path: Any) -> HttpResponse:
        wanted = min(int(request.GET.get("limit", limit)), MAX_LIMIT)
        page = int(request.GET.get("page", 1))
        asked = {"limit": wanted, "page": page, "offset": (page - 1) * wanted}
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        with Cursor(connection.connection) as cursor:  # prepared, as the platform's own reads are
            cursor.execute(statement, {**path, **asked, **caller(request)})
            text, total = cursor.fetchone() or (None, None)
        if text is None:
            return HttpResponse(b"{}", "application/json", 404)
        return HttpResponse(text, "application/json", headers={"X-Total-Count": str(total)})

    return view


def caller(request: HttpRequest) -> dict[str, int | None]:
    """Who asks, by a good token; the statement looks whether the session lives."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind != "Bearer":
        return NOBODY
    try:
        claims: Claims = read_access(token)
    except TokenRefused:
        return NOBODY
    return {"user": claims.user_id, "session": claims.session_id}
