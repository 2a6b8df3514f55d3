"""New accounts, whole or not at all."""

from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import jobs, services
from accounts.enums import AccountType
from accounts.events import UserRegistered
from accounts.models import Builder, Customer, Session, User
from realestate.core import events
from realestate.core.errors import Conflict, DomainError
from realestate.core.models import AuditEntry
from tests.accounts.test_api_passwords import link

CUSTOMER = {"first_name": "Mary", "last_name": "Smith", "phone": "9820022222"}
GOOD = "a long enough sentence"


def register(**changes):
    return services.register_account(
        **{
            "email": "Mary@Example.com",
            "password": GOOD,
            "user_type": AccountType.CUSTOMER,
            "profile": CUSTOMER,
            **changes,
        }
    )


@pytest.fixture
def heard(monkeypatch):
    """What listeners above are told; they may refuse."""
    told: list[events.Event] = []
    monkeypatch.setitem(events._handlers, UserRegistered, [told.append])
    return told


def test_registering_is_told(db, heard):
    login = register()
    assert heard == [UserRegistered(user_id=login.user.pk)]


def test_a_listener_that_refuses_undoes_all(db, monkeypatch):
    def refuse(_event):
        raise Conflict

    monkeypatch.setitem(events._handlers, UserRegistered, [refuse])
    with pytest.raises(Conflict):
        register()
    for model in (User, Customer, Session, AuditEntry, ProcrastinateJob):
        assert model.objects.count() == 0, model


def test_a_profile_that_the_database_refuses_leaves_no_account(db):
    with pytest.raises(DomainError):
        register(profile=CUSTOMER | {"first_name": ""})
    assert User.objects.count() == 0


ARGUMENTS = {
    "email": "Owner@New.example",
    "company": "New  Homes",
    "license": "NEW-9",
    "phone": "+91 98200 33333",
}


def create_builder(**changes):
    out = StringIO()
    call_command("create_builder", **(ARGUMENTS | changes), stdout=out)
    return out.getvalue()


def test_create_builder_invites_by_mail(db, api, heard):
    out = create_builder()
    builder = Builder.objects.get()
    assert out == (
        f"Builder {builder.pk} created; a link to set the password goes to owner@new.example.\n"
    )
    assert (builder.company_name, builder.license_number) == ("New Homes", "NEW-9")
    assert not builder.user.has_usable_password()
    assert heard == [UserRegistered(user_id=builder.pk)]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.object_id) == ("invited", None, builder.pk)
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == ("accounts.mail_invitation", {"user_id": builder.pk})
    jobs.mail_invitation(**job.args)
    assert mail.outbox[0].to == ["owner@new.example"]
    page, token = link()
    assert page == "http://localhost:3000/reset-password"
    reply = api.post("/api/auth/password/reset/confirm", {"token": token, "new_password": GOOD})
    assert reply.status_code == 200
    body = {"email": "owner@new.example", "password": GOOD, "user_type": "builder"}
    assert api.post("/api/auth/login", body).json()["user"]["is_verified"] is True


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"email": "nobody"}, "email: Enter a valid email address."),
        ({"company": " "}, "company_name: This field may not be blank."),
        ({"phone": "x"}, "phone: Enter a valid phone number."),
        ({"email": "meera@example.com"}, "Email already registered"),
        ({"license": "LIC-TAKEN"}, "License number already registered"),
    ],
)
def test_create_builder_refuses_in_a_sentence(cast, changes, message):
    Builder.objects.filter(pk=cast.kiran.pk).update(license_number="lic-taken")
    before = User.objects.count()
    with pytest.raises(CommandError, match=message):
        create_builder(**changes)
    assert User.objects.count() == before


def test_sweeping_jobs_run(db):
    for job in (
        jobs.purge_ended_sessions,
        jobs.purge_rate_counters,
        jobs.purge_idempotency_keys,
    ):
        job(timestamp=1_795_000_000)
