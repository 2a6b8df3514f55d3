"""What clients send (contract 5, 7.1 and 17)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from rest_framework import serializers

from accounts import rules
from accounts.enums import AccountType, ContactMethod, TeamRole
from accounts.serializers.fields import (
    AddressField,
    CodeField,
    LineField,
    PasswordField,
    PhoneField,
    ProseField,
    WebField,
)
from realestate.core import clock
from realestate.core.api.serializers import WordField, WriteSerializer
from realestate.core.vocabulary import Vocabulary

ACCOUNT_TYPES = Vocabulary(AccountType)
CONTACT_METHODS = Vocabulary(ContactMethod)
TEAM_ROLES = Vocabulary(TeamRole)
LONGEST_CHALLENGE = 100  # characters; ours have 22
CODE = "Where one is asked for (401 `code_required`): of the authenticator app, a recovery code, or of the mail."
CHALLENGE = "Of the answer `code_required`, where the code came by mail."


class BuilderWrite(WriteSerializer):
    """The profile of a builder."""

    example = {
        "company_name": "Lakeside Homes",
        "license_number": "P52100012345",
        "phone": "+91 20 5550 1234",
    }

    company_name = LineField(max_length=200)
    license_number = LineField(max_length=100)
    phone = PhoneField(max_length=30)
    address = LineField(max_length=500, allow_blank=True, required=False)
    website = WebField(max_length=300, allow_blank=True, required=False)
    description = ProseField(max_length=5000, allow_blank=True, required=False)
    logo_url = WebField(max_length=500, allow_blank=True, required=False)


class CustomerWrite(WriteSerializer):
    """The profile of a customer."""

    blank_is_null = ("date_of_birth",)
    example = {"first_name": "Mary", "last_name": "Ann Smith", "phone": "+91 98200 22222"}

    first_name = LineField(max_length=100)
    last_name = LineField(max_length=100, allow_blank=True, required=False)
    phone = PhoneField(max_length=30)
    address = LineField(max_length=500, allow_blank=True, required=False)
    date_of_birth = serializers.DateField(allow_null=True, required=False)
    preferred_contact_method = WordField(CONTACT_METHODS, required=False)

    def validate_date_of_birth(self, day: date | None) -> date | None:
        """In the past, and not too far."""
        if day is not None and not rules.is_date_of_birth(day, clock.today()):
            raise serializers.ValidationError("Enter a date of birth in the past.")
        return day


PROFILE_OF = {AccountType.BUILDER: "builder_data", AccountType.CUSTOMER: "customer_data"}


class RegisterWrite(WriteSerializer):
    """A new account, with the profile of its type; the other profile is ignored."""

    example = {
        "email": "mary@example.com",
        "password": "a long enough sentence",
        "user_type": "customer",
        "customer_data": {
            "first_name": "Mary",
            "last_name": "Ann Smith",
            "phone": "+91 98200 22222",
            "address": "",
        },
    }

    email = AddressField(max_length=254)
    password = PasswordField()
    user_type = WordField(ACCOUNT_TYPES)
    builder_data = BuilderWrite(required=False, help_text="Required for builders.")
    customer_data = CustomerWrite(required=False, help_text="Required for customers.")

    def to_internal_value(self, data: Any) -> Any:  # any JSON value
        """Drop the profile that does not belong to the type."""
        if isinstance(data, Mapping):
            member = ACCOUNT_TYPES.resolve(data.get("user_type"))
            wanted = PROFILE_OF[member] if member is not None else None
            data = {
                key: value
                for key, value in data.items()
                if key == wanted or key not in PROFILE_OF.values()
            }
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The profile of the type must be there; it becomes ``profile``."""
        name = PROFILE_OF[attrs["user_type"]]
        if name not in attrs:
            raise serializers.ValidationError({name: "This field is required."})
        profile = attrs.pop(name)
        return {**attrs, "profile": profile}


