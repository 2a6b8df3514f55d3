"""Statements that only read, where the ORM would cost more than they do."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def fetched(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a SELECT as PostgreSQL gives them; its text comes from our own code, values only as parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
