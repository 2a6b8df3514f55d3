"""Middlewares of pages for people: the API knows nobody by a cookie, so it does not pay for sessions, forms or notices.

Subclasses of Django's, as the admin's checks ask for. Callers of the API are known by their token alone
(``DEFAULT_AUTHENTICATION_CLASSES``), which no other site can make a browser send: it needs no CSRF token either.
"""

from typing import Any, cast

from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.middleware import csrf

API = "/api/"


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


class CsrfViewMiddleware(_ForPages, csrf.CsrfViewMiddleware):
    """Forms of pages are sent from our own pages."""

    def process_view(  # type: ignore[override]  # Django's own signature is untyped
        self, request: HttpRequest, callback: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Views are looked at one by one, beside ``__call__``."""
        if request.path_info.startswith(API):
            return None
        return super().process_view(request, callback, args, kwargs)  # type: ignore[arg-type]  # see above


class AuthenticationMiddleware(_ForPages, auth.AuthenticationMiddleware):
    """``request.user`` of pages."""


class MessageMiddleware(_ForPages, messages.MessageMiddleware):
    """Notices on pages."""
