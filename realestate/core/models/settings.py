"""Runtime settings that differ from their defaults, and the version of the whole table."""

from typing import Any

from django.db import models
from django.db.models import Q

from realestate.core import setting_cache
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.enums import (
    SettingScope,
)
from realestate.core.setting_querysets import SettingQuerySet


class SystemSetting(TimestampedModel):
    """A runtime setting that differs from its default; the definition in code gives type, limits and help."""

    key = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, choices=SettingScope, default=SettingScope.SYSTEM)
    scope_id = models.PositiveBigIntegerField(
        default=0, help_text="Builder or project id; 0 for the system."
    )
    value = models.JSONField(blank=True)  # an empty text or list is a value, too

    objects = SettingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "scope", "scope_id"], name="one_setting_per_scope"
            ),
            enum_check("setting_scope", "scope", SettingScope),
            models.CheckConstraint(
                name="setting_scope_has_its_id",
                condition=Q(scope=SettingScope.SYSTEM, scope_id=0)
                | (~Q(scope=SettingScope.SYSTEM) & Q(scope_id__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return (
            self.key
            if self.scope == SettingScope.SYSTEM
            else f"{self.key} ({self.scope} {self.scope_id})"
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever changes a setting reads the change."""
        setting_cache.forget()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Whoever removes a setting reads the default."""
        setting_cache.forget()
        return super().delete(*args, **kwargs)


class SettingsVersion(models.Model):
    """One row: a random token that a trigger renews with every change of a setting; see ``setting_cache``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="one_version_of_the_settings", condition=Q(id=1))
        ]

    def __str__(self) -> str:
        return str(self.token)
