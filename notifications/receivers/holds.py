"""Holds speak: their holder reads in time that they will lapse (R4.5). That they were extended is no news."""

from bookings.events import HoldNearsEnd
from bookings.models import Booking
from notifications.enums import NotificationType, Priority
from notifications.receivers.sides import Side, buyer, one, tell
from projects.models import Claim
from realestate.core import clock
from realestate.core.events import on


@on(HoldNearsEnd)
def warn_holder(event: HoldNearsEnd) -> None:
    """For whom the unit is held, or who holds it for nobody: until when, and what keeps it; once for each end."""
    claim = Claim.objects.select_related("unit__project", "taken_by").get(pk=event.claim_id)
    if claim.expires_at is None:  # paid for meanwhile
        return
    project = claim.unit.project
    booking = Booking.objects.filter(claim=claim).first()
    under = f" (booking {booking.booking_number})" if booking else ""
    keeps = "Pay the token" if booking else "Book it"
    if claim.customer_id is None:
        keeps = "Extend it"
    tell(
        *_holder(claim),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="Hold ends soon",
        message=f"Your hold on unit {claim.unit.unit_number} in {project.project_name}{under} ends at"
        f" {clock.local(claim.expires_at, project.time_zone):%I:%M %p}. {keeps} before then, or others can book it.",
        related=("booking", booking.pk) if booking else ("unit", claim.unit_id),
        dedupe_key=f"claim:{claim.pk}:ends:{claim.expires_at.isoformat()}",
        priority=Priority.HIGH,
    )


def _holder(claim: Claim) -> tuple[Side, ...]:
    if claim.customer_id is not None:
        return (buyer(claim.customer_id),)
    return (one(claim.taken_by),) if claim.taken_by else ()
