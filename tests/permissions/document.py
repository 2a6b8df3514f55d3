"""The OpenAPI document as the generated tests ask it: parameters, bodies and answers of each operation."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from realestate.core.api.serializers import WriteSerializer

Schema = dict[str, Any]


@cache
def document() -> Schema:
    """The whole, once."""
    made: Schema = SchemaGenerator().get_schema(public=True)
    return made


@cache
def entries() -> dict[str, tuple[str, str, Schema]]:
    """Operation -> method, path and what the document says of it."""
    return {
        entry["operationId"]: (method, path, entry)
        for path, methods in document()["paths"].items()
        for method, entry in methods.items()
    }


def parameters(name: str) -> list[Schema]:
    """The query parameters of an operation."""
    return [one for one in entries()[name][2].get("parameters", ()) if one["in"] == "query"]


def resolved(schema: Schema) -> Schema:
    """What stands behind a reference."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def body_of(name: str) -> Schema | None:
    """The schema of what an operation takes as JSON."""
    content = entries()[name][2].get("requestBody", {}).get("content", {})
    found: Schema | None = content.get("application/json", {}).get("schema")
    return found


def keys_of(schema: Schema, seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Schema]]:
    """Every key of a schema with what it holds, however deep."""
    reference = schema.get("$ref", "")
    if reference in seen:
        return
    seen, schema = (seen | {reference} if reference else seen), resolved(schema)
    for key, held in schema.get("properties", {}).items():
        yield key, held
        yield from keys_of(held, seen)
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from keys_of(part, seen)
    for part in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict):
            yield from keys_of(part, seen)


def names_taken(name: str) -> set[str]:
    """Every key that an operation's body may have, with the clients' other names for them."""
    schema = body_of(name)
    if schema is None:
        return set()
    keys = {key for key, _held in keys_of(schema)}
    return keys | {
        alias
        for shape in shapes(WriteSerializer)
        for alias, canonical in shape.aliases.items()
        if canonical in keys
    }


def shapes(kind: type[WriteSerializer]) -> Iterator[type[WriteSerializer]]:
    """All write shapes."""
    for each in kind.__subclasses__():
        yield each
        yield from shapes(each)
