"""Back-office pages for what was agreed about paying: plans, schedules, terms, rates of late interest (R2, R9)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from payments.models import InterestRate, PlanTemplate, ScheduleRevision, Terms
from payments.models.agreed import PlannedLine
from payments.services import add_rate, retire_plan
from realestate.core.admin import HouseAdmin, HouseForm, ReadOnlyAdmin, moment, money, text
from realestate.core.amounts import format_money, format_percent

BUYER = ("booking__customer__first_name", "booking__customer__last_name")


@admin.register(PlanTemplate)
class PlanTemplateAdmin(ReadOnlyAdmin):
    """Payment plans that builders offer; an old one is retired, and bookings made by it keep it."""

    list_display = (
        "name",
        "project",
        "payment_plan",
        "kind",
        "is_active",
        moment("created_at", "Made"),
    )
    list_filter = ("is_active", "payment_plan", "kind")
    search_fields = ("=pk", "name", "project__project_name")
    list_select_related = ("project",)
    ordering = ("-pk",)
    fields = ("project", ("name", "payment_plan", "kind", "is_active"), "shown_lines")
    readonly_fields = ("shown_lines",)
    object_actions = {
        "retire": (
            "Retire",
            lambda actor, pk, _reason: retire_plan(actor=actor, plan_id=pk),
        )
    }

    def possible_actions(self, row: PlanTemplate) -> list[str]:
        """A plan is retired once."""
        return ["retire"] if row.is_active else []

    @admin.display(description="Lines")
    def shown_lines(self, row: PlanTemplate) -> SafeString:
        """How much each line asks for, and when."""
        return _in_lines(row.lines.order_by("sequence"), row.project.currency)


@admin.register(ScheduleRevision)
class ScheduleRevisionAdmin(ReadOnlyAdmin):
    """The numbered states of bookings' schedules; the first is made at confirmation (R2.7)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        "booking",
        text("booking.customer", "Customer"),
        "number",
        "template",
        "reason",
        "created_by",
        moment("created_at", "Made"),
    )
    search_fields = ("=booking__pk", "reason", *BUYER)
    list_select_related = ("booking__customer", "template", "created_by")
    ordering = ("-pk",)
    fields = (
        ("booking", "number", "template"),
        "reason",
        "shown_lines",
        ("created_by", "created_at"),
    )
    readonly_fields = ("shown_lines",)

    @admin.display(description="Lines that it added")
    def shown_lines(self, row: ScheduleRevision) -> SafeString:
        """Each line, and by which revision it was retired."""
        lines = row.lines.select_related("retired_in").order_by("sequence", "pk")
        return _in_lines(lines, row.booking.currency)


@admin.register(Terms)
class TermsAdmin(ReadOnlyAdmin):
    """What holds for a booking, as it was when it was made (R22.9)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    currency_path = "booking.currency"
    list_display = (
        "booking",
        text("booking.customer", "Customer"),
        "cap_percent",
        "credit_days",
        "lead_days",
        "allocation",
        "grace_days",
        "interest_mode",
        "forfeit_percent",
        money("bounce_charge", "Bounce charge", "booking.currency"),
    )
    list_filter = ("allocation", "interest_mode")
    search_fields = ("=booking__pk", *BUYER)
    list_select_related = ("booking__customer",)
    ordering = ("-pk",)


@admin.register(InterestRate)
class InterestRateAdmin(HouseAdmin):
    """Rates of late interest: added, never changed (R9). Without a project: for all that have none of their own."""

    editable = False
    add_fields = ("project", "percent", "valid_from", "note")
    list_display = ("valid_from", "percent", "project", "note")
    search_fields = ("=pk", "project__project_name", "note")
    autocomplete_fields = ("project",)
    list_select_related = ("project",)
    ordering = ("-valid_from", "-pk")

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service, which refuses days of the past."""
        data = dict(form.cleaned_data)
        project = data.pop("project")
        return add_rate(actor=actor, project_id=project.pk if project else None, **data)


def _in_lines(lines: Iterable[Any], currency: str) -> SafeString:
    return format_html_join("", "{}<br>", ((_line(line, currency),) for line in lines))


def _line(line: PlannedLine, currency: str) -> str:
    """A line of a template or of a schedule: how much, when, and whether it still holds."""
    amount = getattr(line, "amount", None)
    share = format_percent(line.percent) if line.percent is not None else ""
    fixed = "the token" if amount is None and not share else ""
    shown = format_money(amount, currency) if amount is not None else fixed
    when = (line.get_trigger_display(), line.offset, line.fixed_on, line.milestone_code)
    parts = " ".join(str(part) for part in when if part not in {None, ""})
    retired = getattr(line, "retired_in", None)
    ending = f" (retired by revision {retired.number})" if retired else ""
    amounts = ", ".join(part for part in (share, shown) if part)
    return f"{line.sequence}. {line.label}: {amounts}; {parts}{ending}"
