"""What the OpenAPI document says about accounts."""

import pytest
import yaml
from django.test import Client

PUBLIC = {
    "auth_register",
    "auth_login",
    "auth_refresh",
    "auth_password_reset",
    "auth_password_reset_confirm",
    "auth_verify_email_confirm",
}


@pytest.fixture(scope="module")
def document():
    return yaml.safe_load(Client().get("/api/schema").content)


def operations(document):
    for path, methods in document["paths"].items():
        if path.startswith(("/api/auth/", "/api/builders/", "/api/customers/")):
            yield from ((path, method, operation) for method, operation in methods.items())


def test_bearer_tokens_are_described(document):
    assert document["components"]["securitySchemes"]["bearerAuth"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }


def test_each_operation_says_who_what_and_why_not(document):
    found = {}
    for _path, _method, operation in operations(document):
        found[operation["operationId"]] = operation
        assert operation["summary"]
        assert operation["x-roles"]
        assert any(int(status) >= 400 for status in operation["responses"])
        content = operation.get("requestBody", {}).get("content", {})
        for media_type, body in content.items():
            if media_type == "application/json" and "ProfileWrite" not in str(body):
                assert body["examples"], operation["operationId"]
    assert {name for name, operation in found.items() if operation["security"] == [{}]} == PUBLIC
    assert len(found) == 17


def test_passwords_are_never_shown(document):
    schemas = document["components"]["schemas"]
    for name in (
        "UserRead",
        "LoginRead",
        "TokenRead",
        "BuilderPublic",
        "BuilderOwn",
        "CustomerOwn",
    ):
        assert not [field for field in schemas[name]["properties"] if "password" in field]


def test_errors_of_a_login_are_named(document):
    responses = document["paths"]["/api/auth/login"]["post"]["responses"]
    assert "incorrect_credentials" in responses["401"]["content"]["application/json"]["examples"]
    assert "throttled" in responses["429"]["content"]["application/json"]["examples"]
