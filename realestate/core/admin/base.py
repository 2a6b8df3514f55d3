"""HouseAdmin: what every page of the back office shares.

Forms never write: they hand their values to a service, whose refusal becomes a message of the form (D25).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from realestate.core import audit, edits
from realestate.core.admin.bulk import BulkMixin
from realestate.core.admin.choices import ChoiceMixin
from realestate.core.admin.columns import Column, fact
from realestate.core.admin.export import ExportMixin
from realestate.core.admin.forms import HouseForm
from realestate.core.admin.history import show_history
from realestate.core.admin.lists import ListMixin
from realestate.core.admin.rows import is_platform, offered_rows
from realestate.core.enums import Duty
from realestate.core.errors import DomainError
from realestate.core.office import office_rows
from realestate.core.transactions import service

ObjectAction = Callable[[Any, int, str], object]  # (actor, pk, reason) -> anything


class HouseAdmin(ListMixin, BulkMixin, ExportMixin, ChoiceMixin):
    """Back-office pages of a table: search, neighbours, formatted columns, buttons that call services."""

    form = HouseForm
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False  # counting a big table twice helps nobody
    addable: ClassVar[bool] = True
    editable: ClassVar[bool] = True
    deletable: ClassVar[bool] = False
    add_fields: ClassVar[Sequence[str]] = ()  # the form for a new row, where it differs
    fixed: ClassVar[Sequence[str]] = ()  # said once, when the row is made
    needed: ClassVar[Sequence[str]] = ()  # must be said here, though the table can do without
    zone_path: ClassVar[str] = ""  # to the wall clock of the row's project; else India's
    part_of: ClassVar[str] = ""  # to the row in whose timeline this table's rows stand too
    object_actions: ClassVar[
        Mapping[str, tuple[str, ObjectAction]]
    ] = {}  # name -> (label, service)
    # Buttons that in a builder's team are another duty's than the page's own.
    action_duties: ClassVar[Mapping[str, Duty]] = {}
    change_form_template = "admin/house/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the reader may see; lists, single rows, autocomplete, buttons and search start from them."""
        rows = office_rows(self.model, request.user)
        order = self.get_ordering(request)
        return rows.order_by(*order) if order else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A neighbour is chosen among those that the reader may see; others are refused like unknown ones."""
        if not is_platform(request):
            kwargs["queryset"] = offered_rows(db_field.related_model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """See ``formfield_for_foreignkey``."""
        if not is_platform(request):
            kwargs["queryset"] = offered_rows(db_field.related_model, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The class's own; of a row that is there also what was fixed with it, and when it was made and changed."""
        names = [*super().get_readonly_fields(request, obj)]
        if obj is not None:
            stamps = [name for name in ("created_at", "updated_at") if hasattr(self.model, name)]
            names += [*self.fixed, *stamps]
        return [self._fact(name) for name in names]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A short form for new rows where there is one."""
        if obj is None and self.add_fields:
            return self.add_fields
        return super().get_fields(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A short form for new rows where there is one; amounts and instants that cannot be edited are formatted."""
        if obj is None and self.add_fields:
            return [(None, {"fields": self.add_fields})]
        is_shown = not self.has_change_permission(request, obj) and obj is not None
        facts = None if is_shown else self.get_readonly_fields(request, obj)
        return [
            (title, {**options, "fields": _once(self._with_facts(options["fields"], facts))})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def _with_facts(self, names: Sequence[Any], facts: Sequence[Any] | None) -> list[Any]:
        """Each name, or its formatted column where that is among the facts (None: everything is)."""
        shown: list[Any] = []
        for name in names:
            if isinstance(name, list | tuple):
                shown.append(self._with_facts(name, facts))
            else:
                column = self._fact(name)
                shown.append(column if facts is None or column in facts else name)
        return shown

    def _fact(self, name: str | Column) -> str | Column:
        if callable(name) or hasattr(self, name):  # a column of the page's own
            return name
        model: Any = self.model  # the stubs do not know that classes are hashable
        return fact(model, name, self.currency_path)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where rows come from people or services only, there is no form for new ones."""
        return self.addable and super().has_add_permission(request)

    def may_act(self, request: HttpRequest, row: Any) -> bool:
        """Whether this member of the staff may change the row, by form or by button."""
        return super().has_change_permission(request, row)

    def may_press(self, request: HttpRequest, row: Any, action: str) -> bool:
        """Whether a button is the reader's to press: as the form, unless it is another duty's in a builder's team."""
        duty = self.action_duties.get(action)
        if duty is None or is_platform(request):
            return self.may_act(request, row)
        user: Any = request.user  # a user of the accounts app, which the ground does not know
        return self.has_view_permission(request, row) and user.has_duty(duty)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are read, not edited."""
        return self.editable and self.may_act(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Reading facts asks for the right to view or to change them."""
        return super().has_view_permission(request, obj) or super().has_change_permission(
            request, obj
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing on which money or history hangs can be deleted here."""
        return self.deletable and super().has_delete_permission(request, obj)

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,  # noqa: FBT001, FBT002  # Django's signature
        **kwargs: Any,
    ) -> Any:
        """The form, bound to this request's actor, which asks for what is needed here."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if issubclass(form, HouseForm):
            keep = self.store_change if change else self.store_new
            store = staticmethod(lambda bound: keep(request.user, bound))
            form = type(form.__name__, (form,), {"store": store})
        for name in {*self.needed} & form.base_fields.keys():
            form.base_fields[name].required = True
        return form

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Store a new row; pages whose rows have rules call their service here."""
        row: Model = form.instance
        return edits.create_row(actor=actor, row=row)

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Store what was changed; pages whose rows have rules call their service here."""
        columns = {field.name for field in self.model._meta.concrete_fields}  # noqa: SLF001  # documented API
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in columns}
        rows = office_rows(self.model, actor)
        row: Model = edits.update_row(actor=actor, rows=rows, pk=form.instance.pk, changes=changes)
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Nothing: the form's service has stored the row."""
        if not isinstance(form, HouseForm):  # Django's own forms, for passwords and rights
            if change and not form.has_changed():
                return  # nothing to write, and nothing to say of it
            super().save_model(request, obj, form, change)
            before, after = _changes(form)
            if after or not change:
                action = "updated" if change else "created"
                audit.record(_actor(request), obj, action, before=before, after=after)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """With audit."""
        rows = office_rows(self.model, request.user)
        edits.remove_row(actor=_actor(request), rows=rows, pk=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One by one, with audit."""
        for row in queryset.order_by("pk"):
            self.delete_model(request, row)

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Django's view without its transaction: services open their own, and a refusal must not poison the page.

        Django's own forms, which store by themselves, get one.
        """
        buttons = self._buttons(request, object_id) if object_id else []
        context = {**(extra_context or {}), "house_buttons": buttons}
        view = self._changeform_view  # type: ignore[attr-defined]  # Django's own, private
        if not issubclass(self.form, HouseForm):
            view = service(view)
        return view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What became of the row and of what is part of it."""
        return show_history(self, request, object_id)

    def get_urls(self) -> list[URLPattern]:
        """Django's own and one for the buttons."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        do = self.admin_site.admin_view(require_POST(self.do_view))
        return [path("<int:pk>/do/<slug:action>/", do, name=name), *super().get_urls()]

    def possible_actions(self, row: Any) -> Sequence[str]:
        """Which buttons a row has now; from its transition table where it has one."""
        return list(self.object_actions)

    def do_view(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Run a button's service; say what came of it."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if action not in self.object_actions or not self.may_press(request, row, action):
            raise PermissionDenied
        label, service_of_button = self.object_actions[action]
        try:
            service_of_button(request.user, pk, request.POST.get("reason", "").strip()[:500])
        except DomainError as refusal:
            messages.error(request, f"{label}: {refusal.detail}")
        except ObjectDoesNotExist:
            messages.error(request, f"{label}: this does not exist.")
        else:
            messages.success(request, f"{label}: done.")
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[pk]))

    def _buttons(self, request: HttpRequest, object_id: str) -> list[dict[str, str]]:
        row = self.get_object(request, object_id) if self.object_actions else None
        if row is None:
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_do"
        return [
            {"label": self.object_actions[action][0], "url": reverse(name, args=[row.pk, action])}
            for action in self.possible_actions(row)
            if action in self.object_actions and self.may_press(request, row, action)
        ]


class ReadOnlyAdmin(HouseAdmin):
    """Facts: listed, searched, looked at."""

    addable = editable = False


def _once(names: list[Any]) -> list[Any]:
    """Django names a fact twice when a page does not name its fields."""
    return [name for place, name in enumerate(names) if name not in names[:place]]


def _changes(form: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stood in Django's form and what stands there now, without passwords; rows by their keys."""
    names = [name for name in form.changed_data if "password" not in name]
    before = {name: _plain(form.initial.get(name)) for name in names}
    return before, {name: _plain(form.cleaned_data[name]) for name in names}


def _plain(value: Any) -> Any:
    return sorted(row.pk for row in value) if _are_rows(value) else value


def _are_rows(value: Any) -> bool:
    """A queryset, or the list of rows that a form begins with."""
    return isinstance(value, QuerySet) or (
        isinstance(value, list) and any(isinstance(row, Model) for row in value)
    )


def _actor(request: HttpRequest) -> Any:
    """Whoever is logged in; the admin lets nobody else through."""
    return request.user
