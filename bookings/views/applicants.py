"""Applicants of a booking and the check of their identity (R18)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.models import Applicant, Booking
from bookings.serializers import ApplicantRead, ApplicantsWrite, KycWrite
from realestate.core.api.access import PARTIES
from realestate.core.api.views import HouseViewSet
from realestate.core.errors import InvalidTransition


class ApplicantViewSet(HouseViewSet):
    """Who buys, as a bare array below the booking."""

    model, read = Applicant, ApplicantRead
    default_limit = 100
    tag = "applicants"
    access = {"list": PARTIES, "replace": PARTIES, "kyc": PARTIES}
    errors = {
        "replace": (
            InvalidTransition,
            services.SharesNot100,
            services.OnePrimary,
            services.ApplicantTwice,
            services.ApplicantsFrozen,
        ),
        "kyc": (InvalidTransition,),
    }

    @extend_schema(operation_id="bookings_applicants_list", responses=ApplicantRead(many=True))
    def list(self, request: Request, *, pk: int) -> Response:  # type: ignore[override]  # nested: the route names the booking
        """The applicants of a booking, the primary one first."""
        booking = Booking.objects.for_user(request.user).get(pk=pk)
        return self.show_list(self.get_queryset().filter(booking=booking))

    @extend_schema(
        operation_id="bookings_applicants_replace",
        request=ApplicantsWrite,
        responses=ApplicantRead(many=True),
    )
    def replace(self, request: Request, pk: int) -> Response:
        """Say who buys, with shares that total 100; until the booking is confirmed."""
        body = self.parse(ApplicantsWrite)
        services.set_applicants(actor=self.caller, booking_id=pk, **body)
        return self.list(request, pk=pk)

    @extend_schema(operation_id="applicants_kyc", request=KycWrite, responses=ApplicantRead)
    def kyc(self, request: Request, pk: int) -> Response:
        """Move the check of an identity: the buyer submits, the builder verifies or rejects."""
        body = self.parse(KycWrite)
        services.set_kyc(actor=self.caller, applicant_id=pk, state=body["status"])
        return self.show(pk)
