"""The edges of payments."""

from payments.views.adjustments import AdjustmentViewSet
from payments.views.checkouts import BookingCheckoutsView, CheckoutViewSet
from payments.views.decisions import DecisionViewSet
from payments.views.demands import (
    CreditNoteViewSet,
    DemandViewSet,
    InterestView,
    MilestoneDemandsView,
    MilestoneUncertifyView,
)
from payments.views.documents import (
    AllotmentLetterView,
    CreditNoteView,
    DemandLetterView,
    LetterBatchViewSet,
    SettlementView,
    StatementPdfView,
    StatementSheetView,
)
from payments.views.plans import PlanPreviewView, PlanViewSet, ScheduleViewSet
from payments.views.rates import RateViewSet
from payments.views.receipts import BookingPaymentsView, PaymentViewSet, ReceiptView
from payments.views.statements import StatementView
from payments.views.webhooks import FakeGatewayPage, WebhookView

__all__ = [
    "AdjustmentViewSet",
    "AllotmentLetterView",
    "BookingCheckoutsView",
    "BookingPaymentsView",
    "CheckoutViewSet",
    "CreditNoteView",
    "CreditNoteViewSet",
    "DecisionViewSet",
    "DemandLetterView",
    "DemandViewSet",
    "FakeGatewayPage",
    "InterestView",
    "LetterBatchViewSet",
    "MilestoneDemandsView",
    "MilestoneUncertifyView",
    "PaymentViewSet",
    "PlanPreviewView",
    "PlanViewSet",
    "RateViewSet",
    "ReceiptView",
    "ScheduleViewSet",
    "SettlementView",
    "StatementPdfView",
    "StatementSheetView",
    "StatementView",
    "WebhookView",
]
