"""Login, register and the user object (contract 5 and 7.1)."""

import pytest
from rest_framework.test import APIClient

from tests.cast import Cast
from tests.contract.conftest import Login
from tests.factories.accounts import PASSWORD

GARBAGE = "Bearer eyJhbGciOiJub25lIn0.e30."
CUSTOMER = {
    "email": "Mary.Smith@Example.com",
    "password": "a long enough pass",
    "user_type": "customer",
    "customer_data": {
        "first_name": "Mary",
        "last_name": "Ann Smith",
        "phone": "+91 98200 22222",
        "address": "",
    },
}
BUILDER = {
    "email": "new@builder.example",
    "password": "a long enough pass",
    "user_type": "builder",
    "builder_data": {
        "company_name": "New Homes",
        "license_number": "NEW-1",
        "phone": "+91 98200 33333",
        "address": "",
    },
}


def test_login_ignores_a_garbage_bearer_token(cast: Cast) -> None:
    api = APIClient(HTTP_AUTHORIZATION=GARBAGE)
    reply = api.post(
        "/api/auth/login", {"email": cast.asha.email, "password": PASSWORD, "user_type": "customer"}
    )
    assert reply.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("body", [CUSTOMER, BUILDER])
def test_register_ignores_a_garbage_bearer_token(body: dict) -> None:
    reply = APIClient(HTTP_AUTHORIZATION=GARBAGE).post("/api/auth/register", body)
    assert reply.status_code == 201, reply.content
    assert reply.json()["user"]["email"] == body["email"].lower()


def test_login_reply_has_what_the_frontend_stores(cast: Cast, login: Login) -> None:
    for person, name in ((cast.meera, "Meera Homes"), (cast.asha, "Asha Rao")):
        reply = (
            login(None)
            .post("/api/auth/login", {"email": person.email, "password": PASSWORD})
            .json()
        )
        assert reply["token_type"] == "bearer"
        assert type(reply["expires_in"]) is int
        assert reply["access_token"] != reply["refresh_token"]
        user = reply["user"]
        assert user["id"] == person.pk
        assert user["user_type"] == person.user_type
        assert user["full_name"] == name
        assert user["builder_id"] == (person.pk if person.user_type == "builder" else None)
        assert user["customer_id"] == (person.pk if person.user_type == "customer" else None)
        assert login(person).get("/api/auth/me").json().keys() == user.keys()


def test_wrong_user_type_reads_like_a_wrong_password(cast: Cast) -> None:
    api = APIClient()
    wrong_type = api.post(
        "/api/auth/login", {"email": cast.asha.email, "password": PASSWORD, "user_type": "builder"}
    )
    wrong_password = api.post(
        "/api/auth/login", {"email": cast.asha.email, "password": "something else"}
    )
    assert wrong_type.status_code == wrong_password.status_code == 401
    assert (
        wrong_type.json()["detail"]
        == wrong_password.json()["detail"]
        == "Incorrect email or password"
    )


def test_a_refresh_token_is_no_bearer_token(cast: Cast) -> None:
    reply = (
        APIClient().post("/api/auth/login", {"email": cast.asha.email, "password": PASSWORD}).json()
    )
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {reply['refresh_token']}")
    assert api.get("/api/auth/me").status_code == 401


def test_texts_that_users_know(cast: Cast) -> None:
    api = APIClient()
    again = CUSTOMER | {"email": cast.asha.email.upper()}
    assert api.post("/api/auth/register", again).json()["detail"] == "Email already registered"
    licence = cast.meera.builder.license_number
    twin = BUILDER | {"builder_data": BUILDER["builder_data"] | {"license_number": licence.lower()}}
    assert (
        api.post("/api/auth/register", twin).json()["detail"] == "License number already registered"
    )
