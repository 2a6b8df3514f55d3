"""Jobs: queued inside the transaction that asks for them."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core.errors import Conflict
from realestate.core.jobs import app, defer, defer_each, job, job_names
from realestate.core.transactions import service

pytestmark = pytest.mark.django_db


@service
def ask_for_a_letter(*, refuse=False):
    defer("test.write_letter", lock="letter-7", letter_id=7, language="en")
    if refuse:
        raise Conflict


def queued():
    return list(ProcrastinateJob.objects.values_list("task_name", "args", "lock", "status"))


def test_a_deferred_job_waits_with_its_arguments():
    ask_for_a_letter()
    assert queued() == [
        ("test.write_letter", {"letter_id": 7, "language": "en"}, "letter-7", "todo")
    ]


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


@pytest.fixture
def own_registry():
    """What a test registers is forgotten after it."""
    registries = (app.tasks, app.periodic_registry.periodic_tasks)
    before = [dict(registry) for registry in registries]
    yield
    for registry, known in zip(registries, before, strict=True):
        registry.clear()
        registry.update(known)


def test_a_job_is_known_by_its_name_and_stays_a_function(own_registry):
    @job("test.count")
    def count(*, by, **_more):
        assert by == 2

    assert "test.count" in job_names()
    count(by=2, unknown=True)
    strategy = app.tasks["test.count"].retry_strategy
    assert (strategy.max_attempts, strategy.exponential_wait) == (8, 4)


def test_a_job_with_a_rhythm_runs_by_itself(own_registry):
    @job("test.tick", cron="5 4 * * *")
    def tick(**_more):
        """Nothing."""

    rhythm = app.periodic_registry.periodic_tasks["test.tick", "test.tick"]
    assert rhythm.cron == "5 4 * * *"
