"""Migration 0004 on rows of before: the builders who received people become hosts, and back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from scheduling.models import Host
from tests.cast import Cast, make_cast
from tests.factories.scheduling import AppointmentFactory, HostFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BEFORE = ("scheduling", "0003_calendar_feeds")
HOSTS = ("scheduling", "0004_hosts")
TEN = datetime(2026, 1, 9, 10, tzinfo=UTC)
Migrate = Callable[[tuple[str, str]], Any]


def _migrate(target: tuple[str, str]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return executor.loader.project_state([target]).apps


@pytest.fixture
def migrate(db) -> Iterator[Migrate]:
    """Move the scheduling app to a migration; whatever happens, the next test finds the last one."""
    yield _migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def meet(cast: Cast, host: Host, hour: int, customer: Any = None) -> int:
    start = TEN + timedelta(hours=hour)
    row = AppointmentFactory(
        project=cast.meera_project if host.builder_id == cast.meera.pk else cast.kiran_project,
        customer=customer or cast.asha.customer,
        host=host,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        host_free_at=start + timedelta(hours=1),
    )
    return row.pk


def hosts_of(apps: Any) -> dict[int, int]:
    return dict(apps.get_model("scheduling", "Appointment").objects.values_list("pk", "host_id"))


def test_builders_become_the_first_hosts_and_back(migrate):
    cast = make_cast()
    meeras = HostFactory(builder=cast.meera.builder, user=cast.meera)
    rohan = HostFactory(builder=cast.meera.builder, name="Rohan")
    sana = HostFactory(builder=cast.meera.builder, user=cast.sana)
    kirans = HostFactory(builder=cast.kiran.builder, user=cast.kiran)
    rows = [meet(cast, host, hour) for hour, host in enumerate((meeras, rohan, sana, kirans))]

    # Back: the login of whoever receives, or else the builder.
    before = hosts_of(migrate(BEFORE))
    people = [cast.meera.pk, cast.meera.pk, cast.sana.pk, cast.kiran.pk]
    assert before == dict(zip(rows, people, strict=True))

    # Forward: one host per builder and login, called as its builder.
    apps = migrate(HOSTS)
    host_ids = hosts_of(apps)
    found = apps.get_model("scheduling", "Host").objects.in_bulk()
    assert [(found[host_ids[pk]].builder_id, found[host_ids[pk]].user_id) for pk in rows] == [
        (cast.meera.pk, cast.meera.pk),
        (cast.meera.pk, cast.meera.pk),
        (cast.meera.pk, cast.sana.pk),
        (cast.kiran.pk, cast.kiran.pk),
    ]
    assert sorted(host.name for host in found.values()) == [
        "Kiran Estates",
        "Meera Homes",
        "Meera Homes",
    ]
    with pytest.raises(IntegrityError, match="one_host_one_appointment"):
        meet(cast, Host.objects.get(user=cast.meera), 0, cast.ravi.customer)


def test_two_hosts_at_a_time_cannot_go_back_and_nothing_is_lost(migrate):
    cast = make_cast()
    meeras = HostFactory(builder=cast.meera.builder, user=cast.meera)
    rohan = HostFactory(builder=cast.meera.builder, name="Rohan")
    rows = {
        meet(cast, meeras, 0): meeras.pk,
        meet(cast, rohan, 0, cast.ravi.customer): rohan.pk,
    }
    with pytest.raises(IntegrityError, match="one_host_one_appointment"):
        migrate(BEFORE)
    assert hosts_of(migrate(HOSTS)) == rows
