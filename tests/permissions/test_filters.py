"""D2: no query parameter, documented or guessed, shows a caller a row that the plain list does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.permissions.document import entries, parameters, resolved
from tests.permissions.rows import FOR_KIRAN, make_foreign
from tests.permissions.test_matrix import LINES, content_of
from tests.permissions.test_strangers_walk import ROW_OF_FILTER, rows_of
from tests.permissions.world import FOR_ASHA, FOR_MEERA, FOR_THE_PARTIES, World

pytestmark = pytest.mark.django_db
OF_ASHA_AND_MEERA = (FOR_MEERA, FOR_ASHA, FOR_THE_PARTIES)
# Caller -> texts that stand in rows which are none of the caller's.
NOT_FOR = {
    "anonymous": (*OF_ASHA_AND_MEERA, FOR_KIRAN),
    "ravi": OF_ASHA_AND_MEERA,
    "nina": (FOR_MEERA, FOR_ASHA, FOR_KIRAN),
    "kiran_sales": OF_ASHA_AND_MEERA,
    "asha": (FOR_MEERA, FOR_KIRAN),
    "meera": (FOR_ASHA, FOR_KIRAN),
}
# What frameworks understand, and what people try.
GUESSED = (
    {"limit": "100000"},
    {"offset": "0"},
    {"page": "-1"},
    {"all": "1", "include": "all", "expand": "customer", "fields": "*"},
    {"builder": "1", "customer": "1", "user": "1", "owner": "1", "user_id": "1"},
    {"id__gt": "0", "customer_id__gte": "0", "project__builder__pk__gt": "0"},
    {"ordering": "customer__user__password", "sort_by": "customer__user__password"},
    {"search": "' OR 1=1 --", "q": "%"},
)
TEXTS = ("a", "meera", "between", "%", "' OR 1=1 --")
DAYS = ("2000-01-01", "2100-01-01")


def values_of(world: World, one: dict[str, Any]) -> list[str]:
    """What to send as a parameter."""
    name, schema = one["name"], resolved(one["schema"])
    if name in ROW_OF_FILTER:
        foreign = world.states.get(name, 1)
        kind = ROW_OF_FILTER[name]
        own = getattr(world, kind) if kind != "tower" else world.tower
        return [str(own), str(foreign), "0", "x"]
    if "enum" in schema:
        return [str(value) for value in schema["enum"]][:4]
    match schema.get("type"), schema.get("format"):
        case "boolean", _:
            return ["true", "false"]
        case "integer" | "number", _:
            return ["0", "1", "1000000"]
        case _, "date" | "date-time":
            return [*DAYS]
        case "array", _:
            items = resolved(schema.get("items", {})).get("enum", ["a"])
            return [str(value) for value in items][:4]
        case _:
            return [*TEXTS]


def asked(world: World, name: str) -> Iterator[dict[str, str]]:
    """Each parameter of an operation by itself, then those that are guessed."""
    for one in parameters(name):
        if one["name"] not in {"page", "limit"}:
            for value in values_of(world, one):
                yield {one["name"]: value}
    yield {"page": "2", "limit": "1"}
    yield from GUESSED


def keys(reply: Any) -> set[int]:
    """The rows of a list by their keys."""
    return {row["id"] for row in rows_of(reply.json()) if isinstance(row.get("id"), int)}


def total(reply: Any) -> int:
    """How many there are, as the answer says."""
    body = reply.json()
    said = body.get("total") if isinstance(body, dict) else reply.headers.get("X-Total-Count")
    return int(said or 0)


LISTS = [
    (operation, row)
    for line, operation, row in LINES
    if ":" not in line
    and operation.method == "get"
    and entries()[operation.name][2]
    and parameters(operation.name)
    and "pdf" not in line
    and "files" not in line
]


def walk(world: World, who: str, secrets: tuple[str, ...]) -> tuple[list[str], int]:
    """What is shown that should not be; how many requests were sent."""
    api, problems, sent = APIClient(raise_request_exception=False), [], 0
    api.force_authenticate(world.person(who))
    for operation, row in LISTS:
        url = operation.url(row, world)
        plain = api.get(url, {"limit": "100"})
        if plain.status_code != 200 or "json" not in plain["Content-Type"]:
            continue
        own, most = keys(plain), total(plain)
        for query in asked(world, operation.name):
            sent += 1
            reply = api.get(url, query)
            where = f"{operation.name} {query}"
            if reply.status_code not in {200, 400, 404, 422}:
                problems.append(f"{where} answered {reply.status_code}")
            text = content_of(reply)
            problems += [f"{where} shows {secret}" for secret in secrets if secret in text]
            if reply.status_code == 200 and operation.name not in WIDER:
                if keys(reply) - own:
                    problems.append(f"{where} lists {sorted(keys(reply) - own)}")
                if total(reply) > most:
                    problems.append(f"{where} counts {total(reply)}, not {most}")
    return problems, sent


# Lists whose parameters choose another set than the plain one, all of it the caller's or everybody's.
WIDER = {"projects_list"}  # a builder's own, or another's that are for sale


@pytest.mark.parametrize("who", NOT_FOR)
def test_D2_no_parameter_shows_a_row_that_the_plain_list_does_not(world, who, record_property):
    world.states.update(make_foreign(world))
    problems, sent = walk(world, who, NOT_FOR[who])
    assert problems == []
    assert sent > 100
    record_property("counted", {"requests": sent})


def test_D2_control_the_walk_sees_what_is_there(world):
    """The same walk as staff, who read all, finds the texts of both sides."""
    world.states.update(make_foreign(world))
    problems, _sent = walk(world, "sana", (FOR_KIRAN, FOR_THE_PARTIES, FOR_MEERA))
    found = {problem.partition(" ")[0] for problem in problems}
    assert {"bookings_list", "payments_list", "quotes_list", "change_requests_list"} <= found
