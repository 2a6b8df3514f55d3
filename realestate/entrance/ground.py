"""What the pages of the entrance have in common: patience, codes that are counted, the way on, one look."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.models import User
from accounts.views.limits import count_code
from realestate.core.api.throttling import give_back
from realestate.core.errors import ServiceUnavailable, TooManyRequests
from realestate.entrance.forms import CodeForm
from realestate.entrance.gate import Gate

WRONG_CODE = "This code is not right, or it has been used. Wait for the next one and try again."
LATE_CODE = (
    "This code came too late: each is good for its thirty seconds. Enter the one that the app shows now. If that is"
    " refused too, let your telephone set its clock by itself."
)
WRONG_RECOVERY_CODE = "This code is not right, or it has been used."
# Never kept by browsers, safe from other sites' forms, no codes in error reports.
GUARDS = (never_cache, csrf_protect, sensitive_post_parameters())


Page = Callable[[Any, HttpRequest], HttpResponse]  # a method of the site


def patient(page: Page) -> Page:
    """Turn a limit that is reached, or a queue that is too long, into a page that says when to come again."""

    @wraps(page)
    def shown(site: "Ground", request: HttpRequest) -> HttpResponse:
        try:
            return page(site, request)
        except (TooManyRequests, ServiceUnavailable) as refusal:
            return site.later(request, refusal)

    return shown


class Ground(Gate):
    """See the module."""

    def later(
        self, request: HttpRequest, refusal: TooManyRequests | ServiceUnavailable
    ) -> HttpResponse:
        """The page that asks for patience, with the wait in its header."""
        wait = int(str(refusal.extra.get("retry_after", refusal.retry_after)))
        page = self._page(request, "later", "Please wait", minutes=max(1, -(-wait // 60)))
        page.status_code = refusal.status
        page["Retry-After"] = str(wait)
        return page

    def _is_proven(self, request: HttpRequest, form: CodeForm) -> bool:
        """Whether the code is good; counted before it is looked at. Raises TooManyRequests."""
        user, code = self._user(request), form.cleaned_data["code"]
        use = count_code(user)
        if services.check_code(actor=user, code=code):
            give_back(use)
            return True
        refusal = refused_code(services.second_factor(user.pk), code)
        form.add_error("code", WRONG_RECOVERY_CODE if form.is_for_recovery else refusal)
        return False

    def _to_login(self, request: HttpRequest) -> HttpResponse:
        query = urlencode({REDIRECT_FIELD_NAME: self._next(request)})
        return HttpResponseRedirect(f"{reverse('admin:login')}?{query}")

    def _next(self, request: HttpRequest) -> str:
        """Where the caller was going; only within this site."""
        wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
        is_ours = url_has_allowed_host_and_scheme(
            wanted, {request.get_host()}, require_https=request.is_secure()
        )
        return wanted if is_ours else reverse("admin:index")

    def _user(self, request: HttpRequest) -> User:
        user: Any = request.user
        return user  # type: ignore[no-any-return]  # only users come here

    def _page(
        self, request: HttpRequest, name: str, title: str, **context: Any
    ) -> TemplateResponse:
        request.current_app = self.name
        shared = {
            **self.each_context(request),
            "title": title,
            REDIRECT_FIELD_NAME: self._next(request),
        }
        return TemplateResponse(request, f"admin/entrance/{name}.html", {**shared, **context})


def refused_code(device: TOTPDevice | None, code: str) -> str:
    """What is said of a code that was not good: whether it came too late, as people who type slowly want to know."""
    return LATE_CODE if services.is_late(device, code) else WRONG_CODE
