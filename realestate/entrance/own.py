"""One's own sessions: where one is logged in, over the API and here, and an end to it by the password."""

from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from accounts import services
from accounts.models import Session
from accounts.services import IncorrectPassword
from accounts.views.limits import present_password
from realestate.core import clock
from realestate.core.api.links import LOGIN
from realestate.entrance.forms import EndForm
from realestate.entrance.ground import GUARDS, Ground, patient

ON_A_PAGE = 50


class SessionPages(Ground):
    """See the module."""

    @method_decorator(GUARDS)
    @patient
    def own_sessions(self, request: HttpRequest) -> HttpResponse:
        """The list; one that is chosen ends when the password is right, and with it this login if it is that one."""
        form = EndForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._is_ended(request, form):
            return self._after(request, form.cleaned_data["session"])
        sessions = Session.objects.for_user(self._user(request)).live(clock.now())
        page = Paginator(sessions.order_by("-pk"), ON_A_PAGE).get_page(request.GET.get("p"))
        return self._page(
            request,
            "own_sessions",
            "Your sessions",
            form=form,
            page=page,
            this=self._login(request),
        )

    def _is_ended(self, request: HttpRequest, form: EndForm) -> bool:
        """Counted like the present password where it is changed, over the API too. Raises TooManyRequests."""
        user = self._user(request)
        try:
            with present_password(user.email):
                services.end_own_session(
                    actor=user,
                    session_id=form.cleaned_data["session"],
                    current_password=form.cleaned_data["password"],
                )
        except IncorrectPassword as refusal:
            form.add_error("password", refusal.detail)
        except Session.DoesNotExist:
            form.add_error("session", "This session has ended already.")
        return form.is_valid()

    def _after(self, request: HttpRequest, ended: int) -> HttpResponse:
        if ended != self._login(request):
            messages.success(request, "The session has ended.")
            return HttpResponseRedirect(reverse("admin:own_sessions"))
        logout(request)
        messages.info(request, "You are logged out.")
        response = HttpResponseRedirect(reverse("admin:login"))
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def _login(self, request: HttpRequest) -> int:
        login: int = request.session[LOGIN]
        return login
