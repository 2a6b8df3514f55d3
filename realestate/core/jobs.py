"""Jobs: work that runs later, in the worker, from the PostgreSQL queue.

``defer()`` commits with the change that asks for it. Jobs take keyword-only ids, accept unknown extra arguments
(web and worker are deployed apart), call one service and are idempotent. A periodic job returns in a few words what it
did; a command of the same name runs the same code (see ``realestate.core.commands``), and each run is kept.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from realestate.core import clock, runs
from realestate.core.enums import RunOutcome, RunTrigger
from realestate.core.fence import refuse_while_fenced
from realestate.core.retrying import (
    BEHIND,
    FRESH,
    GROWTH,
    MOST_FAILURES,
    Patient,
    failures_of,
    is_of_an_outage,
)
from realestate.core.setting_cache import one_look

Job = TypeVar("Job", bound=Callable[..., str | None])
# Of jobs that run by the clock. Seconds: 4, 16, 64 …, about a day in all.
RETRY = RetryStrategy(max_attempts=MOST_FAILURES, exponential_wait=GROWTH)


class Alarm(Exception):
    """A job has found something that people must look at; trying again would find it again."""


@dataclass(frozen=True)
class Periodic:
    """A job that runs by itself, and by the command of its name."""

    name: str
    cron: str
    function: Callable[..., str]

    @property
    def command(self) -> str:
        """``payments.raise_dated_demands`` is ``manage.py raise_dated_demands``."""
        return self.name.partition(".")[2]

    @property
    def says(self) -> str:
        """The first line of its docstring."""
        return (inspect.getdoc(self.function) or "").partition("\n")[0]


@dataclass
class Note:
    """What a run will have done."""

    did: str = ""


def job(name: str, *, cron: str | None = None) -> Callable[[Job], Job]:
    """Register a job under a name; with ``cron`` (UTC) it also runs by itself, once per tick in all workers."""

    def register(function: Job) -> Job:
        watched = _kept(name, function) if cron else _watched(name, function)
        retry = RETRY if cron else Patient()
        task: Any = app.task(name=name, retry=retry, pass_context=True)(watched)
        if cron:
            app.periodic(cron=cron, periodic_id=name)(task)
        return function

    return register


def _kept(name: str, function: Callable[..., str | None]) -> Callable[..., None]:
    """A periodic job: each run has a row. An alarm is a failed run, but no reason to try again."""

    @functools.wraps(function)
    def run(context: JobContext, *, run_id: int | None = None, **given: Any) -> None:
        with (
            one_look(),
            suppress(Alarm),
            recorded(name, RunTrigger.SCHEDULE, queue_id=context.job.id, run_id=run_id) as note,
        ):
            note.did = function(**given) or ""

    return run


def _watched(name: str, function: Callable[..., str | None]) -> Callable[..., None]:
    """Another job: only its failures have rows, of an outage the first ones."""

    @functools.wraps(function)
    def run(context: JobContext, **given: Any) -> None:
        try:
            with one_look():
                function(**given)
        except Exception as error:
            if context.job.attempts < MOST_FAILURES or not is_of_an_outage(error):
                runs.note_failed_run(name=name, queue_id=context.job.id, error=_in_words(error))
            raise

    return run


@contextmanager
def recorded(
    name: str, trigger: RunTrigger, *, queue_id: int | None = None, run_id: int | None = None
) -> Iterator[Note]:
    """Keep a row of a run: when, for how long, what it did or why it failed."""
    row = runs.begin_run(name=name, trigger=trigger, queue_id=queue_id, run_id=run_id)
    note = Note()
    try:
        yield note
    except Exception as error:
        runs.end_run(run_id=row.pk, outcome=RunOutcome.FAILED, did=_in_words(error))
        raise
    runs.end_run(run_id=row.pk, outcome=RunOutcome.DONE, did=note.did)


def _in_words(error: Exception) -> str:
    return str(error) if isinstance(error, Alarm) else f"{type(error).__name__}: {error}"


def periodic_jobs() -> dict[str, Periodic]:
    """All jobs that run by themselves, by name."""
    job_names()
    return {
        task.task.name: Periodic(task.task.name, task.cron, inspect.unwrap(task.task.func))
        for task in app.periodic_registry.periodic_tasks.values()
    }


def run_now(name: str) -> str:
    """Run a periodic job here and now; returns what it did. Raises Fenced, and whatever the job raises."""
    refuse_while_fenced()
    with one_look(), recorded(name, RunTrigger.COMMAND) as note:
        note.did = periodic_jobs()[name].function()
    return note.did


def defer_run(name: str, *, run_id: int) -> None:
    """Queue a periodic job that somebody has asked for; ``run_id`` is the row that waits for it."""
    app.configure_task(name).defer(run_id=run_id)


def defer(
    name: str, *, lock: str | None = None, at: datetime | None = None, **ids: int | str
) -> None:
    """Queue a job by name inside the present transaction, ``at`` an instant or at once.

    A house test checks that each name exists. What is for later stands behind what is for now: whoever looks for work
    reads the queue in its order, and thousands of holds have each a job that waits.
    """
    priority = FRESH if at is None else BEHIND
    with database_errors():
        app.configure_task(name, lock=lock, schedule_at=at, priority=priority).defer(**ids)


def defer_each(name: str, jobs: Iterable[Mapping[str, int | str]]) -> None:
    """Queue a job several times, each with ids of its own, in one statement."""
    given: list[dict[str, Any]] = [dict(ids) for ids in jobs]
    if given:
        with database_errors():
            app.configure_task(name).batch_defer(*given)


@contextmanager
def database_errors() -> Iterator[None]:
    """The queue's library wraps the driver's errors; a lost connection is one wherever it is noticed (C3)."""
    with connection.wrap_database_errors:
        try:
            yield
        except ConnectorException as error:
            raise (error.__cause__ or error) from error


def take_up_stalled_jobs() -> tuple[int, int]:
    """Give jobs whose worker has died to others; how many, and how many were given up after as many failures as usual.

    A worker counts as dead when its heartbeat, every ten seconds, is thirty seconds old. Jobs are idempotent.
    """
    manager = app.job_manager
    again = given_up = 0
    for stalled in async_to_sync(manager.get_stalled_jobs)():
        if stalled.id is None:  # pragma: no cover  # of a job that is not in the queue
            continue
        if failures_of(stalled) >= MOST_FAILURES:
            async_to_sync(manager.finish_job_by_id_async)(
                stalled.id, Status.FAILED, delete_job=False
            )
            given_up += 1
        else:
            manager.retry_job_by_id(stalled.id, retry_at=clock.now(), priority=stalled.priority - 1)
            again += 1
    return again, given_up


def job_names() -> set[str]:
    """The names of all registered jobs."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate leaves it untyped
    return set(app.tasks)
