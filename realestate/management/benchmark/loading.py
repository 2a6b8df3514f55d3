"""COPY for Django models, keys reserved in bulk, and a bar that shows how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils.functional import cached_property

from realestate.core import clock

EVERY = 5_000  # rows between two looks of the bar


class Bar:
    """One line on standard error, drawn anew; silent where nobody watches."""

    def __init__(self, total: int) -> None:
        self.total, self.done = max(1, total), 0
        self.watched = sys.stderr.isatty()

    def add(self, rows: int, label: str) -> None:
        """So many more rows of something are in."""
        self.done += rows
        if self.watched:
            share = min(1.0, self.done / self.total)
            bar = "█" * int(30 * share)
            sys.stderr.write(f"\r  {bar:░<30} {share:>4.0%}  {self.done:>10,} rows  {label:<24}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self.watched:
            sys.stderr.write("\n")


class Loader:
    """Loads rows of models. Columns that are not named get the default of their field."""

    def __init__(self, bar: Bar) -> None:
        self.bar = bar
        self.counts: dict[str, int] = {}

    @cached_property
    def now(self) -> Any:
        """The instant of columns that are set on each save."""
        return clock.now()

    def keys(self, model: type[Model], count: int) -> range:
        """So many new primary keys, taken from the table's own sequence."""
        table, column = model._meta.db_table, model._meta.pk.column  # noqa: SLF001  # documented API
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
            (sequence,) = cursor.fetchone()
            cursor.execute("SELECT nextval(%s::regclass)", [sequence])
            (first,) = cursor.fetchone()
            cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, first + max(0, count - 1)])
        return range(first, first + count)

    def load(
        self, model: type[Model], names: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        """COPY rows whose values stand in the order of ``names`` (columns as models call them)."""
        meta = model._meta  # noqa: SLF001  # documented API
        fields: dict[str, Field[Any, Any]] = {
            field.attname: field for field in meta.concrete_fields
        }
        rest = {n: self._default(f) for n, f in fields.items() if n not in names and _is_sent(f)}
        columns = ", ".join(f'"{fields[name].column}"' for name in (*names, *rest))
        statement = f'COPY "{meta.db_table}" ({columns}) FROM STDIN'
        label, tail = str(meta.verbose_name_plural), tuple(rest.values())
        count = 0
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            write: Callable[[Sequence[Any]], None] = copy.write_row
            for row in rows:
                write(row + tail)
                count += 1
                if count % EVERY == 0:
                    self.bar.add(EVERY, label)
        self.bar.add(count % EVERY, label)
        self.counts[label] = self.counts.get(label, 0) + count

    def _default(self, field: Field[Any, Any]) -> Any:
        is_stamp = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        value = self.now if is_stamp else field.get_default()
        return field.get_db_prep_save(value, connection)


def _is_sent(field: Field[Any, Any]) -> bool:
    """Whether the database does not fill the column by itself."""
    return not (field.generated or field.has_db_default() or field.primary_key)


def analyze(models: Iterable[type[Model]]) -> None:
    """Tell the planner what is in the tables now."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f'ANALYZE "{model._meta.db_table}"')  # noqa: SLF001  # documented API
