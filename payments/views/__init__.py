"""The edges of payments."""

from payments.views.documents import (
    CreditNoteView,
    DemandLetterView,
    LetterBatchViewSet,
    SettlementView,
    StatementPdfView,
    StatementSheetView,
)
from payments.views.receipts import BookingPaymentsView, PaymentViewSet, ReceiptView

__all__ = [
    "BookingPaymentsView",
    "CreditNoteView",
    "DemandLetterView",
    "LetterBatchViewSet",
    "PaymentViewSet",
    "ReceiptView",
    "SettlementView",
    "StatementPdfView",
    "StatementSheetView",
]
