"""Back-office pages for money."""

from payments.admin.receipts import PaymentAdmin
from payments.admin.settlements import DefaultNoticeAdmin, RefundAdmin, SettlementAdmin

__all__ = ["DefaultNoticeAdmin", "PaymentAdmin", "RefundAdmin", "SettlementAdmin"]
