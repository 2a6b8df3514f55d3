"""I9: no table grows without somebody having decided what becomes of its rows."""

from django.apps import apps

from realestate.core.jobs import periodic_jobs
from realestate.retention import BUSINESS, CLEARED, RECORDS, SMALL


def test_I9_every_table_is_kept_for_a_reason_or_cleared_by_a_job():
    decided = sorted([*BUSINESS, *RECORDS, *SMALL, *CLEARED])
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert decided == sorted(tables)


def test_I9_every_job_that_clears_runs_by_itself():
    assert set(CLEARED.values()) <= periodic_jobs().keys()
