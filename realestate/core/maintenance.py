"""Jobs by hand: start a periodic one now, try a failed one again. Both are audited."""

from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core import audit, clock
from realestate.core.enums import RunOutcome, RunTrigger
from realestate.core.errors import Conflict, NotAllowed, NotFound
from realestate.core.jobs import defer_run, periodic_jobs
from realestate.core.models import JobRun
from realestate.core.retrying import FRESH
from realestate.core.transactions import service

PERMISSION = "core.start_job"


@service
def start_job(*, actor: Any, name: str) -> JobRun:
    """Queue a periodic job at once. Raises NotAllowed, NotFound; Conflict while a run of it waits for a worker."""
    if not actor.has_perm(PERMISSION):
        raise NotAllowed
    if name not in periodic_jobs():
        raise NotFound
    if JobRun.objects.filter(name=name, outcome=RunOutcome.WAITING).exists():
        raise Conflict("This job waits for a worker already.")
    run = JobRun.objects.create(
        name=name,
        outcome=RunOutcome.WAITING,
        trigger=RunTrigger.HAND,
        triggered_by=actor,
        started_at=clock.now(),
    )
    defer_run(name, run_id=run.pk)
    audit.record(actor, run, "job_started", after={"job": name})
    return run


@service
def retry_job(*, actor: Any, job_id: int, reason: str = "") -> None:
    """Put a job that the queue gave up back into it, as a new one. Raises NotAllowed, NotFound; Conflict for others."""
    if not actor.has_perm(PERMISSION):
        raise NotAllowed
    job = ProcrastinateJob.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound
    if job.status != "failed":
        raise Conflict("This job has not failed.")
    app.job_manager.retry_job_by_id(job.pk, retry_at=clock.now(), priority=FRESH)
    audit.record(actor, job, "job_retried", after={"job": job.task_name}, reason=reason)
