"""The fast read: rows of a shape as JSON text that the database wrote.

A ``ReadSerializer`` declares a resource once. The OpenAPI document and the ordinary answer come from it through DRF;
from the same fields ``reading`` compiles, once per process, a statement that lets PostgreSQL write each row's JSON.
Filters, scoping, order and paging are the ordinary queryset's: it gives the keys of a page, and the text of exactly
these rows goes into the answer as it came, without a model instance or a serializer field per value.

What a row shows falls in three kinds of parts:

- *text*: neighbouring fields that the database writes, as one piece of JSON;
- *made*: fields that only Python can say (links for one reader, clock times of a zone), of columns that come along;
- *nested*: a row behind a foreign key, compiled by its own serializer and asked for once for all rows of a page.

A field is found by its ``source`` among columns and annotations; where neither has it (a property, a method) the
serializer says in ``in_sql`` how to get it. A shape with a field of which nobody says that is shown by its serializer,
as before: ``reading`` answers with the reason instead (docs/adr/0013).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import DateTimeField, F, ForeignKey, Model, QuerySet
from django.db.models.expressions import Combinable
from rest_framework import serializers

from realestate.core import clock
from realestate.core.api.links import OpenedLink, reader_in
from realestate.core.api.read_sql import Context, NotInSql, Told, in_sql
from realestate.core.api.readings import (
    Made,
    MadePart,
    NestedPart,
    Part,
    Reading,
    TextPart,
)
from realestate.core.api.serializers import ReadSerializer
from realestate.core.db.remembered import INSTANTS, literal
from realestate.core.files import opened

_serializers_only: ContextVar[bool] = ContextVar("serializers_only", default=False)


@contextmanager
def by_serializers() -> Iterator[None]:
    """Inside, everything is shown by its serializer: to compare, and to find a fault."""
    before = _serializers_only.set(True)
    try:
        yield
    finally:
        _serializers_only.reset(before)


def said(data: Any) -> Any:  # the data of a response
    """What an answer says, also where it is ready text."""
    return orjson.loads(orjson.dumps(data)) if isinstance(data, orjson.Fragment) else data


@dataclass(frozen=True)
class Ordinary:
    """Why a shape is shown by its serializer."""

    reason: str


def is_fast() -> bool:
    """Whether rows are read fast here."""
    return not _serializers_only.get()


def reading_of(read: type[ReadSerializer], model: type[Model]) -> Reading | None:
    """How to read a shape fast; None where its serializer shows it."""
    if not is_fast():
        return None
    found = reading(read, model)
    return found if isinstance(found, Reading) else None


@cache
def reading(read: type[ReadSerializer], model: type[Model]) -> Reading | Ordinary:
    """A shape of a model's rows, compiled at its first use; or why it is not."""
    try:
        return _with_clock(*(_Compiler(read, model).reading(at) for at in INSTANTS))
    except (NotInSql, FieldError) as error:
        return Ordinary(str(error))


def _with_clock(one: Reading, other: Reading) -> Reading:
    """Compiled at two instants: parameters that are these instants are told anew by each request."""
    pairs = zip(one.parameters, other.parameters, strict=True)
    parameters = [_parameter(*pair) for pair in pairs]
    known = tuple("%s" if isinstance(each, Told) else literal(each) for each in parameters)
    told = [each for each in parameters if isinstance(each, Told)]
    return replace(one, source=one.source.replace("%%", "%%%%") % known, parameters=told)


def _parameter(one: object, other: object) -> object:
    if isinstance(one, Told) or one == other:
        return one
    if (one, other) == INSTANTS:
        return Told(lambda _context: clock.now(), DateTimeField())
    raise NotInSql("a figure that reckons with the clock")


