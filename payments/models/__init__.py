"""The tables of money: plans, demands, receipts, the ledger, settlements and what gateways say."""

from payments.models.adjustments import Adjustment
from payments.models.agreed import PlanLine, PlanTemplate, ScheduleLine, ScheduleRevision, Terms
from payments.models.demands import CreditLine, CreditNote, Demand, DemandLine, InterestRate
from payments.models.gateway import Checkout, GatewayEvent
from payments.models.ledger import Allocation, LedgerEntry
from payments.models.letters import LetterBatch
from payments.models.receipts import Payment
from payments.models.reminders import Reminder
from payments.models.settlement import DefaultNotice, Refund, Settlement

__all__ = [
    "Adjustment",
    "Allocation",
    "Checkout",
    "CreditLine",
    "CreditNote",
    "DefaultNotice",
    "Demand",
    "DemandLine",
    "GatewayEvent",
    "InterestRate",
    "LedgerEntry",
    "LetterBatch",
    "Payment",
    "PlanLine",
    "PlanTemplate",
    "Refund",
    "Reminder",
    "ScheduleLine",
    "ScheduleRevision",
    "Settlement",
    "Terms",
]
