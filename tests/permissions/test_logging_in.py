"""H10: what over the API changes how somebody logs in, seen in the tables; each operation as somebody who may."""

from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from tests.permissions.test_matrix import LINES
from tests.permissions.test_writing import WRITERS

pytestmark = pytest.mark.django_db
COLUMNS = ("email", "password", "user_type", "is_active", "is_staff", "is_superuser")
TABLES = (
    *("accounts_user_groups", "accounts_user_user_permissions", "auth_group_permissions"),
    *("otp_totp_totpdevice", "otp_static_staticdevice", "otp_static_statictoken"),
)
NEW = "a new account"
# All that changes anything of it, and why it may: see the row 7.5.1 of docs/asvs.md.
KNOWN = {
    "auth_register": {NEW},  # a visitor's own
    "auth_password_change": {"password"},  # asks for the present one
    "team_add": {NEW},  # which opens with a mailed link
    "team_remove": {"is_active"},  # of somebody else, whom the owner lets in again
}


def accounts() -> dict[int, dict[str, Any]]:
    """What logs in, by account; the other tables under 0."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {', '.join(COLUMNS)} FROM accounts_user")  # noqa: S608  # names of our own columns
        found = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in cursor.fetchall()}
        found[0] = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608  # names of our own tables
            found[0][table] = cursor.fetchall()
    return found


def changed(before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]]) -> set[str]:
    """The columns that are not what they were."""
    found = {NEW} if after.keys() - before.keys() else set()
    for key, columns in before.items():
        found |= {name for name, value in columns.items() if after[key][name] != value}
    return found


def test_H10_over_the_api_nothing_that_logs_in_changes_without_the_password(world):
    before, found, asked = accounts(), {}, 0
    for _line, operation, row in LINES:
        expected = row.expected()
        who = next((name for name in WRITERS if expected[name] in {200, 201}), None)
        if operation.method == "get" or who is None:
            continue
        api = APIClient(raise_request_exception=False)
        api.force_authenticate(world.person(who))
        point = transaction.savepoint()
        body = deepcopy(dict(row.body(world))) if row.body else {}
        reply = getattr(api, operation.method)(operation.url(row, world), body, format="json")
        assert reply.status_code in {200, 201, 202}, operation.name
        asked += 1
        if here := changed(before, accounts()):
            found.setdefault(operation.name, set()).update(here)
        transaction.savepoint_rollback(point)
    assert found == KNOWN
    assert asked > 100
