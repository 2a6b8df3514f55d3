"""The one writer of tables for spreadsheets, as CSV or XLSX: typed cells, no formula that a person wrote (D30)."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from realestate.core.sheets.cells import Cell, neutral

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UTF8_MARK = "\ufeff"  # without it Excel takes the text for its own old encoding
IN_MEMORY = 5_000_000  # bytes of a workbook, before it goes to disk
ROWS_PER_PIECE = 500
NARROWEST, WIDEST = 10, 40  # characters of a column
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
Row = Sequence[Cell]


class _Line:
    """A file of one line: what the writer gave last."""

    def write(self, text: str) -> str:
        return text


def csv_pieces(head: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A CSV file piece by piece, so that no table is ever whole in memory.

    All texts stand in quotes: also where a program separates by semicolons, none begins a cell of its own.
    """
    writer = csv.writer(_Line(), quoting=csv.QUOTE_NONNUMERIC)
    piece = [UTF8_MARK, _line(writer, [neutral(name) for name in head])]
    for row in rows:
        piece.append(_line(writer, [_as_text(value) for value in row]))
        if len(piece) >= ROWS_PER_PIECE:
            yield "".join(piece).encode()
            piece = []
    yield "".join(piece).encode()


def csv_bytes(head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A small CSV file at once."""
    return b"".join(csv_pieces(head, rows))


def xlsx_file(title: str, head: Sequence[str], rows: Iterable[Row]) -> IO[bytes]:
    """A workbook with one sheet, at its beginning; a large one lies on disk. Closing it removes it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    for place, name in enumerate(head, start=1):
        width = min(max(NARROWEST, len(name) + 4), WIDEST)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.append([_bold(sheet, name) for name in head])
    for row in rows:
        sheet.append([_typed(sheet, value) for value in row])
    stored: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    book.save(stored)
    stored.seek(0)
    return stored


def xlsx_bytes(title: str, head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A small workbook at once."""
    stored = io.BytesIO()
    with xlsx_file(title, head, rows) as content:
        stored.write(content.read())
    return stored.getvalue()


def _line(writer: Any, row: Sequence[object]) -> str:
    return str(writer.writerow(row))  # what the file's write gave back


def _as_text(value: Cell) -> object:
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case Decimal():
            return Number(f"{value:f}")
        case str():
            return neutral(value)
        case _:
            return value


class Number(Decimal):
    """A number that is written with the digits that it was given: 7500000.00, never 7.5E+6."""

    def __str__(self) -> str:
        return f"{self:f}"


def _typed(sheet: Any, value: Cell) -> object:
    """A value as openpyxl writes it fastest, or a cell where it would take the value for something else."""
    if isinstance(value, str):
        text = neutral(value) or None
        if text is None:
            return None
        return _text(sheet, text) if text.startswith("#") else text  # it knows words such as #N/A
    if value is None or isinstance(value, int):
        return value
    typed: Any = value  # the stubs know no Decimal; openpyxl does
    cell = WriteOnlyCell(sheet, typed)
    cell.number_format = _format(value)
    return cell


def _text(sheet: Any, text: str) -> object:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _bold(sheet: Any, name: str) -> object:
    cell = WriteOnlyCell(sheet, neutral(name) or None)
    cell.font = Font(bold=True)
    return cell


def _format(value: Decimal | date) -> str:
    if isinstance(value, datetime):
        return MOMENT
    if isinstance(value, date):
        return DAY
    places = -int(value.as_tuple().exponent)
    return f"#,##0.{'0' * places}" if places > 0 else "#,##0"


def _sheet_name(title: str) -> str:
    kept = "".join(sign for sign in title if sign not in "[]:*?/\\'")
    return kept[:31] or "Rows"
