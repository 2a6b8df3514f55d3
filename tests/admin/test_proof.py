"""H10: the back office changes what decides how people log in within ten minutes of a full login, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import rules
from accounts.models import BuilderMember, Customer, User
from projects.models import Unit
from realestate.core.admin import ProvenMixin
from realestate.core.models import AuditEntry, ImportRun
from tests.admin.entrance import CODE, MANAGE, SETUP, code_of, enrolled, log_in, wrong
from tests.factories.accounts import PASSWORD, MemberFactory, StaffFactory, UserFactory
from tests.factories.projects import ProjectFactory
from tests.imports.sheets import UNIT_HEAD, csv_of, send, unit
from tests.permissions.rows import everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CONFIRM, USERS = "/admin/confirm/", "/admin/accounts/user/"
TEAM, GROUPS = "/admin/accounts/buildermember/", "/admin/auth/group/"
LATE, EARLY = timedelta(minutes=10), timedelta(minutes=9, seconds=59)
SENTENCE = "another long sentence"
TOO_LATE = "Nothing was changed: your last login is more than ten minutes ago."


@pytest.fixture
def client(sana) -> Client:
    """Sana's browser, who has just logged in by her password."""
    browser = Client()
    log_in(browser)
    return browser


def sent_to_confirm(reply: Any, back: str) -> bool:
    return reply.status_code == 302 and reply.url == f"{CONFIRM}?next={back.replace('/', '%2F')}"


def confirm(client: Client, password: str = PASSWORD, code: str = "", **more: Any) -> Any:
    return client.post(CONFIRM, {"password": password, "code": code}, **more)


def stored() -> dict[str, Any]:
    """Everything but what each request writes."""
    return {table: rows for table, rows in everything().items() if table != "core_auditstream"}


# --- the pages -------------------------------------------------------------------------------------------------------

Act = tuple[str, dict[str, Any], str]  # where, what is sent, where one comes back to


def acts(colleague: User, member: User, group: Group) -> dict[str, Act]:
    """Each way by which the back office changes what logs in."""
    user, team = f"{USERS}{colleague.pk}/", f"{TEAM}{member.pk}/"
    both = {"password1": SENTENCE, "password2": SENTENCE, "usable_password": "true"}
    passwords = {"old_password": PASSWORD, "new_password1": SENTENCE, "new_password2": SENTENCE}
    rights = {"email": "thief@example.com", "is_staff": "on", "is_superuser": "on"}
    place = {"employer": member.employer_id, "email": "new@example.com", "name": "New"}
    many = {"action": "delete_selected", "_selected_action": [group.pk], "post": "yes"}
    return {
        "an account": (f"{USERS}add/", {"email": "new@example.com", **both}, f"{USERS}add/"),
        "an address": (f"{user}change/", rights, f"{user}change/"),
        "a password": (f"{user}password/", both, f"{user}password/"),
        "shut out": (f"{user}do/deactivate/", {"reason": "x"}, f"{user}change/"),
        "a device": (f"{user}do/reset_second_factor/", {"reason": "x"}, f"{user}change/"),
        "a member": (f"{TEAM}add/", {**place, "team_role": "site"}, f"{TEAM}add/"),
        "a role": (f"{team}change/", {"name": "N", "team_role": "finance"}, f"{team}change/"),
        "removed": (f"{team}do/remove/", {"reason": "x"}, f"{team}change/"),
        "a group": (f"{GROUPS}add/", {"name": "New"}, f"{GROUPS}add/"),
        "rights": (f"{GROUPS}{group.pk}/change/", {"name": "B"}, f"{GROUPS}{group.pk}/change/"),
        "no group": (f"{GROUPS}{group.pk}/delete/", {"post": "yes"}, f"{GROUPS}{group.pk}/delete/"),
        "groups": (GROUPS, many, GROUPS),
        "my password": ("/admin/password_change/", passwords, "/admin/password_change/"),
    }


NAMES = [
    *("an account", "an address", "a password", "shut out", "a device", "a member", "a role"),
    *("removed", "a group", "rights", "no group", "groups", "my password"),
]


@pytest.fixture
def act_of() -> Callable[[str], Act]:
    colleague = StaffFactory(email="colleague@example.com", is_superuser=False)
    enrolled(colleague)
    found = acts(colleague, MemberFactory(), Group.objects.create(name="A"))
    assert list(found) == NAMES
    return found.__getitem__


@pytest.mark.parametrize("name", NAMES)
def test_H10_too_late_nothing_that_logs_in_is_changed_and_one_is_told(client, clock, act_of, name):
    where, body, back = act_of(name)
    clock.shift(LATE)
    before = stored()
    reply = client.post(where, body)
    assert sent_to_confirm(reply, back)
    assert {table for table, rows in stored().items() if rows != before[table]} == set()
    assert TOO_LATE in client.get(reply.url).content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_H10_control_in_time_or_after_confirming_it_is_changed(client, clock, act_of, name):
    where, body, back = act_of(name)
    clock.shift(LATE)
    reply = client.post(f"{CONFIRM}?next={back}", {"password": PASSWORD, "next": back})
    assert (reply.status_code, reply.url) == (302, back)
    clock.shift(EARLY)
    before = stored()
    assert client.get(back).status_code == 200
    reply = client.post(where, body)
    assert reply.status_code == 302, reply.context["errors"]
    assert not reply.url.startswith(CONFIRM)
    assert {table for table, rows in stored().items() if rows != before[table]}


