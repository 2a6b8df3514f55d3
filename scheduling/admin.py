"""Back-office pages for appointments. Buttons come from the transition table."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import Model
from django.utils.timezone import make_naive

from accounts.models import Customer
from bookings.models import Booking
from projects.models import Project
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    Neighbour,
    ObjectAction,
    ReadOnlyAdmin,
    lend_neighbours,
    moment,
    text,
)
from realestate.core.edits import update_row
from realestate.core.states import allowed_actions
from scheduling.enums import AppointmentAction
from scheduling.models import (
    Appointment,
    AppointmentMove,
    AppointmentReminder,
    CalendarFeed,
    Holiday,
    Host,
    WorkingHours,
)
from scheduling.rules import TRANSITIONS
from scheduling.services import (
    add_host,
    book_appointment,
    change_host,
    move_appointment,
    reschedule_appointment,
)


def _mover(action: AppointmentAction) -> tuple[str, ObjectAction]:
    def move(actor: Any, pk: int, reason: str) -> object:
        return move_appointment(actor=actor, appointment_id=pk, action=action, reason=reason)

    return str(action.label), move


class AppointmentForm(HouseForm):
    """An appointment that is there, and perhaps another time for it."""

    another_time = forms.SplitDateTimeField(
        required=False,
        widget=AdminSplitDateTime,
        help_text="On the project's wall clock. Both sides are told, and it has to be confirmed again.",
    )
    reason = forms.CharField(
        required=False, max_length=500, help_text="Why it is moved; both sides read it."
    )

    def clean(self) -> dict[str, Any]:
        """R14.5: staff say why they move an appointment."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("another_time") and not data.get("reason"):
            self.add_error("reason", "Say why it is moved.")
        return data


WHEN = moment("starts_at", "When", "project.time_zone")


