"""How PostgreSQL carries out what a request asks: its statements, and their plans."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from rest_framework.test import APIClient

from tests.performance.lists import Ask
from tests.performance.rows import World

# Enough to find the 10,000 rows that are counted of everybody's, less than any of the big tables has.
MOST_READ = 30_000
NOT_FOR_THEM = {401, 403}


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


def explained(statement: Statement) -> dict[str, Any]:
    """How a statement is carried out, with times and rows; it is carried out once more for that."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}", statement.parameters
        )
        (told,) = cursor.fetchone()
    (plan,) = json.loads(told) if isinstance(told, str) else told
    return dict(plan)


@dataclass(frozen=True)
class Read:
    """What a request read, and how long its statements took the database."""

    ask: Ask
    scans: tuple[Scan, ...]
    milliseconds: float

    @property
    def too_much(self) -> list[Scan]:
        """The scans that touch more than a list may."""
        return [scan for scan in self.scans if scan.rows > MOST_READ]


def reads(api: APIClient, world: World, asks: Iterable[Ask]) -> Iterator[Read]:
    """Each request with what it reads, as far as the person may ask at all."""
    for ask in asks:
        keys = {**world.keys, "id": world.of.get(ask.operation, world.keys["booking_id"])}
        with selects() as sent:
            reply = api.get(ask.url(keys))
        if reply.status_code in NOT_FOR_THEM:
            continue
        assert reply.status_code == 200, (ask, reply.content)
        plans = [explained(statement) for statement in sent]
        scans = tuple(scan for plan in plans for scan in _scans(plan["Plan"]))
        yield Read(ask, scans, sum(plan["Execution Time"] for plan in plans))


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
