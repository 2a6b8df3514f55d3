"""Profiles of builders and customers."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.models import Builder, Customer
from accounts.serializers import (
    BuilderOwn,
    BuilderPublic,
    BuilderWrite,
    CustomerContact,
    CustomerOwn,
    CustomerWrite,
)
from accounts.services import LicenseTaken
from realestate.core.api.access import BUILDERS, PUBLIC, USERS, role_of
from realestate.core.api.views import HouseViewSet, Shape
from realestate.core.enums import Duty, Role

CUSTOMER_EDITORS: frozenset[str] = frozenset({Role.CUSTOMER.value, Role.STAFF.value})
BUILDER_SHAPES = PolymorphicProxySerializer(
    component_name="BuilderRead",
    serializers=[BuilderPublic, BuilderOwn],
    resource_type_field_name=None,
)
CUSTOMER_SHAPES = PolymorphicProxySerializer(
    component_name="CustomerRead",
    serializers=[CustomerContact, CustomerOwn],
    resource_type_field_name=None,
)


class ProfileViewSet(HouseViewSet):
    """What both have in common: the owner and staff see more than others."""

    own: ClassVar[Shape]

    def caller_key(self) -> int | None:
        """The key of the profile that is the caller's."""
        return self.caller.pk  # type: ignore[no-any-return]  # a user of the house

    def show(self, pk: int, status: int = 200) -> Response:
        """The row in the shape that the caller may see."""
        inside = pk == self.caller_key() or role_of(self.request) == Role.STAFF
        shape = self.own if inside else self.read
        rows = self.one_inside if inside else self.one
        return Response(self.show_row(rows, pk, shape), status=status)

    def one_inside(self, pk: int) -> QuerySet[Any]:
        """The row with a key, with what its owner sees."""
        return self.shaped(self.rows(), self.own).filter(pk=pk)


class BuilderViewSet(ProfileViewSet):
    """GET and PATCH /api/builders/{id}."""

    model, read, own = Builder, BuilderPublic, BuilderOwn
    access = {"retrieve": PUBLIC, "partial_update": BUILDERS}
    catalogue = frozenset({"retrieve"})
    errors = {"partial_update": (LicenseTaken,)}
    tag = "profiles"
    duties = {"partial_update": Duty.SETUP}

    def caller_key(self) -> int | None:
        """The builder that the caller acts for."""
        return getattr(self.caller, "builder_id", None)

    @extend_schema(responses=BUILDER_SHAPES, operation_id="builder")
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """A builder; licence, phone and address only for the builder and staff."""
        return super().retrieve(request, pk)

    @extend_schema(request=BuilderWrite, responses=BuilderOwn, operation_id="builder_edit")
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit your builder profile; staff any. A changed licence has to be checked again."""
        changes = self.parse(BuilderWrite, partial=True)
        services.update_builder(actor=request.user, builder_id=int(pk), changes=changes)  # type: ignore[arg-type]  # a user
        return self.show(int(pk))


class CustomerViewSet(ProfileViewSet):
    """GET and PATCH /api/customers/{id}."""

    model, read, own = Customer, CustomerContact, CustomerOwn
    access = {"retrieve": USERS, "partial_update": CUSTOMER_EDITORS}
    duty = Duty.SALES
    tag = "profiles"

    @extend_schema(responses=CUSTOMER_SHAPES, operation_id="customer")
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """A customer: yourself, or as a builder those who have dealt with you."""
        return super().retrieve(request, pk)

    @extend_schema(request=CustomerWrite, responses=CustomerOwn, operation_id="customer_edit")
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit your customer profile; staff any."""
        changes = self.parse(CustomerWrite, partial=True)
        services.update_customer(actor=request.user, customer_id=int(pk), changes=changes)  # type: ignore[arg-type]  # a user
        return self.show(int(pk))
