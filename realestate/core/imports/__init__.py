"""Imports of spreadsheets: kinds that apps declare, a dry run for each, and all or nothing when they are applied."""

from realestate.core.imports.checking import RowRefused, by_services
from realestate.core.imports.kinds import ImportKind, kind_of, kinds, may_import, register_kind
from realestate.core.imports.purging import purge_imports
from realestate.core.imports.runs import (
    ImportHasProblems,
    ImportIsBusy,
    apply_import,
    check_import,
    perform_import,
    start_import,
)
from realestate.core.imports.tables import template
from realestate.core.imports.words import (
    CHANGED,
    NEW,
    UNCHANGED,
    Column,
    Plan,
    Planned,
    Problem,
    Row,
    Tell,
)

__all__ = [
    "CHANGED",
    "NEW",
    "UNCHANGED",
    "Column",
    "ImportHasProblems",
    "ImportIsBusy",
    "ImportKind",
    "Plan",
    "Planned",
    "Problem",
    "Row",
    "RowRefused",
    "Tell",
    "apply_import",
    "by_services",
    "check_import",
    "kind_of",
    "kinds",
    "may_import",
    "perform_import",
    "purge_imports",
    "register_kind",
    "start_import",
    "template",
]
