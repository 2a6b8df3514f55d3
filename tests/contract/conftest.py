"""People who log in with a password, as the frontend does, and rows that they would have made through the API."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from realestate.core import clock
from tests.answers import Undocumented, answers
from tests.cast import Cast
from tests.factories.accounts import PASSWORD

Login = Callable[[User | None], APIClient]


@pytest.fixture
def login() -> Login:
    """A client with a real access token; ``login(None)`` is anonymous."""

    def client(person: User | None) -> APIClient:
        api = APIClient(raise_request_exception=False)
        if person is not None:
            reply = api.post("/api/auth/login", {"email": person.email, "password": PASSWORD})
            assert reply.status_code == 200, reply.content
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {reply.json()['access_token']}")
        return api

    return client


@pytest.fixture
def booked(cast: Cast, login: Login) -> dict[str, Any]:
    """Asha's booking of Meera's unit, as POST /api/bookings answered it."""
    reply = login(cast.asha).post("/api/bookings", {"unit_id": cast.meera_unit.pk})
    assert reply.status_code == 201, reply.content
    return reply.json()


@pytest.fixture
def visit(cast: Cast, login: Login) -> dict[str, Any]:
    """Asha's site visit at Meera's project, three days from now at 11:00 in India."""
    day = clock.local(clock.now()) + timedelta(days=3)
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_type": "site-visit",
        "appointment_date": day.replace(hour=11, minute=0, second=0, microsecond=0).isoformat(),
        "meeting_location": "Main gate, ask for Ravi",
        "notes": "Two people",
    }
    reply = login(cast.asha).post("/api/appointments", body)
    assert reply.status_code == 201, reply.content
    return reply.json()


@pytest.fixture(autouse=True)
def _answers_are_documented() -> Iterator[None]:
    """F3: whatever a test asks the API, the answer is one that the OpenAPI document promises."""
    request = Client.request

    def checked(self: Client, **sent: Any) -> Any:
        response = request(self, **sent)
        try:
            answers().check(response)
        except Undocumented:
            response.close()
            raise
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", checked)
        yield
