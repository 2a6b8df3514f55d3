"""Links that clients store: web addresses or the platform's own files, never ``javascript:`` and the like."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework import serializers
from rest_framework.request import Request

from realestate.core.api.throttling import client_address, network
from realestate.core.db.fields import LINK, MAX_LINK, NO_LINK
from realestate.core.enums import Role
from realestate.core.files import opened
from realestate.core.readers import CLIENT, Reader

IS_LINK = re.compile(LINK, re.IGNORECASE)
OWN_FILES = "/api/files/"
LOGIN = "login"  # where the back office's session keeps the row of its login
ORIGIN = re.compile(r"https?://[^/?#]+")
MARK = 24  # hexadecimal digits


def reader_of(request: Request | HttpRequest) -> Reader:
    """Who sends a request: the user, the login behind it, and a mark of the network and the program it comes from."""
    user = request.user
    claims = getattr(request, "auth", None)
    login = getattr(claims, "session_id", None) or getattr(request, "session", {}).get(LOGIN)
    return Reader(
        user_id=user.pk,
        session_id=login,
        client=_client(request),
        is_staff=getattr(user, "user_type", "") == Role.STAFF,
        is_on_our_page=_is_on_our_page(request),
    )


def reader_in(context: Mapping[str, Any]) -> Reader | None:
    """Who reads what a serializer shows, by its context; None outside of requests."""
    request = context.get("request")
    return reader_of(request) if request is not None else None


def _client(request: Request | HttpRequest) -> str:
    """A mark that says nothing by itself; equal for the same program in the same network."""
    agent = request.headers.get("User-Agent", "")
    place = network(client_address(request)) if settings.PRIVATE_LINKS == CLIENT else ""
    mark = salted_hmac("realestate.core.api.links", f"{place} {agent}", algorithm="sha256")
    return mark.hexdigest()[:MARK]


def _is_on_our_page(request: Request | HttpRequest) -> bool:
    """What a page of ours shows comes with its address; what is typed, pasted or scripted does not."""
    page = request.headers.get("Origin") or request.headers.get("Referer", "")
    origin = ORIGIN.match(page)
    site = f"{request.scheme}://{request.get_host()}"
    ours = {*settings.CORS_ALLOWED_ORIGINS, settings.PUBLIC_URL, site}
    return origin is not None and origin[0] in ours


class LinkField(serializers.CharField):
    """One http(s) link, or a path of the platform's own files; blank where ``allow_blank``."""

    default_error_messages = {"invalid_link": NO_LINK}

    def __init__(self, **options: Any) -> None:
        """All options of CharField; at most 500 characters."""
        super().__init__(**{"max_length": MAX_LINK, "allow_blank": True} | options)

    def to_internal_value(self, data: Any) -> str:
        """The link as it was sent."""
        text: str = super().to_internal_value(data)
        if text and not IS_LINK.fullmatch(text):
            self.fail("invalid_link")
        return text


class ShownLink(serializers.CharField):
    """A stored link on its way out: the platform's own files get the address under which users reach it."""

    def to_representation(self, value: Any) -> str:
        """An absolute address; blank stays blank."""
        return f"{settings.PUBLIC_URL}{value}" if str(value).startswith(OWN_FILES) else str(value)


class OpenedLink(serializers.CharField):
    """An attachment on its way out: files of the platform as links that end soon, others as they were given."""

    def to_representation(self, value: Any) -> str:
        """An absolute address."""
        return opened(str(value), reader_in(self.context))


def opened_links() -> serializers.ListField:
    """A list of attachments on its way out."""
    return serializers.ListField(
        child=OpenedLink(), help_text="Links to uploaded files open for an hour."
    )


def shown_links() -> serializers.ListField:
    """A list of links on its way out."""
    return serializers.ListField(child=ShownLink())


def links(**options: Any) -> serializers.ListField:
    """A list of links, at most 50 unless ``max_length`` says otherwise."""
    return serializers.ListField(
        child=LinkField(allow_blank=False), **({"max_length": 50} | options)
    )


def texts(**options: Any) -> serializers.ListField:
    """A list of short texts, at most 100."""
    return serializers.ListField(
        child=serializers.CharField(max_length=200), max_length=100, **options
    )