class _Compiler:
    """Turns the declared fields of one shape into a statement."""

    def __init__(self, read: type[ReadSerializer], model: type[Model]) -> None:
        self.read, self.model = read, model
        self.shown: dict[str, Any] = dict(read(context={}).fields)
        self.select = ["q.key"]
        self.texts: list[str] = []  # the text parts, as sources of the statement
        self.text: list[str] = []  # the one that is being collected
        self.columns: list[str] = []
        self.written: dict[str, str] = {}  # field -> column

    def reading(self, at: datetime) -> Reading:
        """Compiled as of an instant."""
        with clock.pretend(at):
            self.rows: QuerySet[Any] = self.read.annotated(self.model._default_manager.all())  # noqa: SLF001  # documented access
            parts = [*self._parts()]
            hides = any(isinstance(part, MadePart) and part.made.hides for part in parts)
            if self.read.to_representation is not ReadSerializer.to_representation and not hides:
                raise NotInSql("its serializer changes what it shows")
            rows = self.rows.annotate(key=F("pk")).order_by().values_list("key", *self.columns)
            inner, parameters = rows.query.get_compiler(connection=connection).as_sql()
        source = f"WITH ORDINALITY page(key, place) JOIN ({inner}) q ON q.key = page.key {' '.join(self.texts)}"
        return Reading(self.select, source, parameters, [*self._placed(parts)])

    def _placed(self, parts: Sequence[Part]) -> Iterator[Part]:
        """The columns of rows behind come after the row's own, in turn."""
        offset = len(self.select)
        for part in parts:
            if isinstance(part, NestedPart):
                yield replace(part, offset=offset)
                offset += part.reading.width
            else:
                yield part

    def _parts(self) -> Iterator[Part]:
        """In the order of the wire: the fields, then their aliases."""
        aliases = self.read.aliases.items()
        known = [(name, canonical) for name, canonical in aliases if canonical in self.shown]
        for name, canonical in [*((name, name) for name in self.shown), *known]:
            part = self._own_part(name, canonical)
            if part is None:
                self.text.append(f'q.{self._as_json(canonical)} AS "{name}"')
                continue
            if self.text:
                yield self._finished_text()
            at = len(self.select)
            self.select.extend(f"q.{self._column(F(path))}" for path in part.paths)
            yield part.at(at)
        if self.text:
            yield self._finished_text()

    def _finished_text(self) -> TextPart:
        source = f"t{len(self.texts)}"
        self.texts.append(f"CROSS JOIN LATERAL (SELECT {', '.join(self.text)}) {source}")
        self.text = []
        self.select.append(f"row_to_json({source})::text")
        return TextPart(len(self.select) - 1)

    def _own_part(self, name: str, canonical: str) -> _Unplaced | None:
        """A part that is no text, or None."""
        shown = self.shown[canonical]
        said = self.read.in_sql.get(canonical)
        made = said if isinstance(said, Made) else made_of(shown)
        if made is not None:
            return _Unplaced(made.columns, lambda at: MadePart(name, at, made))
        if not isinstance(shown, ReadSerializer):
            return None
        path, model = self._behind(str(shown.source))
        nested = reading(type(shown), model)
        if isinstance(nested, Ordinary):
            raise NotInSql(f"{name}: {nested.reason}")
        return _Unplaced([path], lambda at: NestedPart(name, at, nested))

    def _behind(self, source: str) -> tuple[str, type[Model]]:
        """The path of the key of a related row, and its model."""
        *before, last = source.split(".")
        model: Any = self.model
        for step in before:
            model = model._meta.get_field(step).related_model  # noqa: SLF001  # documented access
        relation = model._meta.get_field(last)  # noqa: SLF001  # documented access
        if not isinstance(relation, ForeignKey):
            raise NotInSql(f"{source} is no foreign key")
        return "__".join([*before, relation.attname]), relation.related_model

    def _as_json(self, name: str) -> str:
        """The column that holds a field as JSON writes it."""
        if name not in self.written:
            shown, said = self.shown[name], self.read.in_sql.get(name)
            value = said() if said else F(shown.source.replace(".", "__"))
            if not (said and isinstance(shown, serializers.SerializerMethodField)):
                source = f"{name}_source"
                self.rows = self.rows.annotate(**{source: value})
                kind = self.rows.query.annotations[source].output_field
                value = in_sql(shown, source, kind)
            self.written[name] = self._column(value)
        return self.written[name]

    def _column(self, value: Combinable) -> str:
        """A further column of the rows."""
        column = f"c{len(self.columns)}"
        self.columns.append(column)
        self.rows = self.rows.annotate(**{column: value})
        return column


@dataclass(frozen=True)
class _Unplaced:
    """A part before its columns have their places."""

    paths: Sequence[str]
    at: Callable[[int], Part]


def made_of(shown: Any) -> Made | None:  # any serializer field
    """Fields that Python always says: links that end, and JSON, which the database would write with spaces."""
    path = [str(shown.source).replace(".", "__")]
    if isinstance(shown, OpenedLink):
        return Made(lambda context, link: opened(link, reader_in(context)), path)
    if isinstance(shown, serializers.ListField) and isinstance(shown.child, OpenedLink):
        return Made(_opened, path)
    if type(shown) in (serializers.JSONField, serializers.DictField):
        return Made(lambda _context, text: None if text is None else json.loads(text), path)
    return None


def _opened(context: Context, links: list[str] | None) -> list[str] | None:
    if not links:
        return links
    reader = reader_in(context)
    return [opened(link, reader) for link in links]
