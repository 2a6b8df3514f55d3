"""The edges of payments."""

from payments.views.adjustments import AdjustmentViewSet
from payments.views.decisions import DecisionViewSet
from payments.views.demands import (
    CreditNoteViewSet,
    DemandViewSet,
    InterestView,
    MilestoneDemandsView,
)
from payments.views.rates import RateViewSet
from payments.views.receipts import BookingPaymentsView, PaymentViewSet, ReceiptView
from payments.views.statements import StatementView

__all__ = [
    "AdjustmentViewSet",
    "BookingPaymentsView",
    "CreditNoteViewSet",
    "DecisionViewSet",
    "DemandViewSet",
    "InterestView",
    "MilestoneDemandsView",
    "PaymentViewSet",
    "RateViewSet",
    "ReceiptView",
    "StatementView",
]
