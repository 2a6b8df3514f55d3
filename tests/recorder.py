"""Watches the statements of a test: a service that changes rows of the business must say who did it and why (I10).

Inside a test the outermost service is a savepoint. Between its beginning and its end each INSERT, UPDATE or DELETE of
a recorded table needs an audit entry beside it; what is rolled back needs none.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from django.db import connection

from realestate.recording import ALWAYS_IGNORED, IGNORED, recorded_models

WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"(.*)', re.DOTALL)
SAVEPOINT = re.compile(r'(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) "?(\w+)"?')
SET_COLUMN = re.compile(r'"(\w+)" = ')
AUDIT = "core_auditentry"
SERVICES = "core/transactions.py"


class Recorder:
    """What a test's services wrote without an entry: the names of their tables."""

    def __init__(self) -> None:
        self.silent: list[str] = []
        self._bracket: str | None = None
        self._written: list[str] = []
        self._ignored = {
            model._meta.db_table: {*ALWAYS_IGNORED, *IGNORED.get(model._meta.label_lower, ())}
            for model in recorded_models()
        }

    def __call__(self, execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        """Django's wrapper of a statement."""
        result = execute(sql, *rest)
        if isinstance(sql, str):
            self._note(sql)
        return result

    def _note(self, sql: str) -> None:
        if found := SAVEPOINT.match(sql):
            self._bracketed(*found.groups())
        elif self._bracket and (found := WRITE.match(sql)):
            verb, table, rest = found.groups()
            columns = set(SET_COLUMN.findall(rest.partition(" WHERE ")[0]))
            is_idle = verb == "UPDATE" and columns <= self._ignored.get(table, set())
            if table == AUDIT or (table in self._ignored and not is_idle):
                self._written.append(table)

    def _bracketed(self, word: str, name: str) -> None:
        if self._bracket is None and word == "SAVEPOINT" and _in_a_service():
            self._bracket, self._written = name, []
        elif name == self._bracket and word != "SAVEPOINT":
            if word == "RELEASE SAVEPOINT" and self._written and AUDIT not in self._written:
                self.silent += self._written
            self._bracket = None


def _in_a_service() -> bool:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename.endswith(SERVICES) and frame.f_code.co_name == "_block":
            return True
        frame = frame.f_back
    return False


@contextmanager
def recording() -> Iterator[Recorder]:
    """The recorder at work."""
    recorder = Recorder()
    with connection.execute_wrapper(recorder):
        yield recorder
