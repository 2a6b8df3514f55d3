"""Back-office pages for phases and construction updates."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from progress.admin.forms import chosen
from progress.models import (
    ConstructionUpdate,
    ProjectProgress,
)
from progress.services import (
    add_phase,
    change_phase,
    change_update,
    post_update,
)
from realestate.core.admin import HouseAdmin, HouseForm, moment


@admin.register(ProjectProgress)
class PhaseAdmin(HouseAdmin):
    """How far projects are."""

    list_display = (
        "phase_name",
        "project",
        "tower",
        "sequence",
        "status",
        "progress_percentage",
        "weight",
        "customer_visible",
    )
    list_filter = ("status", "customer_visible")
    search_fields = ("phase_name", "project__project_name")
    autocomplete_fields = ("project", "tower")
    list_select_related = ("project", "tower")
    ordering = ("project", "sequence", "pk")
    fixed = ("project",)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        project = form.cleaned_data["project"]
        return add_phase(actor=actor, project_id=project.pk, **chosen(form, "project"))

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which checks the dates."""
        return change_phase(actor=actor, phase_id=form.instance.pk, **chosen(form))


@admin.register(ConstructionUpdate)
class UpdateAdmin(HouseAdmin):
    """News from the site."""

    list_display = (
        "update_title",
        "project",
        "update_type",
        "priority",
        "is_public",
        moment("published_at", "Published"),
    )
    list_filter = ("update_type", "priority", "is_public")
    search_fields = ("update_title", "update_content", "project__project_name")
    autocomplete_fields = ("project",)
    list_select_related = ("project",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-pk")
    readonly_fields = ("posted_by", "published_at")
    fixed = ("project",)
    bulk = ("publish", "withdraw")
    object_actions = {
        "publish": (
            "Publish",
            lambda actor, pk, _reason: change_update(actor=actor, update_id=pk, is_published=True),
        ),
        "withdraw": (
            "Take back",
            lambda actor, pk, _reason: change_update(actor=actor, update_id=pk, is_published=False),
        ),
    }

    def possible_actions(self, row: ConstructionUpdate) -> list[str]:
        """Drafts can be published, published ones taken back."""
        return ["withdraw" if row.is_published else "publish"]

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """As a draft, through the service; the button publishes it."""
        project = form.cleaned_data["project"]
        values = chosen(form, "project")
        return post_update(actor=actor, project_id=project.pk, is_published=False, **values)

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        return change_update(actor=actor, update_id=form.instance.pk, **chosen(form))
