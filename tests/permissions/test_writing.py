"""D3, D5: bodies with keys of others and with columns that nobody may set, generated from what each operation takes."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, models, transaction
from rest_framework.test import APIClient

from realestate.core import clock
from realestate.core.ladder import LADDER
from tests.permissions.document import body_of, keys_of, names_taken
from tests.permissions.rows import everything, make_foreign
from tests.permissions.test_matrix import LINES, NEVER_ISSUED
from tests.permissions.world import World

pytestmark = pytest.mark.django_db
WRITERS = ("asha", "meera", "sana")
SAME_KIND = {  # key of a body -> which foreign row it may name
    "recipient_id": "customer_id",
    "parent_message_id": "message_id",
    "agent_id": "builder_id",
    "certificate_id": "file_id",
    "proof_id": "file_id",
    "scan_id": "file_id",
    "user_id": "builder_id",
    "thumbnail_id": "file_id",
}
# Names that frameworks, this platform and its neighbours use for what only the server decides.
RESERVED = (
    *("id", "pk", "uuid", "user", "user_id", "user_type", "type", "role", "roles", "owner"),
    *("owner_id", "is_staff", "is_superuser", "is_active", "is_admin", "admin", "superuser"),
    *("permissions", "groups", "user_permissions", "password", "password_hash", "last_login"),
    *("created_at", "updated_at", "created_by", "created_by_id", "deleted_at", "version"),
    *("state", "status", "verified", "is_verified", "email_verified_at", "employer", "employer_id"),
    *("team_role", "builder", "customer", "price", "total_amount", "paid_amount", "balance"),
    *("_state", "__class__", "csrfmiddlewaretoken"),
)


MAPS = {"values", "preferences"}  # their keys are words of the business, and others are refused


@dataclass
class Case:
    """An operation that succeeds as one of the writers."""

    line: str
    operation: Any
    row: Any
    writer: str


def cases() -> Iterator[Case]:
    """Every operation that takes JSON, with the first writer who may."""
    for line, operation, row in LINES:
        if operation.method == "get" or body_of(operation.name) is None:
            continue
        expected = row.expected()
        who = next((name for name in WRITERS if expected[name] in {200, 201}), None)
        if who is not None:
            yield Case(line, operation, row, who)


CASES = list(cases())


@dataclass
class Sent:
    """An answer, and what the database then held that it did not hold before."""

    status: int
    body: Any
    changes: dict[tuple[str, str], Any] = field(default_factory=dict)


class Sender:
    """Sends a request, looks at everything, and undoes it, sequences too."""

    def __init__(self, world: World) -> None:
        self.world, self.before = world, everything()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(schemaname) || '.' || quote_ident(sequencename),"
                " coalesce(last_value, 0) + 100000 FROM pg_sequences"
            )
            self.sequences = cursor.fetchall()

    def send(self, case: Case, change: Any = None) -> Sent:
        """``change`` gets the body and may alter it."""
        api = APIClient(raise_request_exception=False)
        api.force_authenticate(self.world.person(case.writer))
        with connection.cursor() as cursor:
            cursor.executemany("SELECT setval(%s, %s)", self.sequences)
        point = transaction.savepoint()
        try:
            body = deepcopy(dict(case.row.body(self.world))) if case.row.body else {}
            if change is not None:
                change(body)
            call = getattr(api, case.operation.method)
            reply = call(case.operation.url(case.row, self.world), body, format="json")
            return Sent(reply.status_code, reply.json(), self._changes())
        finally:
            transaction.savepoint_rollback(point)

    def _changes(self) -> dict[tuple[str, str], Any]:
        found = {}
        for table, rows in everything().items():
            old = self.before[table]
            for key in rows.keys() | old.keys():
                if rows.get(key) != old.get(key):
                    found[table, key] = rows.get(key)
        return found


@pytest.fixture
def sender(world):
    with time_machine.travel(clock.now(), tick=False):
        yield Sender(world)


# --- D5: columns that nobody may set ---------------------------------------------------------------------------------


def hostile() -> dict[str, Any]:
    """Every column of the house's tables and the reserved names, each with something that would fit."""
    found: dict[str, Any] = dict.fromkeys(RESERVED, 1)
    for model in apps.get_models():
        if model._meta.app_label in LADDER:
            for column in model._meta.concrete_fields:
                found[column.name] = found[column.attname] = fitting(column)
    return found


def fitting(column: models.Field) -> Any:
    """A value that the column would take."""
    match column:
        case models.BooleanField():
            return True
        case models.ForeignKey() | models.IntegerField():
            return 1
        case models.DecimalField():
            return "1.00"
        case models.DateTimeField():
            return "2001-02-03T04:05:06Z"
        case models.DateField():
            return "2001-02-03"
        case models.JSONField():
            return {"hijacked": True}
        case _:
            return str(column.choices[0][0]) if column.choices else "hijacked"


def overload(body: Any, extra: dict[str, Any]) -> None:
    """Add the names to a body and to everything in it."""
    if isinstance(body, dict):
        for key, held in body.items():
            if key not in MAPS:
                overload(held, extra)
        for name, value in extra.items():
            body.setdefault(name, value)
    elif isinstance(body, list):
        for each in body:
            overload(each, extra)


