"""Who is calling: a bearer token, and behind it a session that is still alive (D19)."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import Session, User
from accounts.services import Claims, SessionEnded, TokenRefused, read_access
from realestate.core import clock

KEYWORD = b"bearer"


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
    session = (
        Session.objects.live(clock.now())
        .select_related("user")
        .filter(
            pk=claims.session_id,
            user=claims.user_id,
            user__is_active=True,
            user__user_type=claims.user_type,
        )
        .first()
    )
    if session is None:
        raise AuthenticationFailed(SessionEnded.default_detail(), SessionEnded.code)
    return session.user


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its metaclass is untyped
    """How the OpenAPI document describes it."""

    target_class = SessionJWTAuthentication
    name = "bearerAuth"

    def get_security_definition(
        self, auto_schema: Any
    ) -> dict[str, str]:  # drf-spectacular's signature
        """HTTP bearer, with the access token of ``POST /api/auth/login``."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
