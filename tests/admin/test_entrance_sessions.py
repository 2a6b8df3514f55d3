"""Logins to the admin end: unused, in any case, and with whatever ends a person's sessions (E3, E9)."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as Cookie
from django.test import Client

from accounts import services
from accounts.models import User
from tests.admin.conftest import NOON
from tests.admin.entrance import LOGIN, actions, inside, log_in
from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_E9_the_admin_s_cookie_is_its_own(sana, settings):
    cookie = log_in(Client()).cookies["staff_session"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    settings.SESSION_COOKIE_SECURE = True
    assert log_in(Client()).cookies["staff_session"]["secure"] is True


def test_a_session_ends_unused_after_an_hour_and_lives_while_used(sana, clock):
    client = Client()
    log_in(client)
    for _ in range(3):
        clock.shift(timedelta(minutes=59))
        assert inside(client)
    clock.shift(timedelta(minutes=60))
    assert not inside(client)
    page = client.get(LOGIN)
    assert "Your session has ended" in page.content.decode()
    assert "staff_session" not in client.cookies or not client.cookies["staff_session"].value


def test_a_session_ends_after_twelve_hours_however_it_is_used(sana, clock):
    client = Client()
    log_in(client)
    for _ in range(14):
        clock.shift(timedelta(minutes=50))
        assert inside(client)
    clock.shift(timedelta(minutes=20))
    assert not inside(client)


def test_E3_logins_end_with_logout_sign_out_deactivation_and_password(sana):
    def left(end) -> bool:
        client = Client()
        log_in(client)
        assert inside(client)
        end(client)
        return inside(client)

    def stolen(client: Client) -> bool:
        key = client.cookies["staff_session"].value
        client.post("/admin/logout/")
        client.cookies["staff_session"] = key
        return Cookie.objects.filter(session_key=key).exists()

    assert not left(stolen)
    assert not left(lambda _c: services.end_sessions(actor=None, user_id=sana.pk, reason="x"))
    assert not left(lambda _c: new_password(sana))
    sana.set_password(PASSWORD)
    sana.save()
    assert not left(lambda _c: User.objects.filter(pk=sana.pk).update(is_active=False))


def new_password(user: User) -> None:
    user.set_password("another long password")
    user.save()


def test_E3_who_changes_the_password_stays_and_others_must_log_in(sana):
    here, there = Client(), Client()
    log_in(here)
    log_in(there)
    new = "a much longer password"
    reply = here.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert reply.status_code == 302, reply.context["form"].errors
    assert (inside(here), inside(there)) == (True, False)
    assert actions(sana)[2:] == ["password_changed", "sessions_ended"]


def test_who_changes_the_password_gives_no_second_code(at_work):
    client, _device, _codes = at_work
    new = "a much longer password"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/admin/password_change/", body).url == "/admin/password_change/done/"
    assert inside(client)


def test_logins_to_the_admin_are_listed(sana):
    client = Client()
    log_in(client, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT="Firefox")
    row = sana.sessions.get()
    assert (row.address, row.user_agent) == ("198.51.100.7", "Firefox")
    assert row.expires_at == NOON + timedelta(hours=12)
