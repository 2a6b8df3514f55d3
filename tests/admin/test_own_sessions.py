"""H10: a page of one's own sessions in the back office, and an end to each by the password."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session as Cookie
from django.test import Client

from accounts import rules, services
from accounts.models import Session
from realestate.entrance.own import ON_A_PAGE
from tests.admin.conftest import NOON
from tests.admin.entrance import inside, log_in
from tests.factories.accounts import PASSWORD, MemberFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PAGE = "/admin/own-sessions/"


@pytest.fixture
def client(sana) -> Client:
    """The browser in which Sana looks; she has been logged in elsewhere for an hour."""
    services.open_session(
        user_id=sana.pk,
        password=sana.password,
        client=services.Client(address="198.51.100.7", user_agent="<b>Phone</b>"),
    )
    browser = Client()
    log_in(browser, HTTP_USER_AGENT="Firefox")
    return browser


def rows(client: Client) -> list[Session]:
    return list(client.get(PAGE).context["page"])


def end(client: Client, session: Session, password: str = PASSWORD):
    return client.post(PAGE, {"session": session.pk, "password": password})


def test_H10_the_page_shows_ones_own_live_sessions_the_latest_first(client, sana):
    log_in(Client(), email=StaffFactory(email="other@example.com").email)
    here, there = sana.sessions.order_by("-pk")
    assert rows(client) == [here, there]
    html = client.get(PAGE).content.decode()
    assert "15 Jun 2026, 17:30 (this one)" in html  # on the wall clock of India
    assert "&lt;b&gt;Phone&lt;/b&gt;" in html
    assert "198.51.100.7" in html
    assert f'<label for="session-{there.pk}">' in html
    assert f'href="{PAGE}"' in client.get("/admin/").content.decode()  # linked on each page


def test_H10_another_session_ends_and_this_one_stays(client):
    here, there = rows(client)
    assert end(client, there).url == PAGE
    page = client.get(PAGE).content.decode()
    assert "The session has ended." in page
    assert "You are logged in nowhere else." in page
    assert rows(client) == [here]


def test_H10_ending_this_session_logs_out(client):
    here, there = rows(client)
    cookie = client.cookies["staff_session"].value
    reply = end(client, here)
    assert not Cookie.objects.filter(session_key=cookie).exists()
    assert (reply.url, reply["Clear-Site-Data"]) == ("/admin/login/", '"cache", "storage"')
    assert not inside(client)
    there.refresh_from_db()
    assert there.revoked_at is None


def test_H10_without_the_password_nothing_ends(client):
    _here, there = rows(client)
    page = end(client, there, "wrong")
    assert page.context["form"].errors["password"] == ["The current password is not correct."]
    assert f'value="{there.pk}" required checked' in page.content.decode()  # the choice is kept
    for body in ({"session": there.pk}, {"password": PASSWORD}, {"session": "x" * 20}):
        assert client.post(PAGE, body).status_code == 200
    there.refresh_from_db()
    assert there.revoked_at is None


@pytest.mark.parametrize("number", [0, 2**63])
def test_what_is_no_key_is_refused_by_the_form(client, number):
    form = client.post(PAGE, {"session": number, "password": "wrong"}).context["form"]
    assert set(form.errors) == {"session"}  # the password is not looked at


def test_H10_wrong_passwords_are_counted_and_right_ones_are_not(client):
    _here, there = rows(client)
    times = rules.PASSWORD_CHECK.times
    statuses = [end(client, there, "wrong").status_code for _ in range(times + 1)]
    assert statuses == [200] * times + [429]
    assert end(client, there).status_code == 429


def test_H10_sessions_of_others_and_ended_ones_are_not_there(client, sana):
    _here, there = rows(client)
    log_in(Client(), email=StaffFactory(email="other@example.com").email)
    foreign = Session.objects.exclude(user=sana).get()
    end(client, there)
    for _ in range(rules.PASSWORD_CHECK.times):  # right passwords
        for gone in (foreign, there):
            errors = end(client, gone).context["form"].errors
            assert errors == {"session": ["This session has ended already."]}
    foreign.refresh_from_db()
    assert foreign.revoked_at is None


def test_builders_people_have_the_page_too(db):
    browser = Client()
    browser.force_login(MemberFactory())
    assert len(rows(browser)) == 1


def test_many_sessions_come_in_pages(client, sana):
    life = {"created_at": NOON, "expires_at": NOON + timedelta(days=1)}
    Session.objects.bulk_create(
        Session(user=sana, jti=f"telephone-{n}", **life) for n in range(ON_A_PAGE)
    )
    assert "Page 1 of 2" in client.get(PAGE).content.decode()
    page = client.get(f"{PAGE}?p=2").context["page"]
    assert list(page) == list(sana.sessions.order_by("-pk")[ON_A_PAGE:])
