"""Passwords: how good they must be, change, and reset by e-mail."""

from collections.abc import Callable

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError

from accounts import rules
from accounts.events import EmailVerified
from accounts.models import User
from accounts.services.hashing import hashed, matches
from accounts.services.sessions import Client, Login, note_address, open_session, revoke
from realestate.core import audit, clock
from realestate.core.errors import DomainError
from realestate.core.events import publish
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service

NOBODY = 0  # no account has this key


class WeakPassword(DomainError):
    """This password is too easy to guess."""

    code, status = "weak_password", 400


class IncorrectPassword(DomainError):
    """The current password is not correct."""

    code, status = "incorrect_password", 400


class InvalidLink(DomainError):
    """This link is not valid any more; please ask for a new one."""

    code, status = "invalid_link", 400


class ContextWordValidator:
    """One of AUTH_PASSWORD_VALIDATORS, so that the forms of the back office refuse the same words as the API."""

    def validate(self, password: str, _user: User | None = None) -> None:
        """Raises ValidationError for a word of this site."""
        if rules.is_context_word(password):
            raise ValidationError("This password is too common.", "password_too_common")

    def get_help_text(self) -> str:
        """For the forms that show what is asked for."""
        return "Your password can’t be a word of this site."


class _ResetTokens(PasswordResetTokenGenerator):
    """Django's: dead after PASSWORD_RESET_TIMEOUT, and with the next login or change of password or e-mail."""

    key_salt = "accounts.reset-password"


_reset_tokens = _ResetTokens()


def check_strength(password: str, user: User, *, field: str = "password") -> None:
    """Length and how easily it is guessed; no rules of composition (E7). Raises WeakPassword with the reasons."""
    problems: list[str] = []
    if not password.strip():
        problems.append("A password must not be blank.")
    else:
        try:
            validate_password(password, user)
        except ValidationError as error:
            problems = list(dict.fromkeys(error.messages))
    if problems:
        raise WeakPassword(problems[0], errors={field: problems})


def check_current(user: User, current_password: str) -> None:
    """Whether somebody who is logged in knows the account's password. Raises IncorrectPassword."""
    if not matches(user, current_password):
        raise IncorrectPassword(errors={"current_password": [IncorrectPassword.default_detail()]})


def change_password(
    *, actor: User, current_password: str, new_password: str, client: Client | None = None
) -> Login:
    """Change one's own password: every session ends, the caller gets a new one (E3).

    Raises IncorrectPassword, WeakPassword.
    """
    user = User.objects.with_profile().get(pk=actor.pk)
    check_current(user, current_password)
    check_strength(new_password, user, field="new_password")
    return _change(user.pk, user.password, hashed(new_password), client)


@service
def request_password_reset(*, email: str) -> None:
    """Send a link to the owner of an address. Whether there is one shows neither in the answer nor in the time (E6)."""
    user = User.objects.filter(email=rules.normalize_email(email), is_active=True).first()
    defer("accounts.mail_password_reset", user_id=user.pk if user is not None else NOBODY)


def reset_password(*, token: str, new_password: str, client: Client | None = None) -> User:
    """Set a password with the token of a link, once; every session ends. Raises InvalidLink, WeakPassword.

    From where that was done strangers' attempts keep the owner out no longer: whoever reads the mail is the owner.
    """
    key, _dot, secret = token.partition(".")
    user = (
        User.objects.with_profile().filter(pk=key, is_active=True).first() if _is_key(key) else None
    )
    if user is None or not _reset_tokens.check_token(user, secret):
        raise InvalidLink
    check_strength(new_password, user, field="new_password")
    return _reset(user.pk, secret, hashed(new_password), client)


def reset_token(user: User) -> str:
    """The secret part of a link that sets a password; made where it is sent, never stored."""
    return f"{user.pk}.{_reset_tokens.make_token(user)}"


@service
def _change(user_id: int, seen: str, new: str, client: Client | None) -> Login:
    user = _set_password(
        user_id, new, still_good=lambda fresh: fresh.password == seen, refusal=IncorrectPassword
    )
    audit.record(user, user, "password_changed")
    revoke(user.sessions.all())
    return open_session(user_id=user.pk, password=new, client=client)


@service
def _reset(user_id: int, secret: str, new: str, client: Client | None) -> User:
    user = _set_password(
        user_id,
        new,
        still_good=lambda fresh: _reset_tokens.check_token(fresh, secret),
        refusal=InvalidLink,
    )
    audit.record(user, user, "password_reset")
    revoke(user.sessions.all())
    if client is not None:
        note_address(user, client)
    if user.email_verified_at is None:  # the link came by e-mail
        mark_verified(user)
    return user


def mark_verified(user: User) -> None:
    """Note on a locked row that the address is the user's own, and say so."""
    user.email_verified_at = clock.now()
    user.save(update_fields=["email_verified_at", "updated_at"])
    audit.record(user, user, "email_verified")
    publish(EmailVerified(user_id=user.pk))


def _set_password(
    user_id: int, encoded: str, *, still_good: Callable[[User], bool], refusal: type[DomainError]
) -> User:
    # Checked again on the locked row: of two requests with one link, the second comes too late (E8).
    user: User = lock(User.objects.filter(is_active=True), user_id)
    if not still_good(user):
        raise refusal
    user.password = encoded
    user.save(update_fields=["password", "updated_at"])
    return user


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004  # what a bigint holds
