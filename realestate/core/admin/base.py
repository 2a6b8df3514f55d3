"""HouseAdmin: what every page of the back office shares.

Forms never write: they hand their values to a service, whose refusal becomes a message of the form (D25).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from realestate.core import audit, clock, edits
from realestate.core.amounts import format_money
from realestate.core.errors import DomainError

if TYPE_CHECKING:  # the stubs make them generic, Django does not
    ModelForm = forms.ModelForm[Any]
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelForm, ModelAdmin = forms.ModelForm, admin.ModelAdmin

Column = Callable[[Any], str]
ObjectAction = Callable[[Any, int, str], object]  # (actor, pk, reason) -> anything
NOTHING = "–"


def money(path: str, label: str) -> Column:
    """A list column with an amount, grouped as its currency's country does; ``path`` may cross relations."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        amount = _follow(row, path)
        return NOTHING if amount is None else format_money(amount, getattr(row, "currency", "INR"))

    return column


def moment(path: str, label: str) -> Column:
    """A list column with an instant, on the wall clock of India."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        instant: datetime | None = _follow(row, path)
        return NOTHING if instant is None else f"{clock.local(instant):%d %b %Y, %H:%M}"

    return column


def text(path: str, label: str) -> Column:
    """A list column with something of a neighbour; sortable. The neighbour must be in ``list_select_related``."""

    @admin.display(description=label, ordering=path.replace(".", "__"))
    def column(row: Any) -> str:
        return str(_follow(row, path) or NOTHING)

    return column


class HouseForm(ModelForm):
    """Checks like any model form, then lets a service store; what the service refuses is an error of the form."""

    store: ClassVar[Callable[[Any], Model]]  # set by HouseAdmin.get_form for one request

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook after a form's own checks; not in the stubs
        if self.errors:
            return
        try:
            self.instance = type(self).store(self)
        except DomainError as refusal:
            self._show(refusal)
        except ObjectDoesNotExist:
            self.add_error(None, "This no longer exists, or it is not yours to use.")

    def _show(self, refusal: DomainError) -> None:
        named = {field: texts for field, texts in refusal.errors.items() if field in self.fields}
        for field, texts in named.items():
            self.add_error(field, texts)
        if not named:
            self.add_error(None, refusal.detail)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """The row that the service has stored already."""
        self.save_m2m = self._save_m2m  # type: ignore[method-assign, attr-defined]  # Django's own way, see ModelForm.save
        return self.instance


class HouseAdmin(ModelAdmin):
    """Back-office pages of a table: search, neighbours, formatted columns, buttons that call services."""

    form = HouseForm
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False  # counting a big table twice helps nobody
    addable: ClassVar[bool] = True
    editable: ClassVar[bool] = True
    deletable: ClassVar[bool] = False
    add_fields: ClassVar[Sequence[str]] = ()  # the form for a new row, where it differs
    object_actions: ClassVar[
        Mapping[str, tuple[str, ObjectAction]]
    ] = {}  # name -> (label, service)
    change_form_template = "admin/house/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The class's own and the timestamps; when there is nothing to edit, all fields."""
        shown = [name for name in ("created_at", "updated_at") if hasattr(self.model, name)]
        return [*super().get_readonly_fields(request, obj), *(shown if obj else [])]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A short form for new rows where there is one."""
        if obj is None and self.add_fields:
            return self.add_fields
        return super().get_fields(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A short form for new rows where there is one."""
        if obj is None and self.add_fields:
            return [(None, {"fields": self.add_fields})]
        return super().get_fieldsets(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Where rows come from people or services only, there is no form for new ones."""
        return self.addable and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Facts are read, not edited."""
        return self.editable and super().has_change_permission(request, obj)

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
        """The form, bound to this request's actor."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if not issubclass(form, HouseForm):
            return form
        keep = self.store_change if change else self.store_new
        return type(
            form.__name__, (form,), {"store": staticmethod(lambda bound: keep(request.user, bound))}
        )

    def store_new(self, actor: Any, form: HouseForm) -> Model:
        """Store a new row; pages whose rows have rules call their service here."""
        row: Model = form.instance
        return edits.create_row(actor=actor, row=row)

    def store_change(self, actor: Any, form: HouseForm) -> Model:
        """Store what was changed; pages whose rows have rules call their service here."""
        columns = {field.name for field in self.model._meta.concrete_fields}  # noqa: SLF001  # documented API
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in columns}
        rows = self.model._default_manager.all()  # noqa: SLF001  # documented API
        row: Model = edits.update_row(actor=actor, rows=rows, pk=form.instance.pk, changes=changes)
        return row

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Nothing: the form's service has stored the row."""
        if not isinstance(form, HouseForm):  # Django's own forms, for passwords and rights
            super().save_model(request, obj, form, change)
            changed = {"fields": sorted(form.changed_data)}
            audit.record(_actor(request), obj, "updated" if change else "created", after=changed)

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Django's view without its transaction: services open their own, and a refusal must not poison the page."""
        buttons = self._buttons(request, object_id) if object_id else []
        context = {**(extra_context or {}), "house_buttons": buttons}
        return self._changeform_view(request, object_id, form_url, context)  # type: ignore[attr-defined]  # Django's own, private

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The audit trail of the row."""
        wanted = f"?object_type={self.model._meta.label_lower}&object_id={object_id}"  # noqa: SLF001  # documented API
        return HttpResponseRedirect(reverse("admin:core_auditentry_changelist") + wanted)

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
        if not super().has_change_permission(request) or action not in self.object_actions:
            raise PermissionDenied
        label, service = self.object_actions[action]
        try:
            service(request.user, pk, request.POST.get("reason", "").strip()[:500])
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
        if row is None or not super().has_change_permission(request):
            return []
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_do"
        return [
            {"label": self.object_actions[action][0], "url": reverse(name, args=[row.pk, action])}
            for action in self.possible_actions(row)
            if action in self.object_actions
        ]


class ReadOnlyAdmin(HouseAdmin):
    """Facts: listed, searched, looked at."""

    addable = editable = False


def _follow(row: Any, path: str) -> Any:
    value = row
    for name in path.split("."):
        if value is None:
            return None
        value = getattr(value, name)
    return value


def _actor(request: HttpRequest) -> Any:
    """Whoever is logged in; the admin lets nobody else through."""
    return request.user
