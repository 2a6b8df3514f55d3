"""Pages for imports: choose a file, read what it would do, apply it, see how far it is."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST, require_safe

from realestate.core import audit
from realestate.core.admin.base import ReadOnlyAdmin
from realestate.core.admin.columns import moment
from realestate.core.admin.export import FORMS
from realestate.core.api.throttling import count
from realestate.core.enums import ImportState
from realestate.core.errors import DomainError
from realestate.core.exports import is_too_often
from realestate.core.imports import (
    ImportKind,
    apply_import,
    kind_of,
    kinds,
    may_import,
    start_import,
    template,
)
from realestate.core.limits import EXPORTS, IMPORTS
from realestate.core.models import ImportRun
from realestate.core.origin import from_our_pages
from realestate.core.proof import ask_first, proven_lately
from realestate.core.sheets import (
    CSV_TYPE,
    MOST_BYTES,
    MOST_ROWS,
    XLSX_TYPE,
    cell,
    csv_bytes,
    xlsx_bytes,
)
from realestate.core.transactions import service

SHOWN = 50  # problems and changes on the page; the files have all
BUSY = (ImportState.CHECKING, ImportState.APPLYING)
PROBLEM_HEAD = ("Row", "Column", "What is wrong", "What stands there")


def kinds_for(user: Any) -> list[ImportKind]:
    """What a member of the staff, or of a builder's team, may import here."""
    return [kind for kind in kinds() if may_import(user, kind) and user.has_perms(kind.permissions)]


