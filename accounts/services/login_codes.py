"""Codes that are mailed to whoever logs in (LOGIN_CODES): each belongs to one right password, and works once.

The challenge is what the client holds meanwhile, the code what its owner reads in the mail. Neither is stored: of the
challenge a digest, of the code one that is keyed and holds for this challenge, account and address alone.
"""

import hashlib
import secrets

from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import rules
from accounts.models import LoginChallenge, User
from realestate.core import audit, clock
from realestate.core.jobs import defer
from realestate.core.locking import lock
from realestate.core.transactions import service

SALT = "accounts.login-code"
CHALLENGE_BYTES = 16  # 128 random bits


@service
def begin_challenge(*, user_id: int) -> str:
    """Have a code mailed to whoever has just given the right password; returns the challenge that it belongs to."""
    challenge = secrets.token_urlsafe(CHALLENGE_BYTES)
    row = LoginChallenge.objects.create(
        user_id=user_id,
        token_hash=_hash(challenge),
        expires_at=clock.now() + rules.LOGIN_CODE_LIFE,
    )
    defer("accounts.mail_login_code", challenge_id=row.pk)
    return challenge


@service
def write_code(*, challenge_id: int) -> tuple[User, str] | None:
    """A new code for a challenge, for the one mail that says it, and to whom; None where it is too late for one.

    Made here and not with the challenge, so that it lies in no queue. A mail that is sent again has another code, and
    the one before is worthless.
    """
    open_ones = LoginChallenge.objects.open(clock.now()).filter(user__is_active=True)
    try:
        row = lock(open_ones, challenge_id)
    except LoginChallenge.DoesNotExist:
        return None
    user = User.objects.with_profile().get(pk=row.user_id)
    code = f"{secrets.randbelow(10**rules.LOGIN_CODE_DIGITS):0{rules.LOGIN_CODE_DIGITS}d}"
    row.code_hash = _digest(row, user, code)
    row.save(update_fields=["code_hash"])
    return user, code


@service
def use_login_code(*, actor: User, challenge: str, code: str) -> bool:
    """Whether a code is the one that was mailed for this challenge; it is not a second time. A refusal is recorded."""
    mine = LoginChallenge.objects.for_user(actor).open(clock.now())
    key = mine.filter(token_hash=_hash(challenge)).values_list("pk", flat=True).first()
    try:
        row = lock(mine, key or 0)
    except LoginChallenge.DoesNotExist:  # none, or the last try was taken meanwhile
        row = None
    if row is not None and constant_time_compare(row.code_hash, _digest(row, actor, code)):
        row.delete()
        return True
    if row is not None:
        row.tries += 1
        row.save(update_fields=["tries"])
    audit.record(actor, actor, "second_factor_refused")
    return False


@service
def purge_challenges() -> int:
    """Delete challenges that nobody can answer any more; returns how many."""
    is_over = Q(expires_at__lte=clock.now()) | Q(tries__gte=rules.LOGIN_CODE_TRIES)
    return LoginChallenge.objects.filter(is_over).delete()[0]


def _digest(row: LoginChallenge, user: User, code: str) -> str:
    # With the address: a code that was mailed to the one before is no proof of this one.
    said = f"{row.pk}:{user.pk}:{user.email}:{rules.plain_code(code)}"
    return salted_hmac(SALT, said, algorithm="sha256").hexdigest()


def _hash(challenge: str) -> str:
    return hashlib.sha256(challenge.encode()).hexdigest()
