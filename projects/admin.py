"""Back-office pages for projects, towers, units, claims and 3D models."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from projects.enums import UnitStatus
from projects.models import Claim, Model3D, PriceList, Project, TaxRate, Tower, Unit
from projects.services import (
    add_model,
    add_tax_rate,
    add_tower,
    add_unit,
    archive_project,
    change_model,
    change_project,
    change_unit,
    publish_project,
)
from realestate.core import clock
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    Neighbour,
    ReadOnlyAdmin,
    lend_neighbours,
    moment,
    money,
)
from realestate.core.admin.columns import NOTHING
from realestate.core.files import signed_link

LINK_MINUTES = 10  # that a link of a page opens


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


def chosen(form: HouseForm, *without: str) -> dict[str, Any]:
    """The values of a form, but those that services want by their keys."""
    return {name: value for name, value in form.cleaned_data.items() if name not in without}


def changed(form: HouseForm) -> dict[str, Any]:
    """What was changed, and only that."""
    return {name: form.cleaned_data[name] for name in form.changed_data}


def key(form: HouseForm, name: str) -> int | None:
    """The key of a neighbour that was chosen, or None."""
    row: Model | None = form.cleaned_data[name]
    return row.pk if row is not None else None


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
    ordering = ("project", "name", "pk")
    fixed = ("project",)

    @admin.display(description="Stock")
    def plan(self, row: Tower) -> str:
        """Floor by floor."""
        return stacking_link(row.project_id, row.pk)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which knows twins of names."""
        values = chosen(form, "project")
        return add_tower(actor=actor, project_id=form.cleaned_data["project"].pk, **values)


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


@admin.register(Model3D)
class Model3DAdmin(HouseAdmin):
    """3D models and who may open them."""

    list_display = (
        "model_name",
        "project",
        "model_type",
        "file_format",
        "access_level",
        "version",
        "is_active",
    )
    list_filter = ("model_type", "access_level", "is_active")
    search_fields = ("model_name", "project__project_name")
    autocomplete_fields = ("project", "unit")
    list_select_related = ("project",)
    ordering = ("project", "model_name", "pk")
    readonly_fields = (
        "version",  # another file is another version
        "file",  # sent over the API
        "thumbnail",
        "opens",
        "earlier",
    )
    fixed = ("project", "unit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who reads: links are made for nobody else."""
        rows: QuerySet[Model3D] = super().get_queryset(request)
        return rows.annotate(reader=Value(request.user.pk))

    @admin.display(description="Open")
    def opens(self, row: Model3D) -> str:
        """A fresh link to an own file."""
        if row.file is None:
            return ""
        link = signed_link(row.file, LINK_MINUTES, reader_id=getattr(row, "reader", None))
        return format_html('<a href="{}">{}</a>', link, row.file)

    @admin.display(description="Earlier versions")
    def earlier(self, row: Model3D) -> str:
        """One line each, the latest first."""
        versions = row.versions.order_by("-version") if row.pk else ()
        return "\n".join(f"{old.version}: {old.file_format}, {old.file_url}" for old in versions)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks the unit."""
        return add_model(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            unit_id=key(form, "unit"),
            **chosen(form, "project", "unit"),
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which counts versions."""
        return change_model(actor=actor, model_id=form.instance.pk, **changed(form))


@admin.register(PriceList)
class PriceListAdmin(ReadOnlyAdmin):
    """Versions of prices; the next one is made over the API, where it is checked line by line."""

    part_of, zone_path = "project", "project.time_zone"
    list_display = ("project", "version", "effective_from", "note", moment("created_at", "Made"))
    search_fields = ("project__project_name", "note")
    list_select_related = ("project",)
    date_hierarchy = "effective_from"
    ordering = ("-pk",)
    readonly_fields = ("charges",)

    @admin.display(description="Lines")
    def charges(self, row: PriceList) -> str:
        """One line each."""
        return "\n".join(
            f"{line.code}: {line.label}, {line.get_basis_display()}, {line.value.normalize():f}"
            for line in row.lines.order_by("sequence")
        )


@admin.register(TaxRate)
class TaxRateAdmin(HouseAdmin):
    """Dated tax rates; added, never changed."""

    editable = False
    add_fields = ("tax_class", "component", "percent", "valid_from", "note")
    list_display = ("tax_class", "component", "percent", "valid_from", "note")
    list_filter = ("tax_class",)
    search_fields = ("component", "note")
    list_select_related = ()
    ordering = ("tax_class", "component", "-valid_from")

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which refuses days of the past."""
        return add_tax_rate(actor=actor, **form.cleaned_data)


lend_neighbours(
    Project,
    Neighbour("Units", Unit, {"project": "pk"}),
    Neighbour("Towers", Tower, {"project": "pk"}),
    Neighbour("Price lists", PriceList, {"project": "pk"}),
)
lend_neighbours(
    Tower,
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Units", Unit, {"tower": "pk"}),
)
lend_neighbours(
    Unit,
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Tower", Tower, {"pk": "tower_id"}),
    Neighbour("Claims", Claim, {"unit": "pk"}),
    Neighbour("Price lists", PriceList, {"project": "project_id"}),
)
