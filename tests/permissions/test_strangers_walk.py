"""R22.10: a customer's token opens nothing of another customer's and nothing unpublished, wherever it is tried.

No list of operations: each GET of the OpenAPI document is asked for every foreign row of its kind, and each filter that
takes a key is given foreign keys. An operation whose keys nobody knows here fails, so that none is forgotten.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from bookings.models import Booking
from tests.factories.bookings import BookingFactory
from tests.factories.messaging import ConversationFactory
from tests.factories.payments import PaymentFactory
from tests.factories.projects import TowerFactory, UnitFactory
from tests.permissions.matrix import MATRIX, ROW_OF, ROW_OF_PARAMETER
from tests.permissions.world import READERS, World, make_world

pytestmark = pytest.mark.django_db
# Further rows of a kind, and those that are not published: nobody but its builder and staff knows of them.
ALSO = {
    "booking": ("held_booking", "planned_booking"),
    "change": ("quoted_change",),
    "payment": ("cheque", "withheld"),
    "quote": ("pending_quote",),
    "settlement": ("draft_settlement",),
}
UNPUBLISHED = {
    "free_unit": ("draft_unit",),
    "milestone": ("draft_milestone",),
    "phase": ("hidden_phase",),
    "project": ("draft",),
    "tower": ("draft_tower",),
}
# Whatever is published may be read by everybody; all other kinds are between their parties.
OPEN = {"builder", "free_unit", "milestone", "phase", "plan", "project", "tower", "update"}
ROW_OF_FILTER = {
    **ROW_OF_PARAMETER,
    "booking_id": "booking",
    "builder_id": "builder",
    "conversation_id": "conversation",
    "host_id": "host",
    "tower_id": "tower",
}
REQUIRED = {"payment_plan": "installments"}  # queries without which there is no answer
ROWS_OF = {
    **ROW_OF,
    "messages": "message",
}  # what a list shows, where it is not what its paths name
NOT_A_TOKEN = "none-of-ours"


@dataclass(frozen=True)
class Reading:
    """One GET of the document."""

    name: str
    path: str
    keys: tuple[tuple[str, str], ...]  # of the path, with their types
    queries: tuple[tuple[str, bool], ...]  # with whether they are required
    is_for_customers: bool

    @property
    def segment(self) -> str:
        """The resource."""
        return self.path.split("/")[2]

    def kind(self, key: str) -> str:
        """Which row of the world a key names. Fails for one that nobody knows."""
        named = MATRIX[self.name].path.get(key) if self.name in MATRIX else None
        kind = named or ROW_OF_PARAMETER.get(key) or ROW_OF.get(self.segment)
        if kind is None:
            pytest.fail(f"{self.name}: say in ROW_OF which row {{{key}}} of {self.path} names")
        return kind


def readings() -> list[Reading]:
    """All of them, from the document itself."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    found = []
    for path, methods in document["paths"].items():
        if "get" not in methods:
            continue
        entry = methods["get"]
        asked = entry.get("parameters", [])
        types = {row["name"]: row["schema"].get("type", "") for row in asked if row["in"] == "path"}
        found.append(
            Reading(
                name=entry["operationId"],
                path=path,
                keys=tuple((key, types[key]) for key in re.findall(r"{(\w+)}", path)),
                queries=tuple(
                    (row["name"], row.get("required", False))
                    for row in asked
                    if row["in"] == "query"
                ),
                is_for_customers="customer" in entry["x-roles"],
            )
        )
    return found


