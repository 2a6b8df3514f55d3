"""Back-office pages of the ground's own tables."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from realestate.core.admin.base import ReadOnlyAdmin
from realestate.core.admin.bulk import BulkRunPages
from realestate.core.admin.columns import moment
from realestate.core.models import (
    AuditEntry,
    BulkRun,
    IdempotencyKey,
    RateCounter,
    RowChange,
    StoredFile,
)


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
    date_hierarchy = "at"
    search_fields = (
        "object_type",
        "=object_id",
        "actor__email",
        "actor__name",
        "actor__builder__company_name",
        "actor__customer__first_name",
        "actor__customer__last_name",
        "action",
        "reason",
        "before__icontains",
        "after__icontains",
        "=request_id",
    )
    search_help_text = (
        "Person, object (type or number), action, a text or value, reason, request id."
    )
    list_select_related = ("actor__builder", "actor__customer")
    ordering = ("-pk",)
    readonly_fields = ("changed",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Other pages link to the history of one row."""
        return lookup == "object_id" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="Before → after")
    def changed(self, row: AuditEntry) -> str:
        """The fields that changed."""
        return changes_in_short(row.before, row.after)


@admin.register(RowChange)
class RowChangeAdmin(ReadOnlyAdmin):
    """What the database kept of each changed row, whoever changed it."""

    list_display = (moment("at", "When"), "object_type", "object_id", "kind", "login", "changed")
    list_filter = ("kind", ObjectType)
    search_fields = ("=object_type", "=object_id", "=transaction", "=login")
    search_help_text = "Object (type or number), transaction, login of the database."
    list_select_related = ()
    ordering = ("-pk",)
    readonly_fields = ("changed",)

    @admin.display(description="Before → after")
    def changed(self, row: RowChange) -> str:
        """The columns that changed."""
        return changes_in_short(row.before, row.after)


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


def changes_in_short(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Each name with both values, on a line of a list."""
    names = sorted({*before, *after})
    return "; ".join(
        f"{name}: {_short(before.get(name))} → {_short(after.get(name))}" for name in names
    )


def _short(value: object) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"  # noqa: PLR2004  # a line of the list