def differences(left: Sent, right: Sent) -> set[tuple[str, str]]:
    """Table and column of whatever two requests have written differently."""
    found = {("", "status")} if left.status != right.status else set()
    for place in left.changes.keys() | right.changes.keys():
        one, other = left.changes.get(place), right.changes.get(place)
        if one is None or other is None:
            found.add((place[0], "" if one is not other else "same"))
        else:
            found |= {(place[0], name) for name in one if one[name] != other[name]}
    return found - {(table, "same") for table, _ in found}


def test_D5_columns_that_are_nobodys_to_set_stay_as_they_are(sender, record_property):
    names, problems, sent = hostile(), {}, 0
    assert len(RESERVED) >= 40
    assert len(names) > 300
    for case in CASES:
        extra = {
            key: value
            for key, value in names.items()
            if key not in names_taken(case.operation.name)
        }
        plain, again = sender.send(case), sender.send(case)
        full = sender.send(case, lambda body, extra=extra: overload(body, extra))
        by_chance = differences(plain, again)
        found = differences(plain, full) - by_chance
        assert plain.status in {200, 201}, case.line
        sent += 1
        if found:
            problems[case.line] = (sorted(found), full.body if full.status != plain.status else "")
    assert problems == {}
    assert sent > 90
    record_property("counted", {"operations": sent, "names in each": len(names)})


def test_D5_control_a_column_that_is_bound_is_seen(sender):
    case = next(case for case in CASES if case.line == "projects_update")
    full = sender.send(case, lambda body: body.update(price_from=1, project_name="Hijacked"))
    assert ("projects_project", "project_name") in differences(sender.send(case), full)


# --- D3: keys of others -----------------------------------------------------------------------------------------------


def with_key(name: str, key: int) -> Any:
    """Names a row wherever the body has that name, else at its top."""

    def change(body: Any) -> None:
        if not replace(body, name, key):
            body[name] = key

    return change


def replace(body: Any, name: str, key: int) -> bool:
    if isinstance(body, list):
        found = [replace(each, name, key) for each in body]  # each, not up to the first
        return any(found)
    if not isinstance(body, dict):
        return False
    if name in body:
        body[name] = key
        return True
    found = [replace(each, name, key) for each in body.values()]
    return any(found)


def references() -> list[tuple[Case, str]]:
    """Each operation with each key that it takes in its body."""
    return [
        (case, name)
        for case in CASES
        for name in sorted({key for key, _held in keys_of(body_of(case.operation.name) or {})})
        if name.endswith("_id") and name not in {"transaction_id", "client_id"}
    ]


def test_D3_a_key_of_others_is_answered_like_one_that_never_existed(world, record_property):
    foreign, problems, accepted = make_foreign(world), {}, set()
    with time_machine.travel(clock.now(), tick=False):
        sender = Sender(world)
        for case, name in references():
            if case.writer == "sana":
                continue  # nothing is foreign to staff
            if SAME_KIND.get(name, name) not in foreign:
                problems[f"{case.line}: {name}"] = "say in SAME_KIND which row this names"
                continue
            key = foreign[SAME_KIND.get(name, name)]
            theirs = sender.send(case, with_key(name, key))
            missing = sender.send(case, with_key(name, NEVER_ISSUED))
            where = f"{case.line}: {name}"
            if theirs.status in {200, 201}:
                accepted.add(where)
                written = differences(theirs, missing) - differences(
                    missing, sender.send(case, with_key(name, NEVER_ISSUED))
                )
                if written or shows(theirs.body, name, key):
                    problems[where] = ("kept", written)
            elif theirs.changes:
                problems[where] = ("written", sorted(theirs.changes))
            elif without(theirs.body, key) != without(missing.body, NEVER_ISSUED):
                problems[where] = (theirs.status, theirs.body, missing.status, missing.body)
    assert problems == {}
    # Where the key is no choice of the writer's: builders act for themselves, customers book for themselves.
    assert accepted == IGNORED
    assert len(references()) > 20
    record_property("counted", {"keys in bodies": len(references())})


IGNORED = {
    "appointments_create: customer_id",
    "appointments_create: with Asha: customer_id",
    "bookings_applicants_replace: customer_id",  # at the top; it belongs into an applicant
    "bookings_create: customer_id",
    "bookings_create: for Asha: customer_id",
    "hosts_create: builder_id",
    "projects_create: builder_id",
    "projects_create: for Meera: builder_id",
    "projects_inquire: customer_id",
    "quotes_create: customer_id",
    "team_add: builder_id",
    "units_hold: customer_id",
}


def without(body: Any, key: int) -> str:
    """The answer without the key that was asked for and without the request's id."""
    shown = {**body, "request_id": ""} if isinstance(body, dict) else body
    return str(shown).replace(str(key), "?")


def shows(body: Any, name: str, key: int) -> bool:
    """Whether an answer names the row under that name."""
    if isinstance(body, list):
        return any(shows(each, name, key) for each in body)
    if not isinstance(body, dict):
        return False
    return body.get(name) == key or any(shows(each, name, key) for each in body.values())
