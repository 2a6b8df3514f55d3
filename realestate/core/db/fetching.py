"""Statements that only read, where the ORM would cost more than they do.

They go to the server with their values apart, so that each connection prepares a statement once and PostgreSQL plans
it once: planning takes longer than most of them run. ``DB_PREPARED_STATEMENTS`` forbids it for poolers that cannot.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.numeric import Int8

BIGINT = range(-(2**63), 2**63)  # beyond, PostgreSQL compares as numeric and finds nothing


def fetched(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a SELECT as PostgreSQL gives them; its text comes from our own code, values only as parameters."""
    connection.close_if_health_check_failed()  # these two as Django's own cursors begin
    connection.ensure_connection()
    # Django's own cursors put the values into the text; its wrapper translates errors and lets tests count queries.
    wrap: Any = (
        connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    )
    with wrap(psycopg.Cursor(connection.connection)) as cursor:
        cursor.execute(statement, [_sized(each) for each in parameters])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if connection.queries_logged:
        connection.queries_log[-1]["sql"] = statement  # which Django finds only in its own cursors
    return rows


def _sized(value: object) -> object:
    """One type for all whole numbers: by default each size would make a statement of its own."""
    return Int8(value) if type(value) is int and value in BIGINT else value
