"""G3: a link to a private file opens for whom it was made, and never for a stranger who got hold of it.

With real logins, since a link hangs on one; from a folder and from a bucket.
"""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.services import end_session
from bookings.enums import BookingState
from bookings.services import generate_agreement
from realestate.core import clock
from realestate.core.api.links import reader_of
from realestate.core.files import signed_link
from realestate.core.models import StoredFile
from realestate.core.readers import Reader
from tests import pictures
from tests.factories.accounts import PASSWORD, StaffFactory
from tests.factories.bookings import BookingFactory
from tests.links import ON_OUR_PAGE

pytestmark = pytest.mark.django_db
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0"
HOME = "203.0.113.7"


@pytest.fixture(autouse=True)
def in_either_store(kept):
    """All of this holds for a folder and for a bucket."""


def browser(person=None, *, agent=AGENT, address=HOME, **headers):
    """A browser somewhere; with a person logged in, the frontend sends the token."""
    api = APIClient(raise_request_exception=False, REMOTE_ADDR=address)
    api.defaults |= {"HTTP_USER_AGENT": agent}
    if person is not None:
        reply = api.post("/api/auth/login", {"email": person.email, "password": PASSWORD})
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {reply.json()['access_token']}")
    return api


@pytest.fixture
def asha(cast):
    """Asha at home, logged in."""
    return browser(cast.asha)


@pytest.fixture
def link(asha):
    """The link that Asha's browser is handed for a picture of hers."""
    form = {"file": SimpleUploadedFile("crack.png", pictures.PNG), "purpose": "attachment"}
    reply = asha.post("/api/files", form, format="multipart")
    assert reply.status_code == 201, reply.content
    return reply.json()["url"].removeprefix("http://testserver")


def status(api, link, **headers):
    reply = api.get(link, headers=headers)
    if reply.status_code == 200:
        assert b"".join(reply.streaming_content)[:4] == b"\x89PNG"
    else:
        assert reply.json()["code"] == "not_found"
    return reply.status_code


def test_the_owner_opens_it_with_a_token_wherever_it_is(cast, asha, link):
    assert status(asha, link) == 200
    assert status(browser(cast.asha, agent="curl/8", address="198.51.100.1"), link) == 200


def test_a_picture_of_the_page_opens_without_a_token_in_the_same_browser(link):
    assert status(browser(), link, **ON_OUR_PAGE) == 200
    assert status(browser(), link, Origin="http://localhost:3001") == 200  # as a viewer loads it
    assert status(browser(), link, Referer="http://testserver/admin/") == 200


@pytest.mark.parametrize(
    ("where", "page"),
    [
        ({}, {}),  # pasted, typed, or a program beside the browser
        ({}, {"Referer": "https://mail.example.com/"}),
        ({}, {"Referer": "http://localhost:3000.evil.example/"}),
        ({}, {"Origin": "null"}),
        ({}, {"Referer": "http://[broken"}),
        ({"address": "203.0.113.8"}, ON_OUR_PAGE),
        ({"agent": f"{AGENT} Safari"}, ON_OUR_PAGE),
        ({"address": "198.51.100.1", "agent": "curl/8"}, {}),
    ],
)
def test_a_stranger_without_a_login_opens_nothing(link, where, page):
    assert status(browser(**where), link, **page) == 404


def test_a_stranger_with_a_login_opens_nothing_even_beside_the_owner(cast, link):
    for person in (cast.ravi, cast.meera, cast.kiran):
        assert status(browser(person), link, **ON_OUR_PAGE) == 404
    assert status(browser(cast.sana), link) == 200  # staff see what everybody sees


def test_one_network_of_ipv6_is_one_place(cast):
    asha = browser(cast.asha, address="2001:db8:1:2::7")
    form = {"file": SimpleUploadedFile("crack.png", pictures.PNG), "purpose": "attachment"}
    link = asha.post("/api/files", form, format="multipart").json()["url"]
    assert status(browser(address="2001:db8:1:2::8"), link, **ON_OUR_PAGE) == 200
    assert status(browser(address="2001:db8:1:3::7"), link, **ON_OUR_PAGE) == 404


@pytest.mark.parametrize("wish", ["agent", "login"])
def test_the_setting_says_where_a_link_opens_without_a_token(cast, settings, wish):
    settings.PRIVATE_LINKS = wish
    asha = browser(cast.asha)
    form = {"file": SimpleUploadedFile("crack.png", pictures.PNG), "purpose": "attachment"}
    link = asha.post("/api/files", form, format="multipart").json()["url"]
    assert status(asha, link) == 200
    elsewhere = browser(address="198.51.100.1")
    assert status(elsewhere, link, **ON_OUR_PAGE) == (200 if wish == "agent" else 404)
    assert status(browser(agent="curl/8"), link, **ON_OUR_PAGE) == 404


