"""Builders' teams: who lets whom in, what the database refuses, and what each role is told."""

import threading

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, connection

from accounts.enums import BuilderRole, TeamRole
from accounts.jobs import mail_invitation
from accounts.models import Builder, BuilderMember, User
from accounts.rules import DUTIES, roles_with
from accounts.services import (
    EmailTaken,
    OwnerOrMember,
    add_member,
    change_member,
    open_session,
    remove_member,
    set_user_active,
)
from realestate.core.enums import Duty
from realestate.core.errors import InvalidValue, NotAllowed
from realestate.core.models import AuditEntry
from realestate.core.transactions import service
from realestate.rights import keep_groups
from tests.factories.accounts import (
    PASSWORD,
    BuilderFactory,
    MemberFactory,
    StaffFactory,
    UserFactory,
)

URL = "/api/team"
NEW = {"email": "Rohan@Example.com", "name": "Rohan Kulkarni", "role": "sales"}


def invite(actor, **changes) -> BuilderMember:
    body = {"email": "rohan@example.com", "name": "Rohan", "team_role": TeamRole.SALES}
    return add_member(actor=actor, **body | changes)


# --- the words -------------------------------------------------------------------------------------------------------


def test_the_owner_has_every_duty_and_each_role_its_own():
    assert DUTIES[BuilderRole.OWNER] == set(Duty)
    assert roles_with(Duty.FINANCE) == ["owner", "finance"]
    assert roles_with(Duty.PERSONAL) == BuilderRole.values
    assert roles_with(Duty.SETUP) == ["owner"]


def test_whom_somebody_acts_for(cast):
    member = MemberFactory(employer=cast.meera.builder, name="Rohan", team_role=TeamRole.SITE)
    person = User.objects.get(pk=member.pk)
    assert (person.builder_id, person.builder_role, person.customer_id) == (
        cast.meera.pk,
        BuilderRole.SITE,
        None,
    )
    assert (person.full_name, person.profile, person.company) == (
        "Rohan",
        None,
        cast.meera.builder,
    )
    assert (person.has_duty(Duty.SITE), person.has_duty(Duty.SALES)) == (True, False)
    owner = cast.meera
    assert (owner.builder_id, owner.builder_role, owner.company) == (
        owner.pk,
        BuilderRole.OWNER,
        owner.builder,
    )
    others = (cast.asha, cast.sana)
    assert [(p.builder_id, p.builder_role, p.company) for p in others] == [(None,) * 3] * 2
    assert all(p.has_duty(Duty.SETUP) for p in others)


def test_who_may_enter_the_admin(cast):
    member = MemberFactory(employer=cast.meera.builder)
    people = (cast.sana, cast.meera, member, cast.asha, UserFactory())
    assert [p.may_enter_admin for p in people] == [True, True, True, False, False]
    member.is_active = False
    assert not member.may_enter_admin


def test_knowing_whom_somebody_acts_for_costs_no_query(cast, django_assert_num_queries):
    member = User.objects.get(pk=MemberFactory(employer=cast.meera.builder).pk)
    with django_assert_num_queries(0):
        assert (member.builder_id, member.builder_role) == (cast.meera.pk, BuilderRole.SALES)
        assert (member.full_name, member.may_enter_admin) == (member.name, True)


# --- the database ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"team_role": ""},
        {"team_role": "owner"},
        {"team_role": "chief"},
        {"user_type": "customer"},
        {"employer": None},
    ],
    ids=str,
)
def test_the_database_knows_employer_and_role_together_only(db, fields):
    with pytest.raises(IntegrityError, match="team_role_and_employer_together"):
        MemberFactory(**fields)


