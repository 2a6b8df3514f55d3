"""Who is in proves again who they are, before what decides how people log in is changed."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator

from accounts import services
from accounts.services import IncorrectCredentials
from accounts.services.hashing import matches
from accounts.views.limits import attempt
from realestate.core.api.links import LOGIN
from realestate.core.proof import note_proof, proven_lately
from realestate.entrance.forms import ConfirmForm
from realestate.entrance.ground import GUARDS, Ground, patient

log = logging.getLogger(__name__)

WRONG_PASSWORD = "The password is not correct."  # noqa: S105  # what people read, no secret


class ConfirmPage(Ground):
    """A full login without its first field: the password, and a code where there is a device."""

    @method_decorator(GUARDS)
    @patient
    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Ask for what a login asks for, counted as there; then on to where the caller was going."""
        if request.method == "GET" and proven_lately(request):
            return HttpResponseRedirect(self._next(request))
        user = self._user(request)
        form = ConfirmForm(request.POST or None)
        if services.second_factor(user.pk) is None:
            form.without_code()
        if request.method == "POST" and form.is_valid() and self._is_the_owner(request, form):
            request.session.cycle_key()
            note_proof(request)
            proof = "password and second factor" if form.has_code else "password only"
            services.note_confirmation(actor=user, session_id=request.session[LOGIN], proof=proof)
            return HttpResponseRedirect(self._next(request))
        return self._page(request, "confirm", "Confirm that it is you", form=form)

    def _is_the_owner(self, request: HttpRequest, form: ConfirmForm) -> bool:
        """The password first: a code is good once, and is not spent beside a wrong password. Raises TooManyRequests."""
        user = self._user(request)
        try:
            with attempt(request, user.email):
                if not matches(user, form.cleaned_data["password"]):
                    log.info("admin_login_refused", extra={"account": user.pk})
                    raise IncorrectCredentials
        except IncorrectCredentials:
            form.add_error("password", WRONG_PASSWORD)
            return False
        return not form.has_code or self._is_proven(request, form)
