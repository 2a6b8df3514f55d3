"""Jobs: queued inside the transaction that asks for them."""

from datetime import timedelta

import psycopg
import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core import clock
from realestate.core.errors import Conflict
from realestate.core.jobs import (
    Alarm,
    app,
    defer,
    defer_each,
    job,
    job_names,
    periodic_jobs,
    run_now,
    take_up_stalled_jobs,
)
from realestate.core.retrying import MOST_FAILURES, Patient
from realestate.core.transactions import service

pytestmark = pytest.mark.django_db


@service
def ask_for_a_letter(*, refuse=False):
    defer("test.write_letter", lock="letter-7", letter_id=7, language="en")
    if refuse:
        raise Conflict


def ask_for_a_letter_outside():
    defer("test.write_letter", letter_id=7)


def address():
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return {name: given[name] for name in names if given.get(name)}


def queued():
    return list(ProcrastinateJob.objects.values_list("task_name", "args", "lock", "status"))


def test_a_deferred_job_waits_with_its_arguments():
    ask_for_a_letter()
    assert queued() == [
        ("test.write_letter", {"letter_id": 7, "language": "en"}, "letter-7", "todo")
    ]


def test_a_job_for_later_stands_behind_those_for_now():
    defer("test.write_letter", at=clock.now() + timedelta(hours=1), letter_id=7)
    ask_for_a_letter()
    in_order = ProcrastinateJob.objects.order_by("-priority", "pk")
    assert [row.scheduled_at is None for row in in_order] == [True, False]


def test_a_job_is_undone_with_the_change_that_asked_for_it():
    with pytest.raises(Conflict):
        ask_for_a_letter(refuse=True)
    assert queued() == []


@pytest.mark.django_db(transaction=True)
def test_a_job_commits_with_the_change_that_asked_for_it():
    with pytest.raises(Conflict):
        ask_for_a_letter(refuse=True)
    assert queued() == []
    ask_for_a_letter()
    assert len(queued()) == 1


@pytest.mark.django_db(transaction=True)
def test_C3_a_connection_that_is_lost_while_a_job_is_queued_is_one_for_the_caller_too():
    with connection.cursor() as cursor, psycopg.connect(**address()) as other:
        cursor.execute("SELECT pg_backend_pid()")
        other.execute("SELECT pg_terminate_backend(%s, 10000)", cursor.fetchone())
    with pytest.raises(OperationalError):
        ask_for_a_letter_outside()
    connection.close()


def test_many_jobs_are_queued_in_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        defer_each("test.write_letter", ({"letter_id": key} for key in (7, 8)))
    assert queued() == [
        ("test.write_letter", {"letter_id": 7}, None, "todo"),
        ("test.write_letter", {"letter_id": 8}, None, "todo"),
    ]


def test_no_jobs_cost_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        defer_each("test.write_letter", [])


def test_a_job_is_known_by_its_name_and_stays_a_function(own_registry):
    @job("test.count")
    def count(*, by, **_more):
        assert by == 2

    assert "test.count" in job_names()
    count(by=2, unknown=True)
    assert isinstance(app.tasks["test.count"].retry_strategy, Patient)


def test_a_job_with_a_rhythm_runs_by_itself(own_registry):
    @job("test.tick", cron="5 4 * * *")
    def tick(**_more):
        """Nothing."""

    rhythm = app.periodic_registry.periodic_tasks["test.tick", "test.tick"]
    assert rhythm.cron == "5 4 * * *"
    strategy = app.tasks[
        "test.tick"
    ].retry_strategy  # an outage is no reason to hurry: the next time comes
    assert (strategy.max_attempts, strategy.exponential_wait) == (MOST_FAILURES, 4)


# --- a worker that died in the middle ---------------------------------------------------------------------------------


def doing(*, heartbeat: str | None, failures: int = 0) -> int:
    """A job that a worker has begun; None: its worker has been forgotten already."""
    ask_for_a_letter()
    with connection.cursor() as cursor:
        worker = None
        if heartbeat is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
                [heartbeat],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, priority = %s"
            " WHERE status = 'todo' RETURNING id",
            [worker, -failures],
        )
        return cursor.fetchone()[0]


def state_of(pk: int) -> str:
    return ProcrastinateJob.objects.get(pk=pk).status


@pytest.mark.parametrize("heartbeat", ["31 seconds", None])
def test_C6_a_job_whose_worker_died_is_taken_up_again(heartbeat):
    lost = doing(heartbeat=heartbeat)
    assert take_up_stalled_jobs() == (1, 0)
    assert (state_of(lost), ProcrastinateJob.objects.get(pk=lost).priority) == ("todo", -1)
    assert take_up_stalled_jobs() == (0, 0)


def test_C6_a_job_whose_worker_lives_is_left_to_it():
    going_on = doing(heartbeat="10 seconds")
    assert take_up_stalled_jobs() == (0, 0)
    assert state_of(going_on) == "doing"


def test_C6_a_job_that_ends_its_workers_is_given_up_after_as_many_failures_as_any():
    poison = doing(heartbeat="31 seconds", failures=MOST_FAILURES)
    assert take_up_stalled_jobs() == (0, 1)
    assert state_of(poison) == "failed"


def test_C6_it_runs_by_itself_every_minute_and_tells_of_what_was_given_up():
    assert periodic_jobs()["realestate.take_up_stalled_jobs"].cron == "* * * * *"
    doing(heartbeat=None, failures=MOST_FAILURES)
    with pytest.raises(Alarm):
        run_now("realestate.take_up_stalled_jobs")
    doing(heartbeat=None)
    assert run_now("realestate.take_up_stalled_jobs") == "jobs taken up again: 1"
