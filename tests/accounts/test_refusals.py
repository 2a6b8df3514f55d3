"""Refusals of logging in and of making accounts that no page and no client of ours runs into (I14)."""

import pytest
from django.contrib import admin
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.models import Builder, User
from accounts.services.tokens import _backend
from realestate.core.errors import Conflict, NotAllowed
from realestate.entrance.forms import CodeForm
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sana() -> User:
    return StaffFactory(email="sana@example.com")


def test_E6_a_builder_registers_discreetly_too(settings):
    settings.REGISTER_DISCREETLY = True
    services.register_discreetly(
        email="new@example.com",
        password="long-and-unguessed-7",
        user_type="builder",
        profile={"company_name": "New", "license_number": "L-77", "phone": "9820022222"},
    )
    assert Builder.objects.get(license_number="L-77").user.email == "new@example.com"


def test_R21_a_customer_invites_nobody(cast):
    with pytest.raises(NotAllowed):
        services.invite_customer(actor=cast.asha, email="friend@example.com")
    assert not User.objects.filter(email="friend@example.com").exists()


@pytest.mark.unaudited("nothing is there to be changed")
def test_E9_without_a_device_there_is_nothing_to_renew_or_remove(sana):
    with pytest.raises(Conflict):
        services.renew_recovery_codes(actor=sana)
    services.remove_second_factor(actor=sana)
    assert not TOTPDevice.objects.exists()


def test_E9_a_device_that_was_set_up_meanwhile_is_not_replaced(sana):
    pending = services.begin_enrolment(actor=sana, device_id=None)
    TOTPDevice.objects.create(user=sana, confirmed=True)  # in another browser, a moment ago
    request = RequestFactory().post("/admin/second-factor/setup/")
    request.user, request.session = sana, SessionStore()
    request.session["second_factor_pending"] = pending.pk
    form = CodeForm({"code": "123456"})
    assert form.is_valid()
    assert admin.site._confirmed(request, form, None) == []  # the page sends others on before
    assert list(form.non_field_errors()) == [Conflict.default_detail()]


def test_E9_the_page_of_the_code_is_for_whoever_has_given_the_password():
    reply = Client().get("/admin/second-factor/code/")
    assert (reply.status_code, reply.url.partition("?")[0]) == (302, "/admin/login/")


def test_E3_a_link_logs_nobody_out(sana):
    client = Client()
    client.force_login(sana)
    assert client.get("/admin/logout/").status_code == 405
    assert client.get("/admin/").status_code == 200


def test_E1_a_token_is_read_without_its_signature_only_when_somebody_asks_for_that(cast):
    login = services.open_session(user_id=cast.asha.pk, password=cast.asha.password)
    token = login.tokens.access_token
    # simplejwt's interface has this switch, which our backend must honour; nothing of ours lets anybody in by it (E1 in
    # test_authentication). The token is whole, so that both ways have to read the same.
    assert _backend.decode(token, verify=False) == _backend.decode(token)
