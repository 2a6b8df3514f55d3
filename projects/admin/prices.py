"""Back-office pages for prices and taxes."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from projects.models import PriceList, TaxRate
from projects.services import (
    add_tax_rate,
)
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ReadOnlyAdmin,
    moment,
)


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
