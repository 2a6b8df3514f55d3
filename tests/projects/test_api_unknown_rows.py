"""Keys that lead to no row: 404 in the one shape, whatever the method, and nothing is stored."""

import pytest

pytestmark = pytest.mark.django_db


def assert_refused(reply) -> None:
    assert reply.status_code == 404, reply.content
    body = reply.json()
    assert (body["detail"], body["code"], body["errors"]) == ("Not found.", "not_found", {})


@pytest.mark.parametrize("key", [0, 10**12, 2**63, 10**30])
def test_rows_that_do_not_exist(as_, cast, stored, key):
    before = stored()
    api = as_(cast.meera)
    for method, path in (
        ("patch", "/api/projects/{}"),
        ("delete", "/api/projects/{}"),
        ("patch", "/api/units/{}"),
        ("patch", "/api/models/{}"),
        ("delete", "/api/models/{}"),
        ("get", "/api/models/{}"),
        ("get", "/api/units/{}"),
    ):
        reply = getattr(api, method)(path.format(key))
        assert_refused(reply)
    assert_refused(api.post(f"/api/projects/{key}/towers", {"name": "North"}))
    assert stored() == before


@pytest.mark.parametrize("path", ["/api/projects/x", "/api/units/-1", "/api/models/1.5"])
def test_keys_that_are_none(as_, path):
    reply = as_(None).get(path)
    assert_refused(reply)
