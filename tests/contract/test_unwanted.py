"""H10: what nobody asks for in earnest: TRACE, the history of the code, folders, parameters said twice."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
SECRET = "canary-of-a-header"


@pytest.mark.parametrize(
    "address", ["/api/projects", "/api/auth/me", "/health", "/admin/login/", "/nothing"]
)
def test_H10_trace_tells_nobody_what_was_sent(address):
    reply = Client().trace(address, headers={"x-canary": SECRET, "authorization": SECRET})
    assert SECRET not in reply.content.decode()
    assert "message/http" not in reply["Content-Type"]
    assert reply.status_code in {401, 404, 405} or address == "/admin/login/"


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/manage.py",
        "/static/../manage.py",
        "/static/%2e%2e/manage.py",
        "/static/",
        "/static/house/",
        "/media/",
        "/api/files/",
        "/var/media/",
    ],
)
def test_H10_no_folder_and_no_file_of_the_code_is_served(settings, address):
    settings.WHITENOISE_USE_FINDERS = True
    reply = Client().get(address)
    assert reply.status_code == 404
    assert "house" not in reply.content.decode()


def test_H10_a_parameter_counts_where_it_belongs_and_once(cast):
    """The last of two counts, for filters and paging alike; what stands in the query is never read as a body."""
    ProjectFactory(builder=cast.meera_project.builder)
    api = APIClient()
    assert len(api.get("/api/projects?limit=50&limit=1").json()["projects"]) == 1
    login = {"email": cast.asha.email, "password": "wrong"}
    assert api.post("/api/auth/login?password=password123", login).status_code == 401
    reply = api.post(f"/api/auth/login?email={cast.asha.email}&password=x", {})
    assert (reply.status_code, set(reply.json()["errors"])) == (400, {"email", "password"})


def test_H10_a_cookie_opens_nothing_of_the_api(cast):
    """Without a token in a header, which no other site can send, the API knows nobody."""
    browser = Client()
    browser.force_login(cast.sana)
    assert browser.get("/admin/").status_code == 200
    kept = browser.cookies["staff_session"].value
    for address in ("/api/auth/me", "/api/team", "/api/notifications"):
        reply = APIClient(headers={"cookie": f"staff_session={kept}"}).get(address)
        assert reply.status_code == 401, address
    reply = APIClient(headers={"cookie": f"staff_session={kept}"}).post("/api/auth/logout", {})
    assert reply.status_code == 401


@pytest.mark.parametrize(
    "address",
    ["/admin/login/", "/api/docs", "/api/redoc", "/static/house/pages.css", "/metrics", "/nothing"],
)
def test_H10_texts_say_their_charset(settings, address):
    settings.WHITENOISE_USE_FINDERS = True
    reply = Client().get(address)
    kind = reply["Content-Type"].lower().replace('"', "")
    reply.close()
    assert kind == "application/json" or "charset=utf-8" in kind
