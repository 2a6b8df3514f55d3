"""How PostgreSQL carries out what a request asks: its statements, and their plans."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Statement:
    """A SELECT with its parameters."""

    text: str
    parameters: Any


@contextmanager
def selects() -> Iterator[list[Statement]]:
    """The SELECTs that are sent inside."""
    sent: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "(SELECT", "WITH")):
            sent.append(Statement(sql, params))
        return execute(sql, params, *context)

    with connection.execute_wrapper(note):
        yield sent


@dataclass(frozen=True)
class Scan:
    """A table that a plan reads."""

    kind: str  # Seq Scan, Index Only Scan, …
    table: str
    index: str
    rows: float  # that it touched, in all loops; those that a filter removed too


def scans(statement: Statement) -> list[Scan]:
    """What the plan of a statement reads; it is carried out once more for that."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", statement.parameters
        )
        (told,) = cursor.fetchone()
    (plan,) = json.loads(told) if isinstance(told, str) else told
    return [*_scans(plan["Plan"])]


def _scans(node: dict[str, Any]) -> Iterator[Scan]:
    removed = (
        "Rows Removed by Filter",
        "Rows Removed by Index Recheck",
        "Rows Removed by Join Filter",
    )
    if "Scan" in node["Node Type"] and node["Actual Loops"]:
        touched = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
        yield Scan(
            node["Node Type"],
            node.get("Relation Name", ""),
            node.get("Index Name", ""),
            touched * node["Actual Loops"],
        )
    for child in node.get("Plans", []):
        yield from _scans(child)
