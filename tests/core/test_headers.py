"""H2: what protects people in browsers is on every kind of answer, whoever gave it."""

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings as given
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from realestate.core.headers import OF_PAGES, OF_THE_REST, SafetyHeadersMiddleware
from realestate.urls import urlpatterns as whole
from tests.payments.account import signed
from tests.pictures import picture

pytestmark = pytest.mark.django_db
YEAR = 31_536_000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ORIGIN = "http://localhost:3000"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
}
OURS = "realestate.core.headers.SafetyHeadersMiddleware"
# kind: method, path, headers, status
KINDS = {
    "a list": ("get", "/api/projects", {}, 200),
    "a refusal": ("get", "/api/notifications", {}, 401),
    "a wrong method": ("delete", "/api/auth/login", {}, 405),
    "an unknown address": ("get", "/nothing", {}, 404),
    "an unknown address of the API": ("get", "/api/nothing", {}, 404),
    "a crash": ("get", "/crash", {}, 500),
    "a preflight": ("options", "/api/bookings", PREFLIGHT, 200),
    "a host that is not ours": ("get", "/api/projects", {"host": "evil.example"}, 400),
    "a body that is too long": ("post", "/api/auth/login", {}, 413),
    "health": ("get", "/health", {}, 200),
    "a style sheet": ("get", "/static/house/pages.css", {}, 200),
    "a script": ("get", "/static/house/search.js", {}, 200),
    "a static file that is not there": ("get", "/static/house/none.css", {}, 404),
    "the way to the login": ("get", "/admin/", {}, 302),
    "the login": ("get", "/admin/login/", {}, 200),
    "a form without its token": ("post", "/admin/login/", {}, 403),
    "the document": ("get", "/api/schema", {}, 200),
    "Swagger UI": ("get", "/api/docs", {}, 200),
    "Swagger UI's script": ("get", "/api/docs?script=", {}, 200),
    "ReDoc": ("get", "/api/redoc", {}, 200),
}


def crash(_request):
    """A view that is broken."""
    raise RuntimeError("secret of the house")


urlpatterns = [*whole, path("crash", crash)]
handler500 = "realestate.core.api.errors.server_error"
handler404 = "realestate.core.api.errors.not_found"


@pytest.fixture
def browser(settings):
    """As in production behind TLS."""
    settings.ROOT_URLCONF, settings.WHITENOISE_USE_FINDERS = __name__, True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = YEAR, True
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def ask(browser, kind):
    """The answer of a kind."""
    method, address, headers, status = KINDS[kind]
    body = {"data": b"x" * 1_000_001, "content_type": "application/json"} if status == 413 else {}
    reply = getattr(browser, method)(address, secure=True, headers=headers, **body)
    assert reply.status_code == status
    if reply.streaming:
        assert b"".join(reply)
        reply.close()
    return reply


def test_H10_files_sheets_papers_and_calendars_have_them_too(browser, settings, cast, as_):
    """Whoever asks, and whatever the answer is made of."""
    booking, mine = signed(cast), as_(cast.asha)
    form = {"file": SimpleUploadedFile("a.png", picture(), "image/png")}
    stored = mine.post("/api/files", form, format="multipart", secure=True).json()["url"]
    feed = urlsplit(mine.post("/api/calendar-feed", secure=True).json()["url"]).path
    wanted = {
        stored: "image/png",
        f"/api/bookings/{booking.pk}/statement.pdf": "application/pdf",
        f"/api/bookings/{booking.pk}/statement.xlsx": SHEET,
        feed: "text/calendar; charset=utf-8",
    }
    for address, kind in wanted.items():
        reply = mine.get(address, secure=True)
        assert (reply.status_code, reply["Content-Type"].lower()) == (200, kind), address
        assert reply["Strict-Transport-Security"] == f"max-age={YEAR}; includeSubDomains"
        assert reply["X-Content-Type-Options"] == "nosniff"
        policy = directives(reply["Content-Security-Policy"])
        scripts = policy.get("script-src", policy.get("default-src"))
        assert policy["frame-ancestors"] == scripts == {"'none'"}
        if reply.streaming:
            assert b"".join(reply)  # and so it is closed


def directives(policy):
    """A policy as its directives with their sources."""
    words = [part.split() for part in policy.split(";")]
    assert len({first for first, *_ in words}) == len(words), "one directive twice"
    return {first: set(rest) for first, *rest in words}


