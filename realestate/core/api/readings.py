"""A compiled read: the statement, and how its columns become the JSON of a row. Made by ``reads``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from realestate.core.api.read_sql import Context
from realestate.core.api.renderers import OPTIONS
from realestate.core.db.fetching import fetched

Key = int
Columns = tuple[Any, ...]
HIDDEN: Final = object()  # what a made field says when this reader does not get it


@dataclass(frozen=True)
class Made:
    """A field that Python says, of columns by their paths: ``make(context, *columns)``."""

    make: Callable[..., object]
    columns: Sequence[str]
    hides: bool = False  # whether it may be HIDDEN


@dataclass
class _Request:
    """What one answer knows: who asks, and the nested rows that it has already."""

    context: Context
    known: dict[tuple[Reading, Key], str] = field(default_factory=dict)


@dataclass(frozen=True)
class TextPart:
    """Neighbouring fields that the database wrote, as one object of JSON."""

    at: int  # the column

    def say(self, columns: Columns, start: int, _request: _Request) -> str:
        """Its fields, without the braces."""
        text: str = columns[start + self.at]
        return text[1:-1]


@dataclass(frozen=True)
class MadePart:
    """A field that Python says."""

    name: str
    at: int
    made: Made

    def say(self, columns: Columns, start: int, request: _Request) -> str:
        """The field with its name; nothing where it is hidden."""
        first = start + self.at
        given = columns[first : first + len(self.made.columns)]
        value = self.made.make(request.context, *given)
        if value is HIDDEN:
            return ""
        return f'"{self.name}":{orjson.dumps(value, JSONEncoder().default, OPTIONS).decode()}'


@dataclass(frozen=True)
class NestedPart:
    """A row behind a foreign key; its columns come after those of the row that it belongs to."""

    name: str
    at: int  # the column of its key
    reading: Reading
    offset: int = 0  # of its columns

    def say(self, columns: Columns, start: int, request: _Request) -> str:
        """The field with its name; null without a row."""
        if columns[start + self.at] is None:
            return f'"{self.name}":null'
        return f'"{self.name}":{self.reading.text(columns, start + self.offset, request)}'


Part = TextPart | MadePart | NestedPart


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which rows: a statement of their keys in their order, and one of all keys where they are to be counted."""

    keys: str
    parameters: Sequence[Any]  # of both
    everything: str = ""
    limit: int = 0  # of a first page; there ``keys`` has none


@dataclass(frozen=True, eq=False)
class Reading:
    """A shape, compiled: its columns and where they come from, and how they become the text of a row."""

    columns: Sequence[str]  # the key first
    source: str  # of the rows with these keys: a join with ``page(key, place)``
    parameters: Sequence[Any]  # each Told, in the order of the source
    parts: Sequence[Part]

    def of(self, rows: QuerySet[Any], context: Context) -> list[str]:
        """The JSON of these rows, filtered, ordered and sliced as they are; all of it comes in one statement."""
        try:
            keys, parameters = rows.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        return self.page(Asked(keys=keys, parameters=parameters), context)[0]

    def page(self, asked: Asked, context: Context) -> tuple[list[str], int]:
        """The JSON of the rows that are asked for, with commas between, and how many there are in all.

        In one piece where the database writes all of it, else row by row.
        """
        request = _Request(context)
        told = [each.tell(context) for each in self.all_parameters]
        statement = self.statement(asked.keys, asked.everything, asked.limit)
        rows = fetched(statement, [*asked.parameters, *told])
        if self.is_all_text:
            texts = [text for text, _total in rows if text is not None]
        else:
            texts = [self.text(row, 0, request) for row in rows if row[0] is not None]
        return texts, rows[0][-1]

    def text(self, columns: Columns, start: int, request: _Request) -> str:
        """The JSON of one row, whose columns begin there; a row that comes again is not said anew."""
        known = (self, columns[start])
        if known not in request.known:
            said = (part.say(columns, start, request) for part in self.parts)
            request.known[known] = f"{{{','.join(piece for piece in said if piece)}}}"
        return request.known[known]

    @cached_property
    def all_parameters(self) -> list[Any]:
        """Each Told, in the order of the statement."""
        behind = (each for part in self.nested for each in part.reading.all_parameters)
        return [*self.parameters, *behind]

    @cached_property
    def is_all_text(self) -> bool:
        """Whether the database writes whole rows."""
        return len(self.parts) == 1 and isinstance(self.parts[0], TextPart)

    @cached_property
    def nested(self) -> list[NestedPart]:
        """The rows behind foreign keys."""
        return [part for part in self.parts if isinstance(part, NestedPart)]

    @lru_cache(maxsize=256)  # noqa: B019  # readings live as long as the process
    def statement(self, keys: str, everything: str, limit: int) -> str:
        """One statement for a page: which keys, their rows, and the rows behind those, each of them read once.

        A first page that is not full needs no count; the rows are counted only where ``everything`` is given.
        """
        first = f"{keys} LIMIT {limit:d}" if limit else keys
        count = "cardinality(keys)"
        if everything:
            count = f"CASE WHEN {count} < {limit:d} THEN {count} ELSE (SELECT count(*) FROM ({everything}) e) END"  # noqa: S608  # see above
        steps = [
            f"first AS MATERIALIZED (SELECT ARRAY(SELECT key FROM ({first}) k(key)) AS keys)",  # noqa: S608  # compiled from declared names
            f"total AS MATERIALIZED (SELECT {count} AS rows FROM first)",  # noqa: S608  # see above
            *self.steps("r", "(SELECT keys FROM first)"),
        ]
        if self.is_all_text:
            text = "string_agg(r.x1, ',' ORDER BY r.place)"
            return (
                f"WITH {', '.join(steps)} SELECT {text}, total.rows"  # noqa: S608  # see above
                " FROM total LEFT JOIN r ON true GROUP BY total.rows"
            )
        return (
            f"WITH {', '.join(steps)} SELECT {', '.join(self.shown('r'))}, total.rows"  # noqa: S608  # see above
            f" FROM total LEFT JOIN r ON true {' '.join(self.joins('r'))} ORDER BY r.place"
        )

    def steps(self, name: str, keys: str) -> Iterator[str]:
        """The rows with these keys under a name, then those behind them."""
        columns = ", ".join(f"{column} AS x{place}" for place, column in enumerate(self.columns))
        yield f"{name} AS MATERIALIZED (SELECT {columns}, page.place FROM unnest({keys}::bigint[]) {self.source})"  # noqa: S608  # compiled from declared names
        for place, part in enumerate(self.nested):
            behind = f"ARRAY(SELECT DISTINCT x{part.at} FROM {name})"  # noqa: S608  # see above
            yield from part.reading.steps(f"{name}{place}", behind)

    def shown(self, name: str) -> Iterator[str]:
        """The columns of a row, then those of the rows behind it."""
        yield from (f"{name}.x{place}" for place in range(len(self.columns)))
        for place, part in enumerate(self.nested):
            yield from part.reading.shown(f"{name}{place}")

    def joins(self, name: str) -> Iterator[str]:
        """What puts the rows behind beside their row."""
        for place, part in enumerate(self.nested):
            behind = f"{name}{place}"
            yield f"LEFT JOIN {behind} ON {behind}.x0 = {name}.x{part.at}"
            yield from part.reading.joins(behind)

    @cached_property
    def width(self) -> int:
        """How many columns a row has with those behind it."""
        return len(self.columns) + sum(part.reading.width for part in self.nested)
