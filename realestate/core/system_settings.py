"""Typed runtime settings: defined in the app that uses them, stored as rows, found project -> builder -> system."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, Protocol, TypeVar

from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidValue
from realestate.core.models import SystemSetting

Value = TypeVar("Value", int, str, bool, Decimal)


class ScopedProject(Protocol):
    """What a lookup needs to know of a project."""

    pk: int
    builder_id: int


@dataclass(frozen=True, kw_only=True)
class Definition(Generic[Value]):
    """One setting: its key, type, default, limits and where it may be set."""

    key: str
    kind: type[Value]
    default: Value
    help: str
    unit: str = ""
    minimum: Value | None = None
    maximum: Value | None = None
    public: bool = False
    scopes: tuple[SettingScope, ...] = field(default=(SettingScope.SYSTEM,))

    @property
    def category(self) -> str:
        """The part before the dot: the app that uses the setting."""
        return self.key.partition(".")[0]

    def clean(self, raw: object) -> Value:
        """The typed value of what somebody entered. Raises InvalidValue with the reason."""
        value = _typed(self.kind, raw)
        if self.minimum is not None and value < self.minimum:
            raise InvalidValue(errors={"value": [f"Must be at least {self.minimum}."]})
        if self.maximum is not None and value > self.maximum:
            raise InvalidValue(errors={"value": [f"Must be at most {self.maximum}."]})
        return value

    def for_project(self, project: ScopedProject) -> Value:
        """The value that holds for a project: its own, its builder's, the system's, or the default."""
        return self._first(
            {
                SettingScope.PROJECT: project.pk,
                SettingScope.BUILDER: project.builder_id,
                SettingScope.SYSTEM: 0,
            }
        )

    def value(self) -> Value:
        """The system-wide value, or the default."""
        return self._first({SettingScope.SYSTEM: 0})

    def _first(self, wanted: dict[SettingScope, int]) -> Value:
        rows = SystemSetting.objects.filter(key=self.key).values_list("scope", "scope_id", "value")
        found = {(scope, scope_id): value for scope, scope_id, value in rows}
        for scope, scope_id in wanted.items():
            if (scope, scope_id) in found:
                return self.clean(found[scope, scope_id])
        return self.default


_definitions: dict[str, Definition[Any]] = {}


def define(
    key: str, kind: type[Value], *, default: Value, help: str, **options: Any
) -> Definition[Value]:  # reads like a form field; options are Definition's own fields
    """Define a setting once, in the app that uses it."""
    definition = Definition(key=key, kind=kind, default=default, help=help, **options)
    _definitions[key] = definition
    return definition


def definitions() -> dict[str, Definition[Any]]:
    """All defined settings by key, sorted."""
    return dict(sorted(_definitions.items()))


def public_values() -> dict[str, object]:
    """What clients may know: ``{key: value}`` of the public settings."""
    rows = dict(
        SystemSetting.objects.filter(scope=SettingScope.SYSTEM).values_list("key", "value"),
    )
    return {
        key: definition.clean(rows.get(key, definition.default))
        for key, definition in definitions().items()
        if definition.public
    }


def _typed(kind: type[Value], raw: object) -> Value:
    if kind is bool:
        if isinstance(raw, bool):
            return raw
        if str(raw).casefold() in {"true", "false"}:
            return kind(str(raw).casefold() == "true")
        raise InvalidValue(errors={"value": ["Enter true or false."]})
    try:
        if kind is int and str(raw) != str(int(str(raw))):
            raise ValueError
        return kind(str(raw))
    except (ValueError, InvalidOperation) as error:
        raise InvalidValue(errors={"value": [f"Enter a valid {kind.__name__}."]}) from error
