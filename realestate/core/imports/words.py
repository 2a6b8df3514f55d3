"""The words of imports: columns, rows, problems and plans."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from realestate.core.sheets.parsing import Parser

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
Tell = Callable[[int], None]  # how many rows are done


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a sheet: the value's name, what stands above it, how a cell is read."""

    name: str
    label: str
    read: Parser
    help: str
    example: object = ""
    synonyms: tuple[str, ...] = ()
    required: bool = False  # in the head, and in each row


@dataclass(frozen=True)
class Row:
    """A row's number in the sheet, and the values of its cells that are not empty."""

    number: int
    values: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or what holds for an empty cell."""
        return self.values.get(name, default)


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported: row 0 is the whole file."""

    row: int
    column: str
    message: str
    value: str = ""

    def as_json(self) -> list[object]:
        """As the run keeps it."""
        return [self.row, self.column, self.message, self.value[:100]]


@dataclass(frozen=True)
class Planned:
    """What a row would do: make, change or leave a row of ours. ``changes`` are field → (old, new)."""

    row: Row
    action: str
    key: str  # what people call it
    changes: Mapping[str, tuple[object, object]] = field(default_factory=dict)
    payload: Any = None


@dataclass(frozen=True)
class Plan:
    """What a sheet would do, and what speaks against it."""

    items: Sequence[Planned]
    problems: Sequence[Problem]

    def of(self, action: str) -> list[Planned]:
        """The rows that would do this."""
        return [item for item in self.items if item.action == action]
