"""JSON in: strict, bounded, and safe to store (no NaN, no lone surrogates, no endless nesting)."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from realestate.core.errors import TooLarge

MAX_BYTES = 1_000_000  # more than any form of the platform sends; files have their own way


class JSONParser(BaseParser):
    """Parses ``application/json``; an empty body is an empty object (contract T8)."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002  # DRF's signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002  # DRF's signature
    ) -> Any:  # any JSON value; serializers check it
        """The body as Python values. Raises ParseError (400) for what is not JSON, TooLarge (413)."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge
        if not body.strip():
            return {}
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            message = f"The body is not valid JSON: {error.msg}."
            raise ParseError(message) from error
