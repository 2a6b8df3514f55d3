"""Tables for and from spreadsheets: one writer, one reader (D30)."""

from realestate.core.sheets.bounds import (
    MOST_BYTES,
    MOST_ROWS,
    Line,
    Raw,
    SheetNotReadable,
    SheetTooLarge,
)
from realestate.core.sheets.cells import Cell, as_written, cell, neutral
from realestate.core.sheets.reading import Sheet, read_sheet
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
    "MOST_BYTES",
    "MOST_ROWS",
    "XLSX_TYPE",
    "Cell",
    "Line",
    "Raw",
    "Sheet",
    "SheetNotReadable",
    "SheetTooLarge",
    "as_written",
    "cell",
    "csv_bytes",
    "csv_pieces",
    "neutral",
    "read_sheet",
    "xlsx_bytes",
    "xlsx_file",
]
