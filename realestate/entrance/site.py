"""The admin site of the house with its entrance: where its pages are, and what Django's own do besides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.decorators import method_decorator

from accounts import rules
from accounts.authentication import FACTOR, begin_session
from accounts.services import end_session, end_sessions
from accounts.views.limits import count_account
from realestate.core import audit
from realestate.core.api.links import LOGIN
from realestate.core.api.throttling import give_back
from realestate.core.proof import PROVEN, ask_first, proven_lately
from realestate.core.transactions import service
from realestate.entrance.again import ConfirmPage
from realestate.entrance.factor import FactorPages
from realestate.entrance.ground import patient
from realestate.entrance.own import SessionPages


class GuardedSite(FactorPages, ConfirmPage, SessionPages):
    """Where staff work, behind password and second factor."""

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The pages of the entrance, before Django's own."""
        view = self.admin_view
        return [
            path("second-factor/code/", self.ask_code, name="second_factor_code"),
            path("second-factor/setup/", self.set_up, name="second_factor_setup"),
            path("second-factor/", view(self.second_factor), name="second_factor"),
            path("confirm/", view(self.confirm), name="confirm"),
            path("own-sessions/", view(self.own_sessions), name="own_sessions"),
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

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:  # Django's answer, or the way to the page that asks first
        """Django's page, shortly after a full login: its own field asks for the password alone."""
        if not proven_lately(request):
            return ask_first(request, request.get_full_path())
        return self._counted_change(request)

    @patient
    def _counted_change(self, request: HttpRequest) -> HttpResponse:
        """Wrong present passwords are counted as over the API. Raises TooManyRequests."""
        if request.method != "POST":
            return self._change_password(request)
        use = count_account(self._user(request).email, rules.PASSWORD_CHECK)
        response = self._change_password(request)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is None or "old_password" not in form.errors:
            give_back(use)
        return response

    @method_decorator(service)
    def _change_password(self, request: HttpRequest) -> TemplateResponse:
        """A new password is audited and ends every other login of the account (contract 16.4)."""
        user: Any = request.user
        before = user.password
        proven = {name: request.session.get(name) for name in (FACTOR, PROVEN)}
        response = super().password_change(request)
        if user.password != before:
            audit.record(user, user, "password_changed")
            end_sessions(actor=user, user_id=user.pk, reason="password changed")
            begin_session(request=request, user=user)
            request.session.update(proven)
        return response
