"""Documents of bookings: data in, PDF out; no decisions."""

from bookings.documents.agreement import agreement_pdf, kept_agreement_pdf
from bookings.documents.quote import quote_pdf

__all__ = ["agreement_pdf", "kept_agreement_pdf", "quote_pdf"]
