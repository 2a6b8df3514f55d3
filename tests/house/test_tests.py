"""What the tests promise about themselves."""

import socket

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from realestate.core.jobs import defer


def test_no_test_speaks_with_another_machine():
    with socket.socket() as probe, pytest.raises(RuntimeError, match=r"203\.0\.113\.1"):
        probe.connect(("203.0.113.1", 80))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", [1, 2])
def test_jobs_do_not_outlive_a_test_that_commits(_time):
    assert not ProcrastinateJob.objects.exists()
    defer("test.anything")


def test_jobs_do_not_outlive_a_test_with_the_fixture(transactional_db):
    assert not ProcrastinateJob.objects.exists()
    defer("test.anything")


@pytest.mark.parametrize("_time", [1, 2])
def test_nothing_outlives_a_test_that_does_not_commit(db, _time):
    assert not ProcrastinateJob.objects.exists()
    defer("test.anything")
