"""Every error as ``{detail, code, errors, request_id}``, as JSON, with CORS headers and the request id."""

import psycopg
import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import InternalError, close_old_connections, connection
from django.test import Client

from realestate.core.api import errors
from realestate.core.models import SystemSetting
from tests.core.probe import TROUBLE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.probe")]
ORIGIN = "http://localhost:3000"
NOT_FOUND = (404, "Not found.", "not_found", {})
UNAVAILABLE = (
    503,
    "A service that is needed for this is not available; try again shortly.",
    "unavailable",
    {},
)
BAD_REQUEST = (400, "The request could not be understood.", "bad_request", {})
EXPECTED = {
    "conflict": (409, "The request conflicts with the present state.", "conflict", {}),
    "transition": (
        409,
        "This step is not possible in the present state.",
        "invalid_transition",
        {},
    ),
    "fields": (403, "Not you.", "permission_denied", {"unit_id": ["Not yours."]}),
    "stale": (
        412,
        "Somebody else changed this in the meantime; load it again.",
        "stale_version",
        {},
    ),
    "throttled": (429, "Too many requests; try again later.", "throttled", {}),
    "unavailable": UNAVAILABLE,
    "missing-row": NOT_FOUND,
    "missing-project": NOT_FOUND,
    "http404": NOT_FOUND,
    "integrity": (409, "The request conflicts with the present state.", "conflict", {}),
    "data": (400, "A value is too large or has the wrong form.", "invalid", {}),
    "data-too-large": (400, "A value is too large or has the wrong form.", "invalid", {}),
    "body-too-big": (413, "The request body is too large.", "too_large", {}),
    "operational": UNAVAILABLE,
    "interface": UNAVAILABLE,
    "statement-timeout": UNAVAILABLE,
    "validation": (
        400,
        "Email: this field is required.",
        "invalid",
        {"email": ["This field is required."], "phone": ["Too short."]},
    ),
    "validation-general": (
        400,
        "Dates in order, please.",
        "invalid",
        {"non_field_errors": ["Dates in order, please."]},
    ),
    "validation-list": (400, "One.", "invalid", {"non_field_errors": ["One.", "Two."]}),
    "validation-nested": (
        400,
        "Units.1.price: this field may not be null.",
        "invalid",
        {"units.1.price": ["This field may not be null."], "tags.2": ["Too long."]},
    ),
    "validation-empty": (400, "Invalid input.", "invalid", {}),
    "django-validation": (
        400,
        "Too common. Too short.",
        "invalid",
        {"non_field_errors": ["Too common.", "Too short."]},
    ),
    "django-validation-fields": (
        400,
        "Not an address.",
        "invalid",
        {"email": ["Not an address."]},
    ),
    "not-authenticated": (
        401,
        "Authentication credentials were not provided.",
        "not_authenticated",
        {},
    ),
    "authentication-failed": (401, "Token ended.", "token_ended", {}),
    "authentication-dict": (401, "Token is wrong.", "authentication_failed", {}),
    "permission": (403, "Not you.", "permission_denied", {}),
    "django-permission": (403, "You may not do this.", "permission_denied", {}),
    "suspicious": BAD_REQUEST,
    "bad-request": BAD_REQUEST,
    "drf-throttled": (
        429,
        "Request was throttled. Expected available in 3 seconds.",
        "throttled",
        {},
    ),
    "drf-throttled-open": (429, "Request was throttled.", "throttled", {}),
    "parse": (400, "Malformed request.", "parse_error", {}),
    "media-type": (
        415,
        'Unsupported media type "text/plain" in request.',
        "unsupported_media_type",
        {},
    ),
    "api": (500, "A server error occurred.", "error", {}),
    "bug": (500, errors.SERVER_ERROR, "server_error", {}),
}
MORE = {"transition": {"state": "sold", "allowed": ["cancel"]}}
HEADERS = {
    "throttled": {"Retry-After": "17"},
    "unavailable": {"Retry-After": "5"},
    "operational": {"Retry-After": "5"},
    "interface": {"Retry-After": "5"},
    "statement-timeout": {"Retry-After": "5"},
    "drf-throttled": {"Retry-After": "3"},
    "not-authenticated": {"WWW-Authenticate": 'Bearer realm="api"'},
    "authentication-failed": {"WWW-Authenticate": 'Bearer realm="api"'},
    "authentication-dict": {"WWW-Authenticate": 'Bearer realm="api"'},
}


