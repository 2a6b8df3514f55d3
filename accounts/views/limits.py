"""How often one may try, counted in the database before the work is done (D21)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.http import HttpRequest
from rest_framework.request import Request

from accounts import rules
from accounts.models import User
from accounts.services import Client, IncorrectPassword, Proof, is_familiar, proof_asked
from accounts.services.hashing import refuse_crowd
from realestate.core.api.throttling import Use, client_address, give_back, limit, network
from realestate.core.errors import ServiceUnavailable
from realestate.core.limits import Limit


def client_of(request: HttpRequest | Request) -> Client:
    """Address and browser of the caller."""
    return Client(address=client_address(request), user_agent=request.headers.get("User-Agent", ""))


def count_address(request: Request, rule: Limit) -> None:
    """One more use from the caller's address. Raises TooManyRequests (429)."""
    limit(rule.scope, network(client_address(request)), times=rule.times, per=rule.per)


def count_account(email: str, rule: Limit) -> Use:
    """One more use for an account, whether or not it exists. Raises TooManyRequests (429)."""
    return limit(rule.scope, rules.normalize_email(email), times=rule.times, per=rule.per)


@contextmanager
def present_password(email: str) -> Iterator[None]:
    """Around a check of the password that somebody has now: counted before, given back unless it was wrong.

    Raises TooManyRequests (429).
    """
    use, is_wrong = count_account(email, rules.PASSWORD_CHECK), False
    try:
        yield
    except IncorrectPassword:
        is_wrong = True
        raise
    finally:
        if not is_wrong:
            give_back(use)


@contextmanager
def attempt(request: HttpRequest | Request, email: str) -> Iterator[None]:
    """Around a login: counted before the password is looked at, given back when it was right (E4).

    Strangers' attempts fill the account's counter, but not the one that the account has at an address that its owner
    has logged in from: nobody can be locked out by others for good.
    """
    refuse_crowd()  # a flood costs the database nothing
    account, client = rules.normalize_email(email), client_of(request)
    if is_familiar(email=account, client=client):
        account = f"{account} {client.address}"
    uses = [
        limit(rule.scope, identity, times=rule.times, per=rule.per)
        for rule, identity in (
            (rules.LOGIN_PER_ADDRESS, network(client.address)),
            (rules.LOGIN_PER_ACCOUNT, account),
        )
    ]
    try:
        yield
    except ServiceUnavailable:  # nobody has looked at the password
        _give_back_all(uses)
        raise
    _give_back_all(uses)


def count_code(user: User) -> Use:
    """One more code of an account's second factor, at whichever door. Raises TooManyRequests (429)."""
    rule = rules.CODE_PER_ACCOUNT
    return limit(rule.scope, str(user.pk), times=rule.times, per=rule.per)


@contextmanager
def code_attempt(request: Request, user: User, code: str) -> Iterator[None]:
    """Around what comes after a right password: codes are counted like those of the back office, mails like others.

    A code that was right is given back. Raises TooManyRequests (429), SecondFactorMissing (401).
    """
    proof = proof_asked(user)
    use = None
    if proof is not Proof.NOTHING and code:
        use = count_code(user)
    elif proof is Proof.MAIL:
        count_address(request, rules.LOGIN_CODE_PER_ADDRESS)
        count_account(user.email, rules.LOGIN_CODE_PER_ACCOUNT)
    yield
    if use is not None:
        give_back(use)


def _give_back_all(uses: Sequence[Use]) -> None:
    for use in uses:
        give_back(use)
