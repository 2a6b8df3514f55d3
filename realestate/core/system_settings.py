"""Typed runtime settings: defined in the app that uses them, stored as rows, found project -> builder -> system."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol

from realestate.core import setting_cache
from realestate.core.enums import SettingKind, SettingScope
from realestate.core.errors import InvalidValue
from realestate.core.setting_kinds import KINDS, Json, Kind, Texts, Value, typed
from realestate.core.setting_places import Place

__all__ = [
    "Definition",
    "InForce",
    "Json",
    "Texts",
    "define",
    "definitions",
    "public_values",
]

log = logging.getLogger(__name__)
DEFAULT = "default"  # where a value comes from that nobody has set
LONGEST_TEXT = 10_000  # characters, unless the setting says less


class ScopedProject(Protocol):
    """What a lookup needs to know of a project."""

    pk: int
    builder_id: int


@dataclass(frozen=True)
class InForce:
    """A value and where it comes from: ``project``, ``builder``, ``system`` or ``default``."""

    value: Any
    source: str


@dataclass(frozen=True, kw_only=True)
class Definition(Generic[Value]):
    """One setting: its key, type, default, limits and where it may be set."""

    key: str
    kind: type[Value]
    default: Value
    help: str
    unit: str = ""
    minimum: Any = None  # of a text its characters, of a list its entries
    maximum: Any = None
    words: tuple[str, ...] = ()  # the only values; of a list, its only entries
    reads: Callable[[Value], object] | None = (
        None  # raises ValueError with a sentence for a value it cannot use
    )
    public: bool = False
    scopes: tuple[SettingScope, ...] = field(default=(SettingScope.SYSTEM,))

    @property
    def category(self) -> str:
        """The part before the dot: the app that uses the setting."""
        return self.key.partition(".")[0]

    @property
    def described(self) -> Kind:
        """Its kind, with words and schema."""
        return KINDS[self.kind]

    @property
    def places(self) -> tuple[SettingScope, ...]:
        """Where it may be set, the widest first; the system's can always be set."""
        return tuple(scope for scope in SettingScope if self.may_be_set_for(scope))

    @property
    def longest(self) -> Any:
        """The upper limit; texts have one in any case."""
        if self.maximum is None and self.described.word == SettingKind.STRING:
            return LONGEST_TEXT
        return self.maximum

    def clean(self, raw: object) -> Value:
        """The typed value of what somebody entered. Raises InvalidValue with the reason."""
        value: Value = typed(self.kind, raw)
        are_many = self.described.word == SettingKind.LIST
        entries: Any = value if are_many else (value,)
        if self.words and not set(entries) <= set(self.words):
            some = "some of" if are_many else "one of"
            raise _invalid(f"Must be {some} {', '.join(self.words)}.")
        size, counted = self.described.size(value), self.described.counted
        if self.minimum is not None and size < self.minimum:
            raise _invalid(f"Must be at least {counted(self.minimum)}.")
        if self.longest is not None and size > self.longest:
            raise _invalid(f"Must be at most {counted(self.longest)}.")
        if self.reads is not None:
            try:
                self.reads(value)
            except ValueError as error:
                raise _invalid(*error.args) from error
        return value

    def for_project(self, project: ScopedProject) -> Value:
        """The value that holds for a project: its own, its builder's, the system's, or the default."""
        place = Place(SettingScope.PROJECT, project.pk, "", project.builder_id)
        return self.in_force(place).value  # type: ignore[no-any-return]  # made by clean()

    def value(self) -> Value:
        """The system-wide value, or the default."""
        return self._first([(SettingScope.SYSTEM, 0)]).value  # type: ignore[no-any-return]  # made by clean()

    def in_force(self, place: Place) -> InForce:
        """The value that holds for a place, and where it was set."""
        return self._first(place.addresses)

    def _first(self, wanted: Iterable[tuple[SettingScope, int]]) -> InForce:
        rows = setting_cache.rows()
        for scope, scope_id in wanted:
            address = (self.key, scope, scope_id)
            if address in rows and self.may_be_set_for(scope):
                value = self.stored(rows[address])
                if value is not None:
                    return InForce(value, str(scope))
        return InForce(typed(self.kind, self.default), DEFAULT)

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

    def schema(self) -> dict[str, Any]:
        """The JSON schema of its values."""
        schema: dict[str, Any] = {**self.described.schema}
        if self.words and "items" in schema:
            schema["items"] = {**schema["items"], "enum": list(self.words)}
        elif self.words:
            schema["enum"] = list(self.words)
        low, high = LIMIT_WORDS.get(self.described.word, ("", ""))
        limits = {low: self.minimum, high: self.longest}
        schema |= {
            name: float(at) if self.described.word == SettingKind.DECIMAL else at
            for name, at in limits.items()
            if name and at is not None
        }
        unit = f" Unit: {self.unit}." if self.unit else ""
        return {**schema, "description": f"{self.help}{unit}"}


# The words of JSON schema for the two limits; days have none.
LIMIT_WORDS: Mapping[SettingKind, tuple[str, str]] = {
    SettingKind.INT: ("minimum", "maximum"),
    SettingKind.DECIMAL: ("minimum", "maximum"),
    SettingKind.STRING: ("minLength", "maxLength"),
    SettingKind.LIST: ("minItems", "maxItems"),
    SettingKind.JSON: ("minProperties", "maxProperties"),
}
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
    with setting_cache.one_look():
        return {key: known.value() for key, known in definitions().items() if known.public}


def _invalid(*sentences: str) -> InvalidValue:
    return InvalidValue(errors={"value": list(sentences)})
