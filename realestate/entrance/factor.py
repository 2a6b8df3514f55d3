"""One's own second factor: set-up on the way in, new recovery codes, another device, removal."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe

from accounts import rules, services
from accounts.authentication import FACTOR, Standing, standing
from accounts.models import User
from accounts.views.limits import count_code
from realestate.core import clock
from realestate.core.api.links import LOGIN
from realestate.core.api.throttling import give_back
from realestate.core.errors import Conflict
from realestate.core.proof import ask_first, proven_lately
from realestate.entrance.forms import CodeForm
from realestate.entrance.ground import GUARDS, patient, refused_code
from realestate.entrance.pages import REPLACING, EntrancePages

PENDING = "second_factor_pending"
TIME_TO_REPLACE = 600  # seconds from the present device's code to the new one's


class FactorPages(EntrancePages):
    """See the module. Whoever is in already changes it only shortly after a full login."""

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
        if stands is Standing.ENTERED and not proven_lately(request):
            return ask_first(request, request.get_full_path())
        form.begin_here()
        if request.method == "POST" and form.is_valid():
            codes = self._confirmed(request, form, replaces)
            if codes:
                proof = "" if stands is Standing.ENTERED else "second factor set up"
                self._let_in(request, user, request.session.pop(PENDING), proof)
                return self._recovery_codes(request, codes)
        return self._picture(request, form, is_required=stands is Standing.ENROLMENT)

    @method_decorator(GUARDS)
    @patient
    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """One's own second factor: new recovery codes, another device, removal; each by a code."""
        if not proven_lately(request):
            return ask_first(request, request.get_full_path())
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

    def _picture(self, request: HttpRequest, form: CodeForm, *, is_required: bool) -> HttpResponse:
        """The secret of the device that this browser sets up, as a QR code and as text."""
        device = services.begin_enrolment(
            actor=self._user(request), device_id=request.session.get(PENDING)
        )
        request.session[PENDING] = device.pk
        picture = segno.make(device.config_url, error="m")
        return self._page(
            request,
            "setup",
            "Set up a second factor",
            form=form,
            qr=mark_safe(picture.svg_inline(omitsize=True, light="#fff", border=4)),  # noqa: S308  # drawn by segno from our own address
            secret=rules.in_groups(_base32_secret(device.config_url)).replace("-", " "),
            is_required=is_required,
        )

    def _confirmed(self, request: HttpRequest, form: CodeForm, replaces: int | None) -> list[str]:
        """The recovery codes of a device whose first code was right, or nothing. Raises TooManyRequests."""
        user, code = self._user(request), form.cleaned_data["code"]
        pending, use = request.session.get(PENDING), count_code(user)
        try:
            codes = services.confirm_enrolment(
                actor=user,
                device_id=pending,
                code=code,
                replaces=replaces,
                keeps=request.session.get(LOGIN),
            )
        except Conflict as refusal:
            form.add_error(None, refusal.detail)
            return []
        if codes:
            give_back(use)
        else:
            device = services.pending_device(user.pk, pending)
            form.add_error("code", refused_code(device, code))
        return codes

    def _done(self, request: HttpRequest, user: User, asked: str) -> HttpResponse:
        """What was asked for with a good code."""
        match asked:
            case "renew":
                return self._recovery_codes(request, services.renew_recovery_codes(actor=user))
            case "replace":
                request.session[REPLACING] = clock.now().timestamp()
                return HttpResponseRedirect(reverse("admin:second_factor_setup"))
            case _:
                services.remove_second_factor(actor=user, keeps=request.session.get(LOGIN))
                request.session.pop(FACTOR, None)
                messages.success(request, "The second factor was removed.")
                return HttpResponseRedirect(reverse("admin:second_factor"))

    def _possible(self, names: Any) -> set[str]:
        kept = {"remove"} if settings.ADMIN_SECOND_FACTOR == "required" else set()
        return set(names) - kept

    def _recovery_codes(self, request: HttpRequest, codes: list[str]) -> HttpResponse:
        return self._page(request, "recovery_codes", "Recovery codes", codes=codes)


def _base32_secret(address: str) -> str:
    """The secret as people type it, from the address that the QR code holds."""
    return address.partition("secret=")[2].partition("&")[0]
