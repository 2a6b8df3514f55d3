"""Sessions: open, refresh, end. A token is worth what its session's row says (D19)."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db.models import DateTimeField, F, QuerySet
from django.db.models.functions import Least

from accounts import rules
from accounts.models import Session, User
from accounts.services import tokens
from accounts.services.tokens import TokenPair
from realestate.core import audit, clock
from realestate.core.errors import DomainError
from realestate.core.locking import lock
from realestate.core.transactions import service

log = logging.getLogger(__name__)


class IncorrectCredentials(DomainError):
    """Incorrect email or password"""  # noqa: D400  # the contract's text

    code, status = "incorrect_credentials", 401


class SessionEnded(DomainError):
    """Your session has ended; please log in again."""

    code, status = "session_ended", 401


@dataclass(frozen=True)
class Client:
    """Where a login comes from, as its owner may want to see it."""

    address: str = ""
    user_agent: str = ""

    def shortened(self) -> "Client":
        """As long as the columns, and without characters that are no text."""
        agent = "".join(character for character in self.user_agent if character.isprintable())
        return replace(self, address=self.address[:45], user_agent=agent[:200])


@dataclass(frozen=True)
class Login:
    """Somebody who is logged in now."""

    user: User
    tokens: TokenPair


def is_familiar(*, email: str, client: Client) -> bool:
    """Whether an account was opened from this address before: its owner, whom strangers' attempts must not lock out."""
    return Session.objects.opened_from(
        rules.normalize_email(email), client.shortened().address
    ).exists()


@service
def open_session(*, user_id: int, password: str, client: Client | None = None) -> Login:
    """A new session for an active user whose stored password is still the given hash. Raises IncorrectCredentials."""
    now = clock.now()
    try:
        user = lock(User.objects.with_profile().filter(is_active=True, password=password), user_id)
    except User.DoesNotExist as error:
        raise IncorrectCredentials from error
    user.last_login = now
    user.save(update_fields=["last_login"])
    origin = (client or Client()).shortened()
    session = Session.objects.create(
        user=user,
        jti=uuid4().hex,
        created_at=now,
        expires_at=now + _life(),
        user_agent=origin.user_agent,
        address=origin.address,
    )
    return Login(user, tokens.mint(session))


def note_address(user: User, client: Client) -> None:
    """Within another service: the owner has been there (``is_familiar``). A session that is over when it begins."""
    now, origin = clock.now(), client.shortened()
    user.sessions.create(
        jti=uuid4().hex,
        created_at=now,
        expires_at=now,
        revoked_at=now,
        user_agent=origin.user_agent,
        address=origin.address,
    )


@service
def open_staff_session(*, user_id: int, client: Client) -> Session:
    """The row behind a login to the admin: listed and ended like the others. No token belongs to it."""
    now, origin = clock.now(), client.shortened()
    return Session.objects.create(
        user_id=user_id,
        jti=uuid4().hex,
        created_at=now,
        expires_at=now + timedelta(hours=settings.ADMIN_SESSION_HOURS),
        user_agent=origin.user_agent,
        address=origin.address,
    )


@service
def note_entrance(*, actor: User, session_id: int, proof: str) -> None:
    """Record that somebody is in the admin now; ``proof`` says by what besides the password."""
    _note(actor, session_id, "logged_in", proof)


@service
def note_confirmation(*, actor: User, session_id: int, proof: str) -> None:
    """Record that somebody who is in the admin has proven again who they are, and by what."""
    _note(actor, session_id, "login_confirmed", proof)


def refresh_session(*, refresh_token: str) -> TokenPair:
    """Exchange a refresh token, once. Raises TokenRefused, SessionEnded.

    A token that was exchanged before is stolen or lost: its session ends. That must be kept although the caller is
    refused, so these are two transactions.
    """
    claims = tokens.read_refresh(refresh_token)
    pair = rotate_session(session_id=claims.session_id, user_id=claims.user_id, jti=claims.jti)
    if pair is None:
        reason = "refresh token used again"
        if end_session(
            actor=None, session_id=claims.session_id, user_id=claims.user_id, reason=reason
        ):
            log.warning("refresh_token_reused", extra={"account": claims.user_id})
        raise SessionEnded
    return pair


@service
def rotate_session(*, session_id: int, user_id: int, jti: str) -> TokenPair | None:
    """Mint the next pair; the same pair again inside the grace; None for a token that is no longer good.

    No session lasts longer than SESSION_DAYS from its login, however often it is refreshed. Of many callers with one
    token exactly one finds the row with its ``jti`` (D19).
    """
    now = clock.now()
    live = Session.objects.live(now).filter(pk=session_id, user=user_id)
    longest = F("created_at") + timedelta(days=settings.SESSION_DAYS)
    live.filter(jti=jti, created_at__gt=now - timedelta(days=settings.SESSION_DAYS)).update(
        jti=uuid4().hex,
        previous_jti=F("jti"),
        rotated_at=now,
        expires_at=Least(now + _life(), longest, output_field=DateTimeField()),
    )
    just_now = now - rules.REFRESH_GRACE
    session = (
        live.filter(previous_jti=jti, rotated_at__gt=just_now, user__is_active=True)
        .select_related("user")
        .first()
    )
    return tokens.mint(session) if session is not None else None


@service
def end_session(*, actor: User | None, session_id: int, user_id: int, reason: str) -> bool:
    """Make the tokens of one session worthless; False when they already were."""
    ended = revoke(Session.objects.filter(pk=session_id, user=user_id))
    return _recorded(actor, user_id, ended, reason) > 0


@service
def end_sessions(*, actor: User | None, user_id: int, reason: str) -> int:
    """Log a user out everywhere; returns from how many sessions."""
    return _recorded(actor, user_id, revoke(Session.objects.filter(user=user_id)), reason)


def end_others(*, actor: User, keeps: int | None, reason: str) -> None:
    """Within another service: end the sessions of who has just changed what logs in, but for the one in hand."""
    _recorded(actor, actor.pk, revoke(actor.sessions.exclude(pk=keeps or 0)), reason)


@service
def purge_sessions() -> int:
    """Delete sessions that ended long ago; returns how many."""
    long_ago = clock.now() - rules.KEEP_ENDED_SESSIONS
    return Session.objects.ended_before(long_ago).delete()[0]


def revoke(sessions: QuerySet[Session]) -> int:
    """Within another service: mark sessions as ended; returns how many were live."""
    now = clock.now()
    return sessions.filter(revoked_at=None, expires_at__gt=now).update(revoked_at=now)


def _note(actor: User, session_id: int, action: str, proof: str) -> None:
    session = Session.objects.for_user(actor).get(pk=session_id)
    audit.record(actor, actor, action, after={"proof": proof, "address": session.address})


def _recorded(actor: User | None, user_id: int, ended: int, reason: str) -> int:
    if ended:
        user = User.objects.get(pk=user_id)
        audit.record(actor, user, "sessions_ended", after={"sessions": ended}, reason=reason)
    return ended


def _life() -> timedelta:
    """How long a session lives from its login or last refresh, and never longer than SESSION_DAYS."""
    refreshed: timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return min(refreshed, timedelta(days=settings.SESSION_DAYS))
