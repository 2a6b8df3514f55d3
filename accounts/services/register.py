"""New accounts: somebody registers, or staff invite a builder."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts import rules
from accounts.enums import AccountType
from accounts.events import UserRegistered
from accounts.models import Builder, Customer, Relation, User
from accounts.services.hashing import hashed
from accounts.services.passwords import check_strength
from accounts.services.sessions import Client, Login, open_session
from realestate.core import audit
from realestate.core.db.conflicts import register_conflict
from realestate.core.enums import Role
from realestate.core.errors import DomainError, NotAllowed
from realestate.core.events import publish
from realestate.core.jobs import defer
from realestate.core.transactions import service

log = logging.getLogger(__name__)

PROFILES: Mapping[AccountType, type[Builder] | type[Customer]] = {
    AccountType.BUILDER: Builder,
    AccountType.CUSTOMER: Customer,
}


class EmailTaken(DomainError):
    """Email already registered"""  # noqa: D400  # the contract's text

    code, status = "email_taken", 409

    def __init__(self) -> None:
        """Names the field."""
        super().__init__(errors={"email": [self.default_detail()]})


class LicenseTaken(DomainError):
    """License number already registered"""  # noqa: D400  # the contract's text

    code, status = "license_taken", 409

    def __init__(self) -> None:
        """Names the field."""
        super().__init__(errors={"license_number": [self.default_detail()]})


register_conflict("one_account_per_email", EmailTaken)
register_conflict("one_builder_per_license", LicenseTaken)


def register_account(
    *,
    email: str,
    password: str,
    user_type: AccountType,
    profile: Mapping[str, Any],
    client: Client | None = None,
) -> Login | None:
    """An account with its profile, logged in; None where a login takes a code besides (LOGIN_CODES).

    Raises EmailTaken, LicenseTaken, WeakPassword. The slow hash is made before the transaction.
    """
    user = User(email=rules.normalize_email(email), user_type=user_type)
    row = PROFILES[user_type](user=user, **profile)
    _refuse_twins(user, row)
    check_strength(password, user)
    user.password = hashed(password)
    if settings.LOGIN_CODES:
        _make_account(user, row)
        return None
    return _open_account(user, row, client)


def register_discreetly(
    *, email: str, password: str, user_type: AccountType, profile: Mapping[str, Any]
) -> None:
    """An account that opens with the link that is mailed; whoever asks learns nothing of other accounts (E6).

    For an address that has one its owner is told instead. Raises LicenseTaken, WeakPassword, for both alike; both
    take the time of a hash.
    """
    user = User(email=rules.normalize_email(email), user_type=user_type)
    row = PROFILES[user_type](user=user, **profile)
    if isinstance(row, Builder):
        refuse_license_twin(row.license_number)
    check_strength(password, user)
    user.password = hashed(password)
    if not _tell_owner(user.email):
        try:
            _make_account(user, row)
        except EmailTaken:  # by somebody else at the same moment, who gets the mail
            log.info("registered_twice")


@service
def _tell_owner(email: str) -> bool:
    """Whether the address has an account; its owner gets a mail."""
    user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
    if user_id is not None:
        defer("accounts.mail_already_registered", user_id=user_id)
    return user_id is not None


@service
def invite_builder(
    *, actor: audit.Actor | None, email: str, company_name: str, license_number: str, phone: str
) -> Builder:
    """A builder whose owner sets the password by a link that is mailed. Raises EmailTaken, LicenseTaken."""
    user = User(
        email=rules.normalize_email(email),
        user_type=AccountType.BUILDER,
        password=make_password(None),
    )
    builder = Builder(
        user=user, company_name=company_name, license_number=license_number, phone=phone
    )
    _refuse_twins(user, builder)
    _store(user, builder, actor=actor, action="invited")
    defer("accounts.mail_invitation", user_id=user.pk)
    return builder


@service
def invite_customer(
    *, actor: audit.Actor, email: str, builder_id: int | None = None, **profile: Any
) -> Customer:
    """A customer that staff or a builder know already; sets the password by a link that is mailed.

    The address counts as unverified until then. ``builder_id`` has dealt with the customer and sees the profile from
    now on. Raises EmailTaken (409), NotAllowed (403) for customers.
    """
    if getattr(actor, "user_type", None) == Role.CUSTOMER:
        raise NotAllowed
    user = User(
        email=rules.normalize_email(email),
        user_type=AccountType.CUSTOMER,
        password=make_password(None),
    )
    customer = Customer(user=user, **profile)
    _refuse_twins(user, customer)
    _store(user, customer, actor=actor, action="invited")
    if builder_id is not None:
        Relation.objects.create(customer=customer, builder_id=builder_id)
    defer("accounts.mail_invitation", user_id=user.pk)
    return customer


@service
def _make_account(user: User, profile: Builder | Customer) -> None:
    _store(user, profile, actor=user, action="registered")
    defer("accounts.mail_verification", user_id=user.pk)


@service
def _open_account(user: User, profile: Builder | Customer, client: Client | None) -> Login:
    _make_account(user, profile)
    return open_session(user_id=user.pk, password=user.password, client=client)


def _store(
    user: User, profile: Builder | Customer, *, actor: audit.Actor | None, action: str
) -> None:
    user.save(force_insert=True)
    profile.user = user  # takes the key that the user has now
    profile.save(force_insert=True)
    audit.record(actor, user, action, after={"user_type": str(user.user_type)})
    publish(UserRegistered(user_id=user.pk))


def _refuse_twins(user: User, profile: Builder | Customer) -> None:
    # Polite and cheap; two at the same moment meet the constraints (E10).
    if User.objects.filter(email=user.email).exists():
        raise EmailTaken
    if isinstance(profile, Builder):
        refuse_license_twin(profile.license_number)


def refuse_license_twin(license_number: str, *, but: int | None = None) -> None:
    """Raises LicenseTaken when another builder has the number, in whatever case."""
    if Builder.objects.filter(license_number__iexact=license_number).exclude(pk=but).exists():
        raise LicenseTaken
