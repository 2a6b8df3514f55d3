"""Rows that a view asks for by one of its functions, so that their SQL can be remembered (docs/adr/0013).

The function depends on nothing but the caller, the clock, the query's parameters and the keys that it is given; the
view has a stranger as its caller while the SQL is compiled. With other parameters than those of paging it is called
each time, as filters make too many different statements to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar, Unpack

from django.db.models import Aggregate, Model, QuerySet, Value
from orjson import Fragment
from rest_framework.request import Request

from realestate.core.api.pagination import (
    Extent,
    Page,
    bound_of,
    is_first,
    limit_of,
    paginate,
)
from realestate.core.api.read_sql import Context
from realestate.core.api.readings import Asked, Reading
from realestate.core.api.reads import is_fast
from realestate.core.db.fetching import fetched
from realestate.core.db.remembered import (
    NotRememberedError,
    Remembered,
    Values,
    instances,
    kept,
    with_now,
)

Rows = Callable[..., QuerySet[Any]]  # a view's function of the path's keys
Row = TypeVar("Row", bound=Model)
PAGING = {"page", "limit"}
CALLER, BUILDER = "caller's key", "builder's key"


class Stranger:
    """Somebody of the same kind as the caller, with keys that nobody has."""

    def __init__(self, real: Any, values: Values) -> None:  # User or AnonymousUser
        self.pk = self.id = values[CALLER]
        self.builder_id = values[BUILDER]
        self.employer_id = values[BUILDER] if getattr(real, "employer_id", None) else None
        self.is_authenticated = real.is_authenticated
        self.is_anonymous = real.is_anonymous
        self.is_active, self.is_staff = real.is_active, real.is_staff
        self.is_superuser = real.is_superuser
        self.user_type = getattr(real, "user_type", None)
        self.team_role = getattr(real, "team_role", "")
        self.customer_id = self.pk if getattr(real, "customer_id", None) else None

    def __getattr__(self, name: str) -> object:
        """Rows that depend on more of the caller than this are not remembered."""
        message = f"it depends on the caller's {name}"
        raise NotRememberedError(message)

    @property
    def kind(self) -> Hashable:
        """What else than keys the rows may depend on."""
        return (
            *(self.user_type, self.team_role, self.employer_id is None, self.customer_id is None),
            *(self.is_authenticated, self.is_active, self.is_staff, self.is_superuser),
        )


@dataclass(frozen=True, kw_only=True)
class Question:
    """Who asks by which function, and about which keys."""

    request: Request
    name: Hashable  # of the function: the same name, the same rows
    rows: Rows
    keys: Mapping[str, int]
    is_filtered: bool = True  # whether the function heeds the query's parameters

    @property
    def is_plain(self) -> bool:
        """Whether the query filters nothing."""
        return self.request.query_params.keys() <= PAGING

    @property
    def values(self) -> dict[str, Any]:
        """What is told each time."""
        user: Any = self.request.user
        builder = getattr(user, "builder_id", None)
        return {CALLER: user.pk, BUILDER: builder, **self.keys}

    def ordinary(self) -> QuerySet[Any]:
        """The rows as the function builds them."""
        return self.rows(**self.keys)

    def remembered(
        self, name: str, finish: Callable[[QuerySet[Any]], QuerySet[Any]]
    ) -> Remembered | None:
        """The SQL of what ``finish`` makes of the rows, under its name; None where it has to be built each time."""
        if not (is_fast() and (self.is_plain or not self.is_filtered)):
            return None
        values = self.values
        key = (
            *(self.name, name, tuple(self.keys)),
            Stranger(self.request.user, values).kind,
        )
        return kept(key, lambda world: finish(self._as_stranger(world)), values)

    def _as_stranger(self, world: Values) -> QuerySet[Any]:
        with _caller(self.request, Stranger(self.request.user, world)):
            return self.rows(**{name: world[name] for name in self.keys})

    def keys_of(self) -> Remembered | None:
        """The keys of the rows in their order."""
        return self.remembered("keys", lambda rows: rows.values_list("pk"))

    def all_of(self) -> Remembered | None:
        """The keys of the rows in no order, to be counted."""
        return self.remembered("all", lambda rows: rows.order_by().values_list("pk"))

    def page(self, reading: Reading, context: Context, **extent: Unpack[Extent]) -> Page:
        """The page that the query asks for, as JSON; see ``paginate``."""
        keys, everything = self.keys_of(), self.all_of()
        if keys and everything and is_first(self.request):
            values, limit = with_now(self.values), limit_of(self.request, extent["default_limit"])
            bound = bound_of(self.request, extent["at_most"])
            asked = Asked(
                keys=keys.text,
                everything=f"{everything.text} LIMIT {bound + 1:d}" if bound else everything.text,
                parameters=[*keys.told(values), *everything.told(values)],
                limit=limit,
            )
            texts, counted = reading.page(asked, context)
            total = min(counted, bound) if bound else counted
            return Page(array(texts), total, 1, limit, is_cut=counted > total)
        page = paginate(self.ordinary(), self.request, **extent)
        return replace(page, rows=array(reading.of(page.rows, context)))

    def row(self, reading: Reading, context: Context) -> Fragment | None:
        """The one row as JSON, if it is there."""
        keys = self.all_of()
        if keys is None:
            texts = reading.of(self.ordinary(), context)
        else:
            asked = Asked(keys=keys.text, parameters=keys.told(with_now(self.values)))
            texts, _total = reading.page(asked, context)
        return Fragment(texts[0]) if texts else None

    def instance(self, model: type[Row], related: str) -> Row | None:
        """The one row itself, with the row behind a foreign key that is never empty; None if it is not there."""
        if self.all_of() is None:
            return self.ordinary().select_related(related).first()
        key = (self.name, "itself", related, Stranger(self.request.user, self.values).kind)
        found = instances(model, key, self._as_stranger, self.values, related=related)
        return found[0] if found else None

    def exists(self) -> bool:
        """Whether there is such a row."""
        asked = self.all_of()
        if asked is None:
            return self.ordinary().exists()
        return bool(fetched(f"{asked.text} LIMIT 1", asked.told(with_now(self.values))))

    def counts(self, **counts: Aggregate) -> dict[str, int]:
        """Counts over all the rows, in one statement."""

        def finish(rows: QuerySet[Any]) -> QuerySet[Any]:
            # By a constant, so that the aggregates are over all.
            alone: Any = rows.order_by().values(all_of_them=Value(1))
            counted: QuerySet[Any] = alone.annotate(**counts).values_list(*counts)
            return counted

        asked = self.remembered(f"counts of {tuple(counts)}", finish)
        if asked is None:
            return self.ordinary().aggregate(**counts)
        (row,) = fetched(asked.text, asked.told(with_now(self.values)))
        return dict(zip(counts, row, strict=True))


def array(texts: Sequence[str]) -> Fragment:
    """Rows as one array."""
    return Fragment(f"[{','.join(texts)}]")


@contextmanager
def _caller(
    request: Any, somebody: Any
) -> Iterator[None]:  # a request of DRF, with its private name
    """Inside, somebody else asks."""
    real = request._user  # noqa: SLF001  # its setter would tell Django's request too, which the log reads
    request._user = somebody  # noqa: SLF001  # see above
    try:
        yield
    finally:
        request._user = real  # noqa: SLF001  # see above
