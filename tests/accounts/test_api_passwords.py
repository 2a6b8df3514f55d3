"""Change, reset and verification, over HTTP, with the mails that the jobs send."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import jobs
from accounts.models import Session, User
from accounts.services import IncorrectPassword
from accounts.services.hashing import hashed
from accounts.services.passwords import _change
from realestate.core import clock
from realestate.core.models import AuditEntry
from tests.factories.accounts import PASSWORD

NEXT = "another long sentence"
TOKEN = re.compile(r"(http://localhost:3000/[a-z-]+)#token=([\w.%:-]+)")


def queued() -> list[tuple[str, dict]]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", "args"))


def letter(index: int = -1) -> tuple[str, str]:
    """Text and HTML of a mail."""
    sent: Any = mail.outbox[index]
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    return sent.body, html


def link(index: int = -1) -> tuple[str, str]:
    """Page and token of a mail; text and HTML hold the same."""
    text, html = letter(index)
    found = TOKEN.findall(text)
    assert len(found) == 1
    assert set(TOKEN.findall(unescape(html))) == set(found)
    page, token = found[0]
    return page, token.replace("%3A", ":")


def reset_link(user: User) -> str:
    jobs.mail_password_reset(user_id=user.pk)
    return link()[1]


# --- change ----------------------------------------------------------------------------------------------------------


def test_E3_a_change_ends_every_session_and_opens_one(api, cast, log_in, bearer):
    old = [log_in(cast.asha), log_in(cast.asha)]
    strangers = log_in(cast.ravi)
    body = {"current_password": PASSWORD, "new_password": NEXT}
    reply = bearer(old[0]["access_token"]).post("/api/auth/password/change", body)
    assert reply.status_code == 200, reply.content
    new = reply.json()
    assert set(new) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    for tokens in old:
        assert bearer(tokens["access_token"]).get("/api/auth/me").status_code == 401
        refused = api.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        assert refused.status_code == 401
    assert bearer(new["access_token"]).get("/api/auth/me").json() == new["user"]
    assert bearer(strangers["access_token"]).get("/api/auth/me").status_code == 200
    login = {"email": cast.asha.email, "password": PASSWORD}
    assert api.post("/api/auth/login", login).status_code == 401
    assert api.post("/api/auth/login", login | {"password": NEXT}).status_code == 200
    assert (
        AuditEntry.objects.filter(object_id=cast.asha.pk).values_list("action", flat=True).get()
        == "password_changed"
    )


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (
            {"current_password": "wrong", "new_password": NEXT},
            "incorrect_password",
            "current_password",
        ),
        ({"current_password": PASSWORD, "new_password": "short"}, "weak_password", "new_password"),
        (
            {"current_password": PASSWORD, "new_password": "asha@example.com"},
            "weak_password",
            "new_password",
        ),
        (
            {"current_password": PASSWORD, "new_password": "Asha  Rao"},
            "weak_password",
            "new_password",
        ),
        ({"current_password": PASSWORD}, "invalid", "new_password"),
        ({"new_password": NEXT}, "invalid", "current_password"),
    ],
)
def test_a_refused_change_changes_nothing(cast, log_in, bearer, body, code, field):
    client = bearer(log_in(cast.asha)["access_token"])
    reply = client.post("/api/auth/password/change", body)
    assert (reply.status_code, reply.json()["code"]) == (400, code)
    assert list(reply.json()["errors"]) == [field]
    assert client.get("/api/auth/me").status_code == 200
    assert User.objects.get(pk=cast.asha.pk).check_password(PASSWORD)


def test_E3_a_password_that_was_changed_meanwhile_changes_nothing(cast):
    with pytest.raises(IncorrectPassword):
        _change(cast.asha.pk, "the hash before", hashed(NEXT), None)
    assert User.objects.get(pk=cast.asha.pk).check_password(PASSWORD)


def test_the_current_password_cannot_be_tried_for_ever(as_, cast):
    client, body = as_(cast.asha), {"current_password": "wrong", "new_password": NEXT}
    statuses = [client.post("/api/auth/password/change", body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    right = client.post("/api/auth/password/change", body | {"current_password": PASSWORD})
    assert right.status_code == 429


def test_a_change_needs_a_token(api, db):
    assert api.post("/api/auth/password/change", {}).status_code == 401


# --- reset -----------------------------------------------------------------------------------------------------------


def test_E6_a_reset_answers_the_same_for_unknown_addresses(api, cast):
    cast.ravi.is_active = False
    cast.ravi.save()
    replies = [
        api.post("/api/auth/password/reset", {"email": email})
        for email in ("ASHA@example.com", "nobody@example.com", cast.ravi.email)
    ]
    assert [reply.status_code for reply in replies] == [200] * 3
    assert len({reply.content for reply in replies}) == 1
    name = "accounts.mail_password_reset"
    assert queued() == [
        (name, {"user_id": cast.asha.pk}),
        (name, {"user_id": 0}),
        (name, {"user_id": 0}),
    ]
    for _name, args in queued():
        jobs.mail_password_reset(**args)
    assert [sent.to for sent in mail.outbox] == [["asha@example.com"]]


def test_a_reset_by_mail(api, cast, log_in, bearer):
    old = log_in(cast.asha)
    api.post("/api/auth/password/reset", {"email": cast.asha.email})
    jobs.mail_password_reset(**queued()[0][1], deployed_later=True)
    page, token = link()
    assert page == "http://localhost:3000/reset-password"
    assert "Asha Rao" in mail.outbox[0].body
    reply = api.post("/api/auth/password/reset/confirm", {"token": token, "new_password": NEXT})
    assert (reply.status_code, reply.json()) == (
        200,
        {"message": "Your new password is set. Please log in."},
    )
    assert bearer(old["access_token"]).get("/api/auth/me").status_code == 401
    assert api.post("/api/auth/refresh", {"refresh_token": old["refresh_token"]}).status_code == 401
    body = {"email": cast.asha.email, "password": NEXT}
    assert api.post("/api/auth/login", body).json()["user"]["is_verified"] is True
    actions = AuditEntry.objects.filter(object_id=cast.asha.pk).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["password_reset", "email_verified"]


def confirm(api, token, password=NEXT):
    return api.post("/api/auth/password/reset/confirm", {"token": token, "new_password": password})


def assert_refused(reply, user, password=PASSWORD):
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_link"), reply.content
    assert User.objects.get(pk=user.pk).check_password(password)


def test_E8_a_link_works_once(api, cast):
    token = reset_link(cast.asha)
    assert confirm(api, token).status_code == 200
    assert_refused(confirm(api, token, "a third sentence"), cast.asha, NEXT)


def test_E8_a_link_lives_an_hour(api, cast):
    start = clock.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False) as traveller:
        token = reset_link(cast.asha)
        traveller.move_to(start + timedelta(seconds=3601))
        assert_refused(confirm(api, token), cast.asha)
        traveller.move_to(start + timedelta(seconds=3600))
        assert confirm(api, token).status_code == 200


def test_E8_a_link_dies_with_a_change_of_password_or_address_or_a_login(api, cast, as_, log_in):
    changed, moved, entered = (reset_link(user) for user in (cast.asha, cast.ravi, cast.meera))
    body = {"current_password": PASSWORD, "new_password": "a third sentence"}
    assert as_(cast.asha).post("/api/auth/password/change", body).status_code == 200
    assert_refused(confirm(api, changed), cast.asha, "a third sentence")
    cast.ravi.email = "ravi2@example.com"
    cast.ravi.save()
    assert_refused(confirm(api, moved), cast.ravi)
    log_in(cast.meera)
    assert_refused(confirm(api, entered), cast.meera)


def test_a_reset_of_a_verified_address_verifies_nothing_again(api, cast):
    cast.asha.email_verified_at = clock.now()
    cast.asha.save()
    assert confirm(api, reset_link(cast.asha)).status_code == 200
    assert User.objects.get(pk=cast.asha.pk).email_verified_at == cast.asha.email_verified_at
    assert AuditEntry.objects.get().action == "password_reset"


def test_a_weak_password_does_not_use_the_link_up(api, cast):
    token = reset_link(cast.asha)
    reply = confirm(api, token, "password")
    assert (reply.status_code, reply.json()["code"]) == (400, "weak_password")
    assert confirm(api, token).status_code == 200


def test_a_link_of_an_inactive_account_is_refused(api, cast):
    token = reset_link(cast.asha)
    cast.asha.is_active = False
    cast.asha.save()
    assert_refused(confirm(api, token), cast.asha)


def forged_links(cast, token):
    key, secret = token.split(".")
    return [
        "",
        ".",
        "x",
        secret,
        f"{cast.ravi.pk}.{secret}",
        f"{key}.",
        f"{key}.{secret}x",
        f"{key}.{secret[:-1]}",
        f"-{key}.{secret}",
        f"{'9' * 40}.{secret}",
        f"\u0661.{secret}",
        f"{key}.zzzzzzzzzzzzzz-{secret}",
        f"{key}.0-0",
        f"{key}.{secret}\u0000",
        "x" * 5000,
    ]


def test_forged_links_are_refused(api, cast):
    token = reset_link(cast.asha)
    for forged in forged_links(cast, token):
        reply = confirm(api, forged)
        assert reply.status_code == 400, forged
        assert reply.json()["code"] in {"invalid", "invalid_link"}
    for user in (cast.asha, cast.ravi):
        assert User.objects.get(pk=user.pk).check_password(PASSWORD)
    assert confirm(api, token).status_code == 200


# --- verification ----------------------------------------------------------------------------------------------------


def test_an_address_is_verified_by_mail(api, cast, as_):
    reply = as_(cast.asha).post("/api/auth/verify-email")
    assert (reply.status_code, reply.json()) == (200, {"message": "A link is on its way to you."})
    assert queued() == [("accounts.mail_verification", {"user_id": cast.asha.pk})]
    jobs.mail_verification(**queued()[0][1])
    page, token = link()
    assert page == "http://localhost:3000/verify-email"
    confirmed = api.post("/api/auth/verify-email/confirm", {"token": token})
    assert (confirmed.status_code, confirmed.json()) == (
        200,
        {"message": "Your e-mail address is verified."},
    )
    assert as_(User.objects.get(pk=cast.asha.pk)).get("/api/auth/me").json()["is_verified"] is True
    assert AuditEntry.objects.get().action == "email_verified"
    again = api.post("/api/auth/verify-email/confirm", {"token": token})
    assert (again.status_code, again.json()["code"]) == (400, "invalid_link")


def test_a_verified_address_gets_no_mail(cast, as_):
    cast.asha.email_verified_at = clock.now()
    cast.asha.save()
    reply = as_(cast.asha).post("/api/auth/verify-email")
    assert reply.json() == {"message": "Your e-mail address is verified already."}
    assert queued() == []
    jobs.mail_verification(user_id=cast.asha.pk)
    assert mail.outbox == []


def test_a_verification_lives_three_days_and_names_the_address(api, cast):
    with time_machine.travel(clock.now().replace(microsecond=0), tick=False) as traveller:
        for user in (cast.asha, cast.ravi):
            jobs.mail_verification(user_id=user.pk)
        mine, his = link(0)[1], link(1)[1]
        cast.ravi.email = "ravi2@example.com"
        cast.ravi.save()
        for bad in (his, mine[:-1], mine + "x", "x", f"{mine.split(':')[0]}::"):
            assert api.post("/api/auth/verify-email/confirm", {"token": bad}).status_code == 400
        traveller.shift(timedelta(days=3, seconds=1))
        assert api.post("/api/auth/verify-email/confirm", {"token": mine}).status_code == 400
        traveller.shift(timedelta(seconds=-1))
        assert api.post("/api/auth/verify-email/confirm", {"token": mine}).status_code == 200
    assert not User.objects.get(pk=cast.ravi.pk).is_verified


def test_a_reset_link_verifies_nothing_and_the_reverse(api, cast):
    jobs.mail_verification(user_id=cast.asha.pk)
    verification = link()[1]
    reset = reset_link(cast.asha)
    assert api.post("/api/auth/verify-email/confirm", {"token": reset}).status_code == 400
    assert confirm(api, verification).status_code == 400


def test_registering_queues_the_verification_without_its_secret(api, db):
    body = {
        "email": "mary@example.com",
        "password": NEXT,
        "user_type": "customer",
        "customer_data": {"first_name": "M\u00e4ry <b>", "last_name": "", "phone": "9820022222"},
    }
    user_id = api.post("/api/auth/register", body).json()["user"]["id"]
    assert queued() == [("accounts.mail_verification", {"user_id": user_id})]
    jobs.mail_verification(user_id=user_id)
    text, html = letter()
    assert mail.outbox[0].subject == "Please verify your e-mail address"
    assert "M\u00e4ry <b>" in text
    assert "<b>" not in html
    assert Session.objects.count() == 1


def test_jobs_for_nobody_send_nothing(db):
    for job in (jobs.mail_verification, jobs.mail_password_reset, jobs.mail_invitation):
        job(user_id=0)
    assert mail.outbox == []
