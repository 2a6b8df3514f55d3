"""Who there is: users, the profile of their kind, and which customer has dealt with which builder."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper

from accounts import rules
from accounts.enums import BuilderRole, ContactMethod, TeamRole
from accounts.querysets import (
    PHONE_DIGITS,
    BuilderQuerySet,
    CustomerQuerySet,
    MemberManager,
    UserManager,
)
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import Duty, Role


class User(AbstractBaseUser, PermissionsMixin, TimestampedModel):
    """An account: logs in by e-mail; builders and customers have a profile with the same primary key.

    Whoever works for a builder is of the builder's kind too, without a profile: ``employer`` and ``team_role`` stand
    here, so that knowing whom somebody acts for costs no query.
    """

    email = models.EmailField("e-mail", max_length=254)
    user_type = models.CharField(max_length=10, choices=Role)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may enter the admin", default=False)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    name = models.CharField(
        max_length=200, blank=True, default="", help_text="Of people who have no profile."
    )
    employer = models.ForeignKey(
        "accounts.Builder",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="team",
        help_text="The builder whose team this is somebody of.",
    )
    team_role = models.CharField(
        "role in the team", max_length=10, choices=TeamRole, blank=True, default=""
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # Together: unique without regard to case.
            models.UniqueConstraint(fields=["email"], name="one_account_per_email"),
            models.CheckConstraint(
                name="email_is_lower_case", condition=models.Q(email=Lower("email"))
            ),
            enum_check("user_type", "user_type", Role),
            models.CheckConstraint(
                name="only_staff_enter_the_admin",
                condition=models.Q(user_type=Role.STAFF)
                | models.Q(is_staff=False, is_superuser=False),
            ),
            models.CheckConstraint(
                name="team_role_and_employer_together",
                condition=models.Q(employer=None, team_role="")
                | models.Q(
                    employer__isnull=False,
                    user_type=Role.BUILDER,
                    team_role__in=TeamRole.values,
                ),
            ),
        ]
        indexes = [
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="user_email_trigrams"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_verified(self) -> bool:
        """Whether the e-mail address was confirmed."""
        return self.email_verified_at is not None

    @property
    def builder_id(self) -> int | None:
        """The builder that this user acts for: its employer, or itself; profiles share the user's key."""
        return (self.employer_id or self.pk) if self.user_type == Role.BUILDER else None

    @property
    def builder_role(self) -> BuilderRole | None:
        """What the user is in a builder's team; who is in none: None."""
        if self.user_type != Role.BUILDER:
            return None
        return BuilderRole(self.team_role or BuilderRole.OWNER)

    def has_duty(self, duty: Duty) -> bool:
        """Whether a builder's team, or a group of the platform's staff, leaves this to the user.

        Customers are bound by other rules.
        """
        if self.user_type == Role.STAFF and duty in rules.STAFF_RIGHTS:
            return self.has_perm(rules.STAFF_RIGHTS[duty])
        role = self.builder_role
        return role is None or duty in rules.DUTIES[role]

    @property
    def may_enter_admin(self) -> bool:
        """Whether the back office is open: to active staff with that right, and to builders and their teams."""
        enters = self.is_staff if self.user_type == Role.STAFF else self.user_type == Role.BUILDER
        return self.is_active and enters

    @property
    def customer_id(self) -> int | None:
        """The customer that this user is; profiles share the user's key."""
        return self.pk if self.user_type == Role.CUSTOMER else None

    @property
    def profile(self) -> "Builder | Customer | None":
        """The row of the user's kind; staff and members of teams have none."""
        match self.user_type:
            case Role.BUILDER:
                return getattr(self, "builder", None) if self.employer_id is None else None
            case Role.CUSTOMER:
                return getattr(self, "customer", None)
            case _:
                return None

    @property
    def full_name(self) -> str:
        """Company name of a builder, first and last name of a customer, else one's name or the e-mail address."""
        return self.profile.full_name if self.profile is not None else self.name or self.email

    @property
    def company(self) -> "Builder | None":
        """The builder that this user acts for, as a row."""
        if self.user_type != Role.BUILDER:
            return None
        return self.employer or getattr(self, "builder", None)

    def get_full_name(self) -> str:
        """Django's name for ``full_name``."""
        return self.full_name


class BuilderMember(User):
    """Somebody of a builder's team: an account with an employer."""

    objects: ClassVar[MemberManager] = MemberManager()

    class Meta:
        proxy = True
        verbose_name = "team member"


class Builder(TimestampedModel):
    """A company that builds and sells."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="builder"
    )
    company_name = models.CharField(max_length=200)
    license_number = models.CharField(max_length=100)
    phone = models.CharField(max_length=30)
    address = models.CharField(max_length=500, blank=True)
    website = models.URLField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    logo_url = models.URLField(max_length=500, blank=True)
    verified = models.BooleanField(
        default=False, help_text="The platform has checked licence and company."
    )

    objects: ClassVar[models.Manager["Builder"]] = BuilderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("license_number"), name="one_builder_per_license"),
            models.CheckConstraint(name="builder_has_a_name", condition=~models.Q(company_name="")),
        ]

    def __str__(self) -> str:
        return self.company_name

    @property
    def full_name(self) -> str:
        """The name that people see."""
        return self.company_name


class Customer(TimestampedModel):
    """A person who looks for, books and pays for a unit."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="customer"
    )
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=30)
    address = models.CharField(max_length=500, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    preferred_contact_method = models.CharField(
        max_length=10, choices=ContactMethod, default=ContactMethod.EMAIL
    )

    objects: ClassVar[models.Manager["Customer"]] = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("preferred_contact_method", "preferred_contact_method", ContactMethod),
            models.CheckConstraint(name="customer_has_a_name", condition=~models.Q(first_name="")),
        ]
        indexes = [
            GinIndex(
                OpClass(Upper("first_name"), name="gin_trgm_ops"),
                OpClass(Upper("last_name"), name="gin_trgm_ops"),
                name="customer_name_trigrams",
            ),
            GinIndex(OpClass(PHONE_DIGITS, name="gin_trgm_ops"), name="customer_phone_trigrams"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name."""
        return rules.full_name(self.first_name, self.last_name)


class Relation(models.Model):
    """A customer has dealt with a builder (booked, met, wrote), so the builder may see the customer's profile."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="relations")
    builder = models.ForeignKey(Builder, on_delete=models.CASCADE, related_name="relations")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "builder"], name="one_relation_per_pair")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} – {self.builder_id}"
