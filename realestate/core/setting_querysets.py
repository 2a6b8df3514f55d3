"""Who may see which values of settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from realestate.core.enums import SettingScope
from realestate.core.setting_places import SYSTEM, is_staff, sources

if TYPE_CHECKING:
    from realestate.core.models import SystemSetting  # noqa: F401  # a generic parameter


class SettingQuerySet(QuerySet["SystemSetting"]):
    """Values that differ from the defaults."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """Staff see all, a builder what was set for it and its projects."""
        if is_staff(user):
            return self
        mine = Q(pk__in=[])
        for scope, source in sources().items():
            mine |= Q(scope=scope, scope_id__in=source.editable_by(user).values("pk"))
        return self.filter(mine)

    def with_place(self) -> Self:
        """Annotate ``place``: what the builder or the project is called."""
        names = [
            When(
                scope=scope,
                then=Subquery(
                    source.model._default_manager.filter(pk=OuterRef("scope_id")).values(  # noqa: SLF001  # documented API
                        source.name
                    )[:1]
                ),
            )
            for scope, source in sources().items()
        ]
        # Somebody may have set it for what is no longer there.
        number = Concat(F("scope"), Value(" "), Cast("scope_id", CharField()))
        system = When(scope=SettingScope.SYSTEM, then=Value(SYSTEM.name))
        return self.annotate(place=Coalesce(Case(system, *names, output_field=CharField()), number))
