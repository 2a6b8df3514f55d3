"""Back-office pages for who receives people, and when."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from realestate.core.admin import (
    HouseAdmin,
    HouseForm,
    ReadOnlyAdmin,
    moment,
)
from scheduling.models import (
    CalendarFeed,
    Holiday,
    Host,
    WorkingHours,
)
from scheduling.rules import closing_text
from scheduling.services import (
    add_host,
    change_host,
)


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

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The login is chosen among the builder's own people; the builder's own host keeps the builder's."""
        form = super().get_form(request, obj, *args, **kwargs)
        if "user" in form.base_fields:
            people = User.objects.of_builder(obj.builder_id) if obj else User.objects.none()
            form.base_fields["user"].queryset = people
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """See ``get_form``."""
        fixed = ("user",) if obj is not None and obj.user_id == obj.builder_id else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

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
        if "user" in changes:
            user = changes.pop("user")
            changes["user_id"] = user.pk if user else None
        return change_host(actor=actor, host_id=form.instance.pk, **changes)


@admin.register(WorkingHours)
class WorkingHoursAdmin(ReadOnlyAdmin):
    """When projects receive people; set by the builder (R14.4)."""

    list_display = ("project", "weekday", "opens", "until")
    list_filter = ("weekday",)
    search_fields = ("project__project_name",)
    list_select_related = ("project",)
    ordering = ("project", "weekday", "opens")
    exclude = ("closes",)
    readonly_fields = ("until",)

    @admin.display(description="Closes", ordering="closes")
    def until(self, row: WorkingHours) -> str:
        """The end of an opening; 24:00 is no time of a clock."""
        return closing_text(row.closes)


@admin.register(Holiday)
class HolidayAdmin(ReadOnlyAdmin):
    """When projects receive nobody; set by the builder (R14.4)."""

    list_display = ("project", "day", "name")
    search_fields = ("project__project_name", "name")
    list_select_related = ("project",)
    ordering = ("-day", "-pk")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """Who reads the calendar by a private address; never the address."""

    list_display = ("user", moment("updated_at", "Given"))
    search_fields = ("user__email",)
    list_select_related = ("user",)
    exclude = ("secret",)
    ordering = ("-pk",)