@pytest.mark.parametrize("name", NAMES)
def test_H10_a_form_asks_before_it_is_shown_so_that_nothing_typed_is_lost(
    client, clock, act_of, name
):
    _where, _body, back = act_of(name)
    clock.shift(LATE)
    reply = client.get(back)
    if back == GROUPS:  # a list is read
        assert reply.status_code == 200
        return
    assert sent_to_confirm(reply, back)
    assert TOO_LATE not in client.get(reply.url).content.decode()


def test_H10_each_address_of_these_pages_that_writes_asks():
    asking = {
        model for model, page in admin.site._registry.items() if isinstance(page, ProvenMixin)
    }
    assert asking == {User, BuilderMember, Group}


def test_H10_whatever_is_sent_to_any_address_of_these_pages_comes_too_late(client, clock, act_of):
    clock.shift(LATE)
    tried = 0
    for model in (User, BuilderMember, Group):
        key = str(model._default_manager.order_by("-pk").values_list("pk", flat=True)[0])
        for pattern in admin.site._registry[model].get_urls():
            if pattern.name is None:
                continue
            arguments = [key, "remove"][: len(pattern.pattern.converters)]
            reply = client.post(reverse(f"admin:{pattern.name}", args=arguments))
            assert reply.url.startswith(f"{CONFIRM}?next=%2Fadmin%2F"), pattern.name
            tried += 1
    assert tried > 20


def test_what_is_only_read_asks_nobody(clock, act_of):
    clerk = StaffFactory(email="clerk@example.com", is_superuser=False)
    clerk.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "view_customer"])
    )
    browser, key = Client(), User.objects.get(email="colleague@example.com").pk
    log_in(browser, email=clerk.email)
    clock.shift(LATE)
    for page in (USERS, f"{USERS}{key}/change/", f"{USERS}{key}/history/"):
        assert browser.get(page).status_code == 200, page
    assert browser.get(f"{USERS}add/").status_code == 403


