"""What accounts look like on the wire. Apps above nest ``BuilderPublic`` and ``CustomerContact``."""

from accounts.serializers.reads import (
    BuilderOwn,
    BuilderPublic,
    CustomerContact,
    CustomerOwn,
    LoginRead,
    TokenRead,
    UserRead,
)
from accounts.serializers.writes import (
    BuilderWrite,
    CustomerWrite,
    InvitationWrite,
    LoginForm,
    LoginWrite,
    LogoutWrite,
    PasswordChangeWrite,
    PasswordResetConfirmWrite,
    PasswordResetWrite,
    RefreshWrite,
    RegisterWrite,
    VerifyEmailConfirmWrite,
)

__all__ = [
    "BuilderOwn",
    "BuilderPublic",
    "BuilderWrite",
    "CustomerContact",
    "CustomerOwn",
    "CustomerWrite",
    "InvitationWrite",
    "LoginForm",
    "LoginRead",
    "LoginWrite",
    "LogoutWrite",
    "PasswordChangeWrite",
    "PasswordResetConfirmWrite",
    "PasswordResetWrite",
    "RefreshWrite",
    "RegisterWrite",
    "TokenRead",
    "UserRead",
    "VerifyEmailConfirmWrite",
]