@pytest.mark.parametrize("kind", KINDS)
def test_H2_every_kind_of_answer_has_them(browser, kind):
    reply = ask(browser, kind)
    assert reply["Strict-Transport-Security"] == f"max-age={YEAR}; includeSubDomains"
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Referrer-Policy"] == "same-origin"
    assert reply["Cross-Origin-Opener-Policy"] == "same-origin"
    assert directives(reply["Content-Security-Policy"])["frame-ancestors"] == {"'none'"}
    is_page = reply["Content-Type"].startswith("text/html")
    assert ("Permissions-Policy" in reply) is is_page
    banners = {"server", "x-powered-by", "x-aspnet-version", "x-generator", "via"}
    assert banners & {name.lower() for name in reply.headers} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_H2_no_answer_runs_a_script_that_stands_within_it(browser, kind):
    policy = directives(ask(browser, kind)["Content-Security-Policy"])
    assert policy["script-src"] in ({"'self'"}, {"'none'"})
    assert policy["base-uri"] == {"'none'"}


@pytest.mark.parametrize("kind", KINDS)
def test_H10_no_answer_but_a_paper_shows_an_object(browser, kind):
    policy = directives(ask(browser, kind)["Content-Security-Policy"])
    assert policy["object-src"] == {"'none'"}


def test_H10_a_paper_is_shown_as_one_and_runs_nothing(rf):
    paper = HttpResponse(b"%PDF-", content_type="application/pdf")
    answer = SafetyHeadersMiddleware(lambda _request: paper)(rf.get("/api/files/1"))
    policy = directives(answer["Content-Security-Policy"])
    assert "object-src" not in policy
    assert policy["script-src"] == policy["frame-ancestors"] == {"'none'"}


def test_H2_pages_ask_our_own_server_alone(browser):
    policy = directives(ask(browser, "the login")["Content-Security-Policy"])
    assert policy == directives(OF_PAGES)
    assert set().union(*policy.values()) == {"'self'", "'none'", "data:"}
    assert policy["default-src"] == {"'none'"}
    assert directives(ask(browser, "a list")["Content-Security-Policy"]) == directives(OF_THE_REST)


def test_H2_the_pages_of_the_back_office_are_kept_by_nobody(staff_pages):
    for address in (
        "/admin/",
        "/admin/projects/project/",
        "/admin/search/?q=a",
        "/admin/stacking/",
    ):
        reply = staff_pages.get(address)
        assert (address, reply.status_code) == (address, 200)
        assert "no-store" in reply["Cache-Control"], address
        assert reply["Content-Security-Policy"] == OF_PAGES


@pytest.fixture
def staff_pages(cast):
    """Sana's browser."""
    browser = Client()
    browser.force_login(cast.sana)
    return browser


def test_H2_no_page_of_ours_has_a_script_or_a_style_within_it():
    inside = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son[a-z]+=|javascript:|\sstyle=|<style"
    )
    folders = [folder for folder in given.BASE_DIR.glob("*/templates") if folder.is_dir()]
    pages = [page for folder in folders for page in folder.rglob("*.html")]
    assert len(pages) > 20
    apart = {
        "mail",
        "redoc.html",
        "fake_gateway.html",
        "mail.html",
    }  # letters; pages with a policy of their own
    found = [
        page.name
        for page in pages
        if not apart & set(page.parts) and inside.search(page.read_text())
    ]
    assert found == []


def test_H2_control_without_the_middleware_a_preflight_has_none(browser, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != OURS]
    reply = ask(browser, "a preflight")
    assert "X-Content-Type-Options" not in reply
    assert "Content-Security-Policy" not in reply


def test_H1_pages_by_plain_http_are_sent_on(settings, rf):
    settings.SECURE_SSL_REDIRECT = True
    reply = Client().get("/admin/login/")
    assert (reply.status_code, reply["Location"]) == (301, "https://testserver/admin/login/")
    assert reply["Content-Security-Policy"] == OF_PAGES
    passed = SafetyHeadersMiddleware(lambda _request: None).process_request(rf.get("/"))
    assert passed is None


def test_H10_the_api_answers_nobody_by_plain_http_and_sends_nobody_on(settings):
    settings.SECURE_SSL_REDIRECT = True
    for reply in (
        Client().get("/api/projects"),
        Client().post("/api/auth/login", {"email": "x@example.com", "password": "x"}),
    ):
        assert (reply.status_code, reply.json()["code"]) == (403, "permission_denied")
        assert reply.json()["detail"] == "Ask by HTTPS."
        assert reply["X-Content-Type-Options"] == "nosniff"
    assert Client().get("/api/projects", secure=True).status_code == 200
