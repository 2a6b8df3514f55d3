"""Back-office pages for money."""

from payments.admin import links
from payments.admin.account import (
    AdjustmentAdmin,
    AllocationAdmin,
    CreditNoteAdmin,
    DemandAdmin,
    LedgerEntryAdmin,
    LetterBatchAdmin,
)
from payments.admin.gateway import CheckoutAdmin, GatewayEventAdmin
from payments.admin.plans import (
    InterestRateAdmin,
    PlanTemplateAdmin,
    ScheduleRevisionAdmin,
    TermsAdmin,
)
from payments.admin.receipts import PaymentAdmin
from payments.admin.reminders import ReminderAdmin
from payments.admin.settlements import DefaultNoticeAdmin, RefundAdmin, SettlementAdmin

__all__ = [
    "AdjustmentAdmin",
    "AllocationAdmin",
    "CheckoutAdmin",
    "CreditNoteAdmin",
    "DefaultNoticeAdmin",
    "DemandAdmin",
    "GatewayEventAdmin",
    "InterestRateAdmin",
    "LedgerEntryAdmin",
    "LetterBatchAdmin",
    "PaymentAdmin",
    "PlanTemplateAdmin",
    "RefundAdmin",
    "ReminderAdmin",
    "ScheduleRevisionAdmin",
    "SettlementAdmin",
    "TermsAdmin",
    "links",
]
