"""All papers of a booking that a reader may see, from a fixed number of queries: stored files and drawn documents."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Model, Q, QuerySet, TextChoices

from accounts.models import User
from bookings.enums import DocumentVisibility
from bookings.models import (
    Agreement,
    Booking,
    BookingDocument,
    ChangeRequest,
    Quote,
    Signature,
)
from payments.enums import ReceiptState, SettlementState
from payments.models import CreditNote, Demand, Payment, ScheduleRevision, Settlement
from progress.models import Certificate
from realestate.core import clock
from realestate.core.api.pdf import document_link
from realestate.core.enums import Role
from realestate.core.files import file_path, signed_link
from realestate.core.models import StoredFile
from realestate.core.readers import Reader

MINUTES = 10  # in which a link of the list opens
BOTH, OURS = DocumentVisibility.BUYER, DocumentVisibility.BUILDER
MAKERS = ("builder", "customer", "employer")  # of a user, for its name


class PaperKind(TextChoices):
    """What a paper is."""

    QUOTE = "quote", "Quote"
    AGREEMENT = "agreement", "Agreement"
    SIGNED_PAGE = "signed_page", "Signed page"
    ALLOTMENT = "allotment_letter", "Allotment letter"
    DEMAND = "demand_letter", "Demand letter"
    RECEIPT = "receipt", "Receipt"
    PROOF = "proof", "Proof of payment"
    CREDIT_NOTE = "credit_note", "Credit note"
    SETTLEMENT = "settlement", "Settlement"
    STATEMENT = "statement", "Statement of account"
    CERTIFICATE = "certificate", "Certificate"
    CHANGE = "change_attachment", "Attachment of a change request"
    DOCUMENT = "document", "Document"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One paper: a stored ``file``, or a ``path`` that draws it, or the ``address`` of something elsewhere."""

    key: str
    kind: PaperKind
    title: str
    on: date | datetime
    number: str = ""
    version: int | None = None
    file: StoredFile | None = None
    path: str = ""
    address: str = ""
    visibility: DocumentVisibility = BOTH
    by: User | None = None

    def url(self, reader: Reader) -> str | None:
        """A link that ends soon and is the reader's own; None while there is nothing to open."""
        if self.file is not None:
            return signed_link(self.file, MINUTES, reader=reader)
        if self.path:
            return document_link(self.path, reader)
        return self.address or None


def papers_of(booking: Booking, reader: User) -> list[Paper]:
    """The papers of a booking, with its project and its project's builder, the newest first."""
    zone = booking.project.time_zone
    papers = [paper for source in SOURCES for paper in source(booking, reader)]
    return sorted(papers, key=lambda paper: (clock.day_of(paper.on, zone), paper.key), reverse=True)


def maker(paper: Paper, booking: Booking, reader: User) -> str:
    """Who made a paper; buyers read the company for whoever of the builder's people it was."""
    user = paper.by
    if user is None or (user.user_type == Role.STAFF and reader.user_type != Role.STAFF):
        return "Platform"
    if user.user_type == Role.BUILDER and reader.user_type == Role.CUSTOMER:
        return booking.project.builder.company_name
    return user.full_name


def _rows(model: type[Model], reader: User, maker: str = "", *more: str) -> QuerySet[Any]:
    """What the reader may see, with who made it and other neighbours."""
    people = [f"{maker}__{path}" for path in MAKERS] if maker else []
    rows: QuerySet[Any] = model._default_manager.for_user(reader)  # type: ignore[attr-defined]  # noqa: SLF001  # each of them has it
    return rows.select_related(*people, *more) if (people or more) else rows


