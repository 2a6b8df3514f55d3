"""Where a setting may be set: the system, a builder, a project.

The ground knows neither builders nor projects: the apps that do lend them, in ``AppConfig.ready``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from realestate.core.enums import Role, SettingScope

MOST_FOUND = 20


@dataclass(frozen=True)
class Place:
    """The system, or one builder or project."""

    scope: SettingScope
    scope_id: int
    name: str
    builder_id: int = 0

    @property
    def addresses(self) -> tuple[tuple[SettingScope, int], ...]:
        """Where a value for the place is looked for, the narrowest first."""
        system = (SettingScope.SYSTEM, 0)
        builder = (SettingScope.BUILDER, self.builder_id)
        match self.scope:
            case SettingScope.PROJECT:
                return (SettingScope.PROJECT, self.scope_id), builder, system
            case SettingScope.BUILDER:
                return builder, system
            case _:
                return (system,)


@dataclass(frozen=True)
class Source:
    """The rows of a scope: all of them, those that a user may set things for, and their columns."""

    model: type[Model]
    editable_by: Callable[[Any], QuerySet[Any]]
    name: str
    builder: str  # the column of the builder's key


SYSTEM = Place(SettingScope.SYSTEM, 0, "the system")
_sources: dict[SettingScope, Source] = {}


def lend_places(scope: SettingScope, source: Source) -> None:
    """Offer the builders or the projects; called in ``AppConfig.ready``."""
    _sources[scope] = source


def sources() -> dict[SettingScope, Source]:
    """What has been lent."""
    return dict(_sources)


def is_staff(user: Any) -> bool:
    """Whether the user acts for the platform, whose system-wide settings only its staff set."""
    return getattr(user, "user_type", None) == Role.STAFF


def editable_place(user: Any, scope: str, scope_id: int) -> Place | None:
    """The place, if the user may set something there: staff everywhere, a builder for itself and its projects.

    A project's settings are terms of business: they are its builder's to set, not those of whoever edits the project.
    """
    if scope == SettingScope.SYSTEM:
        return SYSTEM if is_staff(user) and scope_id == 0 else None
    known = SettingScope(scope)
    found = _places(known, _sources[known].editable_by(user).filter(pk=scope_id))
    if not found or known == SettingScope.BUILDER:
        return found[0] if found else None
    builders = _sources[SettingScope.BUILDER].editable_by(user)
    return found[0] if builders.filter(pk=found[0].builder_id).exists() else None


def search_places(user: Any, text: str) -> list[Place]:
    """Builders and projects whose name contains a text, for which the user may set something; the first of each."""
    return [
        place
        for scope, source in _sources.items()
        for place in _places(
            scope,
            source.editable_by(user)
            .filter(**{f"{source.name}__icontains": text})
            .order_by(source.name, "pk"),
        )
    ]


def names_of(addresses: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What builders and projects are called; one query for each of the two."""
    wanted = set(addresses)
    found = {(str(SettingScope.SYSTEM), 0): SYSTEM.name}
    for scope, source in _sources.items():
        keys = {scope_id for each, scope_id in wanted if each == scope}
        if keys:
            rows = source.model._default_manager.filter(pk__in=keys)  # noqa: SLF001  # documented API
            found |= {(str(scope), pk): name for pk, name in rows.values_list("pk", source.name)}
    return found


def _places(scope: SettingScope, rows: QuerySet[Any]) -> list[Place]:
    source = _sources[scope]
    values = rows.values_list("pk", source.name, source.builder)[:MOST_FOUND]
    return [Place(scope, pk, name, builder) for pk, name, builder in values]
