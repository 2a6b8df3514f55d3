"""What is asked of an operation: what its schema allows, what it does not, and calls that work but for a part.

A body made up from a schema alone rarely comes past the first look-up: its keys are nobody's. So half of the cases
start from the line of the permission matrix, which works, and put what was made up into one of its places.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema

from tests.permissions.matrix import MATRIX, ROW_OF, ROW_OF_PARAMETER, Row
from tests.permissions.world import World

# Who asks: nobody, each role, and somebody of a builder's team who may do little.
ROLES = ("anonymous", "asha", "meera", "meera_site", "sana")


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of this code, as a client reads it."""
    made = SchemaGenerator().get_schema(public=True)
    found: dict[str, Any] = json.loads(OpenApiJsonRenderer().render(made))
    return found


def operations(schema: BaseSchema) -> list[APIOperation]:
    """All of them: reading before writing, so that writing spoils nothing for others."""
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda operation: (operation.method.upper() != "GET", operation.label))


def known_call(operation: APIOperation) -> Row:
    """The line of the matrix for an operation."""
    return MATRIX[operation.definition.raw["operationId"]]


def keys_of(operation: APIOperation, row: Row, world: World) -> dict[str, Any]:
    """What stands in the places of a path, so that it names rows that exist."""
    kind = ROW_OF.get(operation.path.split("/")[2], "")
    return {
        place.name: getattr(world, row.path.get(place.name, ROW_OF_PARAMETER.get(place.name, kind)))
        for place in operation.path_parameters
    }


def rows_by_name(world: World) -> dict[str, int]:
    """``unit_id`` and its like in bodies and queries, and the rows of the world that they may name."""
    found = {f"{name}_id": key for name, key in vars(world).items() if isinstance(key, int)}
    found |= {"unit_id": world.free_unit, "recipient_id": world.customer}
    return found | {f"{name}[]": key for name, key in found.items()}


def fitted(case: Case, row: Row, world: World, how: int, pick: int) -> Case:
    """A case of Schemathesis, as it is (0) or with rows that exist; 2 and more: the known body with a made-up part."""
    if how == 0:
        return case
    case.path_parameters = {**(case.path_parameters or {}), **keys_of(case.operation, row, world)}
    named = rows_by_name(world)
    if isinstance(case.query, Mapping):
        case.query = {name: named.get(name, value) for name, value in case.query.items()}
    if isinstance(case.body, dict) and case.media_type == "application/json":
        made = {name: named.get(name, value) for name, value in case.body.items()}
        case.body = made if how == 1 else known_but_for(made, row, world, pick)
    return case


def known_but_for(made: dict[str, Any], row: Row, world: World, pick: int) -> dict[str, Any]:
    """The body that works, with one field of what was made up; none for ``pick`` 0."""
    known = dict(row.body(world)) if row.body else {}
    names = sorted(made, key=str)
    if not known or not names or not pick:
        return known or made
    name = names[pick % len(names)]
    return {**known, name: made[name]}


def cases(operation: APIOperation, world: World) -> st.SearchStrategy[Case]:
    """Cases of an operation, good and bad."""
    row = known_call(operation)
    good = operation.as_strategy(GenerationMode.POSITIVE)
    bad = operation.as_strategy(GenerationMode.NEGATIVE)
    return st.builds(
        lambda case, how, pick: fitted(case, row, world, how, pick),
        st.one_of(good, bad),
        st.sampled_from([2, 1, 0, 2, 2]),
        st.integers(0, 30),
    )
