"""What tests of accounts share: a plain client, real logins, and a token of nobody."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.accounts import PASSWORD

Tokens = dict[str, Any]
GARBAGE = "Bearer eyJhbGciOiJub25lIn0.e30."  # no token of ours


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
