"""A9: every change of something that is shown with an entity tag compares If-Match, and the document says so."""

import pytest
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from tests.permissions.matrix import CALLERS
from tests.permissions.test_matrix import GROUPS as ALL_GROUPS
from tests.permissions.test_matrix import client_of

pytestmark = pytest.mark.django_db
# What has an entity tag and no other caller's version: bookings count their own.
COMPARED = {
    "builder_edit",
    "milestones_update",
    "models_delete",
    "models_update",
    "progress_update",
    "projects_delete",
    "projects_update",
    "units_update",
    "updates_delete",
    "updates_update",
}


GROUPS = {
    part: chosen
    for part, lines in ALL_GROUPS.items()
    if (chosen := [found for found in lines if found[1].name in COMPARED])
}


def tagged(api: APIClient, url: str) -> str:
    return api.get(url).headers.get("ETag", "")


@pytest.mark.parametrize("lines", GROUPS.values(), ids=GROUPS)
def test_A9_a_stale_tag_refuses_and_the_present_one_does_not(world, lines):
    for line, operation, row in lines:
        compared = [caller for caller in CALLERS if is_compared(world, operation, row, caller)]
        allowed = [caller for caller, status in row.expected().items() if status == 200]
        assert compared == allowed, line


def is_compared(world, operation, row, caller) -> bool:
    """Whether a caller who may change something must have seen it; undone."""
    before = transaction.savepoint()
    api = client_of(world, caller)
    url, expected = operation.url(row, world), row.expected()[caller]
    seen = tagged(api, url)
    if is_asked := bool(seen) and expected == 200:
        body = dict(row.body(world)) if row.body else None
        change = getattr(api, operation.method)
        stale = change(url, body, headers={"If-Match": '"stale"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), (url, caller)
        assert tagged(api, url) == seen, (url, caller)
        assert change(url, body, headers={"If-Match": seen}).status_code == expected, (url, caller)
    transaction.savepoint_rollback(before)
    return is_asked


def test_A9_the_document_names_the_header_where_it_is_compared():
    document = SchemaGenerator().get_schema(public=True)
    found = {
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
        if "If-Match" in {one["name"] for one in operation.get("parameters", ())}
    }
    assert found == COMPARED
