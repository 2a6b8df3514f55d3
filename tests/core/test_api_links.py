"""Links that clients store, links that open a document, and the public settings."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from realestate.core.api.links import LinkField, ShownLink, links, shown_links, texts
from realestate.core.api.pdf import LinkExpired, document_link, opened_by_link, pdf_response
from realestate.core.models import SystemSetting

PATH = "/api/payments/7/receipt"


@pytest.mark.parametrize(
    "link",
    [
        "https://files.example.com/a%20b.png?x=1#y",
        "HTTP://EXAMPLE.COM",
        "/api/files/12",
        "",
        "https://example.com/" + "x" * 480,
    ],
)
def test_links_that_are_kept(link):
    assert LinkField().run_validation(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "//evil.example/x",
        "/etc/passwd",
        "/api/files/../admin",
        "ftp://example.com/x",
        "https://",
        'https://example.com/"onload=x',
        "https://example.com/<b>",
        "https://example.com/a b",
        "https://example.com/\u0000",
        "https://example.com/" + "x" * 481,
        "example.com",
        7,
        None,
        ["https://example.com"],
    ],
)
def test_links_that_are_refused(link):
    with pytest.raises(ValidationError):
        LinkField().run_validation(link)


def test_lists_of_links_and_texts_are_bounded():
    assert links().run_validation(["https://a.example"] * 50)
    assert texts().run_validation(["Pool"] * 100)
    for field, value in (
        (links(), ["https://a.example"] * 51),
        (links(), [""]),
        (links(), "https://a.example"),
        (texts(), ["Pool"] * 101),
        (texts(), ["x" * 201]),
    ):
        with pytest.raises(ValidationError):
            field.run_validation(value)


def test_own_files_are_shown_under_our_address():
    assert ShownLink().to_representation("/api/files/12") == "http://testserver/api/files/12"
    assert shown_links().to_representation(["https://a.example/x", ""]) == [
        "https://a.example/x",
        "",
    ]


# --- documents -------------------------------------------------------------------------------------------------------


def asked(link):
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == "http://testserver"
    return Request(APIRequestFactory().get(f"{parts.path}?{parts.query}"))


def test_a_link_opens_its_document_until_it_ends(time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    link = document_link(PATH, None)
    assert opened_by_link(asked(link)) is True
    time_machine.shift(timedelta(minutes=9, seconds=59))
    assert opened_by_link(asked(link)) is True
    time_machine.shift(timedelta(seconds=1))
    with pytest.raises(LinkExpired):
        opened_by_link(asked(link))


def test_a_link_opens_nothing_else():
    with pytest.raises(LinkExpired):
        opened_by_link(asked(document_link(PATH, None).replace("/7/", "/8/")))


def test_without_a_token_nothing_is_opened():
    assert opened_by_link(asked(f"http://testserver{PATH}")) is False


@pytest.mark.parametrize("payload", ["x", {"path": PATH}, [PATH], 7])
def test_tokens_that_say_something_else_are_refused(payload):
    token = Signer(salt="realestate.core.api.pdf").sign_object(payload)
    with pytest.raises(LinkExpired):
        opened_by_link(asked(f"http://testserver{PATH}?token={token}"))


def test_forged_tokens_are_refused():
    token = parse_qs(urlsplit(document_link(PATH, None)).query)["token"][0]
    other = Signer(salt="other").sign_object([PATH, 2**40])
    for forged in ("", "x", token[:-1], f"{token}x", other):
        with pytest.raises(LinkExpired):
            opened_by_link(asked(f"http://testserver{PATH}?token={forged}"))


def test_a_document_is_not_kept_on_the_way():
    reply = pdf_response(b"%PDF-", "receipt-7")
    assert dict(reply.items()) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'inline; filename="receipt-7.pdf"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_everybody_may_read_the_public_settings(client, django_assert_num_queries):
    SystemSetting.objects.create(key="bookings.hold_minutes", value=45)
    with django_assert_num_queries(1):
        body = client.get("/api/settings").json()
    assert body["bookings.hold_minutes"] == 45
    assert body["bookings.holds_per_customer"] == 2
    assert "bookings.builder_hold_minutes" not in body
