"""Links that clients store: web addresses or the platform's own files, never ``javascript:`` and the like."""

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework import serializers

from realestate.core.db.fields import LINK, MAX_LINK, NO_LINK
from realestate.core.files import opened

IS_LINK = re.compile(LINK, re.IGNORECASE)
OWN_FILES = "/api/files/"


def reader_id(context: Mapping[str, Any]) -> int | None:
    """Who reads what a serializer shows, by its context; None for visitors and outside of requests."""
    request = context.get("request")
    return request.user.pk if request is not None else None


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
        return opened(str(value), reader_id(self.context))


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