def test_H10_an_import_of_people_asks_when_it_is_applied(client, clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sheet = b"E-mail,First name,Phone\nmary@example.com,Mary,+91 98200 22222\n"
    file = SimpleUploadedFile("people.csv", sheet)
    client.post("/admin/core/importrun/add/", {"kind": "customers", "file": file})
    run = ImportRun.objects.get()
    page = f"/admin/core/importrun/{run.pk}/"
    clock.shift(LATE)
    assert sent_to_confirm(client.post(f"{page}apply/"), f"{page}change/")
    assert not Customer.objects.exists()
    confirm(client)
    client.post(f"{page}apply/")
    assert Customer.objects.get().user.email == "mary@example.com"


def test_an_import_that_adds_no_accounts_asks_nobody(client, sana, clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    run = send(sana, "units", ProjectFactory(), csv_of(UNIT_HEAD, unit("B-1")))
    clock.shift(LATE)
    client.post(f"/admin/core/importrun/{run.pk}/apply/")
    assert Unit.objects.get().unit_number == "B-1"


# --- one's own second factor -----------------------------------------------------------------------------------------


@pytest.fixture
def with_device(sana, clock) -> tuple[Client, TOTPDevice]:
    """Sana's browser, in by password and code; the next code is due."""
    browser, device = Client(), enrolled(sana)
    log_in(browser)
    browser.post(CODE, {"code": code_of(device)})
    clock.shift(timedelta(seconds=30))
    return browser, device


@pytest.mark.parametrize("do", ["renew", "replace", "remove"])
def test_H10_the_second_factor_is_changed_after_the_password_too(with_device, clock, do):
    client, device = with_device
    clock.shift(LATE)
    before = stored()
    assert sent_to_confirm(client.get(MANAGE), MANAGE)
    assert sent_to_confirm(client.post(MANAGE, {"do": do, "code": code_of(device)}), MANAGE)
    assert stored() == before  # and the code is still good
    assert confirm(client, code=code_of(device)).url == "/admin/"
    clock.shift(timedelta(seconds=30))
    reply = client.post(MANAGE, {"do": do, "code": code_of(device)})
    assert (reply.status_code, stored() == before) == (200 if do == "renew" else 302, False)


def test_H10_a_first_device_is_set_up_after_the_password(client, clock):
    client.get(SETUP)
    device = TOTPDevice.objects.get()
    clock.shift(LATE)
    for reply in (client.get(SETUP), client.post(SETUP, {"code": code_of(device)})):
        assert sent_to_confirm(reply, SETUP)
    confirm(client)
    assert len(client.post(SETUP, {"code": code_of(device)}).context["codes"]) == 10


def test_H10_the_code_alone_makes_no_login_new(sana, clock):
    device, client = enrolled(sana), Client()
    log_in(client)
    clock.shift(EARLY)
    client.post(CODE, {"code": code_of(device)})
    assert client.get(MANAGE).status_code == 200
    clock.shift(timedelta(seconds=1))
    assert sent_to_confirm(client.get(MANAGE), MANAGE)


def test_H10_a_new_password_makes_no_login_new(client, clock):
    clock.shift(EARLY)
    body = {"old_password": PASSWORD, "new_password1": SENTENCE, "new_password2": SENTENCE}
    assert client.post("/admin/password_change/", body).url == "/admin/password_change/done/"
    clock.shift(timedelta(seconds=1))
    assert sent_to_confirm(client.get(MANAGE), MANAGE)


# --- the page that asks ----------------------------------------------------------------------------------------------


def test_H10_confirming_asks_for_password_and_code_and_makes_a_new_session(
    with_device, sana, clock
):
    client, device = with_device
    clock.shift(LATE)
    page = client.get(f"{CONFIRM}?next={USERS}").content.decode()
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="one-time-code"' in page
    key, login = client.cookies["staff_session"].value, client.session["login"]
    reply = client.post(CONFIRM, {"password": PASSWORD, "code": code_of(device), "next": USERS})
    assert (reply.status_code, reply.url) == (302, USERS)
    assert client.cookies["staff_session"].value != key
    assert client.session["login"] == login
    entry = AuditEntry.objects.get(action="login_confirmed")
    assert (entry.actor, entry.after) == (
        sana,
        {"proof": "password and second factor", "address": "127.0.0.1"},
    )


def test_H10_neither_the_password_nor_the_code_alone_confirms(with_device, clock):
    client, device = with_device
    clock.shift(LATE)
    code = code_of(device)
    for password, given in ((PASSWORD, ""), (PASSWORD, wrong(device)), ("wrong", code)):
        assert confirm(client, password, given).status_code == 200
    assert sent_to_confirm(client.get(MANAGE), MANAGE)
    assert confirm(client, code=code).status_code == 302  # not spent beside the wrong password


def test_H10_wrong_passwords_are_counted_with_those_of_the_login(client, clock, sana):
    clock.shift(LATE)
    statuses = [confirm(client, "wrong").status_code for _ in range(6)]
    statuses += [log_in(Client(), "wrong").status_code for _ in range(4)]
    statuses += [confirm(client).status_code]
    assert statuses == [200] * rules.LOGIN_PER_ACCOUNT.times + [429]
    assert sent_to_confirm(client.get(MANAGE), MANAGE)


def test_H10_wrong_codes_are_counted_with_those_of_the_login(with_device, clock):
    client, device = with_device
    clock.shift(LATE)
    statuses = [confirm(client, code=wrong(device)).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_H10_confirming_in_time_is_looked_at_too_and_begins_the_ten_minutes_anew(client, clock):
    clock.shift(EARLY)
    assert confirm(client, "wrong").status_code == 200
    assert confirm(client).status_code == 302
    clock.shift(EARLY)
    assert client.get(MANAGE).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_who_is_not_in_is_sent_to_the_login_and_not_to_confirm(act_of, name):
    where, body, _back = act_of(name)
    reply = Client().post(where, body)
    assert (reply.status_code, reply.url.partition("?")[0]) == (302, "/admin/login/")


def test_who_has_just_logged_in_is_sent_on(client):
    assert client.get(f"{CONFIRM}?next={USERS}").url == USERS


def test_where_one_goes_on_is_never_another_site(client, clock):
    clock.shift(LATE)
    reply = client.post(CONFIRM, {"password": PASSWORD, "next": "https://evil.example/admin/"})
    assert reply.url == "/admin/"
    client.get(CONFIRM)
    plain = f"{CONFIRM}?next=http://testserver{USERS}"
    assert client.get(plain, secure=True).url == "/admin/"  # nor from TLS to plain HTTP
    assert client.get(plain).url == f"http://testserver{USERS}"


def test_H10_a_session_of_before_has_proven_nothing(client):
    session = client.session
    del session["proven"]
    session.save()
    assert sent_to_confirm(client.get(MANAGE), MANAGE)


def test_the_password_of_somebody_else_does_not_confirm(client, clock):
    UserFactory(email="other@example.com", password="somebody else's sentence")
    clock.shift(LATE)
    assert confirm(client, "somebody else's sentence").status_code == 200


def test_H10_the_present_password_is_not_tried_for_ever_where_it_is_changed(client, sana):
    body = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    times, page = rules.PASSWORD_CHECK.times, "/admin/password_change/"
    for _ in range(times + 1):  # the present one is right, the new one is not
        assert client.post(page, body).status_code == 200
    wrong_one = body | {"old_password": "wrong"}
    statuses = [client.post(page, wrong_one).status_code for _ in range(times + 1)]
    assert statuses == [200] * times + [429]
    assert client.get(page).status_code == 200
    assert User.objects.get(pk=sana.pk).check_password(PASSWORD)