@pytest.fixture
def browser():
    """A page of the frontend asks; a crash is answered, not raised."""
    return Client(
        raise_request_exception=False, headers={"Origin": ORIGIN, "X-Request-ID": "my-request-1"}
    )


def the_one_shape(reply, expected, more=None):
    status, detail, code, fields = expected
    assert reply.status_code == status
    assert reply["Content-Type"] == "application/json"
    assert reply.json() == {
        "detail": detail,
        "code": code,
        "errors": fields,
        "request_id": "my-request-1",
        **(more or {}),
    }
    assert reply["Access-Control-Allow-Origin"] == ORIGIN
    assert reply["X-Request-ID"] == "my-request-1"


@pytest.mark.parametrize("name", TROUBLE)
def test_every_error_has_the_one_shape(browser, name):
    reply = browser.get(f"/api/trouble/{name}")
    the_one_shape(reply, EXPECTED[name], MORE.get(name))
    wanted = {header: reply.get(header) for header in ("Retry-After", "WWW-Authenticate")}
    assert {header: value for header, value in wanted.items() if value} == HEADERS.get(name, {})


def test_a_swallowed_refusal_is_a_500_and_nothing_is_stored(browser):
    the_one_shape(browser.post("/api/trouble/conflict"), EXPECTED["bug"])
    assert not SystemSetting.objects.exists()


def test_an_unknown_url(browser):
    the_one_shape(browser.get("/api/nothing"), NOT_FOUND)


def test_a_method_that_nobody_answers_needs_no_login(browser):
    reply = browser.put("/api/echo", {}, content_type="application/json")
    the_one_shape(reply, (405, 'Method "PUT" not allowed.', "method_not_allowed", {}))
    assert reply["Allow"] == "GET, POST, PATCH, DELETE, HEAD, OPTIONS"


def test_a_body_of_another_type(browser):
    reply = browser.post("/api/echo", "<x/>", content_type="application/xml")
    the_one_shape(
        reply,
        (415, 'Unsupported media type "application/xml" in request.', "unsupported_media_type", {}),
    )


def test_a_host_that_is_not_ours(browser):
    the_one_shape(browser.get("/api/echo", headers={"Host": "evil.example"}), BAD_REQUEST)


def test_handlers_for_what_never_reaches_a_view(rf):
    reply = errors.bad_request(rf.get("/"), RequestDataTooBig())
    assert (reply.status_code, reply.headers["Content-Type"]) == (413, "application/json")


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_503_and_the_next_request_is_served(browser, monkeypatch):
    def lose_connection():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setitem(TROUBLE, "bug", lose_connection)
    the_one_shape(browser.get("/api/trouble/bug"), UNAVAILABLE)
    close_old_connections()  # as at the start of every request of a real server
    assert browser.get("/api/projects").status_code == 200


def test_secrets_of_errors_stay_inside(browser):
    for name in TROUBLE:
        body = browser.get(f"/api/trouble/{name}").content.decode()
        assert "secret" not in body
        assert "leaks" not in body


@pytest.mark.django_db(transaction=True)
def test_C2_a_transaction_that_the_database_has_ended_for_its_length_is_a_503():
    """Django calls it an internal error; for the caller it is one of those that pass."""
    with connection.cursor() as cursor, psycopg.connect(**psycopg_address()) as other:
        other.autocommit = True
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        cursor.execute("SET idle_in_transaction_session_timeout = '1ms'; BEGIN")
        while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
            pass
        with pytest.raises(InternalError) as ended:
            cursor.execute("SELECT 1")
    connection.close()
    answer = errors.exception_handler(ended.value, {})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_C2_control_any_other_internal_error_is_ours():
    assert errors.exception_handler(InternalError("a fault of ours"), {}) is None


def psycopg_address():
    given = connection.get_connection_params()
    return {
        name: given[name]
        for name in ("dbname", "user", "password", "host", "port")
        if given.get(name)
    }