class Walk:
    """Ravi, who has a home, a payment and a talk of his own, before everything that is not his."""

    def __init__(self, world: World) -> None:
        self.world, ravi = world, world.cast.ravi.customer
        own = BookingFactory(
            paid=True, unit=UnitFactory(project_id=world.spare_project), customer=ravi
        )
        PaymentFactory(booking=own)
        ConversationFactory(customer=ravi, project=own.project)
        self.draft_tower = TowerFactory(project_id=world.draft).pk
        self.clients = {name: self._client(name) for name in ("ravi", "asha", "meera", "sana")}
        self.foreign = self._foreign()
        self.problems: list[str] = []
        self.hidden: set[str] = set()  # operations whose rows Ravi does not find
        self.opened: set[str] = set()  # those of them where somebody else finds one

    def _client(self, name: str) -> APIClient:
        api = APIClient(raise_request_exception=False)
        api.force_authenticate(self.world.person(name))
        return api

    def _foreign(self) -> Mapping[str, frozenset[int]]:
        """Name of a key in an answer -> the values that Ravi must not read."""
        bookings = Booking.objects.exclude(customer=self.world.cast.ravi.customer)
        found = {f"{kind}_id": set(self.values(kind)) for kind in ALSO}
        found |= {"booking_id": set(bookings.values_list("pk", flat=True))}
        for key in ("customer_id", "user_id", "buyer_id"):
            found[key] = {self.world.customer}
        for kind in ("conversation", "demand", "refund"):
            found[f"{kind}_id"] = set(self.values(kind))
        return {key: frozenset(values) for key, values in found.items()}

    def values(self, kind: str) -> list[int]:
        """The keys of foreign rows of a kind."""
        return [self.key_of(name) for name in (kind, *ALSO.get(kind, ()))]

    def key_of(self, name: str) -> int:
        return self.draft_tower if name == "draft_tower" else getattr(self.world, name)

    def ask(self, who: str, url: str, query: Mapping[str, object]) -> Any:
        reply = self.clients[who].get(url, query)
        content = b"".join(reply.streaming_content) if reply.streaming else reply.content
        reply.text = content.decode(errors="replace")
        return reply

    def walk(self, reading: Reading) -> None:
        """Every row that its path can name, with every filter that takes a key."""
        needed = {name: REQUIRED[name] for name in self._required(reading)}
        for url, is_hidden in self._urls(reading):
            self._try(reading, url, needed, is_hidden=is_hidden)
            for query in self._filters(reading):
                self._try(reading, url, {**needed, **query}, is_hidden=is_hidden)

    def _required(self, reading: Reading) -> list[str]:
        wanted = [name for name, is_required in reading.queries if is_required]
        for name in wanted:
            if name not in REQUIRED:
                pytest.fail(f"{reading.name}: say in REQUIRED what to send as {name}")
        return wanted

    def _urls(self, reading: Reading) -> Iterator[tuple[str, bool]]:
        """Paths with foreign keys, and whether nothing may be found there."""
        choices = []
        for key, of_type in reading.keys:
            if of_type == "string":
                choices.append([(NOT_A_TOKEN, True)])
                continue
            kind = reading.kind(key)
            shown = [(value, kind not in OPEN) for value in self.values(kind)]
            hidden = [(self.key_of(name), True) for name in UNPUBLISHED.get(kind, ())]
            choices.append([*shown, *hidden])
        names = [key for key, _of_type in reading.keys]
        for chosen in product(*choices):
            keys = dict(zip(names, (value for value, _hidden in chosen), strict=True))
            yield reading.path.format(**keys), any(hidden for _value, hidden in chosen)

    def _filters(self, reading: Reading) -> Iterator[dict[str, int]]:
        for name, _is_required in reading.queries:
            if not name.endswith("_id"):
                continue
            if name not in ROW_OF_FILTER:
                pytest.fail(f"{reading.name}: say in ROW_OF_FILTER which row {name} names")
            kind = ROW_OF_FILTER[name]
            hidden = [self.key_of(each) for each in UNPUBLISHED.get(kind, ())]
            for value in (*self.values(kind), *hidden):
                yield {name: value}

    def _try(
        self, reading: Reading, url: str, query: Mapping[str, object], *, is_hidden: bool
    ) -> None:
        reply = self.ask("ravi", url, query)
        where = f"{reading.name}: {url} {dict(query)}"
        if not reading.is_for_customers:
            self._expect(where, {403}, reply)
        elif is_hidden:
            self._expect(where, {404}, reply)
            if NOT_A_TOKEN not in url and not query:
                self._someone_opens(reading, url)
        else:
            self._expect(where, {200, 400, 404, 422}, reply)
            self._nothing_foreign(reading, where, reply)

    def _expect(self, where: str, allowed: set[int], reply: Any) -> None:
        if reply.status_code not in allowed:
            self.problems.append(f"{where} answered {reply.status_code}: {reply.text[:200]}")

    def _someone_opens(self, reading: Reading, url: str) -> None:
        """Whether there is something to be hidden: whom it is for can read it."""
        statuses = [self.ask(who, url, {}).status_code for who in ("asha", "meera", "sana")]
        self.hidden.add(reading.name)
        if statuses != [404, 404, 404]:
            self.opened.add(reading.name)

    def _nothing_foreign(self, reading: Reading, where: str, reply: Any) -> None:
        for secret, readers in READERS.items():
            if "ravi" not in readers and secret in reply.text:
                self.problems.append(f"{where} shows {secret}")
        if reply.status_code != 200 or "json" not in reply["Content-Type"]:
            return
        body = reply.json()
        for key, value in pairs(body):
            if value in self.foreign.get(key, ()):
                self.problems.append(f"{where} shows {key} {value}")
        kind = ROWS_OF.get(reading.segment)
        if kind is not None and kind not in OPEN and reading.path == f"/api/{reading.segment}":
            found = {int(row.get("id", 0)) for row in rows_of(body)} & set(self.values(kind))
            if found:
                self.problems.append(f"{where} lists {kind} {sorted(found)}")


