"""The one reader of spreadsheets that people send: bounded, and in words that they understand."""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from realestate.core.errors import DomainError

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_LINES = 50_000  # empty ones included: what stands a million lines below is not worth the wait
MOST_UNPACKED = 60_000_000  # bytes of a workbook without its compression
MOST_PARTS = 500
LONGEST_CELL = 32_767
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")  # a workbook has none; bombs begin with them
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ",;\t"
PIECE = 1_000_000
Raw = str | int | float | bool | date | datetime | None


class SheetNotReadable(DomainError):
    """This file is no table that can be read."""

    code, status = "sheet_not_readable", 422


class SheetTooLarge(DomainError):
    """This table is too large to be imported in one go."""

    code, status = "sheet_too_large", 422


@dataclass(frozen=True)
class Line:
    """A row of the sheet with its number there; the head is row 1 in most."""

    number: int
    cells: tuple[Raw, ...]


@dataclass(frozen=True)
class Sheet:
    """A table: the names of its columns and the rows that hold something."""

    head: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(name: str, content: bytes) -> Sheet:
    """The table of a CSV or XLSX file; its content says which of the two it is, and its name must not disagree.

    Raises SheetNotReadable, SheetTooLarge (422).
    """
    if not content.strip():
        raise SheetNotReadable("The file is empty.")
    if len(content) > MOST_BYTES:
        raise SheetTooLarge(f"A file has at most {MOST_BYTES // 1_000_000} megabytes.")
    if content.startswith(OLD_EXCEL):
        raise SheetNotReadable("This is an old or a protected workbook; save it as .xlsx or CSV.")
    is_book = content.startswith(ZIP)
    ending = name.rpartition(".")[2].lower()
    if is_book != (ending == "xlsx") and ending in {"xlsx", "csv", "txt", "tsv"}:
        raise SheetNotReadable(f"The file is named .{ending}, but its content is something else.")
    return _table(_lines_of_book(content) if is_book else _lines_of_text(content))


def _table(lines: Iterator[Line]) -> Sheet:
    """The first row that holds something is the head."""
    filled = (line for line in _bounded(lines) if any(not _is_blank(cell) for cell in line.cells))
    head = next(filled, None)
    if head is None:
        raise SheetNotReadable("The table is empty.")
    rows = tuple(islice(filled, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise SheetTooLarge(f"A table has at most {MOST_ROWS:,} rows; divide it.")
    return Sheet(tuple(str("" if cell is None else cell).strip() for cell in head.cells), rows)


def _bounded(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with an end. Raises SheetTooLarge (422) for too many, too wide ones or a cell that is a book."""
    for count, line in enumerate(lines, start=1):
        if count > MOST_LINES:
            text = f"The table has more than {MOST_LINES:,} lines, empty ones included; delete what is empty."
            raise SheetTooLarge(text)
        if any(not _is_blank(cell) for cell in line.cells[MOST_COLUMNS:]):
            raise SheetTooLarge(f"A table has at most {MOST_COLUMNS} columns.")
        if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in line.cells):
            text = f"A cell in row {line.number} is longer than {LONGEST_CELL:,} characters."
            raise SheetTooLarge(text)
        cells = line.cells[:MOST_COLUMNS]
        while cells and _is_blank(cells[-1]):  # what a workbook pads its rows with
            cells = cells[:-1]
        yield Line(line.number, cells)


def _is_blank(cell: Raw) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


# --- text ------------------------------------------------------------------------------------------------------------


def _lines_of_text(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    if "\x00" in text:
        raise SheetNotReadable("This is no text; send a CSV or an XLSX file.")
    csv.field_size_limit(PIECE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        for number, row in enumerate(reader, start=1):
            yield Line(number, tuple(row))
    except csv.Error as error:
        text = (
            f"Line {reader.line_num} is no CSV: a quotation mark is missing or a cell is too long."
        )
        raise SheetNotReadable(text) from error


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else what Windows programs write in the west."""
    encoding = next((word for mark, word in MARKS if content.startswith(mark)), "utf-8")
    for tried in (encoding, "cp1252"):
        try:
            return content.decode(tried)
        except UnicodeError:
            continue
    raise SheetNotReadable("The letters of this file are not readable; save it as CSV UTF-8.")


def _delimiter(text: str) -> str:
    """What separates the head: a comma, a semicolon or a tab."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=head.count)


# --- workbooks -------------------------------------------------------------------------------------------------------


def _lines_of_book(content: bytes) -> Iterator[Line]:
    """The first sheet's rows, one at a time; formulas count by the value that their program stored."""
    broken = "This workbook cannot be read; open it, save it again as .xlsx, and send that."
    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        if not book.worksheets:
            raise SheetNotReadable("The workbook has no sheet with cells.")
        rows: Sequence[Any] = book.worksheets[0].iter_rows(
            max_col=MOST_COLUMNS + 1, values_only=True
        )  # type: ignore[assignment]  # an iterator
        for number, cells in enumerate(rows, start=1):
            yield Line(number, tuple(_plain(cell) for cell in cells))
    except DomainError:
        raise
    except (
        # What zipfile and openpyxl raise for files that are none; nothing of ours runs in here.
        *(zipfile.BadZipFile, InvalidFileException, ParseError, zlib.error, UnicodeError),
        *(ArithmeticError, AttributeError, EOFError, LookupError, NotImplementedError, OSError),
        *(RuntimeError, TypeError, ValueError),
    ) as error:
        raise SheetNotReadable(broken) from error


def _refuse_bombs(content: bytes) -> None:
    """A workbook is unpacked only when it says that it is small, and read only when it declares no entities."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise SheetTooLarge("The workbook is too large once it is unpacked.")
        for part in parts:
            with packed.open(part) as stream:
                _refuse_entities(stream)


def _refuse_entities(stream: Any) -> None:
    tail = b""
    while piece := stream.read(PIECE):
        seen = (tail + piece).replace(b"\x00", b"")  # so that UTF-16 hides nothing
        if any(word in seen for word in FORBIDDEN):
            raise SheetNotReadable("The workbook declares entities, which no spreadsheet does.")
        tail = piece[-20:]


def _plain(cell: object) -> Raw:
    """What openpyxl gives, without its rarer kinds."""
    if isinstance(cell, str | int | float | bool | date | datetime) or cell is None:
        return cell
    return str(cell)
