"""The dry run: what a sheet would do, row by row, without doing it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from realestate.core import audit
from realestate.core.bulk import one_after_another
from realestate.core.errors import DomainError
from realestate.core.imports.kinds import ImportKind
from realestate.core.imports.tables import Table, table_of
from realestate.core.imports.words import CHANGED, NEW, UNCHANGED, Plan, Planned, Problem, Row, Tell
from realestate.core.sheets import Sheet
from realestate.core.transactions import service

MOST_PROBLEMS, MOST_CHANGES = 5_000, 1_000  # that a run keeps; the rest is counted
NOT_FOUND = "This does not exist, or it is not yours to use."


class RowRefused(DomainError):
    """A row of the sheet was refused; nothing was imported."""

    code, status = "import_row_refused", 422

    def __init__(self, problem: Problem) -> None:
        """Keeps the row's problem."""
        self.problem = problem
        super().__init__(f"Row {problem.row}: {problem.message}")


class _Undo(Exception):  # no error: it ends a trial
    """Nothing of a trial stays."""


@dataclass(frozen=True)
class Outcome:
    """What a check found."""

    plan: Plan
    ignored: Sequence[str]
    rows: int

    @property
    def is_clean(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.plan.problems

    def counts(self) -> dict[str, int]:
        """How many rows would do what; of wrong ones each is counted once."""
        by_action = {action: len(self.plan.of(action)) for action in (NEW, CHANGED, UNCHANGED)}
        return {**by_action, "wrong": len({problem.row for problem in self.plan.problems})}

    def report(self) -> dict[str, Any]:
        """As the run keeps it."""
        problems = sorted(self.plan.problems, key=lambda problem: (problem.row, problem.column))
        busy = [item for item in self.plan.items if item.action != UNCHANGED]
        return {
            "ignored_columns": list(self.ignored),
            "problems": [problem.as_json() for problem in problems[:MOST_PROBLEMS]],
            "more_problems": max(len(problems) - MOST_PROBLEMS, 0),
            "changes": [_change(item) for item in busy[:MOST_CHANGES]],
            "more_changes": max(len(busy) - MOST_CHANGES, 0),
        }


def check(kind: ImportKind, actor: Any, scope_id: int, sheet: Sheet, *, tell: Tell) -> Outcome:
    """The dry run. Writes nothing: what it tries, it undoes."""
    table = table_of(kind, sheet)
    plan = planned(kind, actor, scope_id, table)
    if kind.tried:
        plan = _tried(kind, actor, scope_id, plan, tell=tell)
    return Outcome(plan, table.ignored, len(sheet.lines))


def planned(kind: ImportKind, actor: Any, scope_id: int, table: Table) -> Plan:
    """The plan of all rows that could be read, with all problems."""
    plan = kind.plan(actor, scope_id, table.rows)
    return Plan(plan.items, [*table.problems, *plan.problems])


def by_services(call: Any, items: Sequence[Planned], kind: ImportKind, tell: Tell) -> None:
    """Call a service for each row, one after another in the caller's transaction. Raises RowRefused."""
    with one_after_another():
        for count, item in enumerate(items, start=1):
            try:
                call(item)
            except DomainError as refusal:
                raise RowRefused(problem_of(kind, item.row, refusal)) from refusal
            except ObjectDoesNotExist as missing:
                raise RowRefused(Problem(item.row.number, "", NOT_FOUND)) from missing
            tell(count)


def problem_of(kind: ImportKind, row: Row, refusal: DomainError) -> Problem:
    """A service's refusal as the problem of a row, at the column that it names."""
    for name, texts in refusal.errors.items():
        if column := kind.column(name):
            return Problem(row.number, column.label, " ".join(texts), str(row.get(name, "")))
    texts = [text for found in refusal.errors.values() for text in found]
    return Problem(row.number, "", " ".join([refusal.detail, *texts]))


def _tried(kind: ImportKind, actor: Any, scope_id: int, plan: Plan, *, tell: Tell) -> Plan:
    """Every group of rows once, each in a transaction that is undone; the first refusal of each is its problem."""
    problems = list(plan.problems)
    wrong = {problem.row for problem in problems}
    done = 0
    for group in kind.groups(plan):
        done += len(group.items)
        if wrong.isdisjoint(item.row.number for item in group.items):
            problems += _trial(kind, actor, scope_id, group)
        tell(done)
    return Plan(plan.items, problems)


def _trial(kind: ImportKind, actor: Any, scope_id: int, group: Plan) -> list[Problem]:
    try:
        _undone(kind=kind, actor=actor, scope_id=scope_id, group=group)
    except _Undo:
        return []
    except RowRefused as refusal:
        return [refusal.problem]
    raise AssertionError  # pragma: no cover  # a trial always ends in one of the two


@service
def _undone(*, kind: ImportKind, actor: audit.Actor, scope_id: int, group: Plan) -> None:
    kind.write(actor, scope_id, group, lambda _done: None)
    raise _Undo


def _change(item: Planned) -> Mapping[str, object]:
    fields = {name: [_text(old), _text(new)] for name, (old, new) in item.changes.items()}
    return {"row": item.row.number, "action": item.action, "key": item.key, "fields": fields}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return "; ".join(str(part) for part in value)
        case _:
            return str(value)
