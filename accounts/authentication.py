"""Who is calling: by a bearer token (the API) or a cookie (the admin), and behind it a session that is alive (D19)."""

from datetime import timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django_otp.plugins.otp_totp.models import TOTPDevice
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import Session, User
from accounts.rules import normalize_email
from accounts.services import (
    Claims,
    Client,
    SessionEnded,
    TokenRefused,
    open_staff_session,
    read_access,
)
from accounts.services.hashing import matches
from realestate.core import clock
from realestate.core.api.links import LOGIN
from realestate.core.api.throttling import client_address
from realestate.core.db.remembered import NOW, Values, instances
from realestate.core.proof import note_proof

KEYWORD = b"bearer"
# What the admin's session keeps beside ``LOGIN``: when it was last used, the device whose code was good.
SEEN, FACTOR = "seen", "second_factor"
SEEN_STEP = 60  # seconds between two notes of use: not every page writes


class SessionJWTAuthentication(BaseAuthentication):
    """An access token is worth what its session's row says; ``request.auth`` holds its claims."""

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        """The caller, or None without a token. Raises AuthenticationFailed (401) for any token that is no good."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD:
            return None
        try:
            claims = read_access(b" ".join(parts[1:]))
        except TokenRefused as error:
            raise AuthenticationFailed(error.detail, error.code) from error
        return _caller(claims), claims

    def authenticate_header(self, request: Request) -> str:  # DRF's signature
        """The challenge of a 401."""
        return 'Bearer realm="api"'


def _caller(claims: Claims) -> User:
    def logged_in(values: Values) -> QuerySet[User]:
        live = Session.objects.live(values[NOW]).filter(pk=values["session"], user=OuterRef("pk"))
        people: QuerySet[User] = User.objects.filter(Exists(live), is_active=True)
        return people.filter(pk=values["user"], user_type=claims.user_type)

    keys = {"session": claims.session_id, "user": claims.user_id}
    found = instances(User, ("logged in", claims.user_type), logged_in, keys)
    if not found:
        raise AuthenticationFailed(SessionEnded.default_detail(), SessionEnded.code)
    return found[0]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass is untyped
    """How the OpenAPI document describes it."""

    target_class = SessionJWTAuthentication
    name = "bearerAuth"

    def get_security_definition(
        self, auto_schema: Any
    ) -> dict[str, str]:  # drf-spectacular's signature
        """HTTP bearer, with the access token of ``POST /api/auth/login``."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


# --- the admin -------------------------------------------------------------------------------------------------------


class Standing(Enum):
    """How far somebody has come at the admin's entrance."""

    STRANGER = "must log in"
    CODE = "must give a code"
    ENROLMENT = "must set up a second factor"
    ENTERED = "is in"


class StaffBackend(ModelBackend):
    """Loads who is logged in to the admin together with what the entrance asks about: one query per request."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The account with this password; takes the same time for addresses that nobody has (E6)."""
        user = _people().filter(email=normalize_email(username or "")).first()
        return user if matches(user, password or "") and user and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """Whoever is logged in; nobody once the account is switched off."""
        return _people().filter(pk=user_id, is_active=True).first()


def _people() -> QuerySet[User]:
    logins = Session.objects.live(clock.now()).filter(user=OuterRef("pk"))
    devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True).order_by("pk")
    people: QuerySet[User] = User.objects.with_profile().annotate(
        second_factor_id=Subquery(devices.values("pk")[:1]),
        live_logins=ArraySubquery(logins.values("pk")),
    )
    return people


def begin_session(request: HttpRequest, user: User, **_signal: Any) -> None:
    """After the password: the row of the login, and nothing that an earlier login in this browser has proven."""
    client = Client(
        address=client_address(request), user_agent=request.headers.get("User-Agent", "")
    )
    login = open_staff_session(user_id=user.pk, client=client).pk
    known: Any = user  # loaded by the backend, before there was this login
    known.live_logins = [*getattr(user, "live_logins", ()), login]
    request.session[LOGIN] = login
    request.session[SEEN] = clock.now().timestamp()
    request.session.pop(FACTOR, None)
    note_proof(request)


def standing(request: HttpRequest) -> Standing:
    """How far the caller has come; rights in the admin are another question."""
    user: Any = request.user
    if not user.is_authenticated or not is_fresh(request):
        return Standing.STRANGER
    if user.second_factor_id is None:
        is_required = settings.ADMIN_SECOND_FACTOR == "required"
        return Standing.ENROLMENT if is_required else Standing.ENTERED
    has_proven = request.session.get(FACTOR) == user.second_factor_id
    return Standing.ENTERED if has_proven else Standing.CODE


def is_fresh(request: HttpRequest) -> bool:
    """Whether the login was neither ended nor left unused too long."""
    user: Any = request.user
    idle = clock.now().timestamp() - request.session.get(SEEN, 0)
    longest = timedelta(minutes=settings.ADMIN_IDLE_MINUTES).total_seconds()
    return request.session.get(LOGIN) in user.live_logins and idle < longest


def note_use(request: HttpRequest) -> None:
    """Begin the time without use anew."""
    now = clock.now().timestamp()
    if now - request.session.get(SEEN, 0) >= SEEN_STEP:
        request.session[SEEN] = now
