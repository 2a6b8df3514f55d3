"""H10: what the log says of logins, refusals and faults: when, who, what, and where else to look; and where it goes."""

import io
import logging
from datetime import datetime, timedelta
from uuid import uuid4

import orjson
import pytest
import time_machine
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient
from rest_framework.views import APIView

from accounts import services
from realestate import logs
from realestate.core import clock
from tests.factories.accounts import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/api/auth/login"


@pytest.fixture
def written(caplog):
    """All that is written, in the form of production."""
    caplog.set_level(logging.INFO)
    shape = dict(logs.logging_config(level="INFO", columns=False)["formatters"]["structured"])
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(shape.pop("()")(**shape))
    logging.getLogger().addHandler(handler)
    yield handler.stream.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def lines(written):
    """The lines that say one thing."""

    def said(event):
        found = [orjson.loads(line) for line in written().splitlines()]
        return [line for line in found if line["event"] == event]

    return said


def log_in(password, email, request_id):
    """A try, under an id that the test knows."""
    headers = {"X-Request-ID": request_id}
    return APIClient().post(LOGIN, {"email": email, "password": password}, headers=headers)


def test_H10_each_login_is_a_line_whether_it_was_let_in_or_not(cast, lines):
    good, bad, nobody = (uuid4().hex for _ in range(3))
    assert log_in(PASSWORD, cast.asha.email, good).status_code == 200
    assert log_in("wrong", cast.asha.email, bad).status_code == 401
    assert log_in("wrong", "nobody@example.com", nobody).status_code == 401
    (accepted,) = lines("login_accepted")
    assert (accepted["account"], accepted["proof"]) == (cast.asha.pk, "password only")
    assert accepted["request_id"] == good
    refused = [(line["request_id"], line["account"]) for line in lines("login_refused")]
    assert refused == [(bad, cast.asha.pk), (nobody, None)]


def test_H10_a_login_with_a_code_says_so_and_a_refused_code_why(cast, lines):
    device = TOTPDevice.objects.create(user=cast.sana, confirmed=True)
    body = {"email": cast.sana.email, "password": PASSWORD}
    with time_machine.travel(clock.now(), tick=False):
        now = f"{totp(device.bin_key):06d}"
        for code, status in (("", 401), ("no code", 401), (now, 200)):
            assert APIClient().post(LOGIN, {**body, "code": code}).status_code == status
    refused = [(line["account"], line["why"]) for line in lines("login_refused")]
    assert refused == [(cast.sana.pk, "code_required"), (cast.sana.pk, "code_refused")]
    (accepted,) = lines("login_accepted")
    assert (accepted["account"], accepted["proof"]) == (cast.sana.pk, "second factor")


def test_H10_a_wrong_password_at_the_back_office_is_a_line(cast, lines):
    browser = Client()
    for password in ("wrong", PASSWORD):
        browser.post("/admin/login/", {"username": cast.sana.email, "password": password})
    browser.post("/admin/login/", {"username": cast.asha.email, "password": PASSWORD})  # no staff
    browser.post("/admin/login/", {"username": "nobody@example.com", "password": PASSWORD})
    browser.post("/admin/confirm/", {"password": "wrong"})  # of who is in
    refused = lines("admin_login_refused")
    expected = [cast.sana.pk, cast.asha.pk, None, cast.sana.pk]
    assert [line["account"] for line in refused] == expected
    assert all(line["request_id"] for line in refused)


def test_H10_a_wrong_code_is_a_line_too_also_while_a_device_is_set_up(cast, lines):
    device = services.begin_enrolment(actor=cast.sana, device_id=None)
    far = f"{totp(device.bin_key, t0=3600):06d}"  # the code of an hour ago
    given = {"actor": cast.sana, "device_id": device.pk, "replaces": None}
    assert services.confirm_enrolment(code=far, **given) == []
    assert not services.check_code(actor=cast.sana, code="aaaa-bbbb-cccc-dddd")
    assert [line["account"] for line in lines("second_factor_refused")] == [cast.sana.pk] * 2


@pytest.mark.parametrize(
    ("method", "address", "body", "status"),
    [
        ("get", "/api/team", None, 403),  # another role's
        ("patch", "/api/customers/{ravi}", {"phone": "+91 98200 22222"}, 404),  # another one's row
        ("post", "/api/auth/password/change", {"new_password": 7}, 400),  # a body that is none
    ],
)
def test_H10_what_was_refused_is_a_line_with_who_and_what(
    cast, as_, lines, method, address, body, status
):
    address = address.format(ravi=cast.ravi.pk)
    reply = getattr(as_(cast.asha), method)(address, body)
    assert reply.status_code == status
    (line,) = lines("request_finished")
    assert (line["code"], line["request"]) == (status, f"{method.upper()} {address}")
    assert (line["user_id"], line["request_id"]) == (cast.asha.pk, reply["X-Request-ID"])
    written = datetime.fromisoformat(line["timestamp"])
    assert written.utcoffset() == timedelta(0)
    assert abs(clock.now() - written) < timedelta(minutes=1)


def test_H10_who_tries_too_often_is_in_the_log(cast, lines):
    for number in range(11):
        log_in("wrong", cast.asha.email, f"try-{number}")
    (last,) = [line for line in lines("request_finished") if line["code"] == 429]
    assert (last["request"], last["request_id"]) == (f"POST {LOGIN}", "try-10")


def test_H10_a_fault_is_in_the_log_with_its_trace(cast, lines, monkeypatch):
    def broken(*_args, **_more):
        raise ZeroDivisionError("broken on purpose")

    monkeypatch.setattr(APIView, "initial", broken)
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(cast.asha)
    reply = client.get("/api/auth/me")
    assert reply.status_code == 500
    (line,) = lines("request_failed")
    assert line["request_id"] == reply["X-Request-ID"]
    assert "broken on purpose" in line["exception"]
    assert line["level"] == "error"


def test_H10_the_log_goes_to_one_place_and_nowhere_else():
    given = logs.logging_config(level="INFO", columns=False)
    assert set(given["handlers"]) == {"stderr"}
    assert given["handlers"]["stderr"]["class"] == "logging.StreamHandler"
    assert given["root"]["handlers"] == ["stderr"]
    assert all(not each.get("handlers") for each in given["loggers"].values())


@pytest.mark.parametrize("text", ["a\nb", "a\r\n{}", "%s %(key)s {0}", "\x1b[31mred", '"}', "\x00"])
def test_H10_no_text_becomes_another_line_or_a_command_of_a_terminal(lines, written, text):
    logging.getLogger("house").info("said %s", text)
    assert len(lines(f"said {text}")) == 1
    assert written().count("\n") == 1
    assert not any(ord(sign) < ord(" ") for sign in written().rstrip("\n"))
