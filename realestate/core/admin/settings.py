"""Runtime settings: all that are defined, with the value in force and where it comes from; each with its history."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from realestate.core.admin.base import HouseAdmin
from realestate.core.admin.columns import NOTHING
from realestate.core.admin.forms import HouseForm
from realestate.core.admin.setting_forms import SettingForm, limits_of, with_unit
from realestate.core.enums import SettingScope
from realestate.core.models import SystemSetting
from realestate.core.setting_changes import history_of, reset_setting, set_setting
from realestate.core.setting_kinds import in_words
from realestate.core.setting_places import SYSTEM, Place, editable_place, search_places
from realestate.core.system_settings import Definition, definitions

OWN = ("category", "place", "find")  # what the list of definitions is asked for by


class SettingList(ChangeList):
    """The values that are set, below the definitions: what those are asked for is no filter of rows."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Without what is not about rows."""
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in OWN}


def _reset(actor: Any, pk: int, reason: str) -> None:
    reset_setting(actor=actor, setting_id=pk, reason=reason)


@admin.register(SystemSetting)
class SystemSettingAdmin(HouseAdmin):
    """Above: every setting. Below: the values that somebody has set."""

    form = SettingForm
    change_list_template = "admin/house/settings.html"
    change_form_template = "admin/house/setting.html"
    list_display = ("key", "where", "shown", "default_value", "meaning", "updated_at")
    list_filter = ("scope",)
    search_fields = ("key",)
    list_select_related = ()
    ordering = ("key", "scope", "scope_id")
    fields = ("key", "scope", "scope_id", "value", "reason")
    fixed = ("key", "scope", "scope_id")
    deletable = True  # back to the default
    object_actions = {"reset": ("Reset: remove this value", _reset)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """One that knows what is no filter."""
        return SettingList

    def get_queryset(self, request: HttpRequest) -> QuerySet[SystemSetting]:
        """The caller's, each with the name of its place."""
        rows = SystemSetting.objects.for_user(request.user).with_place()
        return rows.order_by(*self.ordering)

    @admin.display(description="For", ordering="scope")
    def where(self, row: Any) -> str:
        """The system, or the builder or project by name."""
        return f"{row.scope}: {row.place}" if row.scope != SettingScope.SYSTEM else str(row.place)

    @admin.display(description="Value")
    def shown(self, row: SystemSetting) -> str:
        """As people read it."""
        known = definitions().get(row.key)
        return with_unit(known, row.value) if known else in_words(row.value)

    @admin.display(description="Meaning")
    def meaning(self, row: SystemSetting) -> str:
        """What the setting decides."""
        known = definitions().get(row.key)
        return known.help if known else "No longer used."

    @admin.display(description="Default")
    def default_value(self, row: SystemSetting) -> str:
        """What holds without any row."""
        known = definitions().get(row.key)
        return with_unit(known, known.default) if known else NOTHING

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The values that are set, under all definitions as they hold for a place."""
        place = _place(request.user, request.GET.get("place", ""))
        category = request.GET.get("category", "")
        find = request.GET.get("find", "").strip().replace("\x00", "")
        known = definitions().values()
        context = {
            "title": "Settings",
            "place": place,
            "place_word": _word(place),
            "categories": sorted({each.category for each in known}),
            "category": category,
            "find": find,
            "found": [
                (each, _word(each)) for each in (search_places(request.user, find) if find else [])
            ],
            "groups": _groups(place, category),
            "may_set": self.has_add_permission(request) and self.has_change_permission(request),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """The page of a setting at a place; where a value stands there already, its own page."""
        asked = {name: request.GET.get(name, "") for name in ("key", "scope", "scope_id")}
        if request.method == "GET" and asked["key"] and asked["scope_id"].isdecimal():
            rows = self.get_queryset(request).filter(
                **{**asked, "scope_id": asked["scope_id"][:18]}
            )
            if pk := rows.values_list("pk", flat=True).first():
                return HttpResponseRedirect(reverse("admin:core_systemsetting_change", args=[pk]))
        key = request.POST.get("key") or asked["key"]
        context = {**_about(key, request.user), **(extra_context or {})}
        return super().add_view(request, form_url, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """The value, what it means, and who has changed it."""
        row = self.get_object(request, object_id)
        about = _about(row.key, request.user) if row is not None else {}
        if row is not None:
            about["subtitle"] = self.where(row)
        return super().change_view(request, object_id, form_url, {**about, **(extra_context or {})})

    def do_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """After a reset the row is gone; the list is still there."""
        super().do_view(request, pk, action)
        return HttpResponseRedirect(reverse("admin:core_systemsetting_changelist"))

    def store_new(self, actor: Any, form: HouseForm) -> SystemSetting:
        """By the service; a value that stands there is changed."""
        data = form.cleaned_data
        return set_setting(
            actor=actor,
            key=data["key"],
            scope=data["scope"],
            scope_id=data["scope_id"],
            value=data["value"],
            reason=data["reason"],
        )

    def store_change(self, actor: Any, form: HouseForm) -> SystemSetting:
        """By the service."""
        row, data = form.instance, form.cleaned_data
        return set_setting(
            actor=actor,
            key=row.key,
            scope=row.scope,
            scope_id=row.scope_id,
            value=data["value"],
            reason=data["reason"],
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """By the service."""
        reset_setting(actor=request.user, setting_id=obj.pk)


def _place(user: Any, word: str) -> Place:
    """``project-7`` as the place that it is; the system for everything else."""
    scope, _, number = word.partition("-")
    if scope not in SettingScope or not number.isdecimal():
        return SYSTEM
    return editable_place(user, scope, int(number[:18])) or SYSTEM


def _word(place: Place) -> str:
    return "" if place == SYSTEM else f"{place.scope}-{place.scope_id}"


def _groups(place: Place, category: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """Category by category, each setting as it holds for a place."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for known in definitions().values():
        if category in {"", known.category}:
            groups.setdefault(known.category, []).append(_line(known, place))
    return sorted(groups.items())


def _line(known: Definition[Any], place: Place) -> dict[str, Any]:
    in_force = known.in_force(place)
    query = urlencode(
        {"key": known.key, "scope": str(place.scope), "scope_id": str(place.scope_id)}
    )
    return {
        "known": known,
        "value": with_unit(known, in_force.value),
        "source": in_force.source,
        "is_own": in_force.source == place.scope,
        "limits": limits_of(known),
        "places": ", ".join(known.places),
        "url": f"{reverse('admin:core_systemsetting_add')}?{query}"
        if known.may_be_set_for(place.scope)
        else "",
    }


def _about(key: str, user: Any) -> dict[str, Any]:
    """What a setting's page says beside its form."""
    known = definitions().get(key)
    if known is None:
        return {"history": history_of(key, user) if key else []}
    return {
        "title": known.key,
        "known": known,
        "limits": limits_of(known),
        "places": ", ".join(known.places),
        "system_value": with_unit(known, known.value()),
        "history": history_of(key, user),
    }
