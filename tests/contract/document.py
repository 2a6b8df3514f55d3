"""The OpenAPI document as test parameters, and what every refusal looks like."""

import re
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

ORIGIN = "http://localhost:3000"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this code."""
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return found


def operations() -> list[Any]:
    """Method, path and description of each operation, as test parameters."""
    return [
        pytest.param(method, path, entry, id=entry["operationId"])
        for path, methods in document()["paths"].items()
        for method, entry in methods.items()
    ]


each_operation = pytest.mark.parametrize(("method", "path", "entry"), operations())


def concrete(path: str, key: object = 1) -> str:
    """A path with a key in each of its places."""
    return re.sub(r"{\w+}", str(key), path)


def assert_shape(reply: Any) -> None:
    """A refusal as clients read it: JSON, a sentence, a code, fields, the request's id, and CORS headers."""
    assert reply["Content-Type"] == "application/json"
    body = reply.json()
    assert isinstance(body["detail"], str)
    assert body["detail"].strip()
    assert re.fullmatch(r"[a-z0-9_]+", body["code"])
    assert isinstance(body["errors"], dict)
    for texts in body["errors"].values():
        assert texts
        assert all(isinstance(text, str) and text for text in texts)
    assert body["request_id"] == reply["X-Request-ID"]
    assert reply["Access-Control-Allow-Origin"] == ORIGIN


def is_form(entry) -> bool:
    """Whether an operation takes a form with a file; tests/core/test_uploads.py sends those."""
    return list(entry.get("requestBody", {}).get("content", {})) == ["multipart/form-data"]
