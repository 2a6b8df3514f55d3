"""The admin's entrance (E9): password, then a code that works once; limits, recovery codes, resets, ends."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.sessions.models import Session as Cookie
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from rest_framework.test import APIClient

from accounts import rules, services
from accounts.models import User
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, RateCounter
from tests.admin.conftest import NOON
from tests.factories.accounts import PASSWORD, CustomerFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
LOGIN, CODE = "/admin/login/", "/admin/second-factor/code/"
SETUP, MANAGE = "/admin/second-factor/setup/", "/admin/second-factor/"


@pytest.fixture
def _required(settings):
    settings.ADMIN_SECOND_FACTOR = "required"


required = pytest.mark.usefixtures("_required")


def enrolled(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="Authenticator app", confirmed=True)


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def wrong(device: TOTPDevice) -> str:
    """A code that is not near: the one of an hour ago."""
    return f"{totp(device.bin_key, t0=3600):06d}"


def log_in(client: Client, password: str = PASSWORD, email: str = "sana@example.com", **more):
    return client.post(LOGIN, {"username": email, "password": password}, **more)


def inside(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def actions(user: User) -> list[str]:
    rows = AuditEntry.objects.filter(object_type="accounts.user", object_id=user.pk)
    return list(rows.order_by("pk").values_list("action", flat=True))


def errors_of(reply) -> list[str]:
    return [text for texts in reply.context["form"].errors.values() for text in texts]


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


# --- the password ----------------------------------------------------------------------------------------------------


def test_E6_every_refusal_of_a_login_is_the_same(sana):
    customer = CustomerFactory().user
    asleep = StaffFactory(is_active=False)
    plain = StaffFactory(is_staff=False, is_superuser=False)
    texts = {
        tuple(errors_of(log_in(Client(), password, email)))
        for email, password in (
            (sana.email, "not the password"),
            ("nobody@example.com", PASSWORD),
            (customer.email, PASSWORD),
            (asleep.email, PASSWORD),
            (plain.email, PASSWORD),
        )
    }
    assert texts == {("The e-mail address or the password is not correct.",)}


@pytest.mark.parametrize("email", ["sana@example.com", "nobody@example.com"])
def test_E4_logins_are_limited_like_those_of_the_api(sana, email):
    statuses = [
        log_in(Client(), "wrong", email, REMOTE_ADDR=f"203.0.113.{n}").status_code
        for n in range(rules.LOGIN_PER_ACCOUNT.times + 1)
    ]
    assert statuses == [200] * 10 + [429]
    api = Client().post(
        "/api/auth/login",
        {"email": email, "password": PASSWORD},
        content_type="application/json",
        REMOTE_ADDR="203.0.113.99",
    )
    assert api.status_code == 429  # one count for both doors


def test_D21_strangers_cannot_lock_staff_out_at_their_desk(sana):
    desk = {"REMOTE_ADDR": "198.51.100.7"}
    assert log_in(Client(), **desk).status_code == 302
    for n in range(12):
        log_in(Client(), "wrong", REMOTE_ADDR=f"203.0.113.{n}")
    assert log_in(Client(), REMOTE_ADDR="203.0.113.50").status_code == 429
    assert log_in(Client(), **desk).status_code == 302


@pytest.mark.parametrize("email", ["sana@example.com\x00", "", "  "])
def test_what_is_no_address_is_refused_by_the_form(sana, email):
    assert log_in(Client(), PASSWORD, email).status_code == 200
    assert RateCounter.objects.count() == 0


# --- set-up ----------------------------------------------------------------------------------------------------------


def set_up(client: Client) -> tuple[TOTPDevice, list[str]]:
    """Through the page, as a person does it."""
    page = client.get(SETUP)
    device = TOTPDevice.objects.get(confirmed=False)
    assert page.context["secret"].replace(" ", "") in device.config_url
    assert '<svg viewBox="0 0 ' in page.content.decode()  # whole, whatever its size on the page
    reply = client.post(SETUP, {"code": code_of(device)})
    return device, reply.context["codes"]


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


@pytest.fixture
def at_work(sana, clock) -> tuple[Client, TOTPDevice, list[str]]:
    """Sana's browser, in; her device, whose next code is due; her recovery codes."""
    client = Client()
    log_in(client)
    device, codes = set_up(client)
    clock.shift(timedelta(seconds=30))
    return client, device, codes


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
    clock.shift(timedelta(minutes=11))
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


# --- reset by a colleague --------------------------------------------------------------------------------------------


def test_E9_a_superuser_resets_a_colleague_with_a_reason(at_work, sana):
    lost, _device, _codes = at_work
    chief = StaffFactory(email="chief@example.com")
    browser = Client()
    browser.force_login(chief)
    url = f"/admin/accounts/user/{sana.pk}/do/reset_second_factor/"
    browser.post(url, {"reason": ""})
    assert TOTPDevice.objects.count() == 1
    browser.post(url, {"reason": "Lost telephone"})
    assert TOTPDevice.objects.count() == 0
    entry = AuditEntry.objects.get(action="second_factor_reset")
    assert (entry.actor, entry.object_id, entry.reason) == (chief, sana.pk, "Lost telephone")
    assert not inside(lost)


def test_E9_only_superusers_reset_and_never_themselves(sana):
    clerk = StaffFactory(is_superuser=False)
    enrolled(sana)
    for actor in (clerk, sana):
        with pytest.raises(NotAllowed):
            services.reset_second_factor(actor=actor, user_id=sana.pk, reason="x")
    with pytest.raises(InvalidValue):
        services.reset_second_factor(actor=StaffFactory(), user_id=sana.pk, reason="")
    with pytest.raises(Conflict):
        services.reset_second_factor(actor=sana, user_id=clerk.pk, reason="x")


def test_the_button_is_there_when_there_is_something_to_reset(staff):
    colleague = StaffFactory(email="other@example.com")
    page = f"/admin/accounts/user/{colleague.pk}/change/"
    before = [each["label"] for each in staff.get(page).context["house_buttons"]]
    enrolled(colleague)
    after = [each["label"] for each in staff.get(page).context["house_buttons"]]
    assert (before[2:], after[2:]) == ([], ["Reset second factor"])


def test_secrets_have_no_page():
    tables = {model._meta.app_label for model in admin.site._registry}
    assert tables & {"otp_totp", "otp_static"} == set()


# --- sessions --------------------------------------------------------------------------------------------------------


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


def test_logins_to_the_admin_are_listed(sana):
    client = Client()
    log_in(client, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT="Firefox")
    row = sana.sessions.get()
    assert (row.address, row.user_agent) == ("198.51.100.7", "Firefox")
    assert row.expires_at == NOON + timedelta(hours=12)


# --- the pages -------------------------------------------------------------------------------------------------------


def test_pages_of_the_entrance_show_no_menu_and_are_not_kept(sana):
    enrolled(sana)
    client = Client()
    log_in(client)
    page = client.get(CODE)
    assert page.context["available_apps"] == []
    assert "no-store" in page["Cache-Control"]
    html = page.content.decode()
    assert 'autocomplete="one-time-code"' in html
    assert '<label for="id_code">' in html


def test_forms_of_other_sites_are_refused(sana):
    client = Client(enforce_csrf_checks=True)
    assert log_in(client).status_code == 403
