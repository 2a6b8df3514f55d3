"""Typed runtime settings: defined in the app that uses them, stored as rows, found project -> builder -> system."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, Protocol, TypeVar

from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidValue
from realestate.core.models import SystemSetting

log = logging.getLogger(__name__)
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
    words: tuple[str, ...] = ()  # of a text setting: the only values
    reads: Callable[[Value], object] | None = (
        None  # raises ValueError with a sentence for a value it cannot use
    )
    public: bool = False
    scopes: tuple[SettingScope, ...] = field(default=(SettingScope.SYSTEM,))

    @property
    def category(self) -> str:
        """The part before the dot: the app that uses the setting."""
        return self.key.partition(".")[0]

    def clean(self, raw: object) -> Value:
        """The typed value of what somebody entered. Raises InvalidValue with the reason."""
        value = _typed(self.kind, raw)
        if self.words and value not in self.words:
            raise InvalidValue(errors={"value": [f"Must be one of {', '.join(self.words)}."]})
        if self.minimum is not None and value < self.minimum:
            raise InvalidValue(errors={"value": [f"Must be at least {self.minimum}."]})
        if self.maximum is not None and value > self.maximum:
            raise InvalidValue(errors={"value": [f"Must be at most {self.maximum}."]})
        if self.reads is not None:
            try:
                self.reads(value)
            except ValueError as error:
                raise InvalidValue(errors={"value": [str(error)]}) from error
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
            if (scope, scope_id) in found and self.may_be_set_for(scope):
                value = self.stored(found[scope, scope_id])
                if value is not None:
                    return value
        return self.default

    def may_be_set_for(self, scope: str) -> bool:
        """Whether the setting can have a value of its own there; the system's can always be set."""
        return scope == SettingScope.SYSTEM or scope in self.scopes

    def stored(self, raw: object) -> Value | None:
        """The typed value of a row; None for one that today's limits refuse: no request shall fail for it."""
        try:
            return self.clean(raw)
        except InvalidValue as error:
            log.error("setting %s has an unusable value: %s", self.key, error.errors)  # noqa: TRY400  # no trace needed
            return None


_definitions: dict[str, Definition[Any]] = {}


def define(
    key: str, kind: type[Value], *, default: Value, help: str, **options: Any
) -> Definition[Value]:  # reads like a form field; options are Definition's own fields
    """Define a setting once, in the app that uses it. Raises ValueError when the key is another setting's."""
    definition = Definition(key=key, kind=kind, default=default, help=help, **options)
    if _definitions.setdefault(key, definition) != definition:
        message = f"the setting {key} is defined twice"
        raise ValueError(message)
    return definition


def definitions() -> dict[str, Definition[Any]]:
    """All defined settings by key, sorted."""
    return dict(sorted(_definitions.items()))


def public_values() -> dict[str, object]:
    """What clients may know: ``{key: value}`` of the public settings."""
    public = {key: known for key, known in definitions().items() if known.public}
    rows = SystemSetting.objects.filter(scope=SettingScope.SYSTEM, key__in=public)
    values: dict[str, object] = {key: known.default for key, known in public.items()}
    for key, raw in rows.values_list("key", "value"):
        value = public[key].stored(raw)
        if value is not None:
            values[key] = value
    return values


def _whole_number(raw: object) -> int:
    number = int(str(raw))
    if str(number) != str(raw):  # 5.0, "5 " and other digits than ours
        raise ValueError
    return number


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _yes_or_no(raw: object) -> bool:
    return {"true": True, "false": False}[str(raw).casefold()]


def _decimal(raw: object) -> Decimal:
    number = Decimal(str(raw))
    if not number.is_finite():
        raise ValueError
    return number


_KINDS: dict[type, tuple[Callable[[object], Any], str]] = {
    int: (_whole_number, "a whole number"),
    str: (_text, "a text"),
    bool: (_yes_or_no, "true or false"),
    Decimal: (_decimal, "a number"),
}


def _typed(kind: type[Value], raw: object) -> Value:
    read, what = _KINDS[kind]
    try:
        return read(raw)  # type: ignore[no-any-return]  # the reader that stands under this kind
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise InvalidValue(errors={"value": [f"Enter {what}."]}) from error
