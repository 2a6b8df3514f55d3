"""Back-office pages for units and what occupies them."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from projects.admin.catalogue import stacking_link
from projects.admin.forms import changed, chosen, key
from projects.enums import UnitStatus
from projects.models import Claim, Unit
from projects.services import (
    add_unit,
    change_unit,
)
from realestate.core import clock
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ReadOnlyAdmin,
    moment,
    money,
)
from realestate.core.amounts import format_money


class StatusNow(admin.SimpleListFilter):
    """What units are at this moment; derived, so that no column says it (R4.1)."""

    title, parameter_name = "status", "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """All states."""
        return [(status.value, str(status.label)) for status in UnitStatus]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The page's rows carry their status."""
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Unit)
class UnitAdmin(HouseAdmin):
    """Flats, shops and parking spaces; their status is derived."""

    zone_path = "project.time_zone"
    list_display = (
        "unit_number",
        "project",
        "tower",
        "unit_type",
        "floor_number",
        "area_sqft",
        money("price", "Price", "project.currency"),
        "status",
    )
    list_filter = (StatusNow, "unit_type", "facing")
    search_fields = ("unit_number", "project__project_name")
    choice_joins = ("project",)
    autocomplete_fields = ("project", "tower")
    list_select_related = ("project", "tower")
    ordering = ("project", "floor_number", "unit_number", "pk")
    readonly_fields = ("status", "plan", "released_at", "blocked_at", "block_reason")
    fixed = ("project",)
    currency_path = "project.currency"
    bulk = ("release", "recall", "block", "unblock")
    object_actions = {
        "block": (
            "Block",
            lambda actor, pk, reason: change_unit(
                actor=actor, unit_id=pk, is_blocked=True, block_reason=reason[:200]
            ),
        ),
        "unblock": (
            "Unblock",
            lambda actor, pk, _reason: change_unit(
                actor=actor, unit_id=pk, is_blocked=False, block_reason=""
            ),
        ),
        "release": (
            "Put on sale",
            lambda actor, pk, _reason: change_unit(actor=actor, unit_id=pk, is_released=True),
        ),
        "recall": (
            "Take off sale",
            lambda actor, pk, _reason: change_unit(actor=actor, unit_id=pk, is_released=False),
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """With the status at this moment."""
        return super().get_queryset(request).with_status(clock.now())  # type: ignore[no-any-return, attr-defined]  # UnitQuerySet

    def choice(self, row: Any) -> str:
        """Number, place, kind, price in the project's currency, and whether it is free."""
        price = format_money(row.price, row.project.currency)
        return f"{row.unit_number} · {row.project} · {row.get_unit_type_display()} · {price} · {self.status(row)}"

    @admin.display(description="Status")
    def status(self, row: Any) -> str:
        """Derived (R4.1)."""
        return str(row.status).replace("_", " ")

    @admin.display(description="Place")
    def plan(self, row: Unit) -> str:
        """In its tower."""
        return stacking_link(row.project_id, row.tower_id, row.pk)

    def possible_actions(self, row: Unit) -> list[str]:
        """Block or unblock; put on sale, or off."""
        return [
            "unblock" if row.blocked_at else "block",
            "recall" if row.released_at else "release",
        ]

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks number and tower; not on sale until the button is pressed."""
        return add_unit(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            tower_id=key(form, "tower"),
            is_released=False,
            **chosen(form, "project", "tower"),
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks number and tower."""
        changes = changed(form)
        if "tower" in changes:
            del changes["tower"]
            changes["tower_id"] = key(form, "tower")
        return change_unit(actor=actor, unit_id=form.instance.pk, **changes)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Who occupies which unit; taken, advanced and released through bookings."""

    part_of, zone_path = "unit", "unit.project.time_zone"
    list_display = (
        "unit",
        "kind",
        "stage",
        "customer",
        moment("taken_at", "Taken"),
        moment("expires_at", "Until"),
        moment("released_at", "Released"),
        "release_reason",
    )
    list_filter = ("kind", "stage", "release_reason")
    search_fields = ("unit__unit_number", "customer__first_name", "customer__last_name")
    list_select_related = ("unit", "customer")
    date_hierarchy = "taken_at"
    ordering = ("-pk",)
