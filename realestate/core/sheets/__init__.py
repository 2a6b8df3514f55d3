"""Tables for and from spreadsheets: one writer, one reader (D30)."""

from realestate.core.sheets.cells import Cell, as_written, cell, neutral
from realestate.core.sheets.writing import (
    CSV_TYPE,
    XLSX_TYPE,
    csv_bytes,
    csv_pieces,
    xlsx_bytes,
    xlsx_file,
)

__all__ = [
    "CSV_TYPE",
    "XLSX_TYPE",
    "Cell",
    "as_written",
    "cell",
    "csv_bytes",
    "csv_pieces",
    "neutral",
    "xlsx_bytes",
    "xlsx_file",
]
