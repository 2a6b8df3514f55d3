"""Back-office pages for phases, construction updates, milestones and certificates."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from progress.models import (
    Certificate,
    CompletionDate,
    ConstructionUpdate,
    Milestone,
    ProjectProgress,
)
from progress.rules import MILESTONE_TRANSITIONS
from progress.services import (
    add_milestone,
    add_phase,
    certify_milestone,
    change_milestone,
    change_phase,
    change_update,
    post_update,
    record_certificate,
    report_milestone,
    revise_completion,
)
from projects.models import Project
from realestate.core import clock
from realestate.core.admin import HouseAdmin, HouseForm, Neighbour, lend_neighbours, moment
from realestate.core.states import allowed_actions


def chosen(form: HouseForm, *without: str) -> dict[str, Any]:
    """The values that somebody filled in or changed."""
    return {name: form.cleaned_data[name] for name in form.changed_data if name not in without}


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


def certify_today(actor: Any, pk: int, reason: str) -> Milestone:
    """The button: with the photos that the milestone has; the reason is what an override needs (R7.2)."""
    zone = Milestone.objects.values_list("project__time_zone", flat=True).get(pk=pk)
    return certify_milestone(
        actor=actor, milestone_id=pk, certified_on=clock.today(zone), override_reason=reason
    )


@admin.register(Milestone)
class MilestoneAdmin(HouseAdmin):
    """Stages that make money due (R7): planned, reported and certified."""

    part_of, zone_path = "project", "project.time_zone"
    list_display = (
        "name",
        "code",
        "project",
        "tower",
        "sequence",
        "state",
        "certified_on",
        "certifier_name",
    )
    list_filter = ("state", "is_billable")
    search_fields = ("name", "code", "project__project_name")
    autocomplete_fields = ("project", "tower")
    list_select_related = ("project", "tower")
    ordering = ("project", "tower", "sequence", "pk")
    fixed = ("project", "tower", "code")
    fields = (
        ("project", "tower"),
        ("code", "name", "sequence"),
        "description",
        ("is_billable", "planned_on"),
        "photos",
    )
    readonly_fields = (
        "state",
        "reported_at",
        "reported_by",
        "certified_on",
        "certified_at",
        "certified_by",
        "certifier_name",
        "override_reason",
    )
    object_actions = {
        "report": (
            "Report as done",
            lambda actor, pk, _reason: report_milestone(actor=actor, milestone_id=pk),
        ),
        "certify": (
            "Certify as of today",
            certify_today,
        ),
    }

    def possible_actions(self, row: Milestone) -> list[str]:
        """What R7 allows in the present state."""
        return allowed_actions(MILESTONE_TRANSITIONS, row.state)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        values = chosen(form, "project", "tower")
        tower = form.cleaned_data["tower"]
        return add_milestone(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            tower_id=tower.pk if tower else None,
            **values,
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which leaves certified ones alone."""
        return change_milestone(actor=actor, milestone_id=form.instance.pk, **chosen(form))


@admin.register(Certificate)
class CertificateAdmin(HouseAdmin):
    """What authorities certified."""

    part_of = "milestone"
    editable = False
    add_fields = ("project", "tower", "kind", "number", "issued_on")
    list_display = ("number", "kind", "project", "tower", "issued_on")
    list_filter = ("kind",)
    search_fields = ("number", "project__project_name")
    autocomplete_fields = ("project", "tower")
    list_select_related = ("project", "tower")
    date_hierarchy = "issued_on"
    ordering = ("-issued_on", "-pk")

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        tower = form.cleaned_data["tower"]
        return record_certificate(
            actor=actor,
            project_id=form.cleaned_data["project"].pk,
            tower_id=tower.pk if tower else None,
            kind=form.cleaned_data["kind"],
            number=form.cleaned_data["number"],
            issued_on=form.cleaned_data["issued_on"],
        )


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


lend_neighbours(
    Project,
    Neighbour("Phases", ProjectProgress, {"project": "pk"}),
    Neighbour("Milestones", Milestone, {"project": "pk"}),
    Neighbour("Updates", ConstructionUpdate, {"project": "pk"}),
)