def pairs(body: Any) -> Iterator[tuple[str, Any]]:
    """Every key of an answer with its plain value, however deep."""
    if isinstance(body, dict):
        for key, value in body.items():
            if isinstance(value, dict | list):
                yield from pairs(value)
            else:
                yield key, value
    elif isinstance(body, list):
        for each in body:
            yield from pairs(each)


def rows_of(body: Any) -> list[dict[str, Any]]:
    """The rows of a list, bare or in its envelope."""
    if isinstance(body, dict):
        body = next((value for value in body.values() if isinstance(value, list)), [])
    return [row for row in body if isinstance(row, dict)]


@pytest.fixture
def walk(settings, tmp_path) -> Walk:
    settings.MEDIA_ROOT = tmp_path
    return Walk(make_world())


def test_R22_10_a_customer_reads_nothing_of_others_wherever_it_asks(walk):
    asked = readings()
    for reading in asked:
        walk.walk(reading)
    assert walk.problems == []
    assert len(asked) > 90
    # Where nobody finds anything, hiding it says nothing; files open by links that end, for nobody without one.
    assert walk.hidden - walk.opened == {"files_retrieve"}
    assert len(walk.hidden) > 50


def test_what_the_walk_looks_for_is_seen_by_whom_it_is_for(walk):
    """The other way round: through Asha's eyes the same walk finds what belongs to her."""
    walk.clients["ravi"] = walk.clients["asha"]
    for reading in readings():
        walk.walk(reading)
    found = "\n".join(walk.problems)
    for sign in ("lists payment", "lists booking", "shows booking_id", "shows customer_id"):
        assert sign in found
    assert "answered 200" in found


def reading_of(path: str, **facts: Any) -> Reading:
    """An operation that does not exist yet."""
    return Reading(
        **{
            "name": "new",
            "path": path,
            "keys": (),
            "queries": (),
            "is_for_customers": True,
            **facts,
        }
    )


def test_an_operation_that_nobody_can_fill_fails(walk):
    unknown = reading_of("/api/gifts/{id}", keys=(("id", "integer"),))
    with pytest.raises(pytest.fail.Exception, match="ROW_OF"):
        walk.walk(unknown)
    strange = reading_of("/api/bookings", queries=(("gift_id", False),))
    with pytest.raises(pytest.fail.Exception, match="ROW_OF_FILTER"):
        walk.walk(strange)
    asking = reading_of("/api/bookings", queries=(("colour", True),))
    with pytest.raises(pytest.fail.Exception, match="REQUIRED"):
        walk.walk(asking)
