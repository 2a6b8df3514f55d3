"""The way in: password, then code.

The pages of the entrance ask one service each; what is refused is said on the page, too many tries with a 429.
"""

import logging
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts import rules, services
from accounts.authentication import FACTOR, Standing, is_fresh, standing
from accounts.models import User
from accounts.services import IncorrectCredentials
from accounts.views.limits import attempt
from realestate.core.api.links import LOGIN
from realestate.entrance.forms import CodeForm, LoginForm
from realestate.entrance.ground import GUARDS, Ground, patient

log = logging.getLogger(__name__)

REPLACING = "second_factor_replacing"
NEXT_STEP = {
    Standing.CODE: "admin:second_factor_code",
    Standing.ENROLMENT: "admin:second_factor_setup",
}
REFUSED = "The e-mail address or the password is not correct."


class EntrancePages(Ground):
    """Password and code."""

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

    def _known(self, request: HttpRequest, *, username: str, password: str) -> User:
        """Whoever has this password and may enter. Raises IncorrectCredentials, TooManyRequests."""
        with attempt(request, username):
            user: Any = authenticate(request, username=username, password=password)
            if user is None or not self.admits(request, user):
                email = rules.normalize_email(username)  # whose password may have been guessed at
                account = User.objects.filter(email=email).values_list("pk", flat=True).first()
                log.info("admin_login_refused", extra={"account": account})
                raise IncorrectCredentials
        return user  # type: ignore[no-any-return]  # the backend's user is ours

    def _let_in(self, request: HttpRequest, user: User, factor: int | None, proof: str) -> None:
        request.session.cycle_key()
        request.session.pop(REPLACING, None)
        request.session[FACTOR] = factor
        if proof:
            services.note_entrance(actor=user, session_id=request.session[LOGIN], proof=proof)

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
