"""Actions on many rows of a list: chosen there, confirmed on a page, done one by one through the services.

What a button does to one row, its name in ``bulk`` does to many; ``bulk_actions`` have no button. Each row is asked for
its own right and state, so that what a button refuses is refused here too.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from realestate.core.bulk_runs import AT_ONCE, MOST_ROWS, start_bulk, work_off
from realestate.core.errors import (
    DomainError,
    InvalidTransition,
    NotAllowed,
    NotFound,
    ServiceUnavailable,
)
from realestate.core.models import BulkRun

if TYPE_CHECKING:  # the stubs make it generic, Django does not
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

RowAction = Callable[[Any, int, str], object]  # (actor, pk, reason) -> anything
WholeAction = Callable[[Any, Sequence[int], str], str]  # (actor, keys, reason) -> what came of it
PREFIX = "bulk_"
NAMED = 50  # rows on the page that asks
LINES = 100  # of a result on one page
AWAY = "Something that this needs is away. What is left is done as soon as it is back."
CHANGED = "The list has changed in the meantime. Nothing was done; please look at it again."


class BulkMixin(ModelAdmin):
    """See the module."""

    bulk: ClassVar[Sequence[str]] = ()  # of the buttons
    bulk_actions: ClassVar[Mapping[str, tuple[str, RowAction]]] = {}
    whole_actions: ClassVar[Mapping[str, tuple[str, WholeAction]]] = {}  # all rows in one call

    def get_actions(self, request: HttpRequest) -> Any:
        """Those that the reader may choose."""
        actions: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        page: Any = self
        for name, label in self._bulk_labels().items():
            if page.may_press(request, None, name):
                chosen: Any = partial(_ask, name=name)  # Django names functions, not what calls one
                actions[f"{PREFIX}{name}"] = (chosen, f"{PREFIX}{name}", f"{label} …")
        return actions

    def _bulk_labels(self) -> dict[str, str]:
        page: Any = self
        buttons = {name: page.object_actions[name][0] for name in self.bulk}
        others = {**self.bulk_actions, **self.whole_actions}
        return buttons | {name: label for name, (label, _act) in others.items()}

    def ask(self, request: HttpRequest, rows: QuerySet[Any], name: str) -> HttpResponse | None:
        """The page that asks, and what follows when it was answered; None: back to the list."""
        count = rows.count()
        if not 0 < count <= MOST_ROWS:
            messages.error(request, f"From 1 to {MOST_ROWS:,} rows at a time; these are {count:,}.")
            return None
        if "confirmed" in request.POST:
            return self._confirmed(request, rows, name)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self._bulk_labels()[name]}: are you sure?",
            "opts": self.opts,
            "label": self._bulk_labels()[name],
            "action": f"{PREFIX}{name}",
            "rows": list(rows[:NAMED]),
            "count": count,
            "more": max(0, count - NAMED),
            "is_long": count > AT_ONCE and name not in self.whole_actions,
            "chosen": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across", "0"),
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "address": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/house/bulk_ask.html", context)

    def _confirmed(
        self, request: HttpRequest, rows: QuerySet[Any], name: str
    ) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()[:500]
        chosen = [(row.pk, str(row)) for row in rows[: MOST_ROWS + 1]]
        if str(len(chosen)) != request.POST["confirmed"]:
            messages.error(request, CHANGED)
            return None
        if name in self.whole_actions:
            self._whole(request, name, [pk for pk, _name in chosen], reason)
            return None
        run = start_bulk(
            actor=request.user,
            table=self.opts.label_lower,
            action=name,
            label=f"{self._bulk_labels()[name]}: {self.opts.verbose_name_plural}",
            reason=reason,
            rows=chosen,
        )
        if len(chosen) <= AT_ONCE:
            try:
                run_bulk(self, run)
            except ServiceUnavailable:  # the worker tries until it is there
                messages.warning(request, AWAY)
        return HttpResponseRedirect(reverse("admin:core_bulkrun_change", args=[run.pk]))

    def _whole(self, request: HttpRequest, name: str, keys: Sequence[int], reason: str) -> None:
        label, act = self.whole_actions[name]
        try:
            messages.success(request, f"{label}: {act(request.user, keys, reason)}")
        except DomainError as refusal:
            messages.error(request, f"{label}: {refusal.detail}")


def _ask(
    page: BulkMixin, request: HttpRequest, rows: QuerySet[Any], *, name: str
) -> HttpResponse | None:
    return page.ask(request, rows, name)


def run_bulk(page: Any, run: BulkRun) -> None:  # a HouseAdmin
    """Do an action on its rows, as whoever asked for it may now, also in the worker.

    Raises ServiceUnavailable (503) when something that it needs is away; what is left waits.
    """
    request = HttpRequest()
    request.user = run.requested_by
    acts = {**page.object_actions, **page.bulk_actions}

    def act(pk: int) -> object:
        row = page.get_object(request, str(pk))
        if row is None:
            raise NotFound
        if run.action not in acts or not page.may_press(request, row, run.action):
            raise NotAllowed
        if run.action in page.object_actions and run.action not in page.possible_actions(row):
            raise InvalidTransition
        return acts[run.action][1](run.requested_by, pk, run.reason)

    work_off(run, act)


def resume_bulk(site: admin.AdminSite, run_id: int) -> None:
    """What the worker does: whatever of a run still waits."""
    run = BulkRun.objects.select_related("requested_by").filter(pk=run_id, finished_at=None).first()
    if run is None:
        return
    pages = {page.opts.label_lower: page for page in site._registry.values()}  # noqa: SLF001  # no API lists them
    run_bulk(pages[run.table], run)


class BulkRunPages(ModelAdmin):
    """The page of a run: how far it is, and what came of each row."""

    def get_urls(self) -> list[URLPattern]:
        """Django's own and the one that is asked again and again."""
        view = self.admin_site.admin_view(require_safe(self.progress_view))
        return [path("<int:pk>/progress/", view, name="bulk_progress"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Counts, and the lines: what was refused first."""
        try:
            run = self._run(request, object_id)
        except Http404:
            back = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]  # Django's own answer
            return HttpResponseRedirect(back.url)
        if request.method == "POST":
            raise PermissionDenied
        lines = run.lines.order_by("-outcome", "pk")
        context = {
            **self.admin_site.each_context(request),
            "title": run.label,
            "opts": self.opts,
            "run": run,
            "settled": run.done + run.refused,
            "place": f"admin:{run.table.replace('.', '_')}_change",
            "back": reverse(f"admin:{run.table.replace('.', '_')}_changelist"),
            "page": Paginator(lines, LINES).get_page(request.GET.get("p")),
        }
        return TemplateResponse(request, "admin/house/bulk_run.html", context)

    def progress_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """How far it is."""
        run = self._run(request, str(pk))
        settled = run.done + run.refused
        return JsonResponse(
            {"busy": run.finished_at is None, "settled": settled, "total": run.total}
        )

    def _run(self, request: HttpRequest, key: str) -> Any:
        rows = self.get_queryset(request).select_related("requested_by")
        run = rows.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None  # noqa: PLR2004  # of a key
        if run is None:
            raise Http404
        return run
