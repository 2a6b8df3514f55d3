"""Back-office pages for promised dates of completion."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from progress.models import (
    CompletionDate,
)
from progress.services import (
    revise_completion,
)
from realestate.core.admin import HouseAdmin, HouseForm, moment


@admin.register(CompletionDate)
class CompletionDateAdmin(HouseAdmin):
    """What buyers were promised, with every revision; a new one is told to them."""

    part_of, zone_path = "project", "project.time_zone"
    editable = False
    add_fields = ("project", "tower", "promised_on", "reason")
    list_display = (
        "promised_on",
        "project",
        "tower",
        "number",
        "reason",
        moment("revised_at", "Told on"),
    )
    search_fields = ("project__project_name", "reason")
    autocomplete_fields = ("project", "tower")
    list_select_related = ("project", "tower")
    date_hierarchy = "promised_on"
    ordering = ("project", "tower", "-number", "-pk")

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        tower = form.cleaned_data["tower"]
        return revise_completion(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            tower_id=tower.pk if tower else None,
            promised_on=form.cleaned_data["promised_on"],
            reason=form.cleaned_data["reason"],
        )