def test_the_database_keeps_builders_and_members_apart(db):
    builder, member = BuilderFactory(), MemberFactory()
    rows = User.objects.filter(pk=builder.pk)

    @service
    def found_company() -> None:
        BuilderFactory(user=member)

    @service
    def employ() -> None:
        rows.update(employer=member.employer, team_role=TeamRole.SALES)

    for act in (found_company, employ):
        with pytest.raises(OwnerOrMember):
            act()
    assert (rows.get().employer_id, Builder.objects.filter(pk=member.pk).count()) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_of_founding_and_being_employed_at_once_one_wins():
    employer, person = BuilderFactory(), UserFactory(user_type="builder")
    barrier, refused = threading.Barrier(2), []

    @service
    def both(act) -> None:
        barrier.wait()
        act()

    def attempt(act) -> None:
        try:
            both(act)
        except OwnerOrMember as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    def found() -> None:
        Builder.objects.create(user=person, company_name="Own", license_number="O-1", phone="1")

    def work() -> None:
        User.objects.filter(pk=person.pk).update(employer=employer, team_role=TeamRole.SITE)

    threads = [threading.Thread(target=attempt, args=(act,)) for act in (found, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["owner_or_member"]
    is_builder = Builder.objects.filter(pk=person.pk).exists()
    assert is_builder != User.objects.filter(pk=person.pk, employer=employer).exists()


# --- services --------------------------------------------------------------------------------------------------------


def test_an_owner_invites_and_a_link_is_mailed(cast):
    member = invite(cast.meera)
    assert (member.employer_id, member.team_role, member.has_usable_password()) == (
        cast.meera.pk,
        "sales",
        False,
    )
    mail_invitation(user_id=member.pk)
    assert (mail.outbox[0].to, "reset-password#token=" in mail.outbox[0].body) == (
        ["rohan@example.com"],
        True,
    )
    entry = AuditEntry.objects.get(object_type="accounts.buildermember", object_id=member.pk)
    assert (entry.action, entry.actor, entry.after["team_role"]) == (
        "invited",
        cast.meera,
        "sales",
    )


def test_who_has_a_password_meanwhile_is_not_invited_again(cast):
    member = invite(cast.meera)
    member.set_password("a long enough pass")
    member.save()
    mail_invitation(user_id=member.pk)
    assert mail.outbox == []


def test_an_address_that_is_taken_is_refused(cast):
    with pytest.raises(EmailTaken):
        invite(cast.meera, email="ASHA@example.com")


def test_staff_name_the_builder(cast):
    assert invite(cast.sana, builder_id=cast.kiran.pk).employer_id == cast.kiran.pk
    for nobody in (None, 0, 10**12):
        with pytest.raises(InvalidValue):
            invite(cast.sana, email="x@example.com", builder_id=nobody)


def test_an_owner_cannot_invite_to_another_team(cast):
    assert invite(cast.meera, builder_id=cast.kiran.pk).employer_id == cast.meera.pk


@pytest.mark.parametrize("role", TeamRole)
def test_only_owners_and_staff_decide_about_a_team(role, cast):
    member = MemberFactory(employer=cast.meera.builder, team_role=role)
    for person in (member, cast.asha):
        with pytest.raises(NotAllowed):
            invite(person)
        with pytest.raises(NotAllowed):
            change_member(actor=person, member_id=member.pk, changes={"team_role": "finance"})
        with pytest.raises(NotAllowed):
            remove_member(actor=person, member_id=member.pk)
    member.refresh_from_db()
    assert (member.team_role, member.is_active) == (role, True)


def test_a_removed_member_is_out_at_once_and_can_be_let_in_again(cast, client):
    member = MemberFactory(employer=cast.meera.builder)
    login = open_session(user_id=member.pk, password=member.password)
    token = {"Authorization": f"Bearer {login.tokens.access_token}"}
    assert client.get("/api/auth/me", headers=token).status_code == 200
    remove_member(actor=cast.meera, member_id=member.pk, reason="Left.")
    remove_member(actor=cast.meera, member_id=member.pk)
    assert client.get("/api/auth/me", headers=token).status_code == 401
    change_member(actor=cast.meera, member_id=member.pk, changes={"is_active": True})
    trail = AuditEntry.objects.filter(object_type="accounts.buildermember", object_id=member.pk)
    assert list(trail.order_by("pk").values_list("action", "reason")) == [
        ("removed", "Left."),
        ("let_in", ""),
    ]
    assert client.get("/api/auth/me", headers=token).status_code == 401  # that session is over
    assert open_session(user_id=member.pk, password=member.password).user.pk == member.pk


def test_with_a_builder_its_team_is_shut_out(cast):
    ours = [MemberFactory(employer=cast.meera.builder) for _ in range(2)]
    other = MemberFactory(employer=cast.kiran.builder)
    set_user_active(actor=cast.sana, user_id=cast.meera.pk, is_active=False, reason="Fraud.")
    set_user_active(actor=cast.sana, user_id=cast.meera.pk, is_active=True)
    active = BuilderMember.objects.filter(is_active=True)
    assert list(active) == [other]
    assert set(BuilderMember.objects.filter(is_active=False)) == set(ours)


def test_whose_duty_something_is(cast):
    sales, finance = (
        MemberFactory(employer=cast.meera.builder, team_role=role)
        for role in (TeamRole.SALES, TeamRole.FINANCE)
    )
    MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE, is_active=False)
    MemberFactory(employer=cast.kiran.builder, team_role=TeamRole.FINANCE)
    keys = User.objects.keys_acting_for
    assert keys(cast.meera.pk, Duty.FINANCE) == {cast.meera.pk, finance.pk}
    assert keys(cast.meera.pk, Duty.SALES) == {cast.meera.pk, sales.pk}
    assert keys(cast.meera.pk, Duty.SETUP) == {cast.meera.pk}


@pytest.mark.parametrize(
    ("group", "duties"),
    [
        ("Platform read-only", {Duty.PERSONAL}),
        ("Platform support", set(Duty) - {Duty.FINANCE}),
        ("Platform finance", {Duty.PERSONAL, Duty.FINANCE}),
    ],
)
def test_D7_a_group_of_the_staff_has_over_the_api_what_it_has_in_the_back_office(db, group, duties):
    keep_groups()
    person = StaffFactory(is_superuser=False)
    assert {duty for duty in Duty if person.has_duty(duty)} == {Duty.PERSONAL}
    person.groups.add(Group.objects.get(name=group))
    person = User.objects.get(pk=person.pk)
    assert {duty for duty in Duty if person.has_duty(duty)} == duties


def test_D7_staff_who_only_read_write_nothing_over_the_api(as_, cast):
    body = {"description": "Ours."}
    reply = as_(StaffFactory(is_superuser=False)).patch(f"/api/builders/{cast.meera.pk}", body)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_your_duty")
    assert as_(cast.sana).patch(f"/api/builders/{cast.meera.pk}", body).status_code == 200


# --- over HTTP -------------------------------------------------------------------------------------------------------


def test_the_team_over_the_api(cast, as_):
    api = as_(cast.meera)
    made = api.post(URL, NEW, format="json")
    row = made.json()
    assert (made.status_code, row["email"], row["role"], row["is_active"], row["builder_id"]) == (
        201,
        "rohan@example.com",
        "sales",
        True,
        cast.meera.pk,
    )
    edited = api.patch(f"{URL}/{row['id']}", {"role": "read-only"}, format="json").json()
    assert (edited["role"], edited["name"]) == ("read_only", "Rohan Kulkarni")
    removed = api.delete(f"{URL}/{row['id']}")
    assert removed.json() == {"message": "Rohan Kulkarni is no longer in the team."}
    assert [m["is_active"] for m in api.get(URL).json()["members"]] == [False]
    assert as_(cast.kiran).get(URL).json()["total"] == 0
    assert as_(cast.sana).get(URL).json()["total"] == 1


@pytest.mark.parametrize("role", ["owner", "chief", "", None])
def test_roles_that_cannot_be_given(role, cast, as_):
    reply = as_(cast.meera).post(URL, NEW | {"role": role}, format="json")
    assert (reply.status_code, list(reply.json()["errors"])) == (400, ["role"])
    assert not BuilderMember.objects.exists()


@pytest.mark.parametrize("item_count", [1, 3])
def test_a_team_is_listed_in_two_queries(item_count, cast, as_, django_assert_num_queries):
    MemberFactory.create_batch(item_count, employer=cast.meera.builder)
    api = as_(cast.meera)
    with django_assert_num_queries(2):
        assert api.get(URL).json()["total"] == item_count


def test_a_member_logs_in_as_its_builders(cast, client):
    member = MemberFactory(employer=cast.meera.builder, name="Rohan", team_role=TeamRole.FINANCE)
    form = {"email": member.email, "password": PASSWORD, "user_type": "builder"}
    body = client.post("/api/auth/login", form, content_type="application/json").json()
    token = {"Authorization": f"Bearer {body['access_token']}"}
    for user in (body["user"], client.get("/api/auth/me", headers=token).json()):
        assert (user["user_type"], user["builder_id"], user["builder_role"]) == (
            "builder",
            cast.meera.pk,
            "finance",
        )
        assert (user["full_name"], user["company_name"], user["license_number"]) == (
            "Rohan",
            "Meera Homes",
            None,
        )


def test_a_member_edits_its_own_name_and_nothing_of_the_builder(cast, as_):
    member = MemberFactory(employer=cast.meera.builder)
    body = {"name": "Rohan K", "company_name": "Mine"}
    reply = as_(member).patch("/api/auth/me", body, format="json").json()
    assert (reply["full_name"], reply["company_name"]) == ("Rohan K", "Meera Homes")
    refused = as_(member).patch(
        f"/api/builders/{cast.meera.pk}", {"description": "Mine"}, format="json"
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_duty")


def test_a_members_calls_cost_what_the_owners_do(cast, client, django_assert_num_queries):
    """With a real session: nothing is loaded twice because somebody is in a team."""
    member = MemberFactory(employer=cast.meera.builder)
    costs = []
    for person in (cast.meera, member):
        login = open_session(user_id=person.pk, password=person.password)
        token = {"Authorization": f"Bearer {login.tokens.access_token}"}
        with django_assert_num_queries(3) as counted:
            assert client.get("/api/builder/bookings", headers=token).status_code == 200
        costs.append(len(counted))
    assert costs[0] == costs[1]
