"""@service: one transaction, no savepoints, no swallowed refusals, deadlocks retried, constraints translated."""

from contextlib import suppress
from threading import Event

import pytest
from django.db import OperationalError, connection

from realestate.core.db import conflicts
from realestate.core.errors import Conflict, DomainError, InvalidValue, ProtectedRow
from realestate.core.models import AuditEntry, NumberSeries, SystemSetting
from realestate.core.transactions import outermost_block, service
from tests.factories.projects import ProjectFactory, UnitFactory
from tests.races.support import run_together

pytestmark = pytest.mark.unaudited("its services are inventions")


class Refused(DomainError):
    """No."""

    code, status = "test_refused", 409


@service
def set_value(key, value=1):
    return SystemSetting.objects.create(key=key, value=value)


@service
def set_and_refuse(key):
    set_value(key)
    raise Refused


def raise_sqlstate(sqlstate):
    """The database itself refuses, with the error that we name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{sqlstate}'; END $$"
        )


@pytest.fixture
def keys():
    return lambda: set(SystemSetting.objects.values_list("key", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_service_alone_is_a_transaction(keys):
    def committed():
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT key FROM core_systemsetting")
            seen = {key for (key,) in cursor.fetchall()}
        other.close()
        return seen

    @service
    def use_case():
        set_value("test.a")
        assert committed() == set()

    use_case()
    assert committed() == keys() == {"test.a"}


@pytest.mark.django_db
def test_a_refusal_undoes_all_and_the_test_can_go_on(keys):
    with pytest.raises(Refused):
        set_and_refuse("test.a")
    assert keys() == set()
    set_value("test.b")
    assert keys() == {"test.b"}


@pytest.mark.django_db
def test_a_refusal_inside_another_service_undoes_that_too(keys):
    @service
    def outer():
        set_value("test.outer")
        set_and_refuse("test.inner")

    with pytest.raises(Refused):
        outer()
    assert keys() == set()


@pytest.mark.django_db
def test_a_swallowed_refusal_is_an_error_and_nothing_is_kept(keys):
    @service
    def outer():
        set_value("test.outer")
        with suppress(Refused):
            set_and_refuse("test.inner")

    with pytest.raises(RuntimeError, match="swallowed"):
        outer()
    assert keys() == set()


@pytest.mark.django_db
def test_an_inner_service_opens_no_savepoint(django_assert_num_queries):
    @service
    def outer():
        with django_assert_num_queries(1):
            set_value("test.inner")

    outer()


@pytest.mark.django_db
def test_a_service_returns_what_its_function_returns_and_keeps_its_name():
    assert set_value("test.a", value=7).value == 7
    assert set_value.__name__ == "set_value"


@pytest.mark.django_db
def test_the_block_around_a_test_does_not_count_as_a_transaction():
    assert connection.in_atomic_block
    assert outermost_block() is None

    @service
    def outer():
        block = outermost_block()
        assert block is not None
        assert service(outermost_block)() is block

    outer()


@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
@pytest.mark.django_db
def test_a_deadlock_is_retried_twice_and_then_raised(keys, sqlstate):
    calls = []

    @service
    def use_case():
        calls.append(1)
        set_value(f"test.{len(calls)}")
        raise_sqlstate(sqlstate)

    with pytest.raises(OperationalError):
        use_case()
    assert len(calls) == 3
    assert keys() == set()


@pytest.mark.django_db
def test_a_retry_that_succeeds_leaves_only_its_own_effect(keys):
    calls = []

    @service
    def use_case():
        calls.append(1)
        set_value(f"test.{len(calls)}")
        if len(calls) < 3:
            raise_sqlstate("40P01")

    use_case()
    assert keys() == {"test.3"}


@pytest.mark.django_db
def test_only_the_outermost_service_retries():
    calls = []

    @service
    def inner():
        calls.append("inner")
        raise_sqlstate("40P01")

    @service
    def outer():
        calls.append("outer")
        inner()

    with pytest.raises(OperationalError):
        outer()
    assert calls == ["outer", "inner"] * 3


@pytest.mark.parametrize("sqlstate", ["57014", "55P03"])
@pytest.mark.django_db
def test_a_timeout_is_not_retried(sqlstate):
    calls = []

    @service
    def use_case():
        calls.append(1)
        raise_sqlstate(sqlstate)

    with pytest.raises(OperationalError):
        use_case()
    assert calls == [1]


@pytest.mark.django_db(transaction=True)
def test_a_real_deadlock_ends_with_both_effects():
    rows = [
        NumberSeries.objects.create(series="test", scope_id=scope, period="2026-27", last=1).pk
        for scope in (1, 2)
    ]
    holding = [Event(), Event()]
    attempts = []

    @service
    def add_one_to_both(index):
        attempts.append(index)
        order = rows if index == 0 else rows[::-1]
        for pk in order:
            row = NumberSeries.objects.select_for_update().get(pk=pk)
            NumberSeries.objects.filter(pk=pk).update(last=row.last + 1)
            holding[index].set()
            holding[1 - index].wait(10)  # each holds one row and wants the other's

    results = run_together(2, add_one_to_both)
    assert results == [None, None]
    assert len(attempts) == 3  # PostgreSQL ended one of them, and it ran again
    assert set(NumberSeries.objects.values_list("last", flat=True)) == {3}


@pytest.mark.django_db
def test_a_violated_constraint_becomes_the_error_that_its_name_stands_for(monkeypatch, keys):
    class Twin(DomainError):
        """There is one already."""

        code, status = "test_twin", 409

    monkeypatch.setattr(conflicts, "_conflicts", {})
    conflicts.register_conflict("one_setting_per_scope", Twin)
    set_value("test.a")
    with pytest.raises(Twin):
        set_value("test.a")
    assert keys() == {"test.a"}


@pytest.mark.django_db
def test_constraints_that_nobody_named_become_a_general_refusal(monkeypatch, caplog):
    monkeypatch.setattr(conflicts, "_conflicts", {})
    set_value("test.a")
    with pytest.raises(Conflict, match="conflicts with the present state"):
        set_value("test.a")
    assert "one_setting_per_scope" in caplog.text


@pytest.mark.django_db
def test_values_that_a_check_refuses_become_400(monkeypatch):
    monkeypatch.setattr(conflicts, "_conflicts", {})
    with pytest.raises(InvalidValue):
        service(SystemSetting.objects.create)(key="test.a", value=1, scope="galaxy", scope_id=1)
    with pytest.raises(InvalidValue):
        service(SystemSetting.objects.create)(key="test.a", value=1, scope_id=None)


@pytest.mark.django_db(transaction=True)
def test_a_constraint_that_is_checked_at_commit_is_translated_too():
    with pytest.raises(Conflict):
        service(AuditEntry.objects.create)(
            actor_id=2**40, object_type="test", object_id=1, action="a"
        )
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
def test_a_protected_row_is_refused_as_such():
    unit = UnitFactory(project=ProjectFactory())
    with pytest.raises(ProtectedRow):
        service(unit.project.delete)()


def test_a_constraint_means_one_thing(monkeypatch):
    monkeypatch.setattr(conflicts, "_conflicts", {})
    conflicts.register_conflict("one_of_ours", Refused)
    conflicts.register_conflict("one_of_ours", Refused)
    with pytest.raises(ValueError, match="one_of_ours already means Refused"):
        conflicts.register_conflict("one_of_ours", Conflict)
    assert conflicts.conflicts() == {"one_of_ours": Refused}
