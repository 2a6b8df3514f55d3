"""What ran, when, for how long, and what came of it: kept beside the queue, which forgets why a job failed."""

from datetime import datetime, timedelta

from django.db import connection

from realestate.core import clock
from realestate.core.enums import RunOutcome, RunTrigger
from realestate.core.models import JobRun
from realestate.core.transactions import service

KEPT = 100  # runs of each job
PATIENCE = timedelta(hours=1)  # no job of the house takes so long
LONGEST = 2000  # characters of what a run did

# Counted from the newest; those of a job that no longer exists go like the others.
PURGE = """
    DELETE FROM core_jobrun WHERE id IN (
        SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS place FROM core_jobrun) run
        WHERE place > %s
    )
"""
# What was done; what was given up stays until somebody has seen to it. Events go with their job.
PURGE_QUEUE = """
    DELETE FROM procrastinate_jobs job WHERE status = 'succeeded' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_events event WHERE event.job_id = job.id AND event.at >= %s
    )
"""
QUEUE_KEPT = timedelta(days=7)


@service
def begin_run(
    *, name: str, trigger: RunTrigger, queue_id: int | None = None, run_id: int | None = None
) -> JobRun:
    """Note that a job runs now; ``run_id`` is the row that waits for it when somebody has asked for it."""
    now = clock.now()
    waiting = JobRun.objects.filter(pk=run_id or 0, name=name, outcome=RunOutcome.WAITING)
    if waiting.update(outcome=RunOutcome.RUNNING, started_at=now, queue_id=queue_id):
        return JobRun.objects.get(pk=run_id or 0)
    return JobRun.objects.create(name=name, trigger=trigger, started_at=now, queue_id=queue_id)


@service
def end_run(*, run_id: int, outcome: RunOutcome, did: str) -> None:
    """Note what came of a run."""
    JobRun.objects.filter(pk=run_id).update(
        outcome=outcome, finished_at=clock.now(), did=did[:LONGEST]
    )


@service
def note_failed_run(*, name: str, queue_id: int | None, error: str) -> None:
    """Keep why a job that is not periodic has failed."""
    now = clock.now()
    JobRun.objects.create(
        name=name,
        trigger=RunTrigger.EVENT,
        outcome=RunOutcome.FAILED,
        started_at=now,
        finished_at=now,
        did=error[:LONGEST],
        queue_id=queue_id,
    )


@service
def purge_job_runs() -> int:
    """Delete all but the newest runs of each job; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(PURGE, [KEPT])
        return int(cursor.rowcount)


@service
def purge_done_jobs() -> int:
    """Delete jobs from the queue that succeeded a week ago; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(PURGE_QUEUE, [clock.now() - QUEUE_KEPT])
        return int(cursor.rowcount)


def is_lost(run: JobRun, now: datetime) -> bool:
    """Whether a run has been going on for so long that its process must have died; time is compared, nothing sweeps."""
    return run.outcome == RunOutcome.RUNNING and now - run.started_at > PATIENCE


def latest_runs() -> dict[str, JobRun]:
    """The newest run of each job, by its name."""
    rows = JobRun.objects.select_related("triggered_by").order_by("name", "-pk")
    return {run.name: run for run in rows.distinct("name")}
