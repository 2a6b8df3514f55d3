"""Filing a further document to a booking."""

from accounts.models import User
from bookings.enums import DocumentVisibility
from bookings.events import DocumentFiled
from bookings.models import BookingDocument
from bookings.services.standing import lock_booking, refuse_customers
from realestate.core import audit, clock
from realestate.core.db.conflicts import register_conflict
from realestate.core.errors import DomainError, InvalidValue
from realestate.core.events import publish
from realestate.core.models import StoredFile
from realestate.core.transactions import service


class AlreadyFiled(DomainError):
    """This file is among the documents of the booking already."""

    code, status = "already_filed", 409


register_conflict("one_document_per_file", AlreadyFiled)


@service
def file_document(
    *,
    actor: User,
    booking_id: int,
    file_id: int,
    title: str,
    visibility: DocumentVisibility = DocumentVisibility.BUILDER,
) -> BookingDocument:
    """Put a file that the actor has uploaded to a booking, for both parties or for the builder's side alone.

    Raises NotAllowed (403) for customers, InvalidValue (400) for files of others, AlreadyFiled (409);
    Booking.DoesNotExist for strangers.
    """
    refuse_customers(actor, "Only the builder files documents.")
    booking = lock_booking(actor, booking_id)
    if not StoredFile.objects.filter(pk=file_id, owner=actor).exists():
        raise InvalidValue(errors={"file_id": ["There is no such file of yours."]})
    row = BookingDocument(
        booking=booking,
        file_id=file_id,
        title=title,
        visibility=visibility,
        filed_by=actor,
        filed_at=clock.now(),
    )
    row.save(force_insert=True)
    facts = {"title": title, "visibility": visibility, "file": file_id}
    audit.record(actor, row, "filed", after=facts)
    publish(DocumentFiled(document_id=row.pk, booking_id=booking.pk))
    return row
