"""What can be imported: apps declare their kinds in their room ``imports`` and register them here."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from realestate.core.enums import Role
from realestate.core.errors import NotAllowed, NotFound
from realestate.core.imports.words import UNCHANGED, Column, Plan, Row, Tell

OWNER = "owner"


class ImportKind(ABC):
    """A kind of import: its columns, who may, and how rows become a plan and a plan becomes facts."""

    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    key: ClassVar[
        Sequence[str]
    ]  # columns that tell rows apart; the same again in a file is a mistake
    table: ClassVar[str]  # whose list links to the import
    in_project: ClassVar[bool] = True
    builder_roles: ClassVar[frozenset[str]] = frozenset({OWNER})
    permissions: ClassVar[Sequence[str]] = ()  # of staff, in the back office
    at_once: ClassVar[int] = 2_000  # rows; what is longer runs in the worker
    has_present: ClassVar[bool] = False  # can say what is there now
    adds_accounts: ClassVar[bool] = False  # the back office asks for a fresh login then
    tried: ClassVar[bool] = False  # a check runs the services too, and undoes them

    @abstractmethod
    def scopes(self, actor: Any) -> Sequence[tuple[int, str]]:
        """The projects into which the caller may import, by name; empty where there are none to choose."""

    @abstractmethod
    def plan(self, actor: Any, scope_id: int, rows: Sequence[Row]) -> Plan:
        """What the rows would do. Reads only, in a number of queries that does not grow with rows."""

    @abstractmethod
    def write(self, actor: Any, scope_id: int, plan: Plan, tell: Tell) -> None:
        """Do it, inside the caller's service, through the app's services. Raises RowRefused."""

    def present(self, actor: Any, scope_id: int) -> Sequence[Sequence[object]]:
        """What is there now as rows of a sheet, where the kind can say; an empty sheet otherwise."""
        return ()

    def groups(self, plan: Plan) -> Sequence[Plan]:
        """What can be tried by itself: each row."""
        return [Plan([item], []) for item in plan.items if item.action != UNCHANGED]

    def scope_name(self, actor: Any, scope_id: int) -> str:
        """The project's name. Raises NotFound (404) for strangers' ones."""
        if not self.in_project:
            return ""
        found = dict(self.scopes(actor)).get(scope_id)
        if found is None:
            raise NotFound
        return found

    def column(self, name: str) -> Column | None:
        """The column of a value."""
        return next((column for column in self.columns if column.name == name), None)

    def label_of(self, name: str) -> str:
        """What stands above the column of a value."""
        column = self.column(name)
        return column.label if column else name


_kinds: dict[str, ImportKind] = {}


def register_kind(kind: ImportKind) -> None:
    """Make a kind known; called by ``AppConfig.ready``."""
    _kinds[kind.name] = kind


def kinds() -> list[ImportKind]:
    """All kinds, in the order of their apps."""
    return list(_kinds.values())


def kind_of(name: str) -> ImportKind:
    """A kind by its name. Raises NotFound (404)."""
    if name not in _kinds:
        raise NotFound
    return _kinds[name]


def may_import(actor: Any, kind: ImportKind) -> bool:
    """Staff, and of a builder those whose job it is."""
    if getattr(actor, "user_type", None) == Role.STAFF:
        return True
    if getattr(actor, "builder_id", None) is None:
        return False
    return str(getattr(actor, "builder_role", None) or OWNER) in kind.builder_roles


def refuse_others(actor: Any, kind: ImportKind) -> None:
    """Raises NotAllowed (403)."""
    if not may_import(actor, kind):
        raise NotAllowed("Your role does not import this.")