class InvitationWrite(WriteSerializer):
    """A builder whom the platform invites; what the command line and staff fill in."""

    email = AddressField(max_length=254)
    company_name = LineField(max_length=200)
    license_number = LineField(max_length=100)
    phone = PhoneField(max_length=30)


class NameWrite(WriteSerializer):
    """One's own name; all that an account without a profile can say about itself."""

    aliases = {"full_name": "name"}
    example = {"name": "Rohan Kulkarni"}

    name = LineField(max_length=200)


class MemberWrite(NameWrite):
    """Somebody who is invited to a builder's team."""

    aliases = {"full_name": "name"}
    example = {"email": "rohan@example.com", "name": "Rohan Kulkarni", "role": "sales"}

    email = AddressField(max_length=254)
    role = WordField(TEAM_ROLES, source="team_role")
    builder_id = serializers.IntegerField(
        min_value=1, required=False, help_text="Whose team; staff name it, owners need not."
    )


class MemberChange(NameWrite):
    """What may change about somebody of a team; what is not sent stays."""

    aliases = {"full_name": "name"}
    example = {"name": "Rohan Kulkarni", "role": "finance", "is_active": True}

    role = WordField(TEAM_ROLES, source="team_role")
    is_active = serializers.BooleanField(help_text="True lets somebody in again.")


class LoginWrite(WriteSerializer):
    """E-mail address and password. ``user_type``, when sent, must be the account's."""

    aliases = {"username": "email"}  # Swagger's form
    example = {"email": "customer@test.com", "password": "password123", "user_type": "customer"}

    email = serializers.CharField(max_length=320)
    password = PasswordField(max_length=1024)
    user_type = serializers.CharField(
        max_length=20, required=False, allow_blank=True, allow_null=True
    )
    code = CodeField(max_length=rules.LONGEST_CODE, help_text=CODE)
    challenge = CodeField(max_length=LONGEST_CHALLENGE, help_text=CHALLENGE)


class LoginForm(WriteSerializer):
    """The same as a form, with the field names of OAuth's password flow."""

    username = serializers.CharField(max_length=320, help_text="The e-mail address.")
    password = PasswordField(max_length=1024)
    code = CodeField(max_length=rules.LONGEST_CODE, help_text=CODE)
    challenge = CodeField(max_length=LONGEST_CHALLENGE, help_text=CHALLENGE)


class RefreshWrite(WriteSerializer):
    """The refresh token of the last answer; it works once."""

    example = {"refresh_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…"}

    refresh_token = serializers.CharField(max_length=4096)


class LogoutWrite(WriteSerializer):
    """Nothing, or whether all other sessions end too."""

    example = {"everywhere": False}

    everywhere = serializers.BooleanField(default=False)


class PasswordChangeWrite(WriteSerializer):
    """The present password and the next."""

    example = {"current_password": "the old sentence", "new_password": "a long enough sentence"}

    current_password = PasswordField(max_length=1024)
    new_password = PasswordField()


class SessionEndWrite(WriteSerializer):
    """The present password: whoever has found somebody's telephone open throws nobody out."""

    example = {"current_password": "a long enough sentence"}

    current_password = PasswordField(max_length=1024)


class PasswordResetWrite(WriteSerializer):
    """Whose password is to be set anew."""

    example = {"email": "mary@example.com"}

    email = AddressField(max_length=254)


class PasswordResetConfirmWrite(WriteSerializer):
    """The token of the link, and the next password."""

    example = {"token": "17.d1xq2c-3f2a", "new_password": "a long enough sentence"}

    token = serializers.CharField(max_length=200)
    new_password = PasswordField()


class VerifyEmailConfirmWrite(WriteSerializer):
    """The token of the link."""

    example = {"token": "WzE3LCJtYXJ5QGV4YW1wbGUuY29tIl0:1tF2aB:…"}

    token = serializers.CharField(max_length=1000)