class UploadForm(forms.Form):
    """A file and what it holds."""

    kind = forms.ChoiceField(label="What the file holds")
    project = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, help_text="Not needed for customers."
    )
    file = forms.FileField(
        help_text=f"CSV or XLSX, at most {MOST_BYTES // 1_000_000} MB and {MOST_ROWS:,} rows.",
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, user: Any, allowed: Sequence[ImportKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in allowed]  # type: ignore[attr-defined]  # a ChoiceField
        first = next((kind for kind in allowed if kind.in_project), None)
        projects = first.scopes(user) if first else ()
        self.fields["project"].choices = [("", "---------"), *projects]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A project where one is needed; no file that is not worth reading."""
        data = super().clean() or self.cleaned_data
        kind = next((found for found in kinds() if found.name == data.get("kind")), None)
        if kind is not None and kind.in_project and not data.get("project"):
            self.add_error("project", "Say into which project.")
        if (file := data.get("file")) is not None and file.size > MOST_BYTES:
            self.add_error("file", f"A file has at most {MOST_BYTES // 1_000_000} megabytes.")
        return data


class KindFilter(admin.SimpleListFilter):
    """By what the files hold; the kinds are known, no query looks for them."""

    title, parameter_name = "what was imported", "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Those that the person may import."""
        return [(kind.name, kind.label) for kind in kinds_for(request.user)]

    def queryset(self, request: Any, queryset: Any) -> Any:
        """The runs of one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Imports: what was sent, what it would do, what was applied."""

    list_display = (
        "label",
        "file",
        "rows",
        "state",
        "made_by",
        moment("created_at", "Sent"),
        moment("applied_at", "Applied"),
    )
    list_filter = ("state", KindFilter)
    addable = True
    search_fields = ("file__name", "made_by__email")
    list_select_related = ("file", "made_by")
    ordering = ("-pk",)

    @admin.display(description="Import", ordering="kind")
    def label(self, row: ImportRun) -> str:
        """What the file holds."""
        return next((kind.label for kind in kinds() if kind.name == row.kind), row.kind)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that the person may see, of kinds that the person may import: a report holds rows."""
        names = [kind.name for kind in kinds_for(request.user)]
        return ImportRun.objects.for_user(request.user).filter(kind__in=names).defer("report")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may import something."""
        return bool(kinds_for(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may import something; whose rows, ``get_queryset`` says."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Likewise."""
        return self.has_module_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """Our own pages before Django's."""
        view = self.admin_site.admin_view
        own = [
            path(
                "template/<slug:kind>/<slug:form>/",
                view(from_our_pages(require_safe(self.template_view))),
            ),
            path("<int:pk>/apply/", view(require_POST(self.apply_view))),
            path("<int:pk>/progress/", view(require_safe(self.progress_view))),
            path("<int:pk>/errors/<slug:form>/", view(require_safe(self.errors_view))),
        ]
        return [*own, *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Send a file; the dry run follows."""
        allowed = kinds_for(request.user)
        if not allowed:
            raise PermissionDenied
        sent = request.method == "POST"
        form = UploadForm(
            request.POST if sent else None,
            request.FILES if sent else None,
            user=request.user,
            allowed=allowed,
            initial={name: request.GET.get(name, "") for name in ("kind", "project")},
        )
        if sent and form.is_valid() and (run := self._started(request, form)):
            return HttpResponseRedirect(self._address("change", run.pk))
        context = {**self._context(request, "Import a spreadsheet"), "form": form, "kinds": allowed}
        return TemplateResponse(request, "admin/imports/start.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """What the file would do, or did."""
        try:
            run = self._run(request, object_id)
        except Http404:
            back = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # Django's own answer
            return HttpResponseRedirect(back.url)
        if request.method == "POST":  # a report is read, not edited
            raise PermissionDenied
        kind = kind_of(run.kind)
        try:
            place = kind.scope_name(request.user, run.scope_id)
        except DomainError:
            place = "a project that is archived or no longer yours"
        context = {
            **self._context(request, f"Import of {kind.label.lower()}: {run.file}"),
            "has_change_permission": False,
            "run": run,
            "kind": kind,
            "place": place,
            "problems": run.report.get("problems", [])[:SHOWN],
            "changes": [
                _labelled(kind, change) for change in run.report.get("changes", [])[:SHOWN]
            ],
            "all_problems": _all(run, "problems"),
            "all_changes": _all(run, "changes"),
            "is_busy": run.state in BUSY,
            "may_apply": run.state in {ImportState.READY, ImportState.FAILED},
            "has_errors": run.state == ImportState.REFUSED,
        }
        return TemplateResponse(request, "admin/imports/report.html", context)

    def apply_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """All of it or nothing."""
        run = self._run(request, pk)
        if kind_of(run.kind).adds_accounts and not proven_lately(request):
            return ask_first(request, self._address("change", pk))
        try:
            count(request, IMPORTS)
            run = apply_import(actor=request.user, run_id=pk)
        except DomainError as refusal:
            messages.error(request, refusal.detail)
        else:
            _say(request, run)
        return HttpResponseRedirect(self._address("change", pk))

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far a long import is; the page asks while it waits."""
        run = self._run(request, pk)
        body = {"busy": run.state in BUSY, "done": run.done, "rows": run.rows}
        return JsonResponse({**body, "state": run.get_state_display()})

    def errors_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """All problems as a file, to correct the sheet by."""
        run = self._run(request, pk)
        lines = [[cell(value) for value in found] for found in run.report.get("problems", [])]
        name = f"import-{run.pk}-errors"
        if form == "csv":
            return _file(csv_bytes(PROBLEM_HEAD, lines), name, form)
        return _file(xlsx_bytes("Errors", PROBLEM_HEAD, lines), name, form)

    def template_view(self, request: HttpRequest, kind: str, form: str) -> HttpResponse:
        """An empty sheet with an example row; with ``?project=`` what is there now, where the kind can say."""
        wanted = next((found for found in kinds_for(request.user) if found.name == kind), None)
        if wanted is None or form not in FORMS:
            raise Http404
        rows: Sequence[Sequence[object]] = ()
        project = request.GET.get("project", "")
        if project.isdecimal() and len(project) < 18:  # noqa: PLR2004  # of a key
            if is_too_often(request, EXPORTS):
                return HttpResponseRedirect(self._address("add"))
            wanted.scope_name(request.user, int(project))
            rows = wanted.present(request.user, int(project))
            note_present(actor=request.user, kind=kind, scope_id=int(project), rows=len(rows))
        return _file(template(wanted, form, rows), f"{kind}-template", form)

    def _started(self, request: HttpRequest, form: UploadForm) -> ImportRun | None:
        """The run, or None with the refusal at the file."""
        data = form.cleaned_data
        try:
            count(request, IMPORTS)
            return start_import(
                actor=request.user,
                kind=data["kind"],
                scope_id=data["project"] or 0,
                name=data["file"].name,
                content=data["file"].read(),
            )
        except DomainError as refusal:
            form.add_error("file", refusal.detail)
            return None

    def _run(self, request: HttpRequest, key: int | str) -> ImportRun:
        rows = (
            self.get_queryset(request).select_related("file", "made_by", "applied_by").defer(None)
        )
        run: ImportRun | None = rows.filter(pk=key).first() if _is_key(key) else None
        if run is None:
            raise Http404
        return run

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}

    def _address(self, page: str, *args: object) -> str:
        return reverse(f"admin:core_importrun_{page}", args=args)


@service
def note_present(*, actor: Any, kind: str, scope_id: int, rows: int) -> None:
    """A template with what is there is an export, too."""
    after = {"list": f"import template {kind}", "project": scope_id, "rows": rows}
    audit.record(actor, actor, "exported", after=after)


def _is_key(key: int | str) -> bool:
    text = str(key)
    return text.isascii() and text.isdecimal() and len(text) <= 18  # noqa: PLR2004  # of a bigint


def _labelled(kind: ImportKind, change: dict[str, Any]) -> dict[str, Any]:
    """A change with the columns as the sheet calls them."""
    labels = {column.name: column.label for column in kind.columns}
    fields = {labels.get(name, name): pair for name, pair in change["fields"].items()}
    return {**change, "fields": fields}


def _all(run: ImportRun, name: str) -> int:
    return len(run.report.get(name, [])) + int(run.report.get(f"more_{name}", 0))


def _say(request: HttpRequest, run: ImportRun) -> None:
    if run.state == ImportState.APPLIED:
        messages.success(request, "Imported.")
    elif run.state == ImportState.APPLYING:
        messages.info(request, "This is a long file; it is being imported in the background.")
    else:
        messages.error(request, "Something has changed since the check; nothing was imported.")


def _file(content: bytes, name: str, form: str) -> HttpResponse:
    kind = CSV_TYPE if form == "csv" else XLSX_TYPE
    answer = HttpResponse(content, content_type=kind, status=HTTPStatus.OK.value)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
