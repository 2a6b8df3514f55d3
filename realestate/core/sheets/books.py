"""Rows of workbooks: XLSX, looked at before it is unpacked."""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from realestate.core.errors import DomainError
from realestate.core.sheets.bounds import (
    MOST_COLUMNS,
    PIECE,
    Line,
    Raw,
    SheetNotReadable,
    SheetTooLarge,
)

MOST_UNPACKED = 60_000_000  # bytes of a workbook without its compression
MOST_PARTS = 500
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")  # a workbook has none; bombs begin with them


def lines_of_book(content: bytes) -> Iterator[Line]:
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
