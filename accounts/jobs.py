"""Work for the worker: e-mails with links and codes, whose secrets exist only here and in the mail, and sweeping up."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from accounts import rules
from accounts.models import User
from accounts.services import (
    purge_challenges,
    purge_sessions,
    reset_token,
    verification_token,
    write_code,
)
from realestate.core.api.idempotency import purge_keys
from realestate.core.api.throttling import purge_counters
from realestate.core.jobs import job
from realestate.core.mail import send_mail


@dataclass(frozen=True)
class Letter:
    """An e-mail with one link: its template, its subject and the page of the web client."""

    template: str
    subject: str
    page: str


VERIFY = Letter("verify_email", "Please verify your e-mail address", "verify-email")
RESET = Letter("reset_password", "Set a new password", "reset-password")
KNOWN = Letter("already_registered", "You have an account already", "reset-password")
INVITATION = Letter("invitation", "Your account is ready", "reset-password")


@job("accounts.mail_verification")
def mail_verification(*, user_id: int, **_unknown: object) -> None:
    """The link that verifies an address; nothing for an address that is verified meanwhile."""
    for user in _active(user_id):
        if not user.is_verified:
            _mail(user, VERIFY, verification_token(user))


@job("accounts.mail_already_registered")
def mail_already_registered(*, user_id: int, **_unknown: object) -> None:
    """Word to the owner of an address that somebody has registered again (E6).

    The link sets a new password and opens an account that was never opened: its password may be a stranger's.
    """
    for user in _active(user_id):
        _mail(user, KNOWN, reset_token(user))


@job("accounts.mail_password_reset")
def mail_password_reset(*, user_id: int, **_unknown: object) -> None:
    """The link that sets a new password; nothing for an address that nobody has (``user_id`` is 0)."""
    for user in _active(user_id):
        _mail(user, RESET, reset_token(user))


@job("accounts.mail_invitation")
def mail_invitation(*, user_id: int, **_unknown: object) -> None:
    """The link with which whoever is invited sets the first password; nothing once there is one."""
    for user in _active(user_id):
        if not user.has_usable_password():
            _mail(user, INVITATION, reset_token(user))


@job("accounts.mail_login_code")
def mail_login_code(*, challenge_id: int, **_unknown: object) -> None:
    """The code that a login waits for; nothing once the login was done, or is too late."""
    found = write_code(challenge_id=challenge_id)
    if found is not None:
        user, code = found
        send_mail(
            to=user.email,
            subject="Your code to log in",  # without the code: subjects stand on locked screens
            template="accounts/mail/login_code",
            context={
                "name": user.full_name,
                "code": rules.in_groups(code).replace("-", " "),
                "minutes": int(rules.LOGIN_CODE_LIFE.total_seconds()) // 60,
                "site": settings.FRONTEND_URL,
            },
        )


@job("accounts.purge_sessions", cron="11 3 * * *")
def purge_ended_sessions(**_unknown: object) -> str:
    """Daily: delete sessions that ended long ago, what cookies of the admin pointed to, logins that wait in vain."""
    SessionStore.clear_expired()
    purge_challenges()
    return f"sessions deleted: {purge_sessions()}"


@job("accounts.purge_rate_counters", cron="13 3 * * *")
def purge_rate_counters(**_unknown: object) -> str:
    """Daily: delete counters of windows that are over."""
    return f"counters deleted: {purge_counters()}"


@job("accounts.purge_idempotency_keys", cron="17 3 * * *")
def purge_idempotency_keys(**_unknown: object) -> str:
    """Daily: delete idempotency keys older than a week."""
    return f"keys deleted: {purge_keys()}"


def _active(user_id: int) -> list[User]:
    return list(User.objects.with_profile().filter(pk=user_id, is_active=True))


def _mail(user: User, letter: Letter, token: str) -> None:
    # After the ``#``: browsers send that part to no server, so it is in no log and no Referer (E8).
    context = {
        "name": user.full_name,
        "link": f"{settings.FRONTEND_URL}/{letter.page}#{urlencode({'token': token})}",
        "site": settings.FRONTEND_URL,
    }
    send_mail(
        to=user.email,
        subject=letter.subject,
        template=f"accounts/mail/{letter.template}",
        context=context,
    )