def _quotes(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(Quote, reader, "created_by").filter(pk=booking.quote_id):
        yield Paper(
            key=f"quote-{row.pk}",
            kind=PaperKind.QUOTE,
            title="Quote",
            number=row.quote_number,
            on=row.created_at,
            path=f"/api/quotes/{row.pk}/pdf",
            by=row.created_by,
        )


def _agreements(booking: Booking, reader: User) -> Iterator[Paper]:
    rows = _rows(Agreement, reader, "created_by", "file").filter(booking=booking)
    newest = True
    for row in rows.order_by("-version"):
        drawn = f"/api/bookings/{booking.pk}/download-agreement" if newest else ""
        yield Paper(
            key=f"agreement-{row.pk}",
            kind=PaperKind.AGREEMENT,
            title="Booking agreement",
            number=row.agreement_number,
            version=row.version,
            on=row.created_at,
            file=row.file,
            path="" if row.file else drawn,
            by=row.created_by,
        )
        newest = False


def _signed(booking: Booking, reader: User) -> Iterator[Paper]:
    rows = _rows(Signature, reader, "recorded_by", "scan", "agreement")
    for row in rows.filter(agreement__booking=booking, scan__isnull=False):
        yield Paper(
            key=f"signed_page-{row.pk}",
            kind=PaperKind.SIGNED_PAGE,
            title=f"Signed by {row.name}",
            number=row.agreement.agreement_number,
            version=row.agreement.version,
            on=row.signed_at,
            file=row.scan,
            by=row.recorded_by,
        )


def _allotment(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(ScheduleRevision, reader, "created_by").filter(booking=booking, number=1):
        yield Paper(
            key=f"allotment_letter-{booking.pk}",
            kind=PaperKind.ALLOTMENT,
            title="Allotment letter",
            number=booking.booking_number,
            on=row.created_at,
            path=f"/api/bookings/{booking.pk}/allotment-letter",
            by=row.created_by,
        )


def _demands(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(Demand, reader).filter(booking=booking):
        yield Paper(
            key=f"demand_letter-{row.pk}",
            kind=PaperKind.DEMAND,
            title=f"Demand, due {row.due_on:%d %b %Y}",
            number=row.number,
            on=row.issued_on,
            path=f"/api/demands/{row.pk}/letter",
        )


def _receipts(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(Payment, reader, "recorded_by", "proof").filter(booking=booking):
        if row.state == ReceiptState.CLEARED:
            yield Paper(
                key=f"receipt-{row.pk}",
                kind=PaperKind.RECEIPT,
                title="Receipt",
                number=row.receipt_number,
                on=row.paid_date,
                path=f"/api/payments/{row.pk}/receipt",
                by=row.recorded_by,
            )
        if row.proof is not None:
            yield Paper(
                key=f"proof-{row.pk}",
                kind=PaperKind.PROOF,
                title=row.proof.name,
                number=row.receipt_number or row.transaction_id,
                on=row.created_at,
                file=row.proof,
                by=row.recorded_by,
            )


def _credit_notes(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(CreditNote, reader, "requested_by").filter(booking=booking):
        yield Paper(
            key=f"credit_note-{row.pk}",
            kind=PaperKind.CREDIT_NOTE,
            title="Credit note",
            number=row.number,
            on=row.issued_on,
            path=f"/api/credit-notes/{row.pk}/pdf",
            by=row.requested_by,
        )


def _settlements(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(Settlement, reader, "requested_by").filter(booking=booking):
        yield Paper(
            key=f"settlement-{row.pk}",
            kind=PaperKind.SETTLEMENT,
            title=f"Settlement ({row.get_state_display().lower()})",
            version=row.version,
            on=row.decided_at or row.requested_at,
            path=f"/api/settlements/{row.pk}/pdf",
            visibility=BOTH if row.state == SettlementState.APPROVED else OURS,
            by=row.requested_by,
        )


def _statements(booking: Booking, _reader: User) -> Iterator[Paper]:
    for kind in ("pdf", "xlsx"):
        yield Paper(
            key=f"statement-{kind}",
            kind=PaperKind.STATEMENT,
            title=f"Statement of account, as of today ({kind.upper()})",
            number=booking.booking_number,
            on=clock.today(booking.project.time_zone),
            path=f"/api/bookings/{booking.pk}/statement.{kind}",
        )


def _certificates(booking: Booking, reader: User) -> Iterator[Paper]:
    """Of the whole project and of the unit's tower."""
    tower = booking.unit.tower_id if booking.unit else None
    rows = _rows(Certificate, reader, "recorded_by", "file").filter(
        Q(tower=None) | Q(tower=tower), project=booking.project_id, file__isnull=False
    )
    for row in rows:
        yield Paper(
            key=f"certificate-{row.pk}",
            kind=PaperKind.CERTIFICATE,
            title=f"{row.get_kind_display()} certificate",
            number=row.number,
            on=row.issued_on,
            file=row.file,
            by=row.recorded_by,
        )


def _changes(booking: Booking, reader: User) -> Iterator[Paper]:
    rows = list(_rows(ChangeRequest, reader).filter(booking=booking))
    paths = [path for row in rows for path in row.attachments]
    keys = [path.rpartition("/")[2] for path in paths if path.startswith("/api/files/")]
    files = StoredFile.objects.select_related(*(f"owner__{path}" for path in MAKERS))
    known = {file_path(file): file for file in files.filter(pk__in=keys)}
    for row in rows:
        for place, path in enumerate(row.attachments, 1):
            file = known.get(path)
            yield Paper(
                key=f"change_attachment-{row.pk}-{place}",
                kind=PaperKind.CHANGE,
                title=file.name if file else urlsplit(path).path.rpartition("/")[2] or path,
                number=row.tracking_number,
                on=row.created_at,
                file=file,
                address="" if file else path,
                by=file.owner if file else booking.customer.user,
            )


def _filed(booking: Booking, reader: User) -> Iterator[Paper]:
    for row in _rows(BookingDocument, reader, "filed_by", "file").filter(booking=booking):
        yield Paper(
            key=f"document-{row.pk}",
            kind=PaperKind.DOCUMENT,
            title=row.title,
            on=row.filed_at,
            file=row.file,
            visibility=DocumentVisibility(row.visibility),
            by=row.filed_by,
        )


SOURCES = (
    _quotes,
    _agreements,
    _signed,
    _allotment,
    _demands,
    _receipts,
    _credit_notes,
    _settlements,
    _statements,
    _certificates,
    _changes,
    _filed,
)
