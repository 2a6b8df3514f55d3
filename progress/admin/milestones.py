"""Back-office pages for milestones and their certificates."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

from progress.admin.forms import chosen
from progress.models import (
    Certificate,
    Milestone,
)
from progress.rules import MILESTONE_TRANSITIONS
from progress.services import (
    add_milestone,
    certify_milestone,
    change_milestone,
    record_certificate,
    report_milestone,
)
from realestate.core import clock
from realestate.core.admin import HouseAdmin, HouseForm
from realestate.core.states import allowed_actions


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

    part_of, zone_path = "project", "project.time_zone"
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
