"""Back-office pages for money."""

from payments.admin.gateway import CheckoutAdmin, GatewayEventAdmin
from payments.admin.receipts import PaymentAdmin
from payments.admin.reminders import ReminderAdmin
from payments.admin.settlements import DefaultNoticeAdmin, RefundAdmin, SettlementAdmin

__all__ = [
    "CheckoutAdmin",
    "DefaultNoticeAdmin",
    "GatewayEventAdmin",
    "PaymentAdmin",
    "RefundAdmin",
    "ReminderAdmin",
    "SettlementAdmin",
]
