"""H10: what a security standard asks of the entrance besides: sessions, passwords, devices, the way out."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session as Cookie
from django.test import Client
from django.views.debug import SafeExceptionReporterFilter
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.models import User
from accounts.rules import plain_code
from realestate.entrance.ground import LATE_CODE, WRONG_CODE
from realestate.settings.env import BASE_DIR
from tests.admin.entrance import (
    CODE,
    LOGIN,
    MANAGE,
    SETUP,
    code_of,
    enrolled,
    errors_of,
    inside,
    log_in,
)
from tests.factories.accounts import PASSWORD, StaffFactory

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)  # a code begins


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


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


@pytest.mark.parametrize(
    "page", [LOGIN, CODE, SETUP, MANAGE, "/admin/confirm/", "/admin/own-sessions/"]
)
def test_H10_what_is_typed_at_the_entrance_stands_in_no_report(sana, page):
    client = Client()
    log_in(client)
    request = client.post(page, {}).wsgi_request
    assert request.sensitive_post_parameters == "__ALL__"  # where Django's reports look


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


# --- codes of the app: their own thirty seconds ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "is_good", "said"),
    [
        (0, True, []),
        (29.999, True, []),
        (30, False, [LATE_CODE]),
        (59.999, False, [LATE_CODE]),
        (60, False, [WRONG_CODE]),
        (-0.001, False, [WRONG_CODE]),  # the next code: nothing is said of it
    ],
)
@pytest.mark.parametrize("learned", [{}, {"tolerance": 1}, {"tolerance": 9, "drift": -1}])
def test_H10_a_code_is_good_in_its_own_thirty_seconds_whatever_the_device_was_made_with(
    sana, clock, seconds, is_good, said, learned
):
    device, client = enrolled(sana), Client()
    TOTPDevice.objects.update(**learned)
    code = code_of(device)
    clock.shift(timedelta(seconds=seconds))
    log_in(client)
    reply = client.post(CODE, {"code": code})
    assert inside(client) == is_good
    assert (errors_of(reply) if reply.context else []) == said


def test_H10_a_used_code_is_not_called_late(sana, clock):
    device, client = enrolled(sana), Client()
    code = code_of(device)
    log_in(client)
    client.post(CODE, {"code": code})
    log_in(client)
    clock.shift(timedelta(seconds=30))
    assert errors_of(client.post(CODE, {"code": code})) == [WRONG_CODE]


@pytest.mark.parametrize(
    ("seconds", "said"), [(30, LATE_CODE), (60, WRONG_CODE), (-30, WRONG_CODE)]
)
def test_H10_the_code_of_the_set_up_has_no_more_time(sana, clock, seconds, said):
    client = Client()
    log_in(client)
    client.get(SETUP)
    code = code_of(TOTPDevice.objects.get())
    clock.shift(timedelta(seconds=seconds))
    assert errors_of(client.post(SETUP, {"code": code})) == [said]
    assert not TOTPDevice.objects.get().confirmed
    reply = client.post(SETUP, {"code": code_of(TOTPDevice.objects.get())})
    assert len(reply.context["codes"]) == 10


# --- recovery codes --------------------------------------------------------------------------------------------------


def test_H10_recovery_codes_have_128_random_bits_and_so_have_their_digests(sana):
    enrolled(sana)
    seen, stored = [0] * 2, [0] * 2  # which bits were ever 0, which were ever 1
    whole = (1 << 128) - 1
    for _ in range(10):
        codes = services.renew_recovery_codes(actor=sana)
        for code in codes:
            assert re.fullmatch(r"(?:[a-z2-7]{4}-){6}[a-z2-7]{2}", code)
            octets = base64.b32decode(f"{plain_code(code)}======".upper())
            assert len(octets) == 16
            note(seen, int.from_bytes(octets))
        for token in StaticToken.objects.values_list("token", flat=True):
            assert len(token) == 16
            note(stored, int.from_bytes(bytes(ord(letter) - 0x2800 for letter in token)))
        digests = {hashlib.sha256(plain_code(code).encode()).digest()[:16] for code in codes}
        tokens = StaticToken.objects.values_list("token", flat=True)
        assert digests == {bytes(ord(letter) - 0x2800 for letter in token) for token in tokens}
    # Of a hundred codes each bit has been both: that one is not by chance is as likely as one in 10 to the 28th.
    assert (seen, stored) == ([whole] * 2, [whole] * 2)


def note(bits: list[int], number: int) -> None:
    bits[0] |= ~number & ((1 << 128) - 1)
    bits[1] |= number


def test_H10_shorter_recovery_codes_of_before_are_good_until_they_are_renewed(sana):
    enrolled(sana)
    kept = StaticDevice.objects.create(user=sana, name="Recovery codes")
    for code in ("abcdefghijklmnop", "qrstuvwxyz234567"):
        digest = base64.b32encode(hashlib.sha256(code.encode()).digest()[:10]).decode().lower()
        StaticToken.objects.create(device=kept, token=digest)
    assert services.check_code(actor=sana, code="ABCD-EFGH-IJKL-MNOP")
    assert not services.check_code(actor=sana, code="ABCD-EFGH-IJKL-MNOP")
    services.renew_recovery_codes(actor=sana)
    assert not services.check_code(actor=sana, code="qrst-uvwx-yz23-4567")


def test_H10_the_page_of_recovery_codes_shows_them_whole_and_takes_them_as_they_stand(sana):
    client = Client()
    log_in(client)
    client.get(SETUP)
    page = client.post(SETUP, {"code": code_of(TOTPDevice.objects.get())})
    shown = re.findall(r"<li><code>([^<]+)</code></li>", page.content.decode())
    assert shown == page.context["codes"]
    style = (BASE_DIR / "realestate/static/house/entrance.css").read_text()
    assert ".codes code" in style.partition("@media print")[2]  # a code stays in one line on paper
    log_in(client)
    reply = client.post(f"{CODE}?recovery", {"code": f"  {shown[0].upper().replace('-', ' ')} "})
    assert reply.status_code == 302
    assert inside(client)


CONFIRM, OWN_SESSIONS = "/admin/confirm/", "/admin/own-sessions/"
SECRET = "a secret of hers"


@pytest.mark.parametrize("page", [LOGIN, CODE, SETUP, MANAGE, CONFIRM, OWN_SESSIONS])
@pytest.mark.parametrize("has_device", [True, False])
def test_H9_no_report_of_an_error_shows_what_was_typed_at_the_entrance(sana, page, has_device):
    device, client = enrolled(sana) if has_device else None, Client()
    log_in(client)
    if device and page != CODE:
        client.post(CODE, {"code": code_of(device)})
    reply = client.post(page, {"username": "sana@example.com", "password": SECRET, "code": SECRET})
    reported = SafeExceptionReporterFilter().get_post_parameters(reply.wsgi_request)
    assert (
        reported["password"] == reported["code"] == SafeExceptionReporterFilter.cleansed_substitute
    )
