"""When a failed job is tried again: what it fails at itself later and later, what is away each minute.

Mail, the store of files or the database may be away for hours; when they are back, what waited for them is done within
two minutes (I8). The queue counts tries, but not whose fault they were, so a job's own failures are counted in its
priority, one below zero for each: what has failed comes after what has not, and an outage uses none of them up.
"""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused

from django.db import InterfaceError, OperationalError
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job
from psycopg.errors import QueryCanceled

from realestate.core.errors import ServiceUnavailable

MOST_FAILURES = 8  # its own: 4, 16, 64 … seconds between them, about a day in all
GROWTH = 4
OUTAGE_WAIT = 60  # seconds between tries, at most
OUTAGE_TRIES = 24 * 60  # a day of them
FRESH, BEHIND = 0, -1  # priorities
# What a mail server says of one message or its people; the rest of what can be raised says that there is no server.
OF_ONE_MESSAGE = (SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused)
# Of files and folders of this machine: nothing that comes back by itself.
OF_FILES = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError)


def is_out_of_reach(error: BaseException) -> bool:
    """Whether a failed call says of the service that it is away, and nothing of what was asked of it.

    The errors of smtplib and requests are OSErrors, as those of sockets are.
    """
    return isinstance(error, OSError) and not isinstance(error, (*OF_ONE_MESSAGE, *OF_FILES))


def is_of_an_outage(error: BaseException) -> bool:
    """Whether a job failed because something that it needs is away: mail, the store of files, the database."""
    if isinstance(error.__cause__, QueryCanceled):  # it takes too long, today and tomorrow
        return False
    gone = (ServiceUnavailable, OperationalError, InterfaceError)
    return isinstance(error, gone) or is_out_of_reach(error)


def failures_of(job: Job) -> int:
    """How often a job has failed by itself; an outage, however long, counts once, and so does to be for later."""
    return -job.priority


class Patient(BaseRetryStrategy):
    """For jobs that nobody asks for again; one that runs by the clock has its next time."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None when it was enough."""
        failures = failures_of(job)
        if is_of_an_outage(exception):
            if job.attempts >= OUTAGE_TRIES:
                return None
            seconds = min(GROWTH ** (job.attempts + 1), OUTAGE_WAIT)
            return RetryDecision(retry_in={"seconds": seconds}, priority=min(job.priority, BEHIND))
        if failures >= MOST_FAILURES:
            return None
        return RetryDecision(
            retry_in={"seconds": GROWTH ** (failures + 1)}, priority=-(failures + 1)
        )