@pytest.mark.parametrize("how", ["logs out", "new password", "deactivated", "expired", "ended"])
def test_a_link_ends_with_its_login(cast, asha, link, how):
    again = browser(cast.asha)  # a login of its own; the link hangs on the first
    match how:
        case "logs out":
            assert asha.post("/api/auth/logout").status_code == 200
        case "new password":
            body = {"current_password": PASSWORD, "new_password": "another long sentence"}
            reply = asha.post("/api/auth/password/change", body)
            assert reply.status_code == 200, reply.content
        case "deactivated":
            User.objects.filter(pk=cast.asha.pk).update(is_active=False)
        case "expired":
            Session.objects.filter(user=cast.asha).update(expires_at=clock.now())
        case "ended":
            first = Session.objects.filter(user=cast.asha).earliest("pk")
            end_session(actor=None, session_id=first.pk, user_id=cast.asha.pk, reason="stolen")
    assert status(browser(), link, **ON_OUR_PAGE) == 404
    if how in {"logs out", "ended"}:
        assert status(again, link) == 404
    assert status(browser(cast.sana), link) == 200


def test_a_link_ends(asha, link, time_machine):
    start = clock.now()
    time_machine.move_to(start + timedelta(minutes=14), tick=False)
    assert status(asha, link) == status(browser(), link, **ON_OUR_PAGE) == 200
    time_machine.move_to(start + timedelta(minutes=15, seconds=1), tick=False)
    assert status(asha, link) == status(browser(), link, **ON_OUR_PAGE) == 404


def test_a_link_that_was_changed_opens_nothing(asha, link):
    path, token = link.split("token=")
    for changed in (token[:-1], f"{token}x", token.swapcase(), "", f"x{token[1:]}"):
        assert status(asha, f"{path}token={changed}") == 404
        assert status(browser(), f"{path}token={changed}", **ON_OUR_PAGE) == 404
    assert status(asha, path.partition("?")[0]) == 404


@pytest.mark.parametrize("method", ["head", "get"])
def test_asking_for_the_head_or_a_part_needs_the_same(asha, link, method):
    part = {"Range": "bytes=0-3"}
    stranger = getattr(browser(), method)(link, headers=part)
    assert stranger.status_code == 404
    reply = getattr(asha, method)(link, headers=part)
    assert (reply.status_code, reply["Content-Type"]) == (200, "image/png")  # the whole file
    assert "Content-Range" not in reply
    reply.close()


def test_the_store_never_hands_out_an_address_of_its_own(asha, link):
    """A bucket's presigned link would open for everybody: bytes pass through us, from either store."""
    reply = asha.get(link)
    assert b"".join(reply.streaming_content)[:4] == b"\x89PNG"
    assert (reply.status_code, reply.get("Location")) == (200, None)
    assert link.startswith(f"/api/files/{StoredFile.objects.latest('pk').pk}?token=")


def test_links_of_a_public_row_are_for_everybody(cast):
    file = StoredFile.objects.create(
        name="a", path="ab/c", content_type="a/b", size=1, sha256="x", owner=cast.meera
    )
    token = signed_link(file, 5, reader=Reader()).partition("token=")[2]
    assert token == signed_link(file, 5).partition("token=")[2]


# --- papers ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def paper(cast, asha):
    """The link to her agreement that Asha's browser is handed."""
    booking = BookingFactory(
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        paid=True,
        state=BookingState.BOOKING_CONFIRMED,
    )
    generate_agreement(actor=cast.meera, booking_id=booking.pk)
    shown = asha.get(f"/api/bookings/{booking.pk}").json()
    return shown["agreement_url"].removeprefix("http://testserver")


def opened(api, link):
    reply = api.get(link)
    return (
        reply.status_code,
        reply["Content-Type"] if reply.status_code == 200 else reply.json()["code"],
    )


GOOD, ENDED = (200, "application/pdf"), (403, "link_expired")


def test_a_paper_opens_by_its_address_alone_in_the_same_browser(asha, paper):
    assert opened(browser(), paper) == opened(asha, paper) == GOOD  # contract 0.10


def test_a_paper_opens_for_no_stranger(cast, paper):
    for api in (
        browser(address="203.0.113.8"),
        browser(agent="curl/8"),
        browser(cast.ravi),
        browser(cast.kiran),
    ):
        assert opened(api, paper) == ENDED
    assert opened(browser(cast.sana), paper) == GOOD


def test_a_papers_link_ends_with_its_login(asha, paper):
    assert asha.post("/api/auth/logout").status_code == 200
    assert opened(browser(), paper) == ENDED


def test_the_back_offices_links_hang_on_its_login(cast, client, rf):
    """The admin's session names the login that its links end with."""
    client.force_login(StaffFactory())
    request = client.get("/admin/").wsgi_request
    reader = reader_of(request)
    login = Session.objects.get(pk=reader.session_id)
    assert (login.user_id, reader.user_id, reader.is_staff) == (
        request.user.pk,
        request.user.pk,
        True,
    )
