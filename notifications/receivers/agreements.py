"""Agreements speak: whose signature is awaited (R5.6)."""

from bookings.enums import BookingState
from bookings.events import AgreementGenerated, SignatureGiven
from bookings.models import Agreement, Booking, Signature
from bookings.services import missing_parties
from bookings.services.signatures import BUILDER
from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import BUILDER_URL, all_buyers, tell
from realestate.core.events import on

BEFORE = {BookingState.ON_HOLD, BookingState.TOKEN_PAID}


@on(AgreementGenerated)
def tell_who_signs(event: AgreementGenerated) -> None:
    """Every applicant with an account: what to sign, or from when on."""
    row = Agreement.objects.select_related("booking__project", "booking__unit").get(
        pk=event.agreement_id
    )
    booking = row.booking
    then = ""  # signed already: a version to read
    if booking.state == BookingState.BOOKING_CONFIRMED:
        then = " Please read and sign it."
    elif booking.state in BEFORE:
        then = " You can read it now, and sign it once the booking is confirmed."
    tell(
        all_buyers(booking),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Agreement to sign" if then else "New version of the agreement",
        message=f"Agreement {row.agreement_number} for {_what(booking)} is ready.{then}",
        related=("agreement", row.pk),
        dedupe_key=f"agreement:{row.pk}:ready",
        priority=Priority.HIGH,
    )


@on(SignatureGiven)
def tell_builder_to_sign(event: SignatureGiven) -> None:
    """The builder, once all buyers have signed and if it did not record the last of them itself."""
    signature = Signature.objects.select_related(
        "agreement__booking__project", "agreement__booking__unit"
    ).get(pk=event.signature_id)
    row = signature.agreement
    booking = row.booking
    if missing_parties(booking) != [BUILDER]:
        return
    tell(
        ({booking.project.builder_id} - {signature.recorded_by_id}, BUILDER_URL),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Agreement to sign",
        message=f"All buyers have signed agreement {row.agreement_number} for {_what(booking)}."
        " Your signature is awaited.",
        related=("agreement", row.pk),
        dedupe_key=f"agreement:{row.pk}:builder",
        priority=Priority.HIGH,
    )


def _what(booking: Booking) -> str:
    unit = f"unit {booking.unit.unit_number} in " if booking.unit else ""
    return f"{unit}{booking.project.project_name} (booking {booking.booking_number})"
