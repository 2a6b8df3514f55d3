"""The edges of accounts: auth/*, builders and customers."""

from accounts.views.auth import LoginView, LogoutView, MeView, RefreshView, RegisterView
from accounts.views.passwords import (
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
    VerifyEmailConfirmView,
    VerifyEmailView,
)
from accounts.views.profiles import BuilderViewSet, CustomerViewSet
from accounts.views.sessions import SessionViewSet
from accounts.views.team import TeamViewSet

__all__ = [
    "BuilderViewSet",
    "CustomerViewSet",
    "LoginView",
    "LogoutView",
    "MeView",
    "PasswordChangeView",
    "PasswordResetConfirmView",
    "PasswordResetView",
    "RefreshView",
    "RegisterView",
    "SessionViewSet",
    "TeamViewSet",
    "VerifyEmailConfirmView",
    "VerifyEmailView",
]
