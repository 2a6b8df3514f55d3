"""JSON in: strict, bounded, and safe to store (no NaN, no lone surrogates, no endless nesting)."""

from collections.abc import Collection, Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from realestate.core.errors import TooLarge

MAX_BYTES = 1_000_000  # more than any form of the platform sends; files have their own way
MAX_DEPTH = 50  # nothing that the platform reads is nested like this; Python's own encoder gives up near 1000
MAX_ITEMS = 1_000  # of one list; what has more comes as a file


class JSONParser(BaseParser):
    """Parses ``application/json``; an empty body is an empty object (contract T8)."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # DRF's signature
    ) -> Any:  # any JSON value; serializers check it
        """The body as Python values. Raises ParseError (400) for what is not JSON, TooLarge (413)."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        if not body.strip():
            return {}
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            message = f"The body is not valid JSON: {error.msg}."
            raise ParseError(message) from error
        # A body with few brackets cannot be deep, so that nearly no request pays for the walk.
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_deeper_than(MAX_DEPTH, data):
            message = f"The body is nested more than {MAX_DEPTH} levels deep."
            raise ParseError(message)
        if body.count(b",") >= MAX_ITEMS and has_a_list_above(MAX_ITEMS, data):
            message = f"A list in the body has more than {MAX_ITEMS} items."
            raise ParseError(message)
        return data


def is_deeper_than(levels: int, data: object) -> bool:
    """Whether lists and objects stand within one another more than so many times; looks no deeper than that."""
    layer = [data]
    for _level in range(levels + 1):
        layer = [inner for value in layer for inner in _contents(value)]
    return bool(layer)


def has_a_list_above(items: int, data: object) -> bool:
    """Whether any list in a value, which is not nested deeper than ``MAX_DEPTH``, has more items."""
    layer = [data]
    while layer:
        if any(isinstance(value, list) and len(value) > items for value in layer):
            return True
        layer = [inner for value in layer for inner in _contents(value)]
    return False


def _contents(value: object) -> Collection[object]:
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()
