"""From a sheet to rows of a kind, and from a kind to an empty sheet with an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from realestate.core.imports.kinds import ImportKind
from realestate.core.imports.words import Column, Problem, Row
from realestate.core.sheets import Cell, Line, Raw, Sheet, as_written, cell, csv_bytes, xlsx_bytes
from realestate.core.vocabulary import fold


@dataclass(frozen=True)
class Table:
    """The rows of a sheet as a kind reads them, what could not be read, and columns that nobody knows."""

    rows: Sequence[Row]
    problems: Sequence[Problem]
    ignored: Sequence[str]


def table_of(kind: ImportKind, sheet: Sheet) -> Table:
    """Every cell read by its column; a row with a cell that cannot be read is a problem and no row."""
    places, problems, ignored = _places(kind, sheet)
    if problems:
        return Table([], problems, ignored)
    rows: list[Row] = []
    for line in sheet.lines:
        row, wrong = _row(places, line, width=len(sheet.head))
        problems += wrong
        if not wrong:
            rows.append(row)
    rows, twins = _without_twins(kind, rows)
    return Table(rows, [*problems, *twins], ignored)


def template(kind: ImportKind, form: str, rows: Sequence[Sequence[object]] = ()) -> bytes:
    """A file with the head and an example row, or with the given rows."""
    head = [column.label for column in kind.columns]
    lines: list[list[Cell]] = [[cell(value) for value in row] for row in rows] or [
        [cell(column.example) for column in kind.columns]
    ]
    return csv_bytes(head, lines) if form == "csv" else xlsx_bytes(kind.label, head, lines)


def _places(kind: ImportKind, sheet: Sheet) -> tuple[dict[int, Column], list[Problem], list[str]]:
    words = {
        fold(word): column
        for column in kind.columns
        for word in (column.name, column.label, *column.synonyms)
    }
    places: dict[int, Column] = {}
    problems: list[Problem] = []
    ignored: list[str] = []
    for place, name in enumerate(sheet.head):
        column = words.get(fold(as_written(name).rstrip("* ")))
        if column is None:
            ignored += [name] if name else []
        elif column in places.values():
            problems.append(Problem(1, column.label, "This column is there twice.", name))
        else:
            places[place] = column
    missing = [
        column for column in kind.columns if column.required and column not in places.values()
    ]
    problems += [Problem(1, column.label, "This column is missing.") for column in missing]
    if not problems and not sheet.lines:
        problems.append(Problem(0, "", "There are no rows below the head."))
    return places, problems, ignored


def _row(places: Mapping[int, Column], line: Line, *, width: int) -> tuple[Row, list[Problem]]:
    values: dict[str, object] = {}
    problems: list[Problem] = []
    if len(line.cells) > width:  # a comma too many would move all others by one
        text = f"This row has {len(line.cells)} cells, the head has {width}."
        return Row(line.number, values), [Problem(line.number, "", text, _shown(line.cells[-1]))]
    for place, column in places.items():
        raw = line.cells[place] if place < len(line.cells) else None
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if column.required:
                problems.append(Problem(line.number, column.label, "This is missing."))
            continue
        try:
            values[column.name] = column.read(raw)
        except ValueError as error:
            problems.append(Problem(line.number, column.label, str(error), _shown(raw)))
    return Row(line.number, values), problems


def _shown(raw: Raw) -> str:
    return str(raw)[:100]


def _without_twins(kind: ImportKind, rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """The same thing twice in one file is a mistake, whatever the rows say."""
    seen: dict[tuple[object, ...], int] = {}
    kept: list[Row] = []
    problems: list[Problem] = []
    for row in rows:
        key = tuple(row.get(name) for name in kind.key)
        first = seen.setdefault(key, row.number)
        if first == row.number:
            kept.append(row)
            continue
        column = kind.column(kind.key[-1])
        shown = " ".join(str(part) for part in key if part is not None)
        label = column.label if column else ""
        problems.append(Problem(row.number, label, f"The same as in row {first}.", shown))
    return kept, problems
