"""Which money belongs to which row: of bookings, demands, receipts, customers."""

from accounts.models import Customer
from bookings.models import Booking
from payments.models import (
    Allocation,
    CreditNote,
    DefaultNotice,
    Demand,
    LedgerEntry,
    LetterBatch,
    Payment,
    Refund,
    Reminder,
    ScheduleRevision,
    Settlement,
)
from projects.models import Project
from realestate.core.admin import Neighbour, Paper, lend_neighbours

OF_BOOKING = {"booking": "pk"}
TO_BOOKING = {"pk": "booking_id"}
STATEMENT = "admin:payments_statement"

lend_neighbours(
    Booking,
    Neighbour("Schedule", ScheduleRevision, OF_BOOKING),
    Neighbour("Demands", Demand, OF_BOOKING),
    Neighbour("Receipts", Payment, OF_BOOKING),
    Neighbour("Credit notes", CreditNote, OF_BOOKING),
    Neighbour("Ledger", LedgerEntry, OF_BOOKING),
    Paper("Statement, PDF", LedgerEntry, STATEMENT, ("pdf",)),
    Paper("Statement, XLSX", LedgerEntry, STATEMENT, ("xlsx",)),
    Neighbour("Notices", DefaultNotice, OF_BOOKING),
    Neighbour("Settlements", Settlement, OF_BOOKING),
    Neighbour("Refunds", Refund, OF_BOOKING),
)
lend_neighbours(
    Demand,
    Neighbour("Booking", Booking, TO_BOOKING),
    Neighbour("What paid it", Allocation, {"demand_line__demand": "pk"}),
    Neighbour("Reminders", Reminder, {"demand": "pk"}),
    Neighbour("Ledger", LedgerEntry, {"demand": "pk"}),
)
lend_neighbours(
    Payment,
    Neighbour("Booking", Booking, TO_BOOKING),
    Neighbour("What it pays", Allocation, {"payment": "pk"}),
    Neighbour("Refund", Refund, {"payment": "pk"}),
    Neighbour("Ledger", LedgerEntry, {"payment": "pk"}),
)
lend_neighbours(
    Settlement,
    Neighbour("Booking", Booking, TO_BOOKING),
    Neighbour("Refund", Refund, {"settlement": "pk"}),
)
for model in (CreditNote, DefaultNotice, LedgerEntry, Refund, ScheduleRevision):
    lend_neighbours(model, Neighbour("Booking", Booking, TO_BOOKING))
lend_neighbours(Customer, Neighbour("Receipts", Payment, {"booking__customer": "pk"}))
lend_neighbours(
    Project,
    Neighbour("Demands", Demand, {"project": "pk"}),
    Neighbour("Receipts", Payment, {"project": "pk"}),
    Neighbour("Refunds", Refund, {"project": "pk"}),
    Neighbour("Letter batches", LetterBatch, {"project": "pk"}),
)
