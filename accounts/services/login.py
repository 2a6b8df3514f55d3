"""Logging in over the API: the password, then what else the account has to show, then a session.

What staff show at this door is what the back office asks of them (ADMIN_SECOND_FACTOR), so that neither is the weaker
one. Nothing of it is said before the password was right.
"""

import logging
from enum import Enum

from django.conf import settings

from accounts import rules
from accounts.models import User
from accounts.services.hashing import matches
from accounts.services.login_codes import begin_challenge, use_login_code
from accounts.services.second_factor import check_code, second_factor
from accounts.services.sessions import Client, IncorrectCredentials, Login, open_session
from realestate.core.enums import Role
from realestate.core.errors import DomainError

log = logging.getLogger(__name__)


class CodeRequired(DomainError):
    """Please enter the code of your second factor."""

    code, status = "code_required", 401


class CodeRefused(DomainError):
    """This code is not right, came too late or has been used."""

    code, status = "code_refused", 401


class SecondFactorMissing(DomainError):
    """Please set up a second factor in the back office first; then log in here with its code."""

    code, status = "second_factor_missing", 401


class Proof(Enum):
    """What an account shows besides its password, in the words of the log."""

    NOTHING = "password only"
    APP = "second factor"
    MAIL = "mailed code"


def recognise(*, email: str, password: str, user_type: str = "") -> User:
    """The account with this password. Raises IncorrectCredentials, whatever was wrong.

    No transaction around it: the slow hash must not keep one open. ``open_session`` checks again what it needs.
    """
    user: User | None = User.objects.filter(email=rules.normalize_email(email)).first()
    known = matches(user, password)
    if (
        user is None
        or not known
        or not user.is_active
        or user_type not in {"", user.user_type}
        or _is_unopened(user)
    ):
        log.info("login_refused", extra={"account": user.pk if user is not None else None})
        raise IncorrectCredentials
    return user


def proof_asked(user: User) -> Proof:
    """What an account has to show besides the password; an app that is set up comes before mailed codes.

    Raises SecondFactorMissing for staff who must have one and have none.
    """
    is_staff = user.user_type == Role.STAFF
    if not is_staff and not settings.LOGIN_CODES:  # the contract: a password logs in at once
        return Proof.NOTHING
    if second_factor(user.pk) is not None:
        return Proof.APP
    if is_staff and settings.ADMIN_SECOND_FACTOR == "required":
        log.info("login_refused", extra={"account": user.pk, "why": SecondFactorMissing.code})
        raise SecondFactorMissing
    return Proof.MAIL if settings.LOGIN_CODES else Proof.NOTHING


def log_in(
    *, user: User, code: str = "", challenge: str = "", client: Client | None = None
) -> Login:
    """A session for whoever was just recognised, with the code where one is asked for.

    Raises CodeRequired, with ``challenge`` where the code comes by mail; CodeRefused; SecondFactorMissing;
    IncorrectCredentials where the password was changed meanwhile. No transaction around it: a code that was used stays
    used, a refusal stays recorded.
    """
    proof = proof_asked(user)
    if proof is not Proof.NOTHING:
        if not code:
            log.info("login_refused", extra={"account": user.pk, "why": CodeRequired.code})
            raise _question(user, proof)
        if not _is_proven(user, proof, code, challenge):
            log.info("login_refused", extra={"account": user.pk, "why": CodeRefused.code})
            raise CodeRefused
    login = open_session(user_id=user.pk, password=user.password, client=client)
    log.info("login_accepted", extra={"account": user.pk, "proof": proof.value})
    return login


def _is_unopened(user: User) -> bool:
    """Whether a mailed link has to open the account first (E6); staff are appointed and get none."""
    return settings.REGISTER_DISCREETLY and not user.is_verified and user.user_type != Role.STAFF


def _question(user: User, proof: Proof) -> CodeRequired:
    if proof is Proof.APP:
        return CodeRequired("Please enter the code of your authenticator app, or a recovery code.")
    return CodeRequired(
        "We have sent a code to your e-mail address. Please enter it.",
        challenge=begin_challenge(user_id=user.pk),
        expires_in=int(rules.LOGIN_CODE_LIFE.total_seconds()),
    )


def _is_proven(user: User, proof: Proof, code: str, challenge: str) -> bool:
    if proof is Proof.APP:
        return check_code(actor=user, code=code)
    return use_login_code(actor=user, challenge=challenge, code=code)
