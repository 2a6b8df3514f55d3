"""Every list of the OpenAPI document with each of its filters and orders: a new parameter is asked for too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import yaml
from django.conf import settings

# What a filter is asked for; a name that is not here has to be added, see ``values_of``.
WORDS: Mapping[str, tuple[str, ...]] = {
    "appointment_type": ("site_visit",),
    "booking_status": ("token_paid", "on_hold", "expired"),
    "facing": ("north",),
    "kind": ("schedule", "correction", "architect"),
    "location": ("pune", "lake road"),
    "message_type": ("general",),
    "model_type": ("floor_plan",),
    "access_level": ("public",),
    "notification_type": ("booking_update",),
    "payment_method": ("bank_transfer",),
    "payment_plan": ("installments",),
    "payment_status": ("pending", "partial", "completed"),
    "payment_type": ("token",),
    "priority": ("medium", "critical"),
    "project_type": ("residential",),
    "request_type": ("electrical",),
    "search": ("lake", "flat 4711"),
    "state": ("approved", "draft", "planned"),
    "status": (
        "active",
        "available",
        "reserved",
        "sold",
        "blocked",
        "not_released",
        "completed",
        "cancelled",
        "quoted",
        "lapsed",
        "construction",
        "confirmed",
        "submitted",
        "pending",
        "in_progress",
    ),
    "tag": ("x",),
    "tax_class": ("residential",),
    "type": ("site_visit", "booking_update"),
    "unit_type": ("2BHK",),
    "update_type": ("general",),
}
NUMBERS = {
    "floor": (3,),
    "min_floor": (9,),
    "max_floor": (2,),
    "min_price": (9_000_000,),
    "max_price": (4_000_000,),
    "min_area": (1_700,),
    "max_area": (500,),
}
FLAGS = ("true", "false")
DAYS = {"from_date": "2020-01-01", "to_date": "2030-01-01", "on": "2026-01-01"}


@dataclass(frozen=True)
class Ask:
    """One way to ask for a list."""

    operation: str
    path: str  # with the names of its keys in braces
    query: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What it can be named by: all of the list, a parameter, a value of it."""
        return ("", self.query.partition("=")[0], self.query)

    def url(self, keys: Mapping[str, int]) -> str:
        """With keys of rows that exist."""
        return f"{self.path}?{self.query}".format(**keys)


@cache
def lists() -> dict[str, tuple[str, list[Mapping[str, Any]]]]:
    """Operation → its path, and the parameters of its query."""
    document = yaml.safe_load((settings.BASE_DIR / "docs" / "openapi.yaml").read_text())
    found = {}
    for path, operations in document["paths"].items():
        parameters = operations.get("get", {}).get("parameters", [])
        query = [each for each in parameters if each["in"] == "query"]
        if "page" in {each["name"] for each in query}:
            found[operations["get"]["operationId"]] = (path, query)
    return found


def asks() -> Iterator[Ask]:
    """Each list as it is, its second page, and by each value of each parameter alone."""
    for operation, (path, parameters) in lists().items():
        given = chain.from_iterable(values_of(each) for each in parameters)
        for query in ("", "page=2&limit=1", *given):
            yield Ask(operation, path, query)


def values_of(parameter: Mapping[str, Any]) -> Iterator[str]:
    """How a parameter is asked for. Raises KeyError for one that nobody has told about."""
    name, schema = parameter["name"], parameter["schema"]
    if name in {"page", "limit", "explain"}:
        return
    if name.endswith("_id"):
        values: Any = [f"{{{name}}}"]
    elif schema["type"] == "boolean":
        values = FLAGS
    elif schema["type"] == "array":
        values = schema["items"]["enum"]
    elif name in DAYS:
        values = [DAYS[name]]
    else:
        values = NUMBERS.get(name) or WORDS[name]
    yield from (f"{name}={value}" for value in values)
