"""Middlewares of pages for people: the API knows nobody by a cookie, so it does not pay for sessions or notices.

Subclasses of Django's, as the admin's checks ask for. Forms are looked at everywhere: a page below ``/api`` has one.
"""

from typing import Any, cast

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse

from realestate.core.answers.middleware import API


class _ForPages:
    """Is passed by on the way to the API."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The next one's answer; of a page with what this middleware does."""
        if request.path_info.startswith(API):
            return cast("HttpResponse", self.get_response(request))
        return cast("HttpResponse", super().__call__(request))  # type: ignore[misc]  # the middleware beside it


class SessionMiddleware(_ForPages, sessions.SessionMiddleware):
    """``request.session`` of pages."""


class AuthenticationMiddleware(_ForPages, auth.AuthenticationMiddleware):
    """``request.user`` of pages."""


class MessageMiddleware(_ForPages, messages.MessageMiddleware):
    """Notices on pages."""
