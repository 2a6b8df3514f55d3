"""Holds every answer of every test against the OpenAPI document: status, kind of content, and each field (F3).

The document is docs/openapi.yaml, which is what clients read. What it does not say of an object is not there either: a
field that no schema names is a fault.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

ROOT = Path(__file__).parents[1]
NOT_OURS = {500}  # only where a test breaks something on purpose; nobody documents it
IN_PATH = re.compile(r"<\w+:\w+>|{\w+}")


class Undocumented(AssertionError):
    """An answer that the document does not promise."""


class Answers:
    """The promises of a document, each compiled when it is first needed."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = {
            name: closed(schema)
            for name, schema in without_nullable(document["components"]["schemas"]).items()
        }
        self._promised = {
            (method.upper(), IN_PATH.sub("*", path)): operation["responses"]
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        }
        self._compiled: dict[tuple[str, str, str], Any] = {}

    def check(self, response: Any) -> None:
        """Raises Undocumented. What is no operation of the document, such as OPTIONS, is not its business."""
        request = response.wsgi_request
        match = request.resolver_match
        route = (request.method, "/" + IN_PATH.sub("*", match.route)) if match else ("", "")
        promised = self._promised.get(route)
        if promised is None or response.status_code in NOT_OURS:
            return
        said = f"{request.method} {request.get_full_path()}: {response.status_code}"
        promise = promised.get(str(response.status_code))
        if promise is None:
            raise Undocumented(f"{said} is not in the document: {body_of(response)[:300]!r}")
        kinds = promise.get("content", {})
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not kinds and not body_of(response):
            return
        if kind not in kinds and "*/*" not in kinds:
            raise Undocumented(f"{said} is {kind}, and the document says {', '.join(kinds)}")
        if kind == "application/json" and kind in kinds:
            self._check_body((*route, str(response.status_code)), kinds[kind], response, said)

    def _check_body(
        self, place: tuple[str, str, str], promise: dict[str, Any], response: Any, said: str
    ) -> None:
        if place not in self._compiled:
            schema = closed(without_nullable(promise.get("schema", {})))
            whole = {**schema, "components": {"schemas": self._components}}
            self._compiled[place] = jsonschema_rs.Draft4Validator(whole, validate_formats=True)
        for error in self._compiled[place].iter_errors(json.loads(body_of(response))):
            where = "/".join(str(step) for step in error.instance_path)
            raise Undocumented(f"{said}, at {where or 'its top'}: {error.message[:500]}")


@cache
def answers() -> Answers:
    """Those of the platform's document."""
    text = (ROOT / "docs" / "openapi.yaml").read_text()
    return Answers(yaml.load(text, yaml.CSafeLoader))  # the safe loader, written in C


def body_of(response: Any) -> bytes:
    """The body of an answer, which may have been streamed; that is for the test to read."""
    return b"-" if response.streaming else bytes(response.content)


def without_nullable(schema: Any) -> Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type."""
    if isinstance(schema, list):
        return [without_nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: without_nullable(part) for name, part in schema.items() if name != "nullable"}
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") is True else made


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, with no other fields than it names; what is put together from parts stays open."""
    for part in objects(schema):
        part.setdefault("additionalProperties", False)
    return schema


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Each object with named fields in a schema."""
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
            yield schema
        for name, part in schema.items():
            if name != "allOf":
                yield from objects(part)
