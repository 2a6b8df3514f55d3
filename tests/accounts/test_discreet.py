"""E6: where the platform registers discreetly, nobody learns from it whether an address has an account."""

import pytest
from django.core import mail

from accounts import jobs
from accounts.models import Session, User
from accounts.services import register_discreetly
from realestate.core.errors import ServiceUnavailable
from tests.accounts.test_api_passwords import link, queued
from tests.factories.accounts import PASSWORD
from tests.races.support import run_together

NEW = "mary@example.com"


@pytest.fixture(autouse=True)
def discreet(settings):
    settings.REGISTER_DISCREETLY = True


def body(email, **more):
    data = {"first_name": "Mary", "last_name": "Pinto", "phone": "9820022222"}
    return {
        "email": email,
        "password": "long-and-unguessed-7",
        "user_type": "customer",
        "customer_data": data,
        **more,
    }


def said(reply):
    shown = {name: value for name, value in reply.json().items() if name != "request_id"}
    return reply.status_code, shown, sorted(set(reply.headers) - {"X-Request-ID"})


def log_in(api, email, password):
    return api.post("/api/auth/login", {"email": email, "password": password})


def test_E6_a_known_and_an_unknown_address_are_answered_alike(api, cast):
    unknown = api.post("/api/auth/register", body(NEW))
    known = api.post("/api/auth/register", body(" ASHA@example.com"))
    assert said(unknown) == said(known)
    assert (unknown.status_code, set(unknown.json())) == (202, {"message"})
    assert Session.objects.count() == 0


@pytest.mark.parametrize("email", [NEW, "asha@example.com"])
@pytest.mark.parametrize(
    ("change", "status"), [({"password": "password123"}, 400), ({"user_type": "staff"}, 400)]
)
def test_E6_refusals_are_alike_too(api, cast, email, change, status):
    reply = api.post("/api/auth/register", body(email, **change))
    assert reply.status_code == status
    assert "registered" not in reply.content.decode()


def test_E6_a_new_account_opens_with_the_mailed_link_and_not_before(api, cast):
    api.post("/api/auth/register", body(NEW))
    before = log_in(api, NEW, "long-and-unguessed-7")
    nobody = log_in(api, "nobody@example.com", "long-and-unguessed-7")
    assert said(before) == said(nobody)
    assert before.status_code == 401
    user = User.objects.get(email=NEW)
    assert queued() == [("accounts.mail_verification", {"user_id": user.pk})]
    jobs.mail_verification(user_id=user.pk)
    assert mail.outbox[0].subject == "Please verify your e-mail address"
    assert api.post("/api/auth/verify-email/confirm", {"token": link()[1]}).status_code == 200
    assert log_in(api, NEW, "long-and-unguessed-7").status_code == 200


def test_E6_the_owner_of_a_known_address_is_told_and_keeps_the_password(api, cast):
    User.objects.filter(pk=cast.asha.pk).update(email_verified_at="2026-01-01T00:00:00Z")
    api.post("/api/auth/register", body("asha@example.com"))
    assert queued() == [("accounts.mail_already_registered", {"user_id": cast.asha.pk})]
    jobs.mail_already_registered(user_id=cast.asha.pk)
    assert mail.outbox[0].subject == "You have an account already"
    assert "tried to register" in mail.outbox[0].body
    assert log_in(api, "asha@example.com", PASSWORD).status_code == 200
    assert log_in(api, "asha@example.com", "long-and-unguessed-7").status_code == 401


def test_E6_a_stranger_who_came_first_does_not_get_in_when_the_owner_registers(api, cast):
    """The mail about the second registration sets a new password, and the stranger's is gone."""
    api.post("/api/auth/register", body(NEW, password="strangers-choice-7"))
    api.post("/api/auth/register", body(NEW))
    user = User.objects.get(email=NEW)
    jobs.mail_already_registered(user_id=user.pk)
    change = {"token": link()[1], "new_password": "owners-own-choice-7"}
    assert api.post("/api/auth/password/reset/confirm", change).status_code == 200
    assert log_in(api, NEW, "strangers-choice-7").status_code == 401
    assert log_in(api, NEW, "owners-own-choice-7").status_code == 200


def test_staff_who_are_appointed_log_in_without_a_link(api, cast):
    assert cast.sana.email_verified_at is None
    assert log_in(api, cast.sana.email, PASSWORD).status_code == 200


def test_jobs_for_nobody_send_nothing(db):
    jobs.mail_already_registered(user_id=0)
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_E10_many_at_once_make_one_account_and_hear_the_same():
    facts = {"first_name": "Mary", "last_name": "Pinto", "phone": "9820022222"}

    def register(_number):
        while True:
            try:
                return register_discreetly(
                    email=NEW, password="long-and-unguessed-7", user_type="customer", profile=facts
                )
            except ServiceUnavailable:  # no hand is free to hash; clients try again
                continue

    assert run_together(10, register) == [None] * 10
    assert User.objects.filter(email=NEW).count() == 1
