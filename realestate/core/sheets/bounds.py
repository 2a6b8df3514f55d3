"""What a table that people send may be, and what is said when it is not."""

from dataclasses import dataclass
from datetime import date, datetime

from realestate.core.errors import DomainError

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 60
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
