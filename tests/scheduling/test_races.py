"""R14.3 with threads: whoever asks in whatever order, nobody is in two places, and nobody waits for ever."""

from collections import Counter
from contextlib import suppress
from functools import partial
from itertools import cycle, islice
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection

from realestate.core.transactions import service
from scheduling import services
from scheduling.models import Appointment
from scheduling.services import book, slots
from tests.cast import make_cast
from tests.factories.accounts import BuilderFactory, CustomerFactory
from tests.factories.projects import ProjectFactory
from tests.races.support import losers, run_together, winners
from tests.scheduling.locks import is_free

OVERLAPS = """
    SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id
    WHERE a.status IN ('scheduled', 'confirmed') AND b.status IN ('scheduled', 'confirmed')
      AND (a.host_id = b.host_id AND a.starts_at < b.host_free_at AND b.starts_at < a.host_free_at
        OR a.customer_id = b.customer_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at)
"""


def overlaps() -> int:
    """Pairs of live appointments that R14 forbids."""
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPS)
        return int(cursor.fetchone()[0])


def ask(customer, project, when):
    return services.book_appointment(
        actor=customer.user,
        project_id=project.pk,
        appointment_type="site_visit",
        appointment_date=when,
    )


def ask_as(contenders, when, index):
    customer, project = contenders[index]
    return ask(customer, project, when)


@pytest.mark.django_db(transaction=True)
def test_R14_3_twenty_customers_ask_for_one_slot(at):
    project = ProjectFactory()
    customers = CustomerFactory.create_batch(20)
    results = run_together(20, lambda index: ask(customers[index], project, at(10, index % 3)))
    assert len(winners(results)) == 1
    assert {type(error) for error in losers(results)} == {services.SlotTaken}
    assert (Appointment.objects.count(), overlaps()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_R14_3_one_customer_asks_twenty_builders(at):
    projects = ProjectFactory.create_batch(20)
    customer = CustomerFactory()
    results = run_together(20, lambda index: ask(customer, projects[index], at(10)))
    assert len(winners(results)) == 1
    assert {type(error) for error in losers(results)} == {services.SlotTaken}
    assert (Appointment.objects.count(), overlaps()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_R14_3_two_hosts_and_two_customers_in_opposite_order_do_not_deadlock(at):
    # Keys: builder < customer < builder < customer, so that host and customer come in either order.
    early, one, late, two = BuilderFactory(), CustomerFactory(), BuilderFactory(), CustomerFactory()
    projects = [ProjectFactory(builder=early), ProjectFactory(builder=late)]
    pairs = [(one, projects[0]), (two, projects[1]), (one, projects[1]), (two, projects[0])]
    contenders = list(islice(cycle(pairs), 20))
    for hour in (8, 11, 14, 17):
        results = run_together(20, partial(ask_as, contenders, at(hour)))
        assert {type(error) for error in losers(results)} == {services.SlotTaken}
        # Two disjoint pairs fit; whoever is first decides which, and the others are never both left out.
        assert len(winners(results)) == 2
    assert (Appointment.objects.count(), overlaps()) == (8, 0)


@pytest.mark.django_db(transaction=True)
def test_R14_5_moving_to_one_slot_has_one_winner(at):
    project = ProjectFactory()
    customers = CustomerFactory.create_batch(4)
    rows = [ask(customer, project, at(8 + 2 * n)) for n, customer in enumerate(customers)]

    def move(index):
        return services.reschedule_appointment(
            actor=customers[index].user, appointment_id=rows[index].pk, appointment_date=at(18)
        )

    results = run_together(4, move)
    assert Counter(type(result) for result in results) == {Appointment: 1, services.SlotTaken: 3}
    assert Appointment.objects.filter(starts_at=at(18)).count() == 1
    assert overlaps() == 0


def check_together(monkeypatch, count):
    """Take the locks away and let everybody pass the polite check before anybody writes."""
    together = Barrier(count, timeout=10)
    check = slots.refuse_taken

    def refuse_taken(*args):
        check(*args)
        with suppress(BrokenBarrierError):  # a second try, after a deadlock: nobody waits any more
            together.wait()

    monkeypatch.setattr(book, "lock", lambda queryset, pk: queryset.get(pk=pk))
    monkeypatch.setattr(book, "lock_hosts", services.hosts_of)
    monkeypatch.setattr(book, "refuse_taken", refuse_taken)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["host", "customer"])
def test_R14_3_without_locks_the_constraint_still_holds(monkeypatch, at, same):
    cast = make_cast()
    for builder in (cast.meera.builder, cast.kiran.builder):
        services.own_host(builder=builder)
    check_together(monkeypatch, 2)
    wishes = {
        "host": [
            (cast.asha.customer, cast.meera_project),
            (cast.ravi.customer, cast.meera_project),
        ],
        "customer": [
            (cast.asha.customer, cast.meera_project),
            (cast.asha.customer, cast.kiran_project),
        ],
    }[same]
    results = run_together(2, lambda index: ask(*wishes[index], at(10)))
    assert {type(error) for error in losers(results)} == {services.SlotTaken}
    assert (Appointment.objects.count(), overlaps()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_control_without_locks_and_constraint_both_get_the_slot(monkeypatch, at):
    cast = make_cast()
    for builder in (cast.meera.builder, cast.kiran.builder):
        services.own_host(builder=builder)
    check_together(monkeypatch, 2)
    constraint = next(
        c for c in Appointment._meta.constraints if c.name == "one_host_one_appointment"
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        people = [cast.asha.customer, cast.ravi.customer]
        run_together(2, lambda index: ask(people[index], cast.meera_project, at(10)))
        assert (Appointment.objects.count(), overlaps()) == (2, 1)
    finally:
        Appointment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["book", "reschedule"])
def test_R14_3_site_host_and_customer_are_held_until_it_is_stored(at, how):
    cast = make_cast()
    rows = {
        "asha": cast.asha,
        "meera": cast.meera,
        "host": services.own_host(builder=cast.meera.builder),
        "other host": services.own_host(builder=cast.kiran.builder),
        "ravi": cast.ravi,
        "kiran": cast.kiran,
        "site": cast.meera_project,
        "other site": cast.kiran_project,
    }
    if how == "reschedule":
        rows["visit"] = ask(cast.asha.customer, cast.meera_project, at(10))

    @service
    def act_and_look():
        if how == "book":
            ask(cast.asha.customer, cast.meera_project, at(10))
        else:
            services.reschedule_appointment(
                actor=cast.asha, appointment_id=rows["visit"].pk, appointment_date=at(15)
            )
        return {name for name, row in rows.items() if not is_free(row)}

    assert act_and_look() == {"asha", "host", "site"} | (rows.keys() & {"visit"})
    assert all(is_free(row) for row in rows.values())
