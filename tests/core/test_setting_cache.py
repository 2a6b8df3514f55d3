"""Settings are cached in each process and never stale: seen from two connections and from two processes."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction

from realestate.core import setting_cache
from realestate.core.errors import NotAllowed
from realestate.core.models import SettingsVersion, SystemSetting
from realestate.core.setting_cache import one_look
from realestate.core.system_settings import define
from realestate.core.transactions import service

in_transaction = transaction.atomic  # noqa: TID251  # what another writer may do
transactional = pytest.mark.django_db(transaction=True)


@pytest.fixture
def minutes(monkeypatch):
    monkeypatch.setattr("realestate.core.system_settings._definitions", {})
    return define("test.minutes", int, default=30, help="Minutes.")


def write(value: int) -> None:
    SystemSetting.objects.update_or_create(key="test.minutes", defaults={"value": value})


def elsewhere(task: Callable[[], Any]) -> Any:
    """What another connection finds."""
    found = []

    def run() -> None:
        try:
            found.append(task())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def another_process(monkeypatch):
    """The cache as another process has it: what this one has read since then is unknown to it."""

    def enter(task: Callable[[], Any], kept: Any) -> tuple[Any, Any]:
        mine = setting_cache._process
        monkeypatch.setattr(setting_cache, "_process", kept)
        try:
            return elsewhere(task), setting_cache._process
        finally:
            monkeypatch.setattr(setting_cache, "_process", mine)

    return enter


# --- what it costs ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_all_lookups_of_one_look_cost_one_query(minutes, django_assert_num_queries):
    other = define("test.other", int, default=1, help="Other.")
    with one_look(), django_assert_num_queries(1):
        assert [minutes.value(), other.value(), minutes.value()] == [30, 1, 30]


@pytest.mark.django_db
def test_outside_of_a_look_each_lookup_asks(minutes, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert [minutes.value(), minutes.value()] == [30, 30]


@pytest.mark.django_db
def test_rows_come_only_when_the_version_is_another(minutes):
    write(40)
    assert minutes.value() == 40
    kept = setting_cache._process
    assert minutes.value() == 40
    assert setting_cache._process is kept
    write(50)
    assert minutes.value() == 50
    assert setting_cache._process is not kept


def test_a_request_is_one_look(minutes, client, db):
    seen = []

    def answer(request):
        seen.append(setting_cache._look.get())

    setting_cache.OneLookMiddleware(answer)(None)
    assert seen[0] is not None
    assert setting_cache._look.get() is None


# --- other transactions, other processes -----------------------------------------------------------------------------


@transactional
def test_the_next_request_of_every_process_sees_a_change(minutes, another_process):
    write(40)

    def look() -> int:
        with one_look():
            return minutes.value()

    assert look() == 40
    seen, kept = another_process(look, setting_cache._Kept(None, {}))
    assert seen == 40
    write(50)  # here; the other process has the old rows
    seen, kept = another_process(look, kept)
    assert (seen, look()) == (50, 50)
    elsewhere(lambda: write(60))
    assert (look(), another_process(look, kept)[0]) == (60, 60)
    elsewhere(SystemSetting.objects.all().delete)
    assert (look(), another_process(look, kept)[0]) == (30, 30)


@transactional
def test_an_uncommitted_change_is_the_writers_alone(minutes, another_process):
    write(40)
    assert minutes.value() == 40
    with in_transaction():
        write(50)
        # Now kept by this process, under a version that only the writer sees.
        assert minutes.value() == 50
        assert elsewhere(minutes.value) == 40
        assert another_process(minutes.value, setting_cache._Kept(None, {}))[0] == 40
        assert minutes.value() == 50
    assert elsewhere(minutes.value) == minutes.value() == 50


@transactional
def test_a_change_that_is_rolled_back_leaves_no_trace(minutes):
    write(40)

    @service
    def refused() -> None:
        write(50)
        assert minutes.value() == 50
        raise NotAllowed

    with one_look():
        assert minutes.value() == 40
        with suppress(NotAllowed):
            refused()
        assert minutes.value() == 40
    assert elsewhere(minutes.value) == 40


@transactional
def test_what_was_rolled_back_is_not_taken_for_what_was_committed_after_it(minutes):
    """The control of the random version: with a counter both would be number 2."""
    write(40)
    with suppress(NotAllowed), in_transaction():
        write(50)
        assert minutes.value() == 50
        raise NotAllowed
    elsewhere(lambda: write(60))
    assert minutes.value() == 60


@transactional
def test_a_savepoint_that_is_rolled_back_leaves_no_trace(minutes):
    write(40)
    with in_transaction():
        with suppress(NotAllowed), in_transaction():
            write(50)
            assert minutes.value() == 50
            raise NotAllowed
        assert minutes.value() == 40


@transactional
def test_a_look_does_not_change_under_its_reader(minutes):
    with one_look():
        assert minutes.value() == 30
        elsewhere(lambda: write(40))
        assert minutes.value() == 30
    with one_look():
        assert minutes.value() == 40


@transactional
def test_the_writer_reads_its_change_within_its_look(minutes):
    with one_look():
        assert minutes.value() == 30
        write(40)
        assert minutes.value() == 40
        SystemSetting.objects.get().delete()
        assert minutes.value() == 30


# --- the version -----------------------------------------------------------------------------------------------------


def token() -> Any:
    return SettingsVersion.objects.get().token


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO core_systemsetting (key, scope,scope_id,value,updated_at) VALUES ('b','system',0,'1',now())",
        "UPDATE core_systemsetting SET value = '41'",
        "DELETE FROM core_systemsetting",
        "TRUNCATE core_systemsetting",
    ],
)
def test_whoever_changes_the_table_the_version_is_new(minutes, statement):
    write(40)
    before = token()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_systemsetting ENABLE TRIGGER settings_truncated")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE core_systemsetting DISABLE TRIGGER settings_truncated")
    assert token() != before


@pytest.mark.django_db
def test_without_a_version_nothing_is_taken_from_the_cache(minutes):
    write(40)
    assert minutes.value() == 40
    SettingsVersion.objects.all().delete()
    assert minutes.value() == 40
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_systemsetting DISABLE TRIGGER settings_changed")
        cursor.execute("UPDATE core_systemsetting SET value = '50'")
        cursor.execute("ALTER TABLE core_systemsetting ENABLE TRIGGER settings_changed")
    assert minutes.value() == 50


@pytest.mark.django_db
def test_control_without_the_trigger_the_cache_would_be_stale(minutes):
    write(40)
    assert minutes.value() == 40
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_systemsetting DISABLE TRIGGER settings_changed")
        cursor.execute("UPDATE core_systemsetting SET value = '50'")
        cursor.execute("ALTER TABLE core_systemsetting ENABLE TRIGGER settings_changed")
    assert minutes.value() == 40
