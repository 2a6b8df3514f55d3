"""One's own sessions: where one is logged in, and an end to it."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.models import Session
from accounts.serializers import SessionEndWrite, SessionPageRead, SessionRead
from accounts.services import IncorrectPassword
from accounts.views.limits import present_password
from realestate.core import clock
from realestate.core.api.access import USERS
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.errors import TooManyRequests


class SessionViewSet(HouseViewSet):
    """GET /api/auth/sessions, POST /api/auth/sessions/{id}/end."""

    model, read = Session, SessionRead
    list_key: ClassVar[str | None] = "sessions"
    tag = "auth"
    access = {"list": USERS, "end": USERS}
    duty = Duty.PERSONAL
    errors = {"end": (IncorrectPassword, TooManyRequests)}

    def rows(self) -> QuerySet[Any]:
        """Those that are alive: what has ended opens nothing any more."""
        return Session.objects.for_user(self.caller).live(clock.now())

    @extend_schema(operation_id="auth_sessions_list", responses=SessionPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Where you are logged in, over the API and in the back office, the latest login first."""
        return super().list(request)

    @extend_schema(operation_id="auth_sessions_end", request=SessionEndWrite, responses=MessageRead)
    def end(self, request: Request, pk: int) -> Response:
        """End one of your sessions with your password; its tokens stop working at once.

        A session that has ended already does not exist. `/api/auth/logout` ends this one, or all, without the password.
        """
        body = self.parse(SessionEndWrite)
        with present_password(self.caller.email):
            services.end_own_session(actor=self.caller, session_id=pk, **body)
        return message("The session has ended.")
