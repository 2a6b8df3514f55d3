"""Paging as the contract wants it: ``page`` and ``limit`` that clamp instead of failing (T10).

What belongs to somebody is counted to its end. A list of everybody's rows – all homes for sale, whatever staff ask
for – is counted and paged as far as ``MOST`` rows, so that neither the count nor the last page gets slower with the
number of rows; the answer says when there are more (docs/adr/0015).
"""

from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from realestate.core.api.access import role_of
from realestate.core.enums import Role

MAX_LIMIT = 100
MOST = 10_000


class Extent(TypedDict):
    """How many rows a page has unless the query says otherwise, and how many a list has at most (None: no bound)."""

    default_limit: int
    at_most: int | None


@dataclass(frozen=True)
class Page:
    """One page of a list and where it stands."""

    rows: Any  # a slice of a queryset, or the JSON text of each row
    total: int
    number: int
    limit: int
    is_cut: bool = False  # more rows match than are counted and paged

    @property
    def last(self) -> int:
        """The number of the last page; 1 for an empty list."""
        return max(1, -(-self.total // self.limit))


def paginate(
    queryset: QuerySet[Any], request: Request, *, default_limit: int, at_most: int | None = None
) -> Page:
    """The page that the query asks for; nonsense clamps to the nearest page that exists.

    ``at_most`` rows are counted and paged: of a list of everybody's rows, and of any list that staff ask for.
    """
    limit, bound = limit_of(request, default_limit), bound_of(request, at_most)
    counted = queryset.count() if bound is None else _count(queryset, bound + 1)
    total = counted if bound is None else min(counted, bound)
    last = max(1, -(-total // limit))
    number = _number(request, "page", 1, last)
    start = (number - 1) * limit
    rows = queryset[start : min(start + limit, total)]
    return Page(rows, total, number, limit, is_cut=counted > total)


def _count(queryset: QuerySet[Any], at_most: int) -> int:
    """How many there are, as far as it matters; without what the rows only show."""
    return queryset.order_by().values_list("pk")[:at_most].count()


def limit_of(request: Request, default: int) -> int:
    """How many rows a page of this request has at most."""
    return _number(request, "limit", default, MAX_LIMIT)


def bound_of(request: Request, at_most: int | None) -> int | None:
    """How many rows are counted and paged; None: all."""
    return at_most or MOST if role_of(request) == Role.STAFF else at_most


def is_first(request: Request) -> bool:
    """Whether the first page is asked for, however many there are."""
    return _number(request, "page", 1, 2) == 1


def envelope(page: Page, key: str, rows: Any, **more: object) -> dict[str, object]:
    """The object that lists come in: ``{<key>: […], total, page, limit, pagination, …}``."""
    cut = {"hasMore": True} if page.is_cut else {}
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
            **cut,
        },
        **more,
    }


def array_response(request: Request, page: Page, rows: Any) -> Response:
    """A bare array with ``X-Total-Count`` and ``Link`` (contract 0.11)."""
    response = Response(rows)
    response["X-Total-Count"] = str(page.total)
    response["Link"] = _links(request, page)
    if page.is_cut:
        response["X-Total-More"] = "true"
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
