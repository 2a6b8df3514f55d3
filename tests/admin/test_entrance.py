"""The admin's entrance (E9): password, then a code that works once; set-up, recovery codes, another device."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from accounts import services
from realestate.core.errors import Conflict
from realestate.core.models import AuditEntry, RateCounter
from tests.admin.conftest import NOON
from tests.admin.entrance import (
    CODE,
    LOGIN,
    MANAGE,
    SETUP,
    actions,
    code_of,
    enrolled,
    errors_of,
    inside,
    log_in,
    set_up,
    wrong,
)
from tests.factories.accounts import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def _required(settings):
    settings.ADMIN_SECOND_FACTOR = "required"


required = pytest.mark.usefixtures("_required")


# --- the way in ------------------------------------------------------------------------------------------------------


def test_E9_password_and_code_let_in(sana):
    device, client = enrolled(sana), Client()
    assert log_in(client).url == f"{CODE}?next=%2Fadmin%2F"
    assert not inside(client)
    reply = client.post(CODE, {"code": code_of(device), "next": "/admin/projects/unit/"})
    assert (reply.status_code, reply.url) == (302, "/admin/projects/unit/")
    assert inside(client)
    assert actions(sana) == ["logged_in"]
    entry = AuditEntry.objects.get(action="logged_in")
    assert (entry.actor, entry.after) == (sana, {"proof": "second factor", "address": "127.0.0.1"})


def test_E9_a_code_is_refused_the_second_time(sana):
    device = enrolled(sana)
    first, second = Client(), Client()
    code = code_of(device)
    for client in (first, second):
        log_in(client)
    assert first.post(CODE, {"code": code}).status_code == 302
    reply = second.post(CODE, {"code": code})
    assert reply.status_code == 200
    assert errors_of(reply) == [
        "This code is not right, or it has been used. Wait for the next one and try again."
    ]
    assert (inside(first), inside(second)) == (True, False)
    assert actions(sana) == ["logged_in", "second_factor_refused"]


def test_codes_are_understood_with_a_space(sana):
    device, client = enrolled(sana), Client()
    log_in(client)
    code = code_of(device)
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 302


def test_E9_five_wrong_codes_and_then_a_page_that_says_when(sana):
    device, client = enrolled(sana), Client()
    log_in(client)
    statuses = [client.post(CODE, {"code": wrong(device)}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    refused = client.post(CODE, {"code": code_of(device)})
    assert (refused.status_code, refused["Retry-After"]) == (429, "901")
    assert "Please wait 16 minutes" in refused.content.decode()
    assert not inside(client)
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        assert client.post(CODE, {"code": code_of(device)}).status_code == 302


def test_right_codes_do_not_count(sana, clock):
    device = enrolled(sana)
    for _ in range(7):
        client = Client()
        log_in(client)
        assert client.post(CODE, {"code": code_of(device)}).status_code == 302
        clock.shift(timedelta(seconds=60))
    assert {row.count for row in RateCounter.objects.all()} == {0}


def urls_of_the_admin() -> list[str]:
    """Every address that the site has, with a number where it wants one."""
    found = []
    for name in namespace().reverse_dict:
        if not isinstance(name, str):
            continue
        for arguments in ([], ["1"], ["1", "x"], ["core"]):
            try:
                found.append(reverse(f"admin:{name}", args=arguments))
            except NoReverseMatch:
                continue
            break
        else:
            pytest.fail(f"no address of {name}")
    return sorted(found)


def namespace():
    return get_resolver().namespace_dict["admin"][1]


DOORS = {LOGIN, "/admin/logout/", CODE, SETUP}


@required
@pytest.mark.parametrize("has_device", [True, False])
def test_E9_with_the_password_alone_every_address_leads_to_the_login(sana, has_device):
    if has_device:
        enrolled(sana)
    client = Client()
    log_in(client)
    urls = urls_of_the_admin()
    assert len(urls) > 200
    replies = {url: client.get(url) for url in urls if url not in DOORS}
    strays = [
        url
        for url, reply in replies.items()
        if reply.status_code != 302 or not reply.url.startswith(f"{LOGIN}?next=")
    ]
    assert strays == []
    step = client.get(LOGIN)
    assert step.url == f"{CODE if has_device else SETUP}?next=%2Fadmin%2F"


def test_E9_the_password_alone_cannot_replace_the_device(sana):
    enrolled(sana)
    client = Client()
    log_in(client)
    for reply in (client.get(SETUP), client.post(SETUP, {"code": "123456"})):
        assert reply.url == f"{LOGIN}?next=%2Fadmin%2F"
    assert TOTPDevice.objects.filter(confirmed=False).count() == 0


def test_offered_means_that_who_has_none_may_enter(sana):
    client = Client()
    assert log_in(client).url == "/admin/"
    assert inside(client)
    assert AuditEntry.objects.get().after == {"proof": "password only", "address": "127.0.0.1"}


def test_where_one_goes_next_is_never_another_site(sana):
    client = Client()
    reply = client.post(
        LOGIN,
        {"username": sana.email, "password": PASSWORD, "next": "https://evil.example/admin/"},
    )
    assert reply.url == "/admin/"


def test_logging_in_again_in_the_same_browser_asks_for_the_code_again(sana):
    device, client = enrolled(sana), Client()
    log_in(client)
    client.post(CODE, {"code": code_of(device)})
    log_in(client)
    assert not inside(client)


def test_a_login_that_is_not_begun_at_our_door_asks_for_the_code_again_too(at_work, sana):
    client, _device, _codes = at_work
    client.force_login(sana)  # Django's own, which keeps what stands in the session
    assert not inside(client)


# --- set-up ----------------------------------------------------------------------------------------------------------


@required
def test_E9_who_has_none_sets_one_up_and_is_in(sana):
    client = Client()
    assert log_in(client).url == f"{SETUP}?next=%2Fadmin%2F"
    device, codes = set_up(client)
    assert inside(client)
    assert (len(codes), len(set(codes)), len(codes[0])) == (10, 10, 32)
    assert actions(sana) == ["second_factor_enrolled", "logged_in"]
    assert TOTPDevice.objects.get() == device
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert stored.isdisjoint(code.replace("-", "") for code in codes)  # hashed


def test_the_first_code_must_be_right_and_is_not_good_for_the_login(sana, clock):
    client = Client()
    log_in(client)
    client.get(SETUP)
    device = TOTPDevice.objects.get()
    assert client.post(SETUP, {"code": wrong(device)}).context["form"].errors["code"]
    device.refresh_from_db()
    assert not device.confirmed
    code = code_of(device)
    assert len(client.post(SETUP, {"code": code}).context["codes"]) == 10
    other = Client()
    log_in(other)
    assert other.post(CODE, {"code": code}).status_code == 200
    clock.shift(timedelta(seconds=30))
    assert other.post(CODE, {"code": code_of(device)}).status_code == 302


def test_tries_at_the_set_up_are_limited(sana):
    client = Client()
    log_in(client)
    client.get(SETUP)
    device = TOTPDevice.objects.get()
    statuses = [client.post(SETUP, {"code": wrong(device)}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_reloading_keeps_the_secret_and_another_browser_gets_its_own(sana):
    first, second = Client(), Client()
    log_in(first)
    log_in(second)
    secrets = [client.get(SETUP).context["secret"] for client in (first, first, second)]
    assert secrets[0] == secrets[1] != secrets[2]
    assert TOTPDevice.objects.count() == 1  # what the first was shown is forgotten


def test_two_who_set_up_at_once_do_not_replace_each_other(sana):
    mine = services.begin_enrolment(actor=sana, device_id=None)
    enrolled(sana)
    with pytest.raises(Conflict):
        services.confirm_enrolment(actor=sana, device_id=mine.pk, code=code_of(mine), replaces=None)


# --- recovery codes, another device, removal -------------------------------------------------------------------------


def test_E9_a_recovery_code_lets_in_once(at_work, sana):
    _client, _device, codes = at_work
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client)
        assert client.get(f"{CODE}?recovery").context["form"]["code"].label == "Recovery code"
    assert first.post(f"{CODE}?recovery", {"code": codes[3].upper()}).status_code == 302
    assert second.post(f"{CODE}?recovery", {"code": codes[3]}).status_code == 200
    assert (inside(first), inside(second)) == (True, False)
    assert services.recovery_codes_left(sana.pk) == 9
    assert actions(sana)[2:] == ["recovery_code_used", "logged_in", "second_factor_refused"]


def test_new_recovery_codes_need_a_code_and_end_the_old_ones(at_work, sana):
    client, device, old = at_work
    assert client.post(MANAGE, {"do": "renew", "code": wrong(device)}).status_code == 200
    assert services.recovery_codes_left(sana.pk) == 10
    new = client.post(MANAGE, {"do": "renew", "code": code_of(device)}).context["codes"]
    assert set(new).isdisjoint(old)
    assert not services.check_code(actor=sana, code=old[0])
    assert services.check_code(actor=sana, code=new[0])


def test_another_device_needs_a_code_of_the_present_one(at_work, sana):
    client, device, _codes = at_work
    assert client.get(SETUP).url == MANAGE
    assert client.post(MANAGE, {"do": "replace", "code": code_of(device)}).url == SETUP
    other = Client()
    log_in(other)
    new, _codes = set_up(client)
    assert list(TOTPDevice.objects.all()) == [new]
    assert inside(client)
    assert actions(sana)[-2:] == ["second_factor_replaced", "sessions_ended"]  # of ``other``
    assert client.get(SETUP).url == MANAGE  # proven once, used once


def test_the_proof_for_another_device_does_not_last(at_work, clock):
    client, device, _codes = at_work
    client.post(MANAGE, {"do": "replace", "code": code_of(device)})
    clock.shift(timedelta(minutes=10))
    assert client.get(SETUP).url != MANAGE
    clock.shift(timedelta(seconds=1))
    assert client.get(SETUP).url == MANAGE


def test_removing_needs_a_code(at_work, sana):
    client, device, _codes = at_work
    client.post(MANAGE, {"do": "remove", "code": wrong(device)})
    assert TOTPDevice.objects.count() == 1
    client.post(MANAGE, {"do": "remove", "code": code_of(device)})
    assert (TOTPDevice.objects.count(), StaticToken.objects.count()) == (0, 0)
    assert inside(client)
    assert actions(sana)[-2:] == ["second_factor_refused", "second_factor_removed"]


@pytest.mark.parametrize("change", ["replace", "remove"])
def test_E3_another_second_factor_or_none_ends_all_other_sessions(at_work, sana, clock, change):
    client, device, codes = at_work
    other, api = Client(), APIClient()
    log_in(other)
    other.post(f"{CODE}?recovery", {"code": codes[0]})
    token = services.open_session(user_id=sana.pk, password=sana.password).tokens.access_token
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert inside(other)
    assert api.get("/api/auth/me").status_code == 200
    client.post(MANAGE, {"do": change, "code": code_of(device)})
    if change == "replace":
        set_up(client)
    assert inside(client)
    assert not inside(other)
    assert api.get("/api/auth/me").status_code == 401
    assert "sessions_ended" in actions(sana)
    assert sana.sessions.filter(revoked_at=None).count() == 1


@required
def test_where_it_is_required_it_is_not_removed(at_work):
    client, device, _codes = at_work
    assert 'value="remove"' not in client.get(MANAGE).content.decode()
    client.post(MANAGE, {"do": "remove", "code": code_of(device)})
    assert TOTPDevice.objects.count() == 1
