"""The dashboard in the back office: pages of charts with their numbers, and each report as a file."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import Builder, User
from projects.models import Project, Unit
from realestate.core import clock
from realestate.core.exports import is_too_often, note_export
from realestate.core.limits import EXPORTS
from realestate.reports.dashboard import tables
from realestate.reports.dashboard.catalogue import DASHBOARDS, REPORTS, Figures, Report
from realestate.reports.dashboard.scope import DEFAULT_MONTHS, MONTHS, Scope
from realestate.reports.dashboard.tiles import tiles

CODE = 3  # letters of a currency
LONGEST_KEY, NO_KEY = 18, "0"


class Chooser(AutocompleteSelect):
    """Found by typing; says what it stands for while nothing is chosen."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """Django's leave the placeholder empty."""
        attrs: dict[str, Any] = super().build_attrs(base_attrs, extra_attrs)
        return attrs | {"data-placeholder": base_attrs["data-placeholder"]}


class FilterForm(forms.Form):
    """Whose figures, of which project, over how many months."""

    builder = forms.ModelChoiceField(Builder.objects.none(), required=False)
    project = forms.ModelChoiceField(Project.objects.none(), required=False)
    months = forms.TypedChoiceField(
        choices=[(number, f"{number} months") for number in MONTHS],
        coerce=int,
        required=False,
        initial=DEFAULT_MONTHS,
        label="Period",
    )
    currency = forms.CharField(required=False, max_length=CODE)

    def __init__(self, *args: Any, user: User, site: AdminSite, **kwargs: Any) -> None:
        """Choices are what the user may see; whoever acts for a builder has no builder to choose."""
        super().__init__(*args, **kwargs)
        self._offer("project", Project.objects.editable_by(user), Unit, site)
        self._offer("builder", Builder.objects.all(), Project, site)
        if user.builder_id is not None:
            del self.fields["builder"]

    def _offer(self, name: str, rows: Any, neighbour: Any, site: AdminSite) -> None:
        field: Any = self.fields[name]
        path = neighbour._meta.get_field(name)  # noqa: SLF001  # Django's documented API
        field.queryset = rows
        field.widget = Chooser(path, site, attrs={"data-placeholder": f"All {name}s"})
        field.widget.is_required = False
        field.widget.choices = field.choices


def _user(request: HttpRequest) -> Any:
    """Whoever is logged in; the admin lets nobody else through."""
    return request.user


def filtered(request: HttpRequest, site: AdminSite) -> tuple[FilterForm, Scope]:
    """The form as it was sent, and what it asks for; a choice that is none of the user's is an error of the form."""
    user = _user(request)
    sent = {"months": DEFAULT_MONTHS, **request.GET.dict()}
    for name in ("builder", "project"):  # the widget asks the database for whatever was sent
        key = str(sent.get(name, ""))
        sent[name] = key if not key or (key.isdecimal() and len(key) <= LONGEST_KEY) else NO_KEY
    form = FilterForm(sent, user=user, site=site, label_suffix="")
    form.is_valid()
    chosen = form.cleaned_data
    builder = chosen.get("builder")
    scope = Scope(
        user=user,
        now=clock.now(),
        months=chosen.get("months") or DEFAULT_MONTHS,
        wanted_builder=builder.pk if builder else None,
        project=chosen.get("project"),
        wanted_currency=chosen.get("currency", "").upper(),
    )
    return form, scope


def allowed(user: User) -> dict[str, tuple[str, list[Report]]]:
    """The dashboards of which a user may see at least one report."""
    found = {
        name: (title, [report for report in reports if report.may_be_read_by(user)])
        for name, (title, reports) in DASHBOARDS.items()
    }
    return {name: (title, reports) for name, (title, reports) in found.items() if reports}


def context_of(request: HttpRequest, site: AdminSite, name: str | None = None) -> dict[str, Any]:
    """What the page of a dashboard shows; the first one that the user may see when none is named. Raises Http404."""
    known = allowed(_user(request))
    name = name or next(iter(known), None)
    if name is None:
        return {"dashboards": [], "cards": [], "tiles": []}
    if name not in known:
        raise Http404
    form, scope = filtered(request, site)
    figures, query = Figures(scope), _query(scope)
    return {
        "filter_form": form,
        "currencies": scope.currencies if len(scope.currencies) > 1 else [],
        "currency": scope.currency,
        "scope_name": _scope_name(form, scope),
        "today": scope.today,
        "dashboards": [
            {"title": title, "url": _url(key, query), "is_shown": key == name}
            for key, (title, _reports) in known.items()
        ],
        "tiles": tiles(figures, known[name][1]),
        "cards": [_card(report, figures, query) for report in known[name][1]],
    }


def _card(report: Report, figures: Figures, query: str) -> dict[str, Any]:
    rows, scope = figures.rows(report), figures.scope
    return {
        "report": report,
        "chart": tables.chart(report, rows, scope),
        "chart_id": f"chart-{report.name}",
        "table": tables.table(report, rows, scope),
        "is_empty": tables.is_empty(report, rows),
        "is_of_currency": any(kind == "money" for _n, _l, kind in tables.columns(report)),
        "csv": reverse("admin:report_csv", args=[report.name]) + query,
        "list": reverse(f"admin:{report.page.replace('.', '_')}_changelist"),
    }


def _scope_name(form: FilterForm, scope: Scope) -> str:
    if scope.project is not None:
        return scope.project.project_name
    builder = form.cleaned_data.get("builder")
    if builder is not None:
        return str(builder)
    return "All builders" if scope.user.builder_id is None else "All projects"


def _query(scope: Scope) -> str:
    """The address's query that asks for the same again."""
    asked = {
        "builder": scope.wanted_builder,
        "project": scope.project.pk if scope.project else None,
        "months": scope.months if scope.months != DEFAULT_MONTHS else None,
        "currency": scope.wanted_currency,
    }
    text = urlencode({name: value for name, value in asked.items() if value})
    return f"?{text}" if text else ""


def _url(name: str, query: str) -> str:
    return reverse("admin:dashboard", args=[name]) + query


def csv_of(request: HttpRequest, site: AdminSite, name: str) -> HttpResponse:
    """A report as a file, noted like every export; the first page with the reason when there are too many by now.

    Raises Http404 for unknown names, PermissionDenied without the rights of the chart.
    """
    if name not in REPORTS:
        raise Http404
    report = REPORTS[name]
    if not report.may_be_read_by(_user(request)):
        raise PermissionDenied
    if is_too_often(request, EXPORTS):
        return HttpResponseRedirect(reverse("admin:index"))
    _form, scope = filtered(request, site)
    rows = Figures(scope).rows(report)
    note_export(
        actor=_user(request),
        table=f"report {name}",
        form="csv",
        rows=len(rows),
        query=request.GET.urlencode(),
    )
    content = tables.as_csv(report, rows, scope)
    file_name = f"{name}-{scope.today:%Y-%m-%d}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
