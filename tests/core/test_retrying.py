"""When failed jobs are tried again: after an outage within two minutes, after mistakes of their own ever later."""

from collections.abc import Iterator
from smtplib import SMTPConnectError, SMTPRecipientsRefused, SMTPServerDisconnected
from socket import gaierror

import pytest
from django.db import IntegrityError, OperationalError
from procrastinate.jobs import Job
from psycopg.errors import QueryCanceled

from realestate.core import clock
from realestate.core.errors import Conflict, ServiceUnavailable
from realestate.core.retrying import MOST_FAILURES, OUTAGE_TRIES, Patient, is_of_an_outage

MINUTE = 60
OUTAGE = ServiceUnavailable()
MISTAKE = KeyError("a mistake")


def waits(*errors: Exception) -> Iterator[tuple[float, int] | None]:
    """Seconds to the next try and the priority for it, after each of these failures; None: given up."""
    queued = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="test.any")
    for error in errors:
        begun = clock.now()
        decision = Patient().get_retry_decision(exception=error, job=queued)
        if decision is None:
            yield None
            return
        yield round((decision.retry_at - begun).total_seconds()), decision.priority
        queued = queued.evolve(priority=decision.priority, attempts=queued.attempts + 1)


def test_I8_what_needs_something_that_is_away_is_tried_each_minute_for_a_day():
    found = list(waits(*[OUTAGE] * (OUTAGE_TRIES + 1)))
    assert found[:5] == [(4, -1), (16, -1), (MINUTE, -1), (MINUTE, -1), (MINUTE, -1)]
    assert set(found[2:-1]) == {(MINUTE, -1)}
    assert found[-1] is None
    assert sum(seconds for seconds, _ in found[:-1]) >= 23 * 60 * MINUTE


def test_what_fails_at_itself_is_tried_later_and_later_and_then_given_up():
    found = list(waits(*[MISTAKE] * (MOST_FAILURES + 1)))
    assert found[:4] == [(4, -1), (16, -2), (64, -3), (256, -4)]
    assert found[-2:] == [(4**MOST_FAILURES, -MOST_FAILURES), None]


def test_I8_an_outage_uses_up_none_of_a_jobs_own_tries():
    found = list(waits(*[OUTAGE] * 20, MISTAKE, MISTAKE, OUTAGE, MISTAKE))
    assert found[19:] == [(MINUTE, -1), (16, -2), (64, -3), (MINUTE, -3), (256, -4)]


@pytest.mark.parametrize(
    ("error", "is_expected"),
    [
        (ServiceUnavailable(), True),
        (OperationalError(), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (gaierror(), True),
        (SMTPServerDisconnected(), True),
        (SMTPConnectError(421, "busy"), True),
        (SMTPRecipientsRefused({}), False),
        (FileNotFoundError(), False),
        (IntegrityError(), False),
        (Conflict(), False),
        (MISTAKE, False),
    ],
    ids=lambda given: type(given).__name__,
)
def test_I8_which_failures_are_of_an_outage(error, is_expected):
    assert is_of_an_outage(error) == is_expected


def test_a_statement_that_takes_too_long_is_the_jobs_own_failure():
    too_long = OperationalError()
    too_long.__cause__ = QueryCanceled()
    assert not is_of_an_outage(too_long)
