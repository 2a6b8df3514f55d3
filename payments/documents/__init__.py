"""Documents of payments: data in, PDF or spreadsheet out; no decisions."""

from payments.documents.allotment import allotment_letter, when_of
from payments.documents.credit import credit_note_pdf
from payments.documents.letters import demand_letter, demand_letters, file_name
from payments.documents.receipt import receipt_pdf
from payments.documents.settlement import settlement_pdf
from payments.documents.sheet import statement_xlsx
from payments.documents.statement import statement_pdf

__all__ = [
    "allotment_letter",
    "credit_note_pdf",
    "demand_letter",
    "demand_letters",
    "file_name",
    "receipt_pdf",
    "settlement_pdf",
    "statement_pdf",
    "statement_xlsx",
    "when_of",
]
