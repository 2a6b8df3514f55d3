"""Every list of the back office as a file: what the list shows now, with its filters, search and order (D30).

The rows are those of the list itself, so that whoever may not see a row cannot export it either. Each export is an
entry of the audit trail and may cost much, so no link of another site starts one.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import URLPattern, path, reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from realestate.core import clock
from realestate.core.exports import is_too_often, note_export
from realestate.core.imports import kinds, may_import
from realestate.core.limits import EXPORTS
from realestate.core.origin import from_our_pages
from realestate.core.sheets import CSV_TYPE, XLSX_TYPE, Cell, cell, csv_pieces, xlsx_file

if TYPE_CHECKING:  # the stubs make it generic, Django does not
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

FORMS = ("csv", "xlsx")
MOST_ROWS = 50_000  # of a workbook, which is made as a whole; CSV flows, however long it is
ROWS_PER_FETCH = 2_000
CHECKBOX = "action_checkbox"


class ExportMixin(ModelAdmin):
    """Two buttons above each list, and two actions for the rows that are ticked."""

    export_forms: ClassVar[Sequence[str]] = FORMS

    def get_urls(self) -> list[URLPattern]:
        """One address per form; the list's query string follows it."""
        view = self.admin_site.admin_view(from_our_pages(require_safe(self.export_view)))
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        own = [
            path(f"export/{form}/", view, {"form": form}, name=f"{name}_{form}")
            for form in self.export_forms
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With links to the imports of what the list shows."""
        offered = [
            kind.name
            for kind in kinds()
            if kind.table == self.opts.label_lower
            and may_import(request.user, kind)
            and request.user.has_perms(kind.permissions)
        ]
        return super().changelist_view(request, {**(extra_context or {}), "import_kinds": offered})

    def get_actions(self, request: HttpRequest) -> Any:
        """Those of the page, and the exports of ticked rows."""
        actions = super().get_actions(request)
        if actions or (self.actions is not None and self.has_view_permission(request)):
            for form in self.export_forms:
                actions[f"export_{form}"] = (
                    _action(form),
                    f"export_{form}",
                    f"Export selected rows as {form.upper()}",
                )
        return actions

    def export_view(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """All rows that the list has with this query, not only those of one page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            messages.error(request, "This filter is not known; nothing was exported.")
            return HttpResponseRedirect(self._list_address())
        return self.export(request, rows, form)

    def export(self, request: HttpRequest, rows: QuerySet[Any], form: str) -> HttpResponseBase:
        """The file, or the list again with the reason when there are too many rows, or too many files by now."""
        if is_too_often(request, EXPORTS):
            return HttpResponseRedirect(self._list_address())
        count = rows.count()
        if form == "xlsx" and count > MOST_ROWS:
            messages.error(
                request,
                f"These are {count:,} rows; a workbook has at most {MOST_ROWS:,}. Filter further, or take CSV.",
            )
            return HttpResponseRedirect(f"{self._list_address()}?{request.GET.urlencode()}")
        columns = self._columns(request)
        note_export(
            actor=request.user,
            table=self.opts.label_lower,
            form=form,
            rows=count,
            query=request.GET.urlencode(),
        )
        head = [label for _name, label in columns]
        lines = self._lines(rows, [name for name, _label in columns])
        title = str(self.opts.verbose_name_plural).capitalize()
        name = f"{slugify(title)}-{clock.today():%Y-%m-%d}.{form}"
        if form == "csv":
            answer: HttpResponseBase = StreamingHttpResponse(
                csv_pieces(head, lines), content_type=CSV_TYPE
            )
        else:
            answer = FileResponse(xlsx_file(title, head, lines), content_type=XLSX_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _columns(self, request: HttpRequest) -> list[tuple[Any, str]]:
        """The key, then what the list shows."""
        names = [name for name in self.get_list_display(request) if name != CHECKBOX]
        model: type[Model] = self.model
        labels = [str(label_for_field(name, model, self)) for name in names]
        shown = [
            (name, label[:1].upper() + label[1:]) for name, label in zip(names, labels, strict=True)
        ]
        return [("pk", "ID"), *shown]

    def _lines(self, rows: QuerySet[Any], names: Sequence[Any]) -> Iterator[list[Cell]]:
        for row in rows.iterator(chunk_size=ROWS_PER_FETCH):
            yield [cell(self._value(row, name)) for name in names]

    def _value(self, row: Any, name: Any) -> object:
        """What stands behind a column: the number, not its digits; the word, not its code."""
        if callable(name):
            return getattr(name, "raw", name)(row)
        if name != "__str__" and hasattr(self, name):
            return getattr(self, name)(row)
        if (shown := getattr(row, f"get_{name}_display", None)) and _is_field(row, name):
            return shown()
        value = getattr(row, name)
        return value() if callable(value) and not _is_field(row, name) else value

    def _list_address(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _action(form: str) -> Any:
    def export_selected(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase:
        answer: HttpResponseBase = page.export(request, rows, form)
        return answer

    return export_selected


def _is_field(row: Model, name: str) -> bool:
    try:
        row._meta.get_field(name)  # noqa: SLF001  # documented API
    except FieldDoesNotExist:
        return False
    return True
