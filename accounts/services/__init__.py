"""Every write to accounts. Apps above call ``relate``; the rest is for this app's edges, the admin and commands."""

from accounts.services.passwords import (
    IncorrectPassword,
    InvalidLink,
    WeakPassword,
    change_password,
    request_password_reset,
    reset_password,
    reset_token,
)
from accounts.services.profiles import relate, set_user_active, update_builder, update_customer
from accounts.services.register import (
    EmailTaken,
    LicenseTaken,
    invite_builder,
    invite_customer,
    register_account,
)
from accounts.services.sessions import (
    Client,
    IncorrectCredentials,
    Login,
    SessionEnded,
    end_session,
    end_sessions,
    is_familiar,
    log_in,
    open_session,
    purge_sessions,
    refresh_session,
)
from accounts.services.tokens import Claims, TokenPair, TokenRefused, read_access
from accounts.services.verification import send_verification, verification_token, verify_email

__all__ = [
    "Claims",
    "Client",
    "EmailTaken",
    "IncorrectCredentials",
    "IncorrectPassword",
    "InvalidLink",
    "LicenseTaken",
    "Login",
    "SessionEnded",
    "TokenPair",
    "TokenRefused",
    "WeakPassword",
    "change_password",
    "end_session",
    "end_sessions",
    "invite_builder",
    "invite_customer",
    "is_familiar",
    "log_in",
    "open_session",
    "purge_sessions",
    "read_access",
    "refresh_session",
    "register_account",
    "relate",
    "request_password_reset",
    "reset_password",
    "reset_token",
    "send_verification",
    "set_user_active",
    "update_builder",
    "update_customer",
    "verification_token",
    "verify_email",
]
