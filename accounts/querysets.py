"""Who may see whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from accounts import rules
from realestate.core.enums import Duty, Role
from realestate.core.figures import FigureQuerySet

if TYPE_CHECKING:
    from typing import TypeAlias

    from django.contrib.auth.models import AnonymousUser

    from accounts.models import (  # noqa: F401  # generic parameters
        Builder,
        Customer,
        LoginChallenge,
        Session,
        User,
    )

    Reader: TypeAlias = User | AnonymousUser


# A telephone number without what people put between its digits; indexed.
PHONE_DIGITS = Func(
    F("phone"),
    Value("[^0-9]+"),
    Value(""),
    Value("g"),
    function="regexp_replace",
    output_field=TextField(),
)


class UserQuerySet(QuerySet["User"]):
    """Users."""

    def for_user(self, user: Reader) -> Self:
        """A user sees itself, staff see everybody."""
        if getattr(user, "user_type", None) == Role.STAFF:
            return self
        return self.filter(pk=user.pk) if user.pk else self.none()

    def with_profile(self) -> Self:
        """Users with the row of their kind, or that of their employer, in the same query."""
        return self.select_related("builder", "customer", "employer")

    def acting_for(self, builder_id: int, duty: Duty) -> Self:
        """The owner of a builder, and those of its team whose duty something is."""
        members = Q(employer=builder_id, team_role__in=rules.roles_with(duty), is_active=True)
        return self.filter(Q(pk=builder_id) | members)

    def of_builder(self, builder_id: int) -> Self:
        """The owner of a builder and everybody of its team who is still there."""
        return self.filter(Q(pk=builder_id) | Q(employer=builder_id), is_active=True)

    def keys_acting_for(self, builder_id: int, duty: Duty) -> set[int]:
        """The keys of ``acting_for``; of the people who are told that something waits for the builder."""
        return set(self.acting_for(builder_id, duty).values_list("pk", flat=True))

    def logged_in(self, now: datetime, user_id: int | None, session_id: int | None) -> Self:
        """A user whose account is in use and who has not left a login; any login is good where none is named."""
        people = self.filter(pk=user_id, is_active=True)
        if session_id is None:
            return people
        live = Q(sessions__pk=session_id, sessions__revoked_at=None, sessions__expires_at__gt=now)
        return people.filter(live)


class MemberQuerySet(UserQuerySet):
    """Members of builders' teams."""

    def for_user(self, user: Reader) -> Self:
        """A builder and its team see their team, staff all."""
        match getattr(user, "user_type", None):
            case Role.STAFF:
                return self
            case Role.BUILDER:
                return self.filter(employer=builder_of(user))
            case _:
                return self.none()


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]  # Django's documented composition
    """Users are made by e-mail."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """E-mail addresses are stored in lower case, so that one person has one account."""
        return rules.normalize_email(email or "")

    def get_by_natural_key(self, username: str | None) -> User:
        """Login without regard to case."""
        return self.get(email=self.normalize_email(username))  # type: ignore[no-any-return]  # a manager made of a queryset

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """A user without a profile; services add the profile of its type."""
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """A platform administrator (``manage.py createsuperuser``)."""
        fields |= {"user_type": Role.STAFF, "is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)


class MemberManager(UserManager):
    """Only accounts with an employer."""

    def get_queryset(self) -> MemberQuerySet:
        """See ``MemberQuerySet``."""
        return MemberQuerySet(self.model, using=self._db).filter(employer__isnull=False)


def builder_of(user: Reader) -> int | None:
    """The builder that somebody acts for; None for everybody else."""
    return getattr(user, "builder_id", None)


class BuilderQuerySet(FigureQuerySet["Builder"]):
    """Builders: their public fields are everybody's, edits the owner's."""

    def for_user(self, user: Reader) -> Self:
        """All active builders, for staff the others too; which fields are shown is the serializer's business."""
        if getattr(user, "user_type", None) == Role.STAFF:
            return self
        return self.filter(user__is_active=True)

    def editable_by(self, user: Reader) -> Self:
        """A builder may edit itself, staff all."""
        match getattr(user, "user_type", None):
            case Role.STAFF:
                return self
            case Role.BUILDER:
                return self.filter(pk=builder_of(user))
            case _:
                return self.none()

    def for_office(self, user: Reader) -> Self:
        """The back office shows a builder itself and no other; staff all."""
        return self.editable_by(user)


class CustomerQuerySet(QuerySet["Customer"]):
    """Customers."""

    def for_user(self, user: Reader) -> Self:
        """R21: the customer, staff, and builders that the customer has dealt with (``Relation``)."""
        match getattr(user, "user_type", None):
            case Role.STAFF:
                return self
            case Role.CUSTOMER:
                return self.filter(pk=user.pk)
            case Role.BUILDER:
                return self.filter(relations__builder=builder_of(user))
            case _:
                return self.none()

    def editable_by(self, user: Reader) -> Self:
        """A customer may edit itself, staff all; builders only read."""
        match getattr(user, "user_type", None):
            case Role.STAFF:
                return self
            case Role.CUSTOMER:
                return self.filter(pk=user.pk)
            case _:
                return self.none()


class SessionQuerySet(QuerySet["Session"]):
    """Login sessions."""

    def for_user(self, user: Reader) -> Self:
        """One's own sessions."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def live(self, now: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def ended_before(self, instant: datetime) -> Self:
        """Sessions whose tokens have been worthless since an instant."""
        return self.filter(Q(expires_at__lt=instant) | Q(revoked_at__lt=instant))

    def opened_from(self, email: str, address: str) -> Self:
        """Sessions that an account opened from a network address: its owner has been there."""
        return self.filter(user__email=email, address=address)


class ChallengeQuerySet(QuerySet["LoginChallenge"]):
    """Logins that wait for a code."""

    def for_user(self, user: Reader) -> Self:
        """One's own."""
        return self.filter(user_id=user.pk) if user.pk else self.none()

    def open(self, now: datetime) -> Self:
        """In time, and with tries left."""
        return self.filter(expires_at__gt=now, tries__lt=rules.LOGIN_CODE_TRIES)
