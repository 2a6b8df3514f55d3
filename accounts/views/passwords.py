"""Passwords and e-mail addresses: change, reset, verify."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import rules, services
from accounts.models import User
from accounts.serializers import (
    LoginRead,
    PasswordChangeWrite,
    PasswordResetConfirmWrite,
    PasswordResetWrite,
    VerifyEmailConfirmWrite,
)
from accounts.services import IncorrectPassword, InvalidLink, WeakPassword
from accounts.views.auth import Entrance, login_response
from accounts.views.limits import client_of, count_account, count_address
from realestate.core.api.access import USERS
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, message
from realestate.core.enums import Duty
from realestate.core.errors import TooManyRequests


class PasswordChangeView(Edge):
    """POST /api/auth/password/change."""

    access = {"post": USERS}
    duty = Duty.PERSONAL
    errors = {"post": (IncorrectPassword, WeakPassword, TooManyRequests)}
    tag = "auth"

    @extend_schema(
        request=PasswordChangeWrite, responses=LoginRead, operation_id="auth_password_change"
    )
    def post(self, request: Request) -> Response:
        """Change your password.

        Every session ends, this one too; the answer holds the tokens of a new one.
        """
        body = self.parse(PasswordChangeWrite)
        user: User = request.user  # type: ignore[assignment]  # the guard lets only users in
        count_account(user.email, rules.PASSWORD_CHECK)
        return login_response(
            services.change_password(actor=user, **body, client=client_of(request))
        )


class PasswordResetView(Entrance):
    """POST /api/auth/password/reset."""

    @extend_schema(
        request=PasswordResetWrite, responses=MessageRead, operation_id="auth_password_reset"
    )
    def post(self, request: Request) -> Response:
        """Ask for an e-mail with a link to set a new password; the answer is the same for unknown addresses."""
        body = self.parse(PasswordResetWrite)
        count_address(request, rules.RESET_PER_ADDRESS)
        count_account(body["email"], rules.RESET_PER_ACCOUNT)
        services.request_password_reset(**body)
        return message("If there is an account with this address, a link is on its way to it.")


class PasswordResetConfirmView(Entrance):
    """POST /api/auth/password/reset/confirm."""

    errors = {"post": (InvalidLink, WeakPassword)}

    @extend_schema(
        request=PasswordResetConfirmWrite,
        responses=MessageRead,
        operation_id="auth_password_reset_confirm",
    )
    def post(self, request: Request) -> Response:
        """Set a new password with the token of the link; every session ends."""
        body = self.parse(PasswordResetConfirmWrite)
        count_address(request, rules.LINK_PER_ADDRESS)
        services.reset_password(**body, client=client_of(request))
        return message("Your new password is set. Please log in.")


class VerifyEmailView(Edge):
    """POST /api/auth/verify-email."""

    access = {"post": USERS}
    duty = Duty.PERSONAL
    errors = {"post": (TooManyRequests,)}
    tag = "auth"

    @extend_schema(request=None, responses=MessageRead, operation_id="auth_verify_email")
    def post(self, request: Request) -> Response:
        """Send the e-mail with the link that verifies your address again."""
        user: User = request.user  # type: ignore[assignment]  # the guard lets only users in
        count_address(request, rules.VERIFY_PER_ADDRESS)
        count_account(user.email, rules.VERIFY_PER_ACCOUNT)
        if services.send_verification(actor=user):
            return message("A link is on its way to you.")
        return message("Your e-mail address is verified already.")


class VerifyEmailConfirmView(Entrance):
    """POST /api/auth/verify-email/confirm."""

    errors = {"post": (InvalidLink,)}

    @extend_schema(
        request=VerifyEmailConfirmWrite,
        responses=MessageRead,
        operation_id="auth_verify_email_confirm",
    )
    def post(self, request: Request) -> Response:
        """Verify your address with the token of the link."""
        body = self.parse(VerifyEmailConfirmWrite)
        count_address(request, rules.LINK_PER_ADDRESS)
        services.verify_email(**body)
        return message("Your e-mail address is verified.")
