"""The password of the admin's entrance (E6, E4): refusals that say nothing, limits on trying, what its pages hide."""

import pytest
from django.test import Client

from accounts import rules
from realestate.core.models import RateCounter
from tests.admin.entrance import CODE, enrolled, errors_of, log_in
from tests.factories.accounts import PASSWORD, CustomerFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
