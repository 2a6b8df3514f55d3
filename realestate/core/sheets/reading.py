"""The one reader of spreadsheets that people send: bounded, and in words that they understand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, cast

import orjson

from realestate.core.sheets.books import lines_of_book
from realestate.core.sheets.bounds import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Line,
    Raw,
    SheetNotReadable,
    SheetTooLarge,
)
from realestate.core.sheets.texts import lines_of_text

MOST_LINES = 50_000  # empty ones included: what stands a million lines below is not worth the wait
LONGEST_CELL = 32_767
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """A table: the names of its columns and the rows that hold something."""

    head: tuple[str, ...]
    lines: tuple[Line, ...]

    def packed(self) -> bytes:
        """As JSON, so that a large workbook is unpacked only once."""
        lines = [[line.number, [_marked(cell) for cell in line.cells]] for line in self.lines]
        return orjson.dumps([self.head, lines], option=orjson.OPT_PASSTHROUGH_DATETIME)

    @classmethod
    def unpacked(cls, content: bytes) -> "Sheet":
        """What ``packed`` gave."""
        head, lines = orjson.loads(content)
        return cls(
            tuple(head),
            tuple(
                Line(number, tuple(_unmarked(cell) for cell in cells)) for number, cells in lines
            ),
        )


def _marked(cell: Raw) -> object:
    """Days and instants in a list of one, so that they are told from texts."""
    return [cell.isoformat()] if isinstance(cell, date) else cell


def _unmarked(cell: Any) -> Raw:
    if not isinstance(cell, list):
        return cast("Raw", cell)
    moment = datetime.fromisoformat(cell[0])
    return moment if "T" in cell[0] else moment.date()


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
    return _table(lines_of_book(content) if is_book else lines_of_text(content))


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
