"""The pages of the entrance. Each asks one service; what is refused is said on the page, too many tries with a 429."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from accounts import rules, services
from accounts.authentication import FACTOR, Standing, is_fresh, standing
from accounts.models import User
from accounts.services import IncorrectCredentials
from accounts.views.limits import attempt
from realestate.core import clock
from realestate.core.api.links import LOGIN
from realestate.core.api.throttling import give_back, limit
from realestate.core.errors import Conflict, ServiceUnavailable, TooManyRequests
from realestate.entrance.forms import CodeForm, LoginForm
from realestate.entrance.gate import Gate

log = logging.getLogger(__name__)

PENDING, REPLACING = "second_factor_pending", "second_factor_replacing"
TIME_TO_REPLACE = 600  # seconds from the present device's code to the new one's
NEXT_STEP = {
    Standing.CODE: "admin:second_factor_code",
    Standing.ENROLMENT: "admin:second_factor_setup",
}
REFUSED = "The e-mail address or the password is not correct."
WRONG_CODE = "This code is not right, or it has been used. Wait for the next one and try again."
WRONG_RECOVERY_CODE = "This code is not right, or it has been used."
# Never kept by browsers, safe from other sites' forms, no codes in error reports.
GUARDS = (never_cache, csrf_protect, sensitive_post_parameters())


def patient(
    page: "Callable[[EntrancePages, HttpRequest], HttpResponse]",
) -> "Callable[[EntrancePages, HttpRequest], HttpResponse]":
    """Turn a limit that is reached, or a queue that is too long, into a page that says when to come again."""

    @wraps(page)
    def shown(site: "EntrancePages", request: HttpRequest) -> HttpResponse:
        try:
            return page(site, request)
        except (TooManyRequests, ServiceUnavailable) as refusal:
            return site.later(request, refusal)

    return shown


class EntrancePages(Gate):
    """Password, code, set-up, and one's own second factor."""

    @method_decorator(GUARDS)
    @patient
    def ask_password(self, request: HttpRequest) -> HttpResponse:
        """The first step, and where everybody is sent who is not in: it leads on to the step that is missing."""
        if request.method == "GET" and self.may_enter(request) and is_fresh(request):
            return self._go_on(request)
        form = LoginForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                user = self._known(request, **form.cleaned_data)
            except IncorrectCredentials:
                form.add_error(None, REFUSED)
            else:
                request.session.flush()  # of whatever was open in this browser nothing is kept
                login(request, user)
                return self._go_on(request, user)
        elif request.user.is_authenticated and not is_fresh(request):
            logout(request)
            messages.info(request, "Your session has ended. Please log in again.")
        page = self._page(request, "login", "Log in", form=form)
        if request.method == "GET":  # whoever is sent here was in: of what was shown nothing stays
            page["Clear-Site-Data"] = '"cache", "storage"'
        return page

    @method_decorator(GUARDS)
    @patient
    def ask_code(self, request: HttpRequest) -> HttpResponse:
        """The second step, for whoever has set up a second factor."""
        if not self.may_enter(request) or standing(request) is not Standing.CODE:
            return self._to_login(request)
        is_recovery = "recovery" in request.GET
        form = CodeForm(request.POST or None)
        form.begin_here()
        if is_recovery:
            form.for_recovery()
        if request.method == "POST" and form.is_valid() and self._is_proven(request, form):
            user = self._user(request)
            factor = services.second_factor(user.pk)
            self._let_in(request, user, factor.pk if factor else None, "second factor")
            return HttpResponseRedirect(self._next(request))
        return self._page(request, "code", "Second factor", form=form, is_recovery=is_recovery)

    @method_decorator(GUARDS)
    @patient
    def set_up(self, request: HttpRequest) -> HttpResponse:
        """A QR code for the app, confirmed by its first code; then the recovery codes, once.

        For whoever has no second factor, and for whoever has just proven the present one to replace it.
        """
        stands = standing(request) if self.may_enter(request) else Standing.STRANGER
        if stands not in {Standing.ENROLMENT, Standing.ENTERED}:
            return self._to_login(request)
        user, form = self._user(request), CodeForm(request.POST or None)
        replaces: int | None = getattr(user, "second_factor_id", None)
        proven = clock.now().timestamp() - request.session.get(REPLACING, 0)
        if replaces and proven > TIME_TO_REPLACE:
            return HttpResponseRedirect(reverse("admin:second_factor"))
        form.begin_here()
        if request.method == "POST" and form.is_valid():
            codes = self._confirmed(request, form, replaces)
            if codes:
                proof = "" if stands is Standing.ENTERED else "second factor set up"
                self._let_in(request, user, request.session.pop(PENDING), proof)
                return self._recovery_codes(request, codes)
        device = services.begin_enrolment(actor=user, device_id=request.session.get(PENDING))
        request.session[PENDING] = device.pk
        picture = segno.make(device.config_url, error="m")
        return self._page(
            request,
            "setup",
            "Set up a second factor",
            form=form,
            qr=mark_safe(picture.svg_inline(omitsize=True, light="#fff", border=4)),  # noqa: S308  # drawn by segno from our own address
            secret=rules.in_groups(_base32_secret(device.config_url)).replace("-", " "),
            is_required=stands is Standing.ENROLMENT,
        )

    @method_decorator(GUARDS)
    @patient
    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """One's own second factor: new recovery codes, another device, removal; each by a code."""
        user = self._user(request)
        device = services.second_factor(user.pk)
        asked = request.POST.get("do", "")
        forms = {
            name: CodeForm(request.POST if asked == name else None, auto_id=f"id_{name}_%s")
            for name in ("renew", "replace", "remove")
        }
        is_possible = device is not None and asked in self._possible(forms)
        if is_possible and forms[asked].is_valid() and self._is_proven(request, forms[asked]):
            return self._done(request, user, asked)
        return self._page(
            request,
            "second_factor",
            "Second factor",
            device=device,
            codes_left=services.recovery_codes_left(user.pk),
            forms=forms,
            may_remove=settings.ADMIN_SECOND_FACTOR != "required",
        )

    def later(
        self, request: HttpRequest, refusal: TooManyRequests | ServiceUnavailable
    ) -> HttpResponse:
        """The page that asks for patience, with the wait in its header."""
        wait = int(str(refusal.extra.get("retry_after", refusal.retry_after)))
        page = self._page(request, "later", "Please wait", minutes=max(1, -(-wait // 60)))
        page.status_code = refusal.status
        page["Retry-After"] = str(wait)
        return page

    # --- steps ---------------------------------------------------------------------------------------------------

    def _known(self, request: HttpRequest, *, username: str, password: str) -> User:
        """Whoever has this password and may enter. Raises IncorrectCredentials, TooManyRequests."""
        with attempt(request, username):
            user: Any = authenticate(request, username=username, password=password)
            if user is None or not self.admits(request, user):
                log.info("admin_login_refused", extra={"account": user.pk if user else None})
                raise IncorrectCredentials
        return user  # type: ignore[no-any-return]  # the backend's user is ours

    def _is_proven(self, request: HttpRequest, form: CodeForm) -> bool:
        """Whether the code is good; counted before it is looked at. Raises TooManyRequests."""
        user = self._user(request)
        rule = rules.CODE_PER_ACCOUNT
        use = limit(rule.scope, str(user.pk), times=rule.times, per=rule.per)
        if services.check_code(actor=user, code=form.cleaned_data["code"]):
            give_back(use)
            return True
        form.add_error("code", WRONG_RECOVERY_CODE if form.is_for_recovery else WRONG_CODE)
        return False

    def _confirmed(self, request: HttpRequest, form: CodeForm, replaces: int | None) -> list[str]:
        """The recovery codes of a device whose first code was right, or nothing. Raises TooManyRequests."""
        user, rule = self._user(request), rules.CODE_PER_ACCOUNT
        use = limit(rule.scope, str(user.pk), times=rule.times, per=rule.per)
        try:
            codes = services.confirm_enrolment(
                actor=user,
                device_id=request.session.get(PENDING),
                code=form.cleaned_data["code"],
                replaces=replaces,
            )
        except Conflict as refusal:
            form.add_error(None, refusal.detail)
            return []
        if codes:
            give_back(use)
        else:
            form.add_error("code", WRONG_CODE)
        return codes

    def _let_in(self, request: HttpRequest, user: User, factor: int | None, proof: str) -> None:
        request.session.cycle_key()
        request.session.pop(REPLACING, None)
        request.session[FACTOR] = factor
        if proof:
            services.note_entrance(actor=user, session_id=request.session[LOGIN], proof=proof)

    def _done(self, request: HttpRequest, user: User, asked: str) -> HttpResponse:
        """What was asked for with a good code."""
        match asked:
            case "renew":
                return self._recovery_codes(request, services.renew_recovery_codes(actor=user))
            case "replace":
                request.session[REPLACING] = clock.now().timestamp()
                return HttpResponseRedirect(reverse("admin:second_factor_setup"))
            case _:
                services.remove_second_factor(actor=user)
                request.session.pop(FACTOR, None)
                messages.success(request, "The second factor was removed.")
                return HttpResponseRedirect(reverse("admin:second_factor"))

    def _possible(self, names: Any) -> set[str]:
        kept = {"remove"} if settings.ADMIN_SECOND_FACTOR == "required" else set()
        return set(names) - kept

    def _recovery_codes(self, request: HttpRequest, codes: list[str]) -> HttpResponse:
        return self._page(request, "recovery_codes", "Recovery codes", codes=codes)

    # --- ways ----------------------------------------------------------------------------------------------------

    def _go_on(self, request: HttpRequest, user: User | None = None) -> HttpResponse:
        """After the password, to the step that is missing or in."""
        stands = standing(request)
        if stands is Standing.ENTERED and user is not None:
            services.note_entrance(
                actor=user, session_id=request.session[LOGIN], proof="password only"
            )
        if stands not in NEXT_STEP:
            return HttpResponseRedirect(self._next(request))
        query = urlencode({REDIRECT_FIELD_NAME: self._next(request)})
        return HttpResponseRedirect(f"{reverse(NEXT_STEP[stands])}?{query}")

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


def _base32_secret(address: str) -> str:
    """The secret as people type it, from the address that the QR code holds."""
    return address.partition("secret=")[2].partition("&")[0]
