"""What a migration must not do to a table that people use: rules D33, for migrations that came after they were made."""

import re
from collections.abc import Iterator

from django.contrib.postgres import operations as postgres
from django.db.migrations import Migration, operations
from django.db.models import NOT_PROVIDED, ForeignKey, Func, GeneratedField
from django.db.models.functions import Now

# The newest migration of each app before the rules: they made the first tables, which nobody used.
LANDED = {
    "core": "0012",
    "accounts": "0004",
    "projects": "0007",
    "progress": "0006",
    "bookings": "0009",
    "payments": "0011",
    "scheduling": "0005",
    "messaging": "0004",
    "notifications": "0005",
}
CONTRACT = (
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.DeleteModel,
    operations.AlterModelTable,
)
SLOW_SQL = {
    r"CREATE\s+(UNIQUE\s+)?INDEX(?!\s+CONCURRENTLY)": "an index that is not built concurrently",
    r"ADD\s+CONSTRAINT(?!.*NOT\s+VALID)": "a constraint that is validated at once",
    r"SET\s+NOT\s+NULL": "SET NOT NULL reads the whole table under its lock",
    r"ALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE": "another type rewrites the table",
    r"LOCK\s+TABLE": "LOCK TABLE",
    r"^\s*(UPDATE|DELETE)\s": "many rows in one statement; in batches",
}


def is_new(migration: Migration) -> bool:
    """Whether the rules hold for it."""
    return migration.name.split("_")[0] > LANDED.get(migration.app_label, "9999")


def unsafe(migration: Migration) -> list[str]:
    """What it does that may stop the site, or the version before it, and gives no reason for in ``because``."""
    reasons = getattr(migration, "because", {})
    explained = {name for name, reason in reasons.items() if len(reason) >= 10}
    fresh = {
        each.name_lower for each in _flat(migration) if isinstance(each, operations.CreateModel)
    }
    found = []
    for operation in _flat(migration):
        is_on_new_table = getattr(operation, "model_name_lower", None) in fresh
        problem = "" if is_on_new_table else _problem(operation)
        if problem and type(operation).__name__ not in explained:
            found.append(f"{type(operation).__name__}: {problem}")
    names = {type(operation).__name__ for operation in _flat(migration)}
    if {"AddConstraintNotValid", "ValidateConstraint"} <= names:
        found.append(
            "ValidateConstraint: in a migration of its own, else the lock of the first lasts"
        )
    return found


def one_way(migration: Migration) -> list[str]:
    """Operations that cannot be undone, without a reason."""
    reasons = getattr(migration, "one_way", "")
    return [
        type(operation).__name__
        for operation in _flat(migration)
        if not operation.reversible and len(reasons) < 10
    ]


def _flat(migration: Migration) -> Iterator[operations.base.Operation]:
    for operation in migration.operations:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def _problem_of_field(field) -> str:
    default = field.db_default
    if isinstance(field, GeneratedField):
        return "a stored generated column rewrites the table"
    if not field.null and default is NOT_PROVIDED:
        return "the version before cannot insert rows: null=True or db_default"
    if isinstance(default, Func) and not isinstance(default, Now):
        return "a default that differs from row to row rewrites the table"
    if isinstance(field, ForeignKey) and (field.db_constraint or field.db_index):
        return "its key and its index come under the lock: db_index and db_constraint later"
    if field.unique or field.db_index:
        return "its index is built under the lock: later, concurrently"
    return ""


def _problem_of_sql(given) -> str:
    statements = given if isinstance(given, list | tuple) else str(given).split(";")
    for statement in statements:
        for pattern, problem in SLOW_SQL.items():
            if re.search(pattern, str(statement), re.IGNORECASE | re.DOTALL):
                return problem
    return ""


# Of an operation the first line that it is an instance of counts.
PROBLEMS = (
    (postgres.AddIndexConcurrently, ""),
    (postgres.AddConstraintNotValid, ""),
    (operations.AddIndex, "AddIndexConcurrently, with atomic = False"),
    (
        operations.AddConstraint,
        "AddConstraintNotValid and later ValidateConstraint; unique ones over an index built concurrently",
    ),
    (operations.AddField, lambda operation: _problem_of_field(operation.field)),
    (operations.AlterField, "say why it neither rewrites nor reads the table"),
    (operations.RunSQL, lambda operation: _problem_of_sql(operation.sql)),
    (operations.RunPython, "say how many rows it changes, and in which batches"),
    (CONTRACT, "the version before still uses it; in a later release"),
)


def _problem(operation: operations.base.Operation) -> str:
    for kinds, problem in PROBLEMS:
        if isinstance(operation, kinds):
            return problem(operation) if callable(problem) else problem
    return ""
