"""What clients get (contract 5)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from rest_framework import serializers

from accounts import rules
from accounts.enums import BuilderRole, ContactMethod, TeamRole
from accounts.models import Builder, Session
from realestate.core.api.read_sql import Float
from realestate.core.api.readings import Made
from realestate.core.api.serializers import PageRead, ReadSerializer
from realestate.core.enums import Role


def made_full_name(path: str = "") -> Made:
    """``Customer.full_name`` of a fast read, of the customer behind a path (docs/adr/0013)."""
    return Made(
        lambda _context, *names: rules.full_name(*names), [f"{path}first_name", f"{path}last_name"]
    )


class UserRead(ReadSerializer):
    """The account and its profile in one object; what the type does not have is null."""

    related = ("builder", "customer", "employer")

    id = serializers.IntegerField()
    email = serializers.EmailField()
    user_type = serializers.ChoiceField(Role.choices)
    full_name = serializers.CharField()
    builder_id = serializers.IntegerField(
        allow_null=True, help_text="The builder that the account acts for."
    )
    builder_role = serializers.ChoiceField(
        BuilderRole.choices, allow_null=True, help_text="What it is in the builder's team."
    )
    customer_id = serializers.IntegerField(allow_null=True)
    phone = serializers.CharField(source="profile.phone", allow_null=True)
    address = serializers.CharField(source="profile.address", allow_null=True)
    company_name = serializers.CharField(source="company.company_name", allow_null=True)
    license_number = serializers.CharField(source="profile.license_number", allow_null=True)
    website = serializers.CharField(source="profile.website", allow_null=True)
    description = serializers.CharField(source="profile.description", allow_null=True)
    logo_url = serializers.CharField(source="profile.logo_url", allow_null=True)
    verified = serializers.BooleanField(
        source="profile.verified",
        allow_null=True,
        help_text="Builders: licence and company were checked.",
    )
    first_name = serializers.CharField(source="profile.first_name", allow_null=True)
    last_name = serializers.CharField(source="profile.last_name", allow_null=True)
    date_of_birth = serializers.DateField(source="profile.date_of_birth", allow_null=True)
    preferred_contact_method = serializers.ChoiceField(
        ContactMethod.choices, source="profile.preferred_contact_method", allow_null=True
    )
    is_active = serializers.BooleanField()
    is_verified = serializers.BooleanField(help_text="The e-mail address is verified.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)


class MemberRead(ReadSerializer):
    """Somebody of a builder's team."""

    order = ("name", "pk")

    id = serializers.IntegerField()
    builder_id = serializers.IntegerField(source="employer_id")
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(TeamRole.choices, source="team_role")
    is_active = serializers.BooleanField(help_text="False: was removed from the team.")
    is_verified = serializers.BooleanField(help_text="The invitation was followed.")
    last_login = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MemberPageRead(PageRead):
    """A page of a team."""

    members = MemberRead(many=True)


def _is_current(context: Mapping[str, Any], key: int) -> bool:
    """Whether it is the session whose token asks."""
    claims = getattr(context.get("request"), "auth", None)
    return key == getattr(claims, "session_id", None)


class SessionRead(ReadSerializer):
    """A login that has not ended, over the API or to the back office."""

    in_sql = {"is_current": Made(_is_current, ["pk"])}

    id = serializers.IntegerField()
    is_current = serializers.SerializerMethodField(help_text="The one that asks.")
    created_at = serializers.DateTimeField(help_text="When somebody logged in.")
    refreshed_at = serializers.DateTimeField(
        source="rotated_at",
        allow_null=True,
        help_text="When its tokens were exchanged last; null: never, or a login to the back office, which has none.",
    )
    expires_at = serializers.DateTimeField(help_text="When it ends unless it is refreshed before.")
    address = serializers.CharField(help_text="The network address that the login came from.")
    user_agent = serializers.CharField(help_text="The program that logged in, in its own words.")

    def get_is_current(self, session: Session) -> bool:
        """See ``_is_current``."""
        return _is_current(self.context, session.pk)


class SessionPageRead(PageRead):
    """A page of one's own sessions."""

    sessions = SessionRead(many=True)


class TokenRead(ReadSerializer):
    """A pair of tokens."""

    access_token = serializers.CharField(help_text="Send it as `Authorization: Bearer …`.")
    refresh_token = serializers.CharField(help_text="Works once, at `/api/auth/refresh`.")
    token_type = serializers.CharField(help_text="`bearer`.")
    expires_in = serializers.IntegerField(help_text="Life of the access token, in seconds.")


class LoginRead(TokenRead):
    """A pair of tokens and whose they are."""

    user = UserRead()


class BuilderPublic(ReadSerializer):
    """A builder as everybody sees it; licence, phone and address are not for everybody."""

    figures = ("rating", "total_projects")
    in_sql = {
        "full_name": lambda: F("company_name"),
        "rating": lambda: Float("rating"),
        "total_projects": lambda: F("total_projects"),
    }

    id = serializers.IntegerField(source="pk")
    user_id = serializers.IntegerField()
    full_name = serializers.CharField()
    company_name = serializers.CharField()
    rating = serializers.SerializerMethodField(
        help_text="Mean of the ratings; null before the first."
    )
    total_projects = serializers.SerializerMethodField()
    verified = serializers.BooleanField()
    website = serializers.CharField()
    description = serializers.CharField()
    logo_url = serializers.CharField()

    # Lent figures (projects, bookings). Where a builder is nested, the queryset may not have asked for them.
    def get_rating(self, builder: Builder) -> float | None:
        """The lent figure, or null."""
        rating = getattr(builder, "rating", None)
        return None if rating is None else float(rating)

    def get_total_projects(self, builder: Builder) -> int | None:
        """The lent figure, or null."""
        return getattr(builder, "total_projects", None)


class BuilderOwn(BuilderPublic):
    """A builder as its owner and staff see it."""

    related = ("user",)

    email = serializers.EmailField(source="user.email")
    license_number = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CustomerContact(ReadSerializer):
    """A customer as the builders see it that the customer has dealt with."""

    related = ("user",)

    id = serializers.IntegerField(source="pk")
    user_id = serializers.IntegerField()
    full_name = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.EmailField(source="user.email")
    phone = serializers.CharField()
    address = serializers.CharField()
    preferred_contact_method = serializers.ChoiceField(ContactMethod.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CustomerOwn(CustomerContact):
    """A customer as the customer and staff see it."""

    date_of_birth = serializers.DateField(allow_null=True)
