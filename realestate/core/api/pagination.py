"""Paging as the contract wants it: ``page`` and ``limit`` that clamp instead of failing (T10)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

MAX_LIMIT = 100


@dataclass(frozen=True)
class Page:
    """One page of a list and where it stands."""

    rows: Any  # a slice of a queryset, or the JSON text of each row
    total: int
    number: int
    limit: int

    @property
    def last(self) -> int:
        """The number of the last page; 1 for an empty list."""
        return max(1, -(-self.total // self.limit))


def paginate(queryset: QuerySet[Any], request: Request, *, default_limit: int) -> Page:
    """The page that the query asks for; nonsense clamps to the nearest page that exists."""
    limit = limit_of(request, default_limit)
    total = queryset.count()
    last = max(1, -(-total // limit))
    number = _number(request, "page", 1, last)
    start = (number - 1) * limit
    return Page(queryset[start : start + limit], total, number, limit)


def limit_of(request: Request, default: int) -> int:
    """How many rows a page of this request has at most."""
    return _number(request, "limit", default, MAX_LIMIT)


def is_first(request: Request) -> bool:
    """Whether the first page is asked for, however many there are."""
    return _number(request, "page", 1, 2) == 1


def envelope(page: Page, key: str, rows: Any, **more: object) -> dict[str, object]:
    """The object that lists come in: ``{<key>: […], total, page, limit, pagination, …}``."""
    return {
        key: rows,
        "total": page.total,
        "page": page.number,
        "limit": page.limit,
        "pagination": {
            "currentPage": page.number,
            "totalPages": page.last,
            "totalItems": page.total,
            "hasNext": page.number < page.last,
            "hasPrev": page.number > 1,
        },
        **more,
    }


def array_response(request: Request, page: Page, rows: Any) -> Response:
    """A bare array with ``X-Total-Count`` and ``Link`` (contract 0.11)."""
    response = Response(rows)
    response["X-Total-Count"] = str(page.total)
    response["Link"] = _links(request, page)
    return response


def _links(request: Request, page: Page) -> str:
    wanted = {"first": 1, "prev": page.number - 1, "next": page.number + 1, "last": page.last}
    return ", ".join(
        f'<{_page_url(request, number, page.limit)}>; rel="{rel}"'
        for rel, number in wanted.items()
        if 1 <= number <= page.last
    )


def _page_url(request: Request, number: int, limit: int) -> str:
    query = request.query_params.copy()
    query["page"], query["limit"] = str(number), str(limit)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _number(request: Request, name: str, default: int, maximum: int) -> int:
    text = request.query_params.get(name, "").strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return min(default, maximum)
    if text.startswith("-"):
        return 1
    # More digits than any page number has: beyond the last page, without building a huge integer.
    return maximum if len(digits) > 12 else max(1, min(int(digits), maximum))  # noqa: PLR2004  # see above
