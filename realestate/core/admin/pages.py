"""Back-office pages of the ground's own tables."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from realestate.core.admin.base import HouseAdmin, ReadOnlyAdmin
from realestate.core.admin.bulk import BulkRunPages
from realestate.core.admin.columns import NOTHING, moment
from realestate.core.admin.forms import HouseForm
from realestate.core.errors import DomainError
from realestate.core.models import (
    AuditEntry,
    BulkRun,
    IdempotencyKey,
    RateCounter,
    StoredFile,
    SystemSetting,
)
from realestate.core.system_settings import Definition, definitions


class SettingForm(HouseForm):
    """A setting's value, checked by the type and the limits of its definition."""

    key = forms.ChoiceField(
        choices=lambda: [
            (key, f"{key}: {known.help} {in_words(known)}") for key, known in definitions().items()
        ]
    )
    value = forms.CharField(
        help_text="A number, true or false, or a text, as the setting wants it."
    )

    class Meta:
        model = SystemSetting
        fields = ("key", "scope", "scope_id", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["value"] = str(self.instance.value)
            known = definitions().get(self.instance.key)
            self.fields["value"].help_text = f"{known.help} {in_words(known)}" if known else ""

    def clean(self) -> dict[str, Any]:
        """The typed value, as it is stored."""
        data = super().clean() or self.cleaned_data
        definition = definitions().get(data.get("key", self.instance.key))
        if definition is None or "value" not in data:
            return data
        if not definition.may_be_set_for(data.get("scope", self.instance.scope)):
            self.add_error("scope", f"Can be set for: {', '.join(definition.scopes)}.")
        try:
            value = definition.clean(data["value"])
        except DomainError as refusal:
            self.add_error("value", refusal.errors.get("value", [refusal.detail]))
            return data
        data["value"] = value if isinstance(value, bool | int | str) else str(value)
        return data


@admin.register(SystemSetting)
class SystemSettingAdmin(HouseAdmin):
    """Runtime settings that differ from their defaults."""

    form = SettingForm
    list_display = ("key", "scope", "scope_id", "value", "meaning", "default_value", "updated_at")
    list_filter = ("scope",)
    search_fields = ("key",)
    list_select_related = ()
    ordering = ("key", "scope", "scope_id")
    deletable = True  # back to the default
    fixed = ("key", "scope", "scope_id")

    @admin.display(description="Meaning")
    def meaning(self, row: SystemSetting) -> str:
        """What the setting decides."""
        definition = definitions().get(row.key)
        return definition.help if definition else "No longer used."

    @admin.display(description="Default")
    def default_value(self, row: SystemSetting) -> str:
        """What holds without the row."""
        definition = definitions().get(row.key)
        return _with_unit(definition, definition.default) if definition else NOTHING


class ObjectType(admin.SimpleListFilter):
    """What was changed: one of the tables that have a page; looking for those that occur would read them all."""

    title, parameter_name = "what was changed", "object_type"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """The tables, by the names that people know."""
        pages = model_admin.admin_site._registry  # noqa: SLF001  # is_registered() asks for one by name only
        names = ((m._meta.label_lower, str(m._meta.verbose_name)) for m in pages)  # noqa: SLF001  # documented API
        return sorted(names, key=lambda pair: pair[1])

    def queryset(self, request: Any, queryset: Any) -> Any:
        """The entries about rows of one table."""
        return queryset.filter(object_type=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, when and why."""

    list_display = (
        moment("at", "When"),
        "actor",
        "action",
        "object_type",
        "object_id",
        "reason",
        "changed",
    )
    list_filter = ("at", ObjectType)
    search_fields = ("object_type", "=object_id", "actor__email", "action", "reason", "request_id")
    list_select_related = ("actor",)
    ordering = ("-pk",)
    readonly_fields = ("changed",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Other pages link to the history of one row."""
        return lookup == "object_id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="Before → after")
    def changed(self, row: AuditEntry) -> str:
        """The fields that changed."""
        names = sorted({*row.before, *row.after})
        pairs = (
            f"{name}: {_short(row.before.get(name))} → {_short(row.after.get(name))}"
            for name in names
        )
        return "; ".join(pairs)


@admin.register(BulkRun)
class BulkRunAdmin(BulkRunPages, ReadOnlyAdmin):
    """What was done to many rows at once, by whom, and what came of it."""

    list_display = (
        "label",
        "progress",
        "reason",
        "requested_by",
        moment("requested_at", "Asked for"),
        moment("finished_at", "Finished"),
    )
    search_fields = ("label", "reason", "requested_by__email")
    list_select_related = ("requested_by",)
    date_hierarchy = "requested_at"
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what came of it."""
        return super().get_queryset(request).with_counts()  # type: ignore[attr-defined, no-any-return]  # BulkRunQuerySet

    @admin.display(description="Rows")
    def progress(self, row: Any) -> str:
        """How many, and of them done and refused."""
        return f"{row.total}: {row.done} done, {row.refused} refused"


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    """Files in the storage."""

    list_display = (
        "name",
        "purpose",
        "content_type",
        "size",
        "visibility",
        "owner",
        moment("created_at", "Stored"),
    )
    list_filter = ("purpose", "visibility", "content_type")
    search_fields = ("name", "sha256", "owner__email")
    list_select_related = ("owner",)
    ordering = ("-pk",)
    readonly_fields = ("link",)

    @admin.display(description="Address")
    def link(self, row: StoredFile) -> str:
        """Where a public file opens."""
        return format_html('<a href="/api/files/{}">/api/files/{}</a>', row.pk, row.pk)


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """First answers to requests with an Idempotency-Key."""

    list_display = (
        "key",
        "route",
        "user",
        "state",
        "attempt",
        "status_code",
        moment("created_at", "When"),
    )
    list_filter = ("state",)
    search_fields = ("key", "route", "user__email")
    list_select_related = ("user",)
    ordering = ("-pk",)
    exclude = ("body",)


@admin.register(RateCounter)
class RateCounterAdmin(ReadOnlyAdmin):
    """How often limited things were done."""

    list_display = ("key", moment("last_used_at", "Last used"), "count")
    search_fields = ("key",)
    list_select_related = ()
    ordering = ("-last_used_at", "key")


def in_words(definition: Definition[Any]) -> str:
    """Default and limits of a setting, and where it can be set."""
    low, high = definition.minimum, definition.maximum
    limits = f", from {low} to {high}" if low is not None and high is not None else ""
    where = f"for {', '.join(definition.scopes)}"
    return f"(Default {_with_unit(definition, definition.default)}{limits}; {where}.)"


def _with_unit(definition: Definition[Any], value: object) -> str:
    return f"{value} {definition.unit}".strip()


def _short(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"  # noqa: PLR2004  # a line of the list
