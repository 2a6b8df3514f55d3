"""Rows whose SQL is compiled once and asked with other values: building a queryset costs more than reading its rows.

A queryset is built in two invented worlds that differ in nothing but the values it may depend on: the present instant,
the caller's keys, the keys of the path. Where both give the same SQL, a parameter that is one world's value here and
the other's there is that value; one that is equal in both is a constant. Anything else – other SQL, a query of its
own, a value that none of the names explains, a plain number that could be somebody's key – is not remembered, and the
rows are asked for as always.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import EmptyResultSet, FieldError
from django.db import connection
from django.db.models import Model, QuerySet
from psycopg import sql

from realestate.core import clock
from realestate.core.db.fetching import fetched

Row = TypeVar("Row", bound=Model)
Values = Mapping[str, Any]  # name -> a key, an instant, or None
INSTANTS: Final = (
    datetime(2000, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    datetime(2001, 2, 3, 4, 5, 6, 7, tzinfo=UTC),
)
NOW: Final = "now"
STRANGE: Final = 7 * 10**17  # keys that no row has


class Key(int):
    """An invented key. Who compares it decides by it, and what was decided would be remembered for all keys."""

    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        if self is not other and isinstance(other, int):
            raise NotRememberedError("it compares keys")
        return self is other

    def __ne__(self, other: object) -> bool:
        return not self == other


class NotRememberedError(Exception):
    """These rows depend on something that no name explains; the message says on what."""


@dataclass(frozen=True)
class Remembered:
    """SQL with ``%s`` for values that are told by name each time."""

    text: str
    names: tuple[str, ...]

    def told(self, values: Values) -> list[Any]:
        """The parameters for these values."""
        return [values[name] for name in self.names]


def with_now(values: Values) -> Values:
    """Values of a question that is asked at this moment."""
    return {**values, NOW: clock.now()}


def remember(build: Callable[[Values], QuerySet[Any]], example: Values) -> Remembered:
    """Compile what ``build`` makes of values like these. Raises NotRememberedError."""
    worlds = [_world(example, turn) for turn in range(2)]
    try:
        (text, ones), (other, others) = (_compiled(build, world) for world in worlds)
    except (EmptyResultSet, FieldError) as error:
        raise NotRememberedError(str(error)) from error
    if text != other:
        raise NotRememberedError("the SQL itself changes")
    pairs = {(_plain(worlds[0][name]), _plain(worlds[1][name])): name for name in worlds[0]}
    names = [_name(pair, pairs) for pair in zip(ones, others, strict=True)]
    marks = (
        "%s" if name is not None else literal(value)
        for name, value in zip(names, ones, strict=True)
    )
    return Remembered(
        text.replace("%%", "%%%%") % tuple(marks), tuple(name for name in names if name is not None)
    )


_kept: dict[Hashable, Remembered | None] = {}


def kept(
    key: Hashable, build: Callable[[Values], QuerySet[Any]], example: Values
) -> Remembered | None:
    """The same, once per process and key; None where rows are not remembered."""
    place = (key, *(value is None for value in example.values()))
    if place not in _kept:
        try:
            _kept[place] = remember(build, example)
        except NotRememberedError:
            _kept[place] = None
    return _kept[place]


def instances(
    model: type[Row],
    key: Hashable,
    build: Callable[[Values], QuerySet[Row]],
    values: Values,
    *,
    related: str = "",
) -> list[Row]:
    """The rows themselves, each with the row behind one foreign key that is never empty, if one is named."""
    shapes = [_Shape(model, "")]
    if related:
        behind: Any = model._meta.get_field(related).related_model  # noqa: SLF001  # documented access
        shapes.append(_Shape(behind, f"{related}__"))
    paths = [path for shape in shapes for path in shape.paths]
    asked = kept((model, key), lambda world: build(world).values_list(*paths), values)
    if asked is None:
        rows = build(with_now(values))
        return [*(rows.select_related(related) if related else rows)]
    found = []
    for columns in fetched(asked.text, asked.told(with_now(values))):
        row, *others = (shape.row(columns, paths) for shape in shapes)
        if related:
            setattr(row, related, others[0])
        found.append(row)
    return found


def columns(
    key: Hashable, build: Callable[[Values], QuerySet[Any]], values: Values
) -> list[tuple[Any, ...]]:
    """What a ``values_list`` of plain columns says, where no instances are needed."""
    asked = kept(key, build, values)
    if asked is None:
        return [*build(with_now(values))]
    return fetched(asked.text, asked.told(with_now(values)))


class _Shape:
    """How columns become a row of a model."""

    def __init__(self, model: type[Model], prefix: str) -> None:
        fields = model._meta.concrete_fields  # noqa: SLF001  # documented access
        self.model, self.names = model, [field.attname for field in fields]
        self.paths = [f"{prefix}{name}" for name in self.names]
        # For example JSON, which comes as text.
        self.converted = {
            place: (field.get_col(model._meta.db_table), converters)  # noqa: SLF001  # see above
            for place, field in enumerate(fields)
            if (converters := field.get_db_converters(connection))
        }

    def row(self, columns: Sequence[Any], paths: Sequence[str]) -> Any:  # a row of the model
        """The row of these columns, which come in the order of the paths of all shapes."""
        first = paths.index(self.paths[0])
        values = [*columns[first : first + len(self.names)]]
        for place, (column, converters) in self.converted.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return self.model.from_db("default", self.names, values)


def literal(value: object) -> str:
    """A constant as it stands in a statement; a per cent sign would be a parameter's."""
    connection.ensure_connection()
    text: str = sql.Literal(value).as_string(connection.connection)
    return text.replace("%", "%%")


def _world(example: Values, turn: int) -> dict[str, Any]:
    """Values that nothing real has; what is not there stays so."""
    keys = {
        name: None if value is None else Key(STRANGE + 10 * place + turn)
        for place, (name, value) in enumerate(example.items())
    }
    return {**keys, NOW: INSTANTS[turn]}


def _compiled(
    build: Callable[[Values], QuerySet[Any]], world: Values
) -> tuple[str, tuple[Any, ...]]:
    with clock.pretend(world[NOW]), _without_queries():
        rows = build(world)
        text, parameters = rows.query.get_compiler(connection=connection).as_sql()
    return text, tuple(_plain(each) for each in parameters)


def _plain(value: object) -> object:
    return int(value) if isinstance(value, Key) else value


@contextmanager
def _without_queries() -> Iterator[None]:
    """What is looked up while rows are built would be remembered for ever."""

    def refuse(*_query: object) -> None:
        raise NotRememberedError("it asks the database while it is built")

    with connection.execute_wrapper(refuse):
        yield


def _name(pair: tuple[Any, Any], pairs: Mapping[tuple[Any, Any], str]) -> str | None:
    """Which value a parameter is; None for a constant."""
    name = pairs.get(pair)
    if name is None and (pair[0] != pair[1] or type(pair[0]) is int):
        message = f"a parameter is {pair[0]!r}"
        raise NotRememberedError(message)
    return name
