"""The tokens of a session, as JSON Web Tokens. The only module that knows simplejwt.

Both tokens are functions of the session's row: minting them again gives the same bytes, so that an answer that got
lost can be repeated (D19).
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import datetime_to_epoch

from accounts.models import Session
from realestate.core.enums import Role
from realestate.core.errors import DomainError

MAX_LENGTH = 4096  # ours have some 350 characters
SKEW = 30  # seconds by which the clock of the server that issued a token may be ahead of this one's


class TokenRefused(DomainError):
    """This token is not valid."""

    code, status = "token_invalid", 401


@dataclass(frozen=True)
class TokenPair:
    """What a login hands out; the life of the access token in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = "bearer"  # noqa: S105  # OAuth's word, no secret


@dataclass(frozen=True)
class Claims:
    """What a valid token says, before the session is looked up."""

    session_id: int
    user_id: int
    user_type: str
    jti: str


@lru_cache(maxsize=4096)
def _signed(text: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The claims that one of these keys has signed; a token comes with each request, and its signature stays good.

    Whether it has expired is asked each time and to the second, by ``Token.verify``. Raises TokenBackendError.
    """
    given = settings.SIMPLE_JWT
    *others, last = (
        TokenBackend(given["ALGORITHM"], key, "", given["AUDIENCE"], given["ISSUER"], leeway=SKEW)
        for key in keys
    )
    for backend in others:
        with suppress(TokenBackendError):
            return backend.decode(text)  # type: ignore[arg-type]  # simplejwt's annotation is wrong
    return last.decode(text)  # type: ignore[arg-type]  # see above


class _Backend(TokenBackend):
    """Signs with the key of the settings; also accepts the keys before it, so that they can be changed (D20)."""

    @cached_property
    def header(self) -> str:
        """The one header that our tokens have: ``alg``, ``kid``, ``jku`` and the like of a token are never read."""
        return self.encode({}).partition(".")[0]

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002  # simplejwt's signature
        """The claims of a token that is ours to the letter. Raises TokenBackendError."""
        text = token.decode("utf-8", "replace") if isinstance(token, bytes) else token
        if len(text) > MAX_LENGTH:
            raise TokenBackendError("too long")
        # Padding with "=" would be a second way to write the same token.
        if text.partition(".")[0] != self.header or "=" in text:
            raise TokenBackendError("not written by us")
        keys = (self.signing_key, *settings.SIMPLE_JWT.get("PREVIOUS_SIGNING_KEYS", ()))
        if verify:
            return dict(_signed(text, keys))
        return super().decode(text, verify=False)  # type: ignore[arg-type]  # simplejwt's annotation is wrong


_backend = _Backend(
    settings.SIMPLE_JWT["ALGORITHM"],
    settings.SIMPLE_JWT["SIGNING_KEY"],
    audience=settings.SIMPLE_JWT["AUDIENCE"],
    issuer=settings.SIMPLE_JWT["ISSUER"],
)


class _Access(AccessToken):
    _token_backend = _backend


class _Refresh(RefreshToken):
    _token_backend = _backend


def mint(session: Session) -> TokenPair:
    """The pair in force of a session; the same row gives the same bytes."""
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    access = _filled(_Access(), session, hashlib.sha256(session.jti.encode()).hexdigest()[:32])
    access["exp"] = datetime_to_epoch(session.issued_at + lifetime)
    refresh = _filled(_Refresh(), session, session.jti)
    refresh["exp"] = datetime_to_epoch(session.expires_at)
    return TokenPair(str(access), str(refresh), int(lifetime.total_seconds()))


def read_access(raw: str | bytes) -> Claims:
    """The claims of an access token. Raises TokenRefused."""
    return _read(_Access, raw)


def read_refresh(raw: str) -> Claims:
    """The claims of a refresh token. Raises TokenRefused."""
    return _read(_Refresh, raw)


def _filled(token: Token, session: Session, jti: str) -> Token:
    token.set_iat(at_time=session.issued_at)
    token["jti"] = jti
    token["sid"] = session.pk
    token["user_id"] = session.user_id
    token["user_type"] = str(session.user.user_type)
    return token


def _read(kind: type[Token], raw: str | bytes) -> Claims:
    try:
        token = kind(raw)  # type: ignore[arg-type]  # simplejwt's annotation is wrong
    except TokenError as error:
        raise TokenRefused from error
    session_id, user_id = token.get("sid"), token.get("user_id")
    if (
        type(session_id) is not int
        or type(user_id) is not int
        or token.get("user_type") not in Role.values
    ):
        raise TokenRefused
    return Claims(session_id, user_id, token["user_type"], str(token["jti"]))
