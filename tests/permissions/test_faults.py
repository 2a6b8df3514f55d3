"""H9: whatever breaks, and wherever, the caller hears that it did and nothing of how."""

import pytest
from django.contrib import admin
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.views import APIView

from tests.permissions.test_matrix import LINES, content_of

pytestmark = pytest.mark.django_db
SECRET = "SELECT password FROM accounts_user -- of /srv/app"  # what a trace would show


def crash(*_args, **_more):
    raise ZeroDivisionError(SECRET)


def is_told_nothing(text: str) -> bool:
    return not any(word in text for word in (SECRET, "ZeroDivision", "Traceback", ".py"))


def test_H9_every_view_that_breaks_says_so_in_json_and_nothing_else(
    world, monkeypatch, record_property
):
    api, broken = APIClient(raise_request_exception=False), {}
    api.force_authenticate(world.cast.sana)
    monkeypatch.setattr(APIView, "initial", crash)
    for _line, operation, row in LINES:
        reply = getattr(api, operation.method)(operation.url(row, world), {}, format="json")
        body = reply.json()
        assert (reply.status_code, body["code"]) == (500, "server_error"), operation.name
        assert set(body) == {"detail", "code", "errors", "request_id"}, operation.name
        assert body["request_id"] == reply["X-Request-ID"]
        assert is_told_nothing(content_of(reply)), operation.name
        broken[operation.name] = reply.status_code
    assert len(broken) > 200
    record_property("counted", {"operations": len(broken)})


def test_H9_every_page_of_the_back_office_that_breaks_shows_no_trace(world, monkeypatch):
    page = Client(raise_request_exception=False)
    page.force_login(world.cast.sana)
    monkeypatch.setattr(admin.site, "has_permission", crash)
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        reply = page.get(address)
        assert reply.status_code == 500, address
        assert is_told_nothing(reply.content.decode()), address
        assert reply["X-Request-ID"]
