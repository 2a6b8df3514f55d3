"""What tests of accounts share: a plain client, real logins, and figures that nobody has lent yet."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import FloatField, Value
from rest_framework.test import APIClient

from accounts.models import Builder, User
from realestate.core import figures
from tests.factories.accounts import PASSWORD

Tokens = dict[str, Any]


@pytest.fixture
def api() -> APIClient:
    """Anonymous; a crash is an answer with 500, as users would see it."""
    return APIClient(raise_request_exception=False)


@pytest.fixture
def log_in(api: APIClient) -> Callable[..., Tokens]:
    """A person's answer from the login."""

    def enter(person: User, password: str = PASSWORD) -> Tokens:
        reply = api.post("/api/auth/login", {"email": person.email, "password": password})
        assert reply.status_code == 200, reply.content
        return reply.json()

    return enter


@pytest.fixture
def bearer() -> Callable[[str], APIClient]:
    """A client that sends a token."""

    def client(token: str) -> APIClient:
        return APIClient(
            raise_request_exception=False, headers={"authorization": f"Bearer {token}"}
        )

    return client


@pytest.fixture(autouse=True)
def _figures_lent_from_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps above lend these; accounts must work without them."""
    for name in ("rating", "total_projects"):
        if name not in figures._lent[Builder]:
            empty = Value(None, output_field=FloatField())
            monkeypatch.setitem(figures._lent[Builder], name, lambda: empty)  # noqa: B023  # all alike
