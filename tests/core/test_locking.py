"""lock(): scoped, fresh, inside a transaction, in one order."""

from threading import Event, Thread

import pytest
from django.db import OperationalError, connection

from bookings.models import Booking
from projects.models import Project, Unit
from realestate.core.locking import lock, lock_all
from realestate.core.models import SystemSetting
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory
from tests.factories.projects import ProjectFactory, UnitFactory
from tests.races.support import run_together

pytestmark = pytest.mark.django_db


@service
def in_transaction(use_case):
    return use_case()


def test_the_row_is_read_freshly():
    unit = UnitFactory(price="7500000.00")
    Unit.objects.filter(pk=unit.pk).update(price="7600000.00")
    assert in_transaction(lambda: lock(Unit.objects.all(), unit.pk)).price == 7_600_000


def test_a_row_outside_the_scope_does_not_exist(cast):
    with pytest.raises(Project.DoesNotExist):
        in_transaction(lambda: lock(Project.objects.editable_by(cast.meera), cast.kiran_project.pk))


def test_a_lock_outside_a_transaction_is_refused():
    unit = UnitFactory()
    with pytest.raises(RuntimeError, match="outside a transaction"):
        lock(Unit.objects.all(), unit.pk)
    with pytest.raises(RuntimeError, match="outside a transaction"):
        lock_all(Unit.objects.all(), [unit.pk])


def test_locks_go_down_the_ladder():
    booking = BookingFactory()

    def down():
        lock(Booking.objects.all(), booking.pk)
        lock(Unit.objects.all(), booking.unit_id)

    def up():
        lock(Unit.objects.all(), booking.unit_id)
        lock(Booking.objects.all(), booking.pk)

    in_transaction(down)
    with pytest.raises(RuntimeError, match="lock order"):
        in_transaction(up)


def test_locks_within_an_app_go_by_table_name():
    unit = UnitFactory()

    def project_first():
        lock(Project.objects.all(), unit.project_id)
        lock(Unit.objects.all(), unit.pk)

    def unit_first():
        lock(Unit.objects.all(), unit.pk)
        lock(Project.objects.all(), unit.project_id)

    in_transaction(project_first)
    with pytest.raises(RuntimeError, match="lock order"):
        in_transaction(unit_first)


def test_locks_within_a_table_go_by_primary_key():
    first, second = UnitFactory(), UnitFactory()
    with pytest.raises(RuntimeError, match="lock order"):
        in_transaction(lambda: [lock(Unit.objects.all(), pk) for pk in (second.pk, first.pk)])


def test_a_row_that_is_held_may_be_locked_again():
    booking = BookingFactory()

    def again():
        lock(Booking.objects.all(), booking.pk)
        lock(Unit.objects.all(), booking.unit_id)
        service(lock)(Booking.objects.all(), booking.pk)

    in_transaction(again)


def test_the_next_transaction_holds_nothing():
    booking = BookingFactory()
    in_transaction(lambda: lock(Unit.objects.all(), booking.unit_id))
    in_transaction(lambda: lock(Booking.objects.all(), booking.pk))


def test_a_retried_transaction_holds_nothing():
    booking = BookingFactory()
    calls = []

    def use_case():
        lock(Booking.objects.all(), booking.pk)
        lock(Unit.objects.all(), booking.unit_id)
        calls.append(1)
        if len(calls) == 1:
            with connection.cursor() as cursor:
                cursor.execute(
                    "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$"
                )

    in_transaction(use_case)
    assert calls == [1, 1]


def test_several_rows_are_locked_in_one_query_in_order_and_missing_ones_are_absent(
    django_assert_num_queries,
):
    units = UnitFactory.create_batch(3, project=ProjectFactory())
    wanted = [units[2].pk, units[0].pk, units[2].pk, 2**40]

    def use_case():
        with django_assert_num_queries(1) as captured:
            rows = lock_all(Unit.objects.all(), wanted)
        assert "FOR NO KEY UPDATE" in captured.captured_queries[0]["sql"]
        return rows

    assert [row.pk for row in in_transaction(use_case)] == [units[0].pk, units[2].pk]


def test_several_rows_obey_the_order_too():
    booking = BookingFactory()

    def up():
        lock(Unit.objects.all(), booking.unit_id)
        lock_all(Booking.objects.all(), [booking.pk])

    with pytest.raises(RuntimeError, match="lock order"):
        in_transaction(up)


@pytest.mark.django_db(transaction=True)
def test_a_locked_row_is_locked_but_may_be_pointed_at():
    project = ProjectFactory()

    refused = []

    def contend():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            UnitFactory(project=project)  # its foreign key only needs the project's key
            in_transaction(lambda: lock(Project.objects.all(), project.pk))
        except OperationalError as error:
            refused.append(error)
        finally:
            connection.close()

    @service
    def holder():
        lock(Project.objects.all(), project.pk)
        stranger = Thread(target=contend)
        stranger.start()
        stranger.join(10)

    holder()
    assert [error.__cause__.sqlstate for error in refused] == ["55P03"]
    assert project.units.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_want_the_same_rows_in_opposite_order_are_refused_instead_of_deadlocking():
    results, attempts = opposite_orders(lock, wait=False)
    assert results[0] is None
    assert isinstance(results[1], RuntimeError)
    assert attempts == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_control_without_lock_they_deadlock():
    results, attempts = opposite_orders(lambda rows, pk: rows.select_for_update().get(pk=pk))
    assert results == [None, None]
    assert sorted(attempts) == [1, 2]  # PostgreSQL ended one of them, and it ran again


def opposite_orders(lock_row, *, wait=True):
    """Two services that lock the same two rows, one of them backwards; their results and how often each ran."""
    rows = [SystemSetting.objects.create(key=f"test.{n}", value=0).pk for n in range(2)]
    holding = [Event(), Event()]
    attempts = [0, 0]

    @service
    def use_case(index):
        attempts[index] += 1
        for pk in rows if index == 0 else rows[::-1]:
            lock_row(SystemSetting.objects.all(), pk)
            holding[index].set()
            if wait:
                holding[1 - index].wait(10)

    return run_together(2, use_case), attempts
