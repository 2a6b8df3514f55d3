"""Documents of payments: data in, PDF out; no decisions."""

from payments.documents.receipt import receipt_pdf

__all__ = ["receipt_pdf"]
