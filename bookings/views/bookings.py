"""Bookings: book, read, edit, move, cancel; the customer's list and the builder's table."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer
from bookings import services
from bookings.filters import BookingFilter
from bookings.models import Booking
from bookings.serializers import (
    BookingPageRead,
    BookingPatch,
    BookingRead,
    BookingWrite,
    BuilderBookingPageRead,
    BuilderBookingRead,
    InquiryWrite,
    ReasonWrite,
    StatsRead,
    StatusWrite,
)
from projects.services import PriceListNotValid, UnitNotAvailable
from realestate.core import clock
from realestate.core.api.access import BUILDERS, PARTIES
from realestate.core.api.idempotency import (
    idempotent,
)
from realestate.core.api.reads import said
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition, StaleVersion
from realestate.core.limits import BOOKINGS, INQUIRIES

BOOKING_REFUSALS = (
    UnitNotAvailable,
    services.QuoteExpired,
    services.QuoteNotApproved,
    PriceListNotValid,
    services.PriceChanged,
    services.TokenOutOfRange,
    services.LoanOutOfRange,
    services.HoldLimit,
    services.HoldCooldown,
)


class BookingViewSet(HouseViewSet):
    """Bookings as both parties see them."""

    model, read = Booking, BookingRead
    list_key = "bookings"
    filterset_class = BookingFilter
    tag = "bookings"
    access = {
        "list": PARTIES,
        "create": PARTIES,
        "inquire": PARTIES,
        "retrieve": PARTIES,
        "partial_update": PARTIES,
        "set_status": BUILDERS,
        "cancel": PARTIES,
    }
    limits = {"create": BOOKINGS, "inquire": INQUIRIES}
    duty = Duty.SALES
    errors = {
        "create": BOOKING_REFUSALS,
        "partial_update": (
            InvalidTransition,
            StaleVersion,
            services.PlanFrozen,
            services.RatingTooEarly,
            services.LoanOutOfRange,
        ),
        "set_status": (
            InvalidTransition,
            services.SharesNot100,
            services.KycMissing,
            services.SignaturesMissing,
            services.RegistrationNumberMissing,
            services.TokenNotPaid,
            services.SettlementRequired,
        ),
        "cancel": (InvalidTransition, services.SettlementRequired),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Bookings with their status, figures, and the unit three deep."""
        return self.shaped(self.rows().with_lifecycle(clock.now()))  # type: ignore[attr-defined]  # BookingQuerySet

    def show(self, pk: int, status: int = 200) -> Response:
        """One booking; its version is the ETag."""
        response = super().show(pk, status)
        response["ETag"] = f'"{said(response.data)["version"]}"'
        return response

    @extend_schema(operation_id="bookings_list", responses=BookingPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """Your bookings, newest first."""
        return super().list(request)

    @extend_schema(operation_id="bookings_retrieve", responses=BookingRead)
    def retrieve(self, request: Request, pk: str, **_path: str) -> Response:
        """One of your bookings. The ETag is its version."""
        return super().retrieve(request, pk)

    @extend_schema(
        operation_id="bookings_create", request=BookingWrite, responses={201: BookingRead}
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Book a unit.

        Takes the unit and makes the booking in one step; it is on hold until the token is paid. Price and parties come
        from the server: from the quote. Customers book for themselves, builders and staff name a `customer_id`.
        """
        body = self.parse(BookingWrite)
        booking = services.book_unit(actor=self.caller, **body)
        return self.show(booking.pk, status=201)

    @extend_schema(
        operation_id="projects_inquire", request=InquiryWrite, responses={201: BookingRead}
    )
    @idempotent
    def inquire(self, request: Request, *, project_id: int) -> Response:
        """Tell the builder that you are interested in a project; no unit is taken.

        A visit that you arrange and a unit that you book later continue the same row. Asking again gives it again.
        """
        body = self.parse(InquiryWrite)
        row = services.open_inquiry(actor=self.caller, project_id=project_id, **body)
        return self.show(row.pk, status=201)

    @extend_schema(operation_id="bookings_update", request=BookingPatch, responses=BookingRead)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Edit a booking; what you do not send stays as it is.

        With `If-Match` (or `version`) nothing changes when somebody else was faster: 412.
        """
        changes = self.parse(BookingPatch, partial=True)
        version = seen_version(request, changes.pop("version", None))
        services.update_booking(
            actor=self.caller,
            booking_id=int(pk),
            changes=changes,
            version=version,
        )
        return self.show(int(pk))

    @extend_schema(operation_id="bookings_set_status", request=StatusWrite, responses=BookingRead)
    def set_status(self, request: Request, pk: str) -> Response:
        """Move a booking to a status by its name.

        `active` confirms a booking whose token is paid, `completed` hands it over, `cancelled` frees the unit.
        """
        body = self.parse(StatusWrite)
        services.set_status(
            actor=self.caller,
            booking_id=int(pk),
            word=body["status"],
            reason=body.get("reason", ""),
        )
        return self.show(int(pk))

    @extend_schema(operation_id="bookings_cancel", request=ReasonWrite, responses=BookingRead)
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancel a booking; the unit is free again at once.

        Refused with `settlement_required` once money was received.
        """
        services.cancel_booking(actor=self.caller, booking_id=int(pk), **self.parse(ReasonWrite))
        return self.show(int(pk))


class CustomerBookingViewSet(HouseViewSet):
    """The bookings of one customer, as a bare array."""

    model, read = Booking, BookingRead
    filterset_class = BookingFilter
    default_limit = 100
    tag = "bookings"
    access = {"list": PARTIES}

    @extend_schema(operation_id="bookings_of_customer", responses=BookingRead(many=True))
    def list(self, request: Request, *, customer_id: int) -> Response:  # type: ignore[override]  # nested: the route names the customer
        """A customer's bookings: the customer all that it buys, also with others, a builder those in its projects."""
        customer = Customer.objects.for_user(request.user).get(pk=customer_id)
        own = request.user.pk == customer.pk
        return self.show_list(keys={} if own else {"customer_id": customer.pk})

    def get_queryset(self) -> QuerySet[Any]:
        """Bookings with their status and figures."""
        return self.shaped(self.rows().with_lifecycle(clock.now()))  # type: ignore[attr-defined]  # BookingQuerySet


class BuilderBookingViewSet(HouseViewSet):
    """The builder's table of bookings, with counters."""

    model, read = Booking, BuilderBookingRead
    list_key = "bookings"
    filterset_class = BookingFilter
    tag = "bookings"
    access = {"list": BUILDERS}

    def get_queryset(self) -> QuerySet[Any]:
        """Bookings with their status and figures."""
        return self.shaped(self.rows().with_lifecycle(clock.now()))  # type: ignore[attr-defined]  # BookingQuerySet

    @extend_schema(responses=BuilderBookingPageRead)
    def list(self, request: Request, **_path: str) -> Response:
        """The bookings of your projects as flat rows, and counters over all of them."""
        stats = StatsRead(self.rows().summary(clock.now())).data  # type: ignore[attr-defined]  # BookingQuerySet
        return self.show_list(stats=stats)


def seen_version(request: Request, version: int | None) -> int | None:
    """The version that the caller has seen: from If-Match, else from the body. Raises StaleVersion for a wrong tag."""
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not tag or tag == "*":
        return version
    if not (tag.isascii() and tag.isdigit()):
        raise StaleVersion
    return int(tag)
