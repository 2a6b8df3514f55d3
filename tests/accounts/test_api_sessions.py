"""H10: people see where they are logged in, and end a login by their password, over HTTP."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from rest_framework.test import APIClient

from accounts import rules
from accounts.models import Session, User
from accounts.services import IncorrectPassword
from accounts.services.own_sessions import _end
from realestate.core import clock
from realestate.core.models import AuditEntry
from tests.factories.accounts import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db
LIST, CHANGE = "/api/auth/sessions", "/api/auth/password/change"
RIGHT, WRONG = {"current_password": PASSWORD}, {"current_password": "not the password"}


def end(client: APIClient, key: int, body=RIGHT):
    return client.post(f"{LIST}/{key}/end", body)


def keys(client: APIClient) -> list[int]:
    return [row["id"] for row in client.get(LIST).json()["sessions"]]


def desk(person) -> Browser:
    """A browser in the back office."""
    browser = Browser()
    browser.force_login(person)
    return browser


@pytest.fixture
def asha(cast, log_in, bearer) -> APIClient:
    """Asha's telephone; she has another login besides."""
    log_in(cast.asha)
    return bearer(log_in(cast.asha)["access_token"])


def test_H10_people_see_their_live_sessions_the_latest_first(api, cast, bearer, log_in):
    login = {"email": cast.asha.email, "password": PASSWORD}
    with time_machine.travel(clock.now(), tick=False) as traveller:
        old = api.post("/api/auth/login", login, REMOTE_ADDR="198.51.100.7").json()
        traveller.shift(timedelta(hours=1))
        origin = {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Phone/1"}
        new = api.post("/api/auth/login", login, **origin).json()
        traveller.shift(timedelta(minutes=1))
        api.post("/api/auth/refresh", {"refresh_token": old["refresh_token"]})
        bearer(log_in(cast.asha)["access_token"]).post("/api/auth/logout", {})
        log_in(cast.ravi)
        reply = bearer(new["access_token"]).get(LIST)
        first, second = reply.json()["sessions"]
    assert reply.status_code == 200
    assert [first["id"], second["id"]] == sorted([first["id"], second["id"]], reverse=True)
    assert set(first) == {
        *("id", "is_current", "created_at", "refreshed_at", "expires_at", "address", "user_agent")
    }
    assert (first["is_current"], second["is_current"]) == (True, False)
    assert (first["address"], first["user_agent"]) == ("203.0.113.9", "Phone/1")
    assert (second["address"], first["refreshed_at"]) == ("198.51.100.7", None)
    assert second["refreshed_at"] > first["created_at"] > second["created_at"]
    assert reply.json()["total"] == 2


def test_H10_the_list_has_pages(asha):
    page = asha.get(LIST, {"limit": 1, "page": 2}).json()
    assert (len(page["sessions"]), page["total"], page["pagination"]["hasPrev"]) == (1, 2, True)


@pytest.mark.parametrize("who", ["asha", "meera", "sana", "member"])
def test_H10_people_end_a_session_and_no_other(api, cast, log_in, bearer, who):
    person = MemberFactory(employer=cast.meera.builder) if who == "member" else getattr(cast, who)
    stolen, mine = log_in(person), log_in(person)
    client = bearer(mine["access_token"])
    here, there = keys(client)
    assert end(client, there).json() == {"message": "The session has ended."}
    assert bearer(stolen["access_token"]).get("/api/auth/me").status_code == 401
    assert (
        api.post("/api/auth/refresh", {"refresh_token": stolen["refresh_token"]}).status_code == 401
    )
    assert keys(client) == [here]
    entry = AuditEntry.objects.get(action="sessions_ended")
    assert (entry.actor_id, entry.object_id, entry.reason) == (
        *(person.pk, person.pk),
        "ended by its owner",
    )


def test_H10_the_session_that_asks_may_be_the_one_that_ends(asha):
    here, _there = keys(asha)
    assert end(asha, here).status_code == 200
    assert asha.get(LIST).status_code == 401


def test_H10_a_login_to_the_back_office_is_listed_and_ends_too(cast, log_in, bearer):
    browser = desk(cast.sana)
    assert browser.get("/admin/").status_code == 200
    client = bearer(log_in(cast.sana)["access_token"])
    _here, office = keys(client)
    end(client, office)
    assert browser.get("/admin/").status_code == 302


def test_H10_without_the_password_no_session_ends(asha):
    _here, there = keys(asha)
    reply = end(asha, there, WRONG)
    assert (reply.status_code, reply.json()["code"]) == (400, "incorrect_password")
    assert list(reply.json()["errors"]) == ["current_password"]
    for nothing in ({}, {"current_password": ""}, {"current_password": None}):
        assert end(asha, there, nothing).status_code == 400
    assert there in keys(asha)


def test_H10_wrong_passwords_are_counted_with_those_of_a_change_and_right_ones_are_not(asha):
    for _ in range(rules.PASSWORD_CHECK.times + 1):
        assert end(asha, 10**12).status_code == 404
    _here, there = keys(asha)
    change = {**WRONG, "new_password": "another long sentence"}
    statuses = [asha.post(CHANGE, change).status_code for _ in range(5)]
    statuses += [end(asha, there, WRONG).status_code for _ in range(6)]
    assert statuses == [400] * 10 + [429]
    assert end(asha, there).status_code == 429
    assert there in keys(asha)


def test_H10_sessions_of_others_and_ended_ones_do_not_exist(asha, cast, log_in):
    log_in(cast.ravi)
    (foreign,) = Session.objects.filter(user=cast.ravi).values_list("pk", flat=True)
    _here, there = keys(asha)
    end(asha, there)
    replies = [end(asha, key) for key in (foreign, there, 10**12)]
    assert [reply.status_code for reply in replies] == [404] * 3
    assert len({reply.json()["detail"] for reply in replies}) == 1
    assert Session.objects.get(pk=foreign).revoked_at is None
    assert {end(asha, key, WRONG).status_code for key in (foreign, there)} == {400}


def test_H10_a_session_that_has_run_out_is_not_there_either(asha, cast):
    here, there = keys(asha)
    Session.objects.filter(pk=there).update(expires_at=clock.now())
    assert keys(asha) == [here]
    assert end(asha, there).status_code == 404
    assert not AuditEntry.objects.filter(action="sessions_ended").exists()


def test_H10_who_was_shut_out_meanwhile_ends_nothing(cast, log_in):
    log_in(cast.asha)
    user, session = User.objects.get(pk=cast.asha.pk), Session.objects.get()
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(User.DoesNotExist):
        _end(user.pk, user.password, session.pk)
    session.refresh_from_db()
    assert session.revoked_at is None


def test_H10_a_password_that_was_changed_meanwhile_proves_nothing(cast, log_in):
    log_in(cast.asha)
    session = Session.objects.get()
    with pytest.raises(IncorrectPassword):
        _end(cast.asha.pk, "the hash before", session.pk)
    session.refresh_from_db()
    assert session.revoked_at is None
