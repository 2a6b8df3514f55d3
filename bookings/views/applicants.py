"""Applicants of a booking and the check of their identity (R18)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookings import services
from bookings.enums import KycState
from bookings.models import Applicant, Booking
from bookings.serializers import ApplicantRead, ApplicantsWrite
from realestate.core.api.access import BUILDERS, CUSTOMERS, PARTIES
from realestate.core.api.views import HouseViewSet
from realestate.core.enums import Duty
from realestate.core.errors import InvalidTransition
from realestate.core.limits import APPLICANTS


class ApplicantViewSet(HouseViewSet):
    """Who buys, as a bare array below the booking."""

    model, read = Applicant, ApplicantRead
    default_limit = 100
    tag = "applicants"
    access = {
        "list": PARTIES,
        "replace": PARTIES,
        "kyc_submit": CUSTOMERS,
        "kyc_verify": BUILDERS,
        "kyc_reject": BUILDERS,
    }
    limits = {"replace": APPLICANTS}
    duty = Duty.SALES
    errors = {
        "replace": (
            InvalidTransition,
            services.SharesNot100,
            services.OnePrimary,
            services.ApplicantTwice,
            services.ApplicantsFrozen,
        ),
        "kyc_submit": (InvalidTransition,),
        "kyc_verify": (InvalidTransition,),
        "kyc_reject": (InvalidTransition,),
    }

    @extend_schema(operation_id="bookings_applicants_list", responses=ApplicantRead(many=True))
    def list(self, request: Request, *, pk: int) -> Response:  # type: ignore[override]  # nested: the route names the booking
        """The applicants of a booking, the primary one first."""
        self.expect(Booking, pk)
        return self.show_list(keys={"booking_id": pk})

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

    @extend_schema(operation_id="applicants_kyc_submit", request=None, responses=ApplicantRead)
    def kyc_submit(self, request: Request, pk: int) -> Response:
        """Say that an applicant's papers are there to be checked."""
        return self._kyc(pk, KycState.SUBMITTED)

    @extend_schema(operation_id="applicants_kyc_verify", request=None, responses=ApplicantRead)
    def kyc_verify(self, request: Request, pk: int) -> Response:
        """Say that an applicant is who it says."""
        return self._kyc(pk, KycState.VERIFIED)

    @extend_schema(operation_id="applicants_kyc_reject", request=None, responses=ApplicantRead)
    def kyc_reject(self, request: Request, pk: int) -> Response:
        """Send an applicant's papers back; they can be submitted again."""
        return self._kyc(pk, KycState.REJECTED)

    def _kyc(self, pk: int, state: KycState) -> Response:
        services.set_kyc(actor=self.caller, applicant_id=pk, state=state)
        return self.show(pk)
