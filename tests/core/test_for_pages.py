"""The API is not asked for cookies, sessions and forms; pages are."""

import pytest
from django.http import HttpResponse
from django.test import Client

from realestate.core import for_pages

KINDS = {
    for_pages.SessionMiddleware: "session",
    for_pages.AuthenticationMiddleware: "user",
    for_pages.MessageMiddleware: "_messages",
}


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "gives"), KINDS.items())
def test_pages_get_what_they_need_and_the_api_does_not_pay_for_it(rf, kind, gives):
    seen = {}

    def page(request):
        seen[request.path] = hasattr(request, gives)
        return HttpResponse()

    for path in ("/admin/login/", "/api/projects"):
        request = rf.get(path)
        for before in list(KINDS)[: list(KINDS).index(kind)]:
            setattr(
                request,
                KINDS[before],
                Client().session if before is for_pages.SessionMiddleware else None,
            )
        kind(page)(request)
    assert seen == {"/admin/login/": True, "/api/projects": False}


@pytest.mark.django_db
def test_forms_of_pages_need_a_token_of_ours_and_the_api_needs_none():
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 403
    reply = browser.post("/api/auth/login", {}, content_type="application/json")
    assert reply.status_code == 400
    assert not reply.cookies


@pytest.mark.django_db
def test_a_cookie_of_the_admin_is_nobody_to_the_api(cast):
    browser = Client()
    browser.force_login(cast.sana)
    assert browser.get("/api/notifications").status_code == 401
