"""The admin site of the house with its entrance: where its pages are, and what Django's own do besides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator

from accounts.authentication import FACTOR, begin_session
from accounts.services import end_session, end_sessions
from realestate.core import audit
from realestate.core.api.links import LOGIN
from realestate.core.transactions import service
from realestate.entrance.pages import EntrancePages


class GuardedSite(EntrancePages):
    """Where staff work, behind password and second factor."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages of the second factor, before Django's own."""
        own = self.admin_view(self.second_factor)
        return [
            path("second-factor/code/", self.ask_code, name="second_factor_code"),
            path("second-factor/setup/", self.set_up, name="second_factor_setup"),
            path("second-factor/", own, name="second_factor"),
            *super().get_urls(),
        ]

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """E-mail address and password."""
        return self.ask_password(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Django's page; the login's row ends too, and the browser forgets what it kept of the pages."""
        user: Any = request.user
        login = request.session.get(LOGIN)
        if request.method == "POST" and user.is_authenticated and login:
            end_session(actor=user, session_id=login, user_id=user.pk, reason="logged out")
        response = super().logout(request, extra_context)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    @method_decorator(service)
    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Django's page; a new password is audited and ends every other login of the account (contract 16.4)."""
        user: Any = request.user
        before, proven = user.password, request.session.get(FACTOR)
        response = super().password_change(request, extra_context)
        if user.password != before:
            audit.record(user, user, "password_changed")
            end_sessions(actor=user, user_id=user.pk, reason="password changed")
            begin_session(request=request, user=user)
            request.session[FACTOR] = proven
        return response
