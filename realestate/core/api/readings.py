"""A compiled read: the statement, and how its columns become the JSON of a row. Made by ``reads``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
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
KEYS = "<keys>"  # in a statement: where its keys come from
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
    known: dict[Reading, dict[Key, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TextPart:
    """Neighbouring fields that the database wrote, as one object of JSON."""

    at: int  # the column

    def say(self, columns: Columns, _request: _Request) -> str:
        """Its fields, without the braces."""
        text: str = columns[self.at]
        return text[1:-1]


@dataclass(frozen=True)
class MadePart:
    """A field that Python says."""

    name: str
    at: int
    made: Made

    def say(self, columns: Columns, request: _Request) -> str:
        """The field with its name; nothing where it is hidden."""
        given = columns[self.at : self.at + len(self.made.columns)]
        value = self.made.make(request.context, *given)
        if value is HIDDEN:
            return ""
        return f'"{self.name}":{orjson.dumps(value, JSONEncoder().default, OPTIONS).decode()}'


@dataclass(frozen=True)
class NestedPart:
    """A row behind a foreign key."""

    name: str
    at: int
    reading: Reading

    def say(self, columns: Columns, request: _Request) -> str:
        """The field with its name; null without a row."""
        key = columns[self.at]
        return f'"{self.name}":{"null" if key is None else request.known[self.reading][key]}'


Part = TextPart | MadePart | NestedPart


@dataclass(frozen=True, eq=False)
class Reading:
    """A shape, compiled: the statement, and how its columns become the text of a row."""

    statement: str  # with KEYS where its keys come from
    parameters: Sequence[Any]  # each Told
    parts: Sequence[Part]

    def of(self, rows: QuerySet[Any], context: Context) -> list[str]:
        """The JSON of these rows, filtered, ordered and sliced as they are; keys and text come in one statement."""
        request = _Request(context)
        try:
            keys, parameters = rows.values_list("pk").query.sql_with_params()
        except EmptyResultSet:
            return []
        self._learn(f"ARRAY(SELECT key FROM ({keys}) k(key))", parameters, request)  # noqa: S608  # Django's own
        return [*request.known[self].values()]

    def _learn_more(self, keys: Iterable[Key], request: _Request) -> None:
        known = request.known.get(self, {})
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if missing:
            self._learn("%s::bigint[]", [missing], request)

    def _learn(self, keys: str, parameters: Sequence[Any], request: _Request) -> None:
        known = request.known.setdefault(self, {})
        told = (each.tell(request.context) for each in self.parameters)
        rows = fetched(self.statement.replace(KEYS, keys), [*parameters, *told])
        for part in self.parts:
            if isinstance(part, NestedPart):
                behind = (row[part.at] for row in rows)
                part.reading._learn_more((key for key in behind if key is not None), request)  # noqa: SLF001  # its own class
        if len(self.parts) == 1 and isinstance(self.parts[0], TextPart):
            known |= dict(rows)
            return
        for row in rows:
            said = (part.say(row, request) for part in self.parts)
            known[row[0]] = f"{{{','.join(piece for piece in said if piece)}}}"
