"""Documents speak: whoever buys reads that one was filed for them."""

from bookings.enums import DocumentVisibility
from bookings.events import DocumentFiled
from bookings.models import BookingDocument
from notifications.enums import NotificationType
from notifications.receivers.sides import all_buyers, tell
from realestate.core.events import on


@on(DocumentFiled)
def tell_of_document(event: DocumentFiled) -> None:
    """Everybody who buys and has an account; of what is the builder's side alone nobody."""
    row = BookingDocument.objects.select_related(
        "booking__project__builder", "booking__unit", "booking__customer"
    ).get(pk=event.document_id)
    if row.visibility != DocumentVisibility.BUYER:
        return
    booking = row.booking
    unit = f"unit {booking.unit.unit_number} in " if booking.unit else ""
    company = booking.project.builder.company_name
    tell(
        all_buyers(booking),
        notification_type=NotificationType.BOOKING_UPDATE,
        title="New document",
        message=f"{company} has filed “{row.title}” for {unit}{booking.project.project_name}"
        f" (booking {booking.booking_number}).",
        related=("document", row.pk),
        dedupe_key=f"document:{row.pk}:filed",
    )
