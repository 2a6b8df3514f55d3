"""A small API of its own, so that the shared edge is tested without any app's rules.

Use with ``@pytest.mark.urls("tests.core.probe")``.
"""

from contextlib import suppress
from typing import ClassVar
from uuid import uuid4

from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from projects.models import Project
from realestate.core.api import errors
from realestate.core.api.access import BUILDERS, CUSTOMERS, PUBLIC, USERS
from realestate.core.api.idempotency import idempotent
from realestate.core.api.serializers import ReadSerializer, WriteSerializer
from realestate.core.api.views import Edge, HouseViewSet, message
from realestate.core.enums import Duty
from realestate.core.errors import (
    Conflict,
    InvalidTransition,
    NotAllowed,
    ServiceUnavailable,
    StaleVersion,
    TooManyRequests,
)
from realestate.core.models import SystemSetting
from realestate.core.transactions import service

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error


def in_the_database(sql):
    """An error of the database itself."""

    def run():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


def throw(error):
    """Raise an error when called."""

    def run():
        raise error

    return run


TROUBLE = {
    "conflict": throw(Conflict()),
    "transition": throw(InvalidTransition(state="sold", allowed=["cancel"])),
    "fields": throw(NotAllowed("Not you.", errors={"unit_id": ["Not yours."]})),
    "stale": throw(StaleVersion()),
    "throttled": throw(TooManyRequests(wait_seconds=17)),
    "unavailable": throw(ServiceUnavailable()),
    "missing-row": throw(ObjectDoesNotExist("Project matching query does not exist.")),
    "missing-project": lambda: Project.objects.get(pk=0),
    "http404": throw(Http404("a path that leaks")),
    "integrity": throw(IntegrityError("duplicate key value leaks")),
    "data": in_the_database("SELECT 'x'::int"),
    "data-too-large": throw(DataError("integer out of range")),
    "body-too-big": throw(RequestDataTooBig()),
    "operational": throw(OperationalError("server closed the connection")),
    "interface": throw(InterfaceError("connection already closed")),
    "statement-timeout": in_the_database("SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(1)"),
    "validation": throw(
        exceptions.ValidationError({"email": ["This field is required."], "phone": ["Too short."]}),
    ),
    "validation-general": throw(
        exceptions.ValidationError({"non_field_errors": ["Dates in order, please."]})
    ),
    "validation-list": throw(exceptions.ValidationError(["One.", "Two."])),
    "validation-nested": throw(
        exceptions.ValidationError(
            {
                "units": [{}, {"price": ["This field may not be null."]}],
                "tags": {"2": ["Too long."]},
            }
        ),
    ),
    "validation-empty": throw(exceptions.ValidationError({})),
    "django-validation": throw(ValidationError(["Too common.", "Too short."])),
    "django-validation-fields": throw(ValidationError({"email": ["Not an address."]})),
    "not-authenticated": throw(exceptions.NotAuthenticated()),
    "authentication-failed": throw(exceptions.AuthenticationFailed("Token ended.", "token_ended")),
    "authentication-dict": throw(
        exceptions.AuthenticationFailed({"detail": "Token is wrong.", "code": "token_not_valid"})
    ),
    "permission": throw(exceptions.PermissionDenied("Not you.", "odd_code")),
    "django-permission": throw(PermissionDenied("a secret reason")),
    "suspicious": throw(SuspiciousOperation("a secret reason")),
    "bad-request": throw(BadRequest("a secret reason")),
    "drf-throttled": throw(exceptions.Throttled(wait=2.5)),
    "drf-throttled-open": throw(exceptions.Throttled()),
    "parse": throw(exceptions.ParseError()),
    "media-type": throw(exceptions.UnsupportedMediaType("text/plain")),
    "api": throw(exceptions.APIException()),
    "bug": throw(ZeroDivisionError("a secret in a trace")),
}


class Trouble(Edge):
    """Raises what its path names."""

    access: ClassVar = {"get": PUBLIC, "post": PUBLIC}

    def get(self, request, name):
        """Raise it."""
        TROUBLE[name]()

    def post(self, request, name):
        """Swallow it inside a service."""

        @service
        def swallowing():
            SystemSetting.objects.create(key="test.swallowed", value=1)
            with suppress(Conflict):
                service(TROUBLE[name])()

        swallowing()


class Echo(Edge):
    """Says what it heard; nobody may PATCH."""

    duty = Duty.PERSONAL
    access: ClassVar = {"get": USERS, "post": PUBLIC, "delete": CUSTOMERS}

    def get(self, request):
        """Who calls."""
        return message(request.user.email)

    def post(self, request):
        """The body."""
        return Response({"heard": request.data})

    def patch(self, request):
        """There is no row for it in the table."""
        return message("never")

    def delete(self, request):
        """Gone."""
        return message("Gone.", count=1)


class ProjectRead(ReadSerializer):
    aliases: ClassVar = {"name": "project_name", "nothing": "absent"}
    order = ("project_name", "pk")

    id = serializers.IntegerField()
    project_name = serializers.CharField()


class ProjectWrite(WriteSerializer):
    aliases: ClassVar = {"name": "project_name"}
    blank_is_null = ("start_date",)

    project_name = serializers.CharField(max_length=20)
    start_date = serializers.DateField(required=False, allow_null=True)


class Projects(HouseViewSet):
    """Projects as an envelope."""

    duty = Duty.PERSONAL
    model, read, list_key = Project, ProjectRead, "projects"
    access: ClassVar = {"list": PUBLIC, "retrieve": PUBLIC, "create": BUILDERS}

    def create(self, request):
        """Only look at the body."""
        return Response(self.parse(ProjectWrite), status=201)


class ProjectArray(Projects):
    """Projects as a bare array."""

    list_key = None


class Once(Edge):
    """Has one effect per key."""

    access: ClassVar = {"post": PUBLIC}

    @idempotent
    def post(self, request, name="test"):
        """Store a setting; ``fail`` refuses after the effect."""
        number = SystemSetting.objects.count() + 1
        # A key of its own each time, so that two effects at one moment are two rows.
        setting = store(key=f"{name}.{uuid4().hex}", value=request.data)
        if request.data.get("fail"):
            raise Conflict
        return Response({"id": setting.pk, "number": number, "text": "₹ 7.50"}, status=201)


@service
def store(*, key, value):
    """The effect."""
    return SystemSetting.objects.create(key=key, value=value)


urlpatterns = [
    path("api/trouble/<str:name>", Trouble.as_view()),
    path("api/echo", Echo.as_view()),
    path("api/once", Once.as_view()),
    path("api/once/<str:name>", Once.as_view()),
    path("api/projects", Projects.as_view({"get": "list", "post": "create"})),
    path("api/projects/<int:pk>", Projects.as_view({"get": "retrieve"})),
    path("api/array", ProjectArray.as_view({"get": "list"})),
]
