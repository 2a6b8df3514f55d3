"""Jobs: work that runs later, in the worker, from the PostgreSQL queue.

``defer()`` commits with the change that asks for it. Jobs take keyword-only ids, accept unknown extra arguments
(web and worker are deployed apart), call one service and are idempotent.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

Job = TypeVar("Job", bound=Callable[..., None])
RETRY = RetryStrategy(
    max_attempts=8, exponential_wait=4
)  # seconds: 4, 16, 64 …, about a day in all


def job(name: str, *, cron: str | None = None) -> Callable[[Job], Job]:
    """Register a job under a name; with ``cron`` (UTC) it also runs by itself, once per tick in all workers."""

    def register(function: Job) -> Job:
        task: Any = app.task(name=name, retry=RETRY)(function)
        if cron:
            app.periodic(cron=cron, periodic_id=name)(task)
        return function

    return register


def defer(
    name: str, *, lock: str | None = None, at: datetime | None = None, **ids: int | str
) -> None:
    """Queue a job by name inside the present transaction, ``at`` an instant or at once.

    A house test checks that each name exists.
    """
    app.configure_task(name, lock=lock, schedule_at=at).defer(**ids)


def job_names() -> set[str]:
    """The names of all registered jobs."""
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate leaves it untyped
    return set(app.tasks)