@admin.register(Appointment)
class AppointmentAdmin(HouseAdmin):
    """When customers and builders meet (R14)."""

    form = AppointmentForm
    list_display = (
        WHEN,
        "duration_minutes",
        "appointment_type",
        "customer",
        "project",
        "host",
        "status",
        "outcome",
    )
    list_filter = ("status", "appointment_type", "meeting_location")
    search_fields = (
        "customer__first_name",
        "customer__last_name",
        "project__project_name",
        "location",
    )
    autocomplete_fields = ("customer", "project")
    list_select_related = ("customer", "project", "host")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-pk")
    add_fields = (
        "customer",
        "project",
        "appointment_type",
        "starts_at",
        "duration_minutes",
        "meeting_location",
        "location",
        "agenda",
    )
    fields: ClassVar[Any] = (
        ("customer", "project", "host"),
        ("appointment_type", "status", "outcome"),
        (WHEN, "duration_minutes", "time_zone"),
        ("meeting_location", "location"),
        "agenda",
        "notes",
        ("another_time", "reason"),
        ("reschedule_reason", "created_by"),
        ("created_at", "updated_at"),
    )
    readonly_fields: ClassVar[Any] = (
        "customer",
        "project",
        "host",
        "appointment_type",
        "status",
        "outcome",
        WHEN,
        "duration_minutes",
        "time_zone",
        "reschedule_reason",
        "created_by",
    )
    object_actions = {
        action.value: _mover(action)
        for action in AppointmentAction
        if action != AppointmentAction.RESCHEDULE
    }

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        """A new appointment names everything; afterwards times and people move through services."""
        return super().get_readonly_fields(request, obj) if obj else []

    @admin.display(description="Time zone")
    def time_zone(self, row: Appointment) -> str:
        """Whose wall clock the times are on."""
        return row.project.time_zone

    def possible_actions(self, row: Appointment) -> list[str]:
        """What the table allows in the present state."""
        return [
            name for name in allowed_actions(TRANSITIONS, row.status) if name in self.object_actions
        ]

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service: notice, overlap and capacity are checked. The time is on the project's wall clock."""
        data = dict(form.cleaned_data)
        return book_appointment(
            actor=actor,
            project_id=data.pop("project").pk,
            customer_id=data.pop("customer").pk,
            appointment_date=make_naive(data.pop("starts_at")),
            **data,
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Another time through the service, with its reason (R14.5); texts and the place have no rules."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        when, reason = changes.pop("another_time", None), changes.pop("reason", "")
        if when is not None:
            reschedule_appointment(
                actor=actor,
                appointment_id=form.instance.pk,
                appointment_date=make_naive(when),
                reason=reason,
            )
        rows = Appointment.objects.for_user(actor)
        return update_row(actor=actor, rows=rows, pk=form.instance.pk, changes=changes)


@admin.register(AppointmentMove)
class AppointmentMoveAdmin(ReadOnlyAdmin):
    """Earlier times of appointments."""

    list_display = (
        "appointment",
        moment("starts_at", "Was at", "appointment.project.time_zone"),
        "moved_by",
        moment("moved_at", "Moved"),
        "reason",
    )
    search_fields = ("reason", "moved_by__email")
    list_select_related = ("appointment__project", "moved_by")
    ordering = ("-pk",)


@admin.register(Host)
class HostAdmin(HouseAdmin):
    """Who receives people for builders (R14.2)."""

    list_display = ("name", "builder", "phone", "user", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "builder__company_name")
    autocomplete_fields = ("builder", "projects")
    list_select_related = ("builder", "user")
    ordering = ("builder", "pk")
    add_fields = ("builder", "name", "phone", "projects")
    fields: ClassVar[Any] = (("builder", "user"), ("name", "phone"), "projects", "is_active")
    fixed = ("builder",)
    readonly_fields = ("user",)

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        data = form.cleaned_data
        return add_host(
            actor=actor,
            builder_id=data["builder"].pk,
            name=data["name"],
            phone=data["phone"],
            project_ids=[project.pk for project in data["projects"]],
        )

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Through the service."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if "projects" in changes:
            changes["project_ids"] = [project.pk for project in changes.pop("projects")]
        return change_host(actor=actor, host_id=form.instance.pk, **changes)


@admin.register(WorkingHours)
class WorkingHoursAdmin(ReadOnlyAdmin):
    """When projects receive people; set by the builder (R14.4)."""

    list_display = ("project", "weekday", "opens", "closes")
    list_filter = ("weekday",)
    search_fields = ("project__project_name",)
    list_select_related = ("project",)
    ordering = ("project", "weekday", "opens")


@admin.register(Holiday)
class HolidayAdmin(ReadOnlyAdmin):
    """When projects receive nobody; set by the builder (R14.4)."""

    list_display = ("project", "day", "name")
    search_fields = ("project__project_name", "name")
    list_select_related = ("project",)
    ordering = ("-day", "-pk")


@admin.register(AppointmentReminder)
class AppointmentReminderAdmin(ReadOnlyAdmin):
    """Who was reminded of what (R14.6)."""

    list_display = (
        "appointment",
        text("appointment.customer", "Customer"),
        "hours_before",
        moment("sent_at", "Sent"),
    )
    search_fields = (
        "=appointment__pk",
        "appointment__customer__first_name",
        "appointment__customer__last_name",
    )
    list_select_related = ("appointment__customer",)
    ordering = ("-pk",)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """Who reads the calendar by a private address; never the address."""

    list_display = ("user", moment("updated_at", "Given"))
    search_fields = ("user__email",)
    list_select_related = ("user",)
    exclude = ("secret",)
    ordering = ("-pk",)


lend_neighbours(
    Booking,
    Neighbour("Appointments", Appointment, {"customer": "customer_id", "project": "project_id"}),
)
lend_neighbours(Customer, Neighbour("Appointments", Appointment, {"customer": "pk"}))
lend_neighbours(Project, Neighbour("Appointments", Appointment, {"project": "pk"}))
lend_neighbours(
    Appointment,
    Neighbour("Customer", Customer, {"pk": "customer_id"}),
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Earlier times", AppointmentMove, {"appointment": "pk"}),
)
