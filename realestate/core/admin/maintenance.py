"""Maintenance: what runs by itself, what came of it, and what the queue has given up."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST
from procrastinate.contrib.django import admin as _theirs  # noqa: F401  # registers the page that ours replaces
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core import clock
from realestate.core.admin.base import ReadOnlyAdmin
from realestate.core.admin.columns import NOTHING, moment
from realestate.core.enums import RunOutcome
from realestate.core.errors import DomainError
from realestate.core.jobs import periodic_jobs
from realestate.core.maintenance import PERMISSION, retry_job, start_job
from realestate.core.models import JobRun
from realestate.core.runs import is_lost, latest_runs

MARKS = {
    RunOutcome.WAITING: "…",
    RunOutcome.RUNNING: "▶",
    RunOutcome.DONE: "✓",
    RunOutcome.FAILED: "✗",
}


def took(run: JobRun | None) -> str:
    """How long a run lasted, as people say it."""
    if run is None or run.finished_at is None:
        return NOTHING
    seconds = (run.finished_at - run.started_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"  # noqa: PLR2004  # a minute


def standing(run: JobRun | None) -> str:
    """Outcome with a mark: the colour is not all that tells."""
    if run is None:
        return "not yet"
    if is_lost(run, clock.now()):
        return "✗ No result; its worker may have died"
    return f"{MARKS[RunOutcome(run.outcome)]} {run.get_outcome_display()}"


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """Above: every job that runs by itself, with a button. Below: its runs, and failures of the other jobs."""

    change_list_template = "admin/house/maintenance.html"
    list_display = (
        "name",
        "how",
        moment("started_at", "Started"),
        "lasted",
        "did",
        "trigger",
        "triggered_by",
    )
    list_filter = ("outcome", "trigger", "name")
    search_fields = ("name", "did", "triggered_by__email")
    list_select_related = ("triggered_by",)
    ordering = ("-pk",)

    @admin.display(description="Outcome", ordering="outcome")
    def how(self, row: JobRun) -> str:
        """Done, failed, running, waiting."""
        return standing(row)

    @admin.display(description="Took")
    def lasted(self, row: JobRun) -> str:
        """Minutes and seconds."""
        return took(row)

    def get_urls(self) -> list[URLPattern]:
        """Django's own and the button that starts a job."""
        start = self.admin_site.admin_view(require_POST(self.start_view))
        return [path("start/<str:name>/", start, name="start_job"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The runs, under the jobs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        latest = latest_runs()
        jobs = [
            {"job": job, "run": (run := latest.get(name)), "how": standing(run), "took": took(run)}
            for name, job in sorted(periodic_jobs().items())
        ]
        context = {
            "title": "Maintenance",
            "jobs": jobs,
            "may_start": request.user.has_perm(PERMISSION),
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def start_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Queue a job; say what came of it."""
        try:
            start_job(actor=request.user, name=name)
        except DomainError as refusal:
            messages.error(request, f"{name}: {refusal.detail}")
        else:
            messages.success(request, f"{name} is in the queue; its result will stand here.")
        return HttpResponseRedirect(reverse("admin:core_jobrun_changelist"))


def _retry(actor: Any, pk: int, reason: str) -> object:
    return retry_job(actor=actor, job_id=pk, reason=reason)


admin.site.unregister(ProcrastinateJob)


@admin.register(ProcrastinateJob)
class QueueAdmin(ReadOnlyAdmin):
    """The queue: what waits, what runs, what was given up and why."""

    list_display = (
        "task_name",
        "status",
        "attempts",
        moment("scheduled_at", "Not before"),
        "args",
        "last_error",
    )
    list_filter = ("status", "task_name")
    search_fields = ("task_name", "=id")
    list_select_related = ()
    ordering = ("-pk",)
    fields = (
        "task_name",
        "args",
        "status",
        "attempts",
        "scheduled_at",
        "queue_name",
        "lock",
        "last_error",
    )
    readonly_fields = ("last_error",)
    object_actions = {"retry": ("Try again", _retry)}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Under a name that people know."""
        return super().changelist_view(
            request, {"title": "Jobs in the queue", **(extra_context or {})}
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProcrastinateJob]:
        """Each job with why it failed last."""
        failures = JobRun.objects.filter(queue_id=OuterRef("pk"), outcome=RunOutcome.FAILED)
        newest = failures.order_by("-pk").values("did")[:1]
        rows: QuerySet[ProcrastinateJob] = ProcrastinateJob.objects.annotate(error=Subquery(newest))
        return rows.order_by("-pk")

    @admin.display(description="Last error")
    def last_error(self, row: Any) -> str:
        """What the last failed try said."""
        return row.error or NOTHING

    def possible_actions(self, row: Any) -> list[str]:
        """Only what was given up."""
        return ["retry"] if row.status == "failed" else []
