"""Back-office pages for projects and towers."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from projects.admin.forms import changed, chosen, key
from projects.models import Project, Tower
from projects.querysets import TOWER_ORDER
from projects.services import (
    add_tower,
    archive_project,
    change_project,
    publish_project,
)
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    money,
)
from realestate.core.admin.columns import NOTHING


def stacking_link(
    project_id: int | None, tower_id: int | None = None, unit_id: int | None = None
) -> str:
    """Where the plan of a project is drawn: one tower of it, with a unit in sight."""
    if project_id is None:
        return NOTHING
    address = reverse("admin:stacking_plan", args=[project_id])
    tower = f"?tower={tower_id}" if tower_id else ""
    place = f"#unit-{unit_id}" if unit_id else ""
    return format_html('<a href="{}{}{}">Stacking plan</a>', address, tower, place)


@admin.register(Project)
class ProjectAdmin(HouseAdmin):
    """What is for sale."""

    zone_path = "time_zone"
    list_display = (
        "project_name",
        "builder",
        "location_city",
        "project_type",
        "status",
        "total_units",
        "available_units",
        money("price_range_min", "From"),
        "is_published",
        "plan",
    )
    list_filter = ("status", "project_type", "is_featured")
    search_fields = ("project_name", "location_city", "builder__company_name")
    autocomplete_fields = ("builder",)
    list_select_related = ("builder",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    readonly_fields = ("plan", "total_units", "available_units", "published_at", "archived_at")
    exclude = ("search",)
    fixed = ("builder", "currency")  # bookings, hosts and conversations follow from them
    object_actions = {
        "publish": (
            "Publish",
            lambda actor, pk, _reason: change_project(
                actor=actor, project_id=pk, is_published=True
            ),
        ),
        "withdraw": (
            "Take off the catalogue",
            lambda actor, pk, _reason: change_project(
                actor=actor, project_id=pk, is_published=False
            ),
        ),
        "archive": (
            "Archive",
            lambda actor, pk, _reason: archive_project(actor=actor, project_id=pk),
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """With the counted stock."""
        return super().get_queryset(request).with_figures("total_units", "available_units")  # type: ignore[no-any-return, attr-defined]  # ProjectQuerySet

    @admin.display(description="Stock")
    def plan(self, row: Project) -> str:
        """Floor by floor."""
        return stacking_link(row.pk)

    @admin.display(description="Units")
    def total_units(self, row: Any) -> int:
        """Counted."""
        return int(row.total_units)

    @admin.display(description="Free")
    def available_units(self, row: Any) -> int:
        """Counted from live claims."""
        return int(row.available_units)

    @admin.display(description="Published", boolean=True)
    def is_published(self, row: Project) -> bool:
        """Whether everybody may see it."""
        return row.is_published

    def possible_actions(self, row: Project) -> list[str]:
        """What is archived stays so."""
        return [] if row.archived_at else ["withdraw" if row.is_published else "publish", "archive"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is archived is only read."""
        is_archived = obj is not None and obj.archived_at is not None
        return not is_archived and super().has_change_permission(request, obj)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """As a draft, through the service; the button publishes it."""
        builder, values = key(form, "builder"), chosen(form, "builder")
        return publish_project(actor=actor, builder_id=builder, is_published=False, **values)

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks prices and dates."""
        return change_project(actor=actor, project_id=form.instance.pk, **changed(form))


@admin.register(Tower)
class TowerAdmin(HouseAdmin):
    """Buildings of projects."""

    part_of, zone_path = "project", "project.time_zone"
    list_display = ("name", "project", "floors", "plan")
    readonly_fields = ("plan",)
    search_fields = ("name", "project__project_name")
    autocomplete_fields = ("project",)
    list_select_related = ("project",)
    ordering = ("project", *TOWER_ORDER)
    fixed = ("project",)

    @admin.display(description="Stock")
    def plan(self, row: Tower) -> str:
        """Floor by floor."""
        return stacking_link(row.project_id, row.pk)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which knows twins of names."""
        values = chosen(form, "project")
        return add_tower(actor=actor, project_id=form.cleaned_data["project"].pk, **values)
