"""Register, log in, refresh, log out, and one's own account."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import rules, services
from accounts.models import User
from accounts.serializers import (
    BuilderWrite,
    CustomerWrite,
    LoginForm,
    LoginRead,
    LoginWrite,
    LogoutWrite,
    NameWrite,
    RefreshWrite,
    RegisterWrite,
    TokenRead,
    UserRead,
)
from accounts.services import (
    CodeRefused,
    CodeRequired,
    EmailTaken,
    IncorrectCredentials,
    LicenseTaken,
    SecondFactorMissing,
    SessionEnded,
    TokenRefused,
    WeakPassword,
)
from accounts.views.limits import attempt, client_of, code_attempt, count_account, count_address
from realestate.core.api.access import PUBLIC, USERS
from realestate.core.api.parsers import JSONParser
from realestate.core.api.serializers import MessageRead
from realestate.core.api.views import Edge, message
from realestate.core.enums import Duty, Role

MADE = "Your account is made. Please log in: we will send a code to your e-mail address."
MAILED = "We have sent you an e-mail. Follow the link in it to open your account."


class Entrance(Edge):
    """Doors that need no key: a stale token that the frontend still sends is not even looked at (contract T6)."""

    authentication_classes = ()
    access = {"post": PUBLIC}
    duty = Duty.PERSONAL
    tag = "auth"


def login_response(login: services.Login, status: int = 200) -> Response:
    """Contract 5: the tokens and the user."""
    return Response(LoginRead({**vars(login.tokens), "user": login.user}).data, status=status)


class RegisterView(Entrance):
    """POST /api/auth/register."""

    errors = {"post": (EmailTaken, LicenseTaken, WeakPassword)}

    @extend_schema(
        request=RegisterWrite,
        responses={201: LoginRead, 202: MessageRead},
        operation_id="auth_register",
    )
    def post(self, request: Request) -> Response:
        """Make an account as a builder or customer and log in.

        Where the platform registers discreetly (202), the account opens with the link in an e-mail, and nobody hears
        whether an address has an account. Where a login takes a mailed code, registering opens no session either (202).
        """
        body = self.parse(RegisterWrite)
        count_address(request, rules.REGISTER_PER_ADDRESS)
        count_account(body["email"], rules.REGISTER_PER_ACCOUNT)
        if settings.REGISTER_DISCREETLY:
            services.register_discreetly(**body)
            return Response({"message": MAILED}, status=202)
        login = services.register_account(**body, client=client_of(request))
        if login is None:
            return Response({"message": MADE}, status=202)
        return login_response(login, status=201)


class LoginView(Entrance):
    """POST /api/auth/login."""

    parser_classes = (JSONParser, FormParser, MultiPartParser)
    errors = {"post": (IncorrectCredentials, CodeRequired, CodeRefused, SecondFactorMissing)}

    @extend_schema(
        request={"application/json": LoginWrite, "application/x-www-form-urlencoded": LoginForm},
        responses=LoginRead,
        operation_id="auth_login",
        examples=[
            OpenApiExample(
                "customer", LoginWrite.example, request_only=True, media_type="application/json"
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Log in with e-mail address and password, and with a code where one is asked for.

        Staff whom the back office asks for a second factor send the `code` of their app, or a recovery code, here too;
        without it a right password is answered with 401 `code_required`. Where the platform mails codes, that answer
        has a `challenge`: log in again with it and with the `code` from the mail, within ten minutes.
        """
        body = self.parse(LoginWrite)
        user_type = (body.get("user_type") or "").strip().lower()
        code, challenge = body.get("code") or "", body.get("challenge") or ""
        with attempt(request, body["email"]):
            user = services.recognise(
                email=body["email"], password=body["password"], user_type=user_type
            )
        with code_attempt(request, user, code):
            login = services.log_in(
                user=user, code=code, challenge=challenge, client=client_of(request)
            )
        return login_response(login)


class RefreshView(Entrance):
    """POST /api/auth/refresh."""

    errors = {"post": (TokenRefused, SessionEnded)}

    @extend_schema(request=RefreshWrite, responses=TokenRead, operation_id="auth_refresh")
    def post(self, request: Request) -> Response:  # DRF's signature
        """Exchange a refresh token for a new pair.

        A refresh token works once. Within ten seconds the same answer is given again; after that the session ends,
        because somebody else may have the token.
        """
        pair = services.refresh_session(**self.parse(RefreshWrite))
        return Response(TokenRead(vars(pair)).data)


class LogoutView(Edge):
    """POST /api/auth/logout."""

    access = {"post": USERS}
    duty = Duty.PERSONAL
    tag = "auth"

    @extend_schema(request=LogoutWrite, responses=MessageRead, operation_id="auth_logout")
    def post(self, request: Request) -> Response:
        """Log out: the tokens of this session, or of all, stop working at once."""
        user: User = request.user  # type: ignore[assignment]  # the guard lets only users in
        if self.parse(LogoutWrite)["everywhere"]:
            services.end_sessions(actor=user, user_id=user.pk, reason="logged out everywhere")
        else:
            session_id = getattr(request.auth, "session_id", 0)
            services.end_session(
                actor=user, session_id=session_id, user_id=user.pk, reason="logged out"
            )
        return message("You are logged out.")


class MeView(Edge):
    """GET and PATCH /api/auth/me."""

    access = {"get": USERS, "patch": USERS}
    duty = Duty.PERSONAL
    errors = {"patch": (LicenseTaken,)}
    tag = "auth"

    @extend_schema(responses=UserRead, operation_id="auth_me")
    def get(self, request: Request) -> Response:
        """Your account and profile."""
        return self._shown(request)

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="ProfileWrite",
            serializers=[BuilderWrite, CustomerWrite, NameWrite],
            resource_type_field_name=None,
        ),
        responses=UserRead,
        examples=[
            OpenApiExample("Customer", value={"phone": "+91 98200 22222"}, request_only=True),
            OpenApiExample("Builder", value={"website": "https://example.com"}, request_only=True),
        ],
        operation_id="auth_me_edit",
    )
    def patch(self, request: Request) -> Response:
        """Edit your profile.

        Builders edit company, licence, phone, address, website, description and logo; customers name, phone, address,
        date of birth and contact method; members of a builder's team their name. Type, e-mail address and flags do not
        change here.
        """
        user: Any = request.user
        match user.user_type:
            case Role.BUILDER if user.employer_id is not None:
                services.rename_self(actor=user, changes=self.parse(NameWrite, partial=True))
            case Role.BUILDER:
                changes = self.parse(BuilderWrite, partial=True)
                services.update_builder(actor=user, builder_id=user.pk, changes=changes)
            case Role.CUSTOMER:
                changes = self.parse(CustomerWrite, partial=True)
                services.update_customer(actor=user, customer_id=user.pk, changes=changes)
        return self._shown(request)

    def _shown(self, request: Request) -> Response:
        row = User.objects.for_user(request.user).with_profile().get(pk=request.user.pk)
        return Response(UserRead(row).data)
