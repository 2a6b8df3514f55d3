"""H10: what a security standard asks of the entrance besides: sessions, passwords, devices, the way out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session as Cookie
from django.test import Client

from accounts import services
from accounts.models import User
from realestate.settings.env import BASE_DIR
from tests.admin.test_entrance import CODE, LOGIN, MANAGE, code_of, enrolled, inside, log_in
from tests.factories.accounts import PASSWORD, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(datetime(2026, 6, 15, 12, 0, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def sana() -> User:
    return StaffFactory(email="sana@example.com")


def test_H10_each_step_of_a_login_has_a_session_of_its_own(sana):
    device, client = enrolled(sana), Client()
    keys = []
    for step in (
        lambda: log_in(client),
        lambda: client.post(CODE, {"code": code_of(device)}),
        lambda: log_in(client),
    ):
        step()
        keys.append(client.cookies["staff_session"].value)
    assert len(set(keys)) == 3
    assert list(Cookie.objects.values_list("session_key", flat=True)) == keys[2:]
    assert all(len(key) == 32 for key in keys)  # of 36 letters and digits: 165 random bits


def test_H10_a_password_has_no_end(sana):
    with time_machine.travel(datetime(2036, 6, 15, 12, 0, tzinfo=UTC), tick=False):
        client = Client()
        assert log_in(client).url == "/admin/"
        assert inside(client)


def test_H10_logging_out_clears_what_the_browser_kept(sana):
    client = Client()
    log_in(client)
    for address in ("/admin/", "/admin/projects/unit/", MANAGE):
        assert 'action="/admin/logout/"' in client.get(address).content.decode(), address
    reply = client.post("/admin/logout/")
    assert reply["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("ended", ["unused", "signed out everywhere", "account", "twelve hours"])
def test_H10_a_session_that_ended_by_itself_clears_it_too(sana, ended):
    client = Client()
    log_in(client)
    assert "Clear-Site-Data" not in client.get("/admin/").headers
    hours = {"unused": 2, "twelve hours": 13}.get(ended, 0)
    if ended == "signed out everywhere":
        services.end_sessions(actor=sana, user_id=sana.pk, reason="signed out everywhere")
    if ended == "account":
        services.set_user_active(actor=StaffFactory(), user_id=sana.pk, is_active=False)
    later = datetime(2026, 6, 15, 12, 5, tzinfo=UTC) + timedelta(hours=hours)
    with time_machine.travel(later, tick=False):
        sent_on = client.get("/admin/projects/unit/")
        assert (sent_on.status_code, sent_on.url.partition("?")[0]) == (302, LOGIN)
        page = client.get(sent_on.url)
    assert page.status_code == 200
    assert page["Clear-Site-Data"] == '"cache", "storage"'


def test_H10_a_new_password_by_mail_does_not_stand_in_for_the_code(sana):
    enrolled(sana)
    new = "another long password"
    services.reset_password(token=services.reset_token(sana), new_password=new)
    client = Client()
    assert log_in(client, new).url == f"{CODE}?next=%2Fadmin%2F"
    assert not inside(client)


def test_H10_secrets_of_devices_are_random_and_their_codes_change_every_thirty_seconds(sana):
    found = [services.begin_enrolment(actor=sana, device_id=None) for _ in range(20)]
    assert len({device.key for device in found}) == 20
    assert {(len(device.bin_key), device.step, device.digits) for device in found} == {(20, 30, 6)}


def test_H10_the_back_office_refuses_the_words_that_the_api_refuses(sana):
    client = Client()
    log_in(client)
    for weak in ("Real-Estate-2026", "password123", "short"):
        body = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
        reply = client.post("/admin/password_change/", body)
        assert reply.status_code == 200, weak
        assert reply.context["form"].errors["new_password2"], weak
    wrong_one = body | {"old_password": "not mine", "new_password1": "x" * 20}
    reply = client.post("/admin/password_change/", wrong_one | {"new_password2": "x" * 20})
    assert reply.context["form"].errors["old_password"]
    assert User.objects.get(pk=sana.pk).check_password(PASSWORD)


def test_H10_passwords_are_hidden_and_may_be_pasted_and_filled_in(sana):
    client = Client()
    pages = [client.get(LOGIN).content.decode()]
    log_in(client)
    pages.append(client.get("/admin/password_change/").content.decode())
    fields = [
        field
        for page in pages
        for field in re.findall(r"<input[^>]*name=\"[^\"]*password[^>]*>", page)
    ]
    assert len(fields) == 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(?:current|new)-password"', field)
        longest = re.search(r'maxlength="(\d+)"', field)
        assert longest is None or int(longest[1]) >= 64
        assert "onpaste" not in field
    ours = [path.read_text() for path in BASE_DIR.glob("realestate/static/[!v]*/*.js")]
    assert len(ours) >= 6
    assert not any("paste" in script for script in ours)
