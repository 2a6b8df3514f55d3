"""Whatever is committed is in the next answer of every process, and what is not committed is in nobody's."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Builder, User
from bookings.models import Booking
from bookings.services import hold_unit
from progress.models import ConstructionUpdate, ProjectProgress
from progress.services import add_phase, change_phase, revise_completion
from projects.models import Claim, Project, Tower, Unit
from projects.services import archive_project, change_project, change_unit
from realestate.core import clock
from realestate.core.answers import version
from realestate.core.answers.version import ASK
from realestate.core.models import CatalogueVersion, SystemSetting
from realestate.core.setting_cache import one_look, rows
from tests.factories.bookings import BookingFactory
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import (
    ClaimFactory,
    Model3DFactory,
    ProjectFactory,
    TowerFactory,
)

in_transaction = transaction.atomic  # noqa: TID251  # what another writer may do
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.unaudited("rows are changed past the services too"),
]
LIST = "/api/projects?limit=10"


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def unpublish(town):
    change_project(actor=town.meera, project_id=town.meera_project.pk, is_published=False)


CHANGES = {
    "a unit is held": (
        "projects/{project}",
        lambda town: hold_unit(actor=town.asha, unit_id=town.meera_unit.pk),
    ),
    "a unit is held: units": (
        "units",
        lambda town: hold_unit(actor=town.asha, unit_id=town.meera_unit.pk),
    ),
    "a unit is held: the grid": (
        "projects/{project}/availability",
        lambda town: hold_unit(actor=town.asha, unit_id=town.meera_unit.pk),
    ),
    "a hold is released": (
        "units",
        lambda _: Claim.objects.update(released_at=clock.now(), release_reason="released"),
    ),
    "a unit is blocked": (
        "projects/{project}/units",
        lambda town: change_unit(actor=town.meera, unit_id=town.meera_unit.pk, is_blocked=True),
    ),
    "a price": (
        "units/{unit}",
        lambda town: change_unit(actor=town.meera, unit_id=town.meera_unit.pk, price=Decimal(9)),
    ),
    "a price: the cost sheet": (
        "units/{unit}/cost-sheet",
        lambda town: change_unit(actor=town.meera, unit_id=town.meera_unit.pk, price=Decimal(9)),
    ),
    "a setting: the cost sheet": (
        "units/{unit}/cost-sheet",
        lambda _: [
            SystemSetting.objects.create(
                key=f"projects.affordable_{what}_limit", value=10**8 // 10**more
            )
            for what, more in (("area", 3), ("price", 0))
        ],
    ),
    "a project is taken back": ("projects?limit=10", unpublish),
    "a project is taken back: itself": ("projects/{project}", unpublish),
    "a project is archived": (
        "projects?limit=10",
        lambda town: archive_project(
            actor=town.kiran, project_id=Project.objects.get(project_name="Empty").pk
        ),
    ),
    "a picture": (
        "projects/{project}",
        lambda town: change_project(
            actor=town.meera,
            project_id=town.meera_project.pk,
            images=["https://cdn.example.com/new.jpg"],
        ),
    ),
    "progress": (
        "projects?limit=10",
        lambda town: change_phase(
            actor=town.meera,
            phase_id=ProjectProgress.objects.get().pk,
            progress_percentage=Decimal(70),
        ),
    ),
    "a new phase": (
        "projects/{project}/progress",
        lambda town: add_phase(
            actor=town.meera, project_id=town.meera_project.pk, phase_name="Roof"
        ),
    ),
    "a promised date": (
        "projects/{project}/progress/overview",
        lambda town: revise_completion(
            actor=town.meera,
            project_id=town.meera_project.pk,
            promised_on=clock.today() + timedelta(days=900),
        ),
    ),
    "news": (
        "projects/{project}/updates",
        lambda town: UpdateFactory(project=town.meera_project, is_public=True),
    ),
    "news is taken back": (
        "projects/{project}/updates",
        lambda _: ConstructionUpdate.objects.all().delete(),
    ),
    "a tower": (
        "projects/{project}/towers",
        lambda town: TowerFactory(project=town.meera_project),
    ),
    "a 3D model": (
        "projects/{project}/models",
        lambda town: Model3DFactory(project=town.meera_project),
    ),
    "a name of a builder": (
        "builders/{builder}",
        lambda _: Builder.objects.update(company_name="Another name"),
    ),
    "a builder who is switched off": (
        "builders/{builder}",
        lambda town: User.objects.filter(pk=town.meera.pk).update(is_active=False),
    ),
    "a rating": ("builders/{builder}", lambda _: Booking.objects.update(rating=1)),
    "a booking": (
        "projects/{project}",
        lambda town: BookingFactory(unit__project=town.meera_project),
    ),
    "rows past the ORM": (
        "projects?limit=10",
        lambda _: sql("DELETE FROM progress_projectprogress"),
    ),
}


@pytest.fixture
def town(town):
    PhaseFactory(project=town.meera_project, progress_percentage=Decimal(10))
    UpdateFactory(project=town.meera_project, is_public=True)
    BookingFactory(unit__project=town.meera_project, rating=5)
    ClaimFactory(unit=town.kiran_unit)
    ProjectFactory(builder=town.kiran.builder, project_name="Empty")
    return town


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_in_the_next_answer_of_its_own_and_of_every_other_process(
    process, town, elsewhere, change
):
    path, write = CHANGES[change]
    project, unit = town.meera_project.pk, town.meera_unit.pk
    url = f"/api/{path.format(project=project, unit=unit, builder=town.meera.pk)}"
    mine, other = process(), process()

    def said(client):
        reply = client.get(url, headers={"X-Request-ID": "the-same"})
        return reply.status_code, reply.content

    before = [said(client) for client in (mine, other, mine, other)]
    elsewhere(lambda: write(town))
    after = [said(mine), elsewhere(lambda: said(other)), said(process())]
    assert len(set(before)) == 1
    assert before[0][0] == 200
    assert after[0] == after[1] == after[2] != before[0]


def test_who_writes_sees_it_at_once_on_the_same_connection(process, town):
    client = process()
    client.get(LIST)
    Project.objects.filter(pk=town.meera_project.pk).update(project_name="New name")
    assert b"New name" in client.get(LIST).content


def test_a_tag_of_before_is_answered_in_full_after_the_change(process, town):
    client = process()
    tag = client.get(LIST)["ETag"]
    assert client.get(LIST, headers={"If-None-Match": tag}).status_code == 304
    Project.objects.filter(pk=town.meera_project.pk).update(project_name="New name")
    reply = client.get(LIST, headers={"If-None-Match": tag})
    assert (reply.status_code, reply["ETag"] == tag) == (200, False)


def test_what_is_not_committed_is_seen_by_its_writer_alone(process, town, elsewhere):
    client = process()
    before = client.get(LIST).content
    with suppress(ZeroDivisionError), in_transaction():
        Project.objects.filter(pk=town.meera_project.pk).update(project_name="Not yet")
        assert b"Not yet" in client.get(LIST).content
        Project.objects.filter(pk=town.meera_project.pk).update(project_name="Nor this")
        assert b"Nor this" in client.get(LIST).content
        assert elsewhere(lambda: client.get(LIST).content) == before
        assert 1 / 0
    assert client.get(LIST).content == before


def test_what_is_committed_while_an_answer_is_made_is_in_the_next_one(process, town, elsewhere):
    """The answer has read its rows already, and is not yet kept."""
    client, changed = process(), []

    def rename(execute, statement, parameters, many, context):
        found = execute(statement, parameters, many, context)
        if "row_to_json" in statement and not changed:
            changed.append(elsewhere(lambda: Project.objects.update(project_name="New name")))
        return found

    with connection.execute_wrapper(rename):
        assert b"New name" not in client.get(LIST).content
    assert changed == [3]
    assert b"New name" in client.get(LIST).content


def test_what_is_committed_before_the_first_row_is_read_is_in_the_answer_and_the_next_one(
    process, town, elsewhere
):
    """After the version was read: the answer is newer than its version."""
    client, changed = process(), []

    def rename(execute, statement, parameters, many, context):
        found = execute(statement, parameters, many, context)
        if statement == ASK and not changed:
            changed.append(elsewhere(lambda: Project.objects.update(project_name="New name")))
        return found

    with connection.execute_wrapper(rename):
        first = client.get(LIST).content
    assert changed == [3]
    assert b"New name" in first
    assert client.get(LIST).content == first


# --- the version -----------------------------------------------------------------------------------------------------


def rename(name: str) -> None:
    Tower.objects.update(name=name)


@pytest.fixture
def tower(town):
    return TowerFactory(project=town.meera_project)


def test_writers_do_not_wait_for_one_another(tower, elsewhere, town):
    def publish() -> str:
        sql("SET lock_timeout = '1s'")
        Project.objects.filter(pk=town.kiran_project.pk).update(project_name="New name")
        return version.present()

    before = version.present()
    with in_transaction():
        rename("T1")
        theirs = elsewhere(publish)
    assert len({before, theirs, version.present()}) == 3


def test_there_are_as_many_tokens_as_there_were_writers_at_a_time(tower):
    for number in range(20):
        rename(f"T{number}")
    assert CatalogueVersion.objects.count() == 1


def test_a_transaction_makes_one_version_however_much_it_changes(tower):
    with in_transaction():
        rename("T1")
        once = version.present()
        rename("T2")
        Unit.objects.update(floor_number=9)
        assert version.present() == once


def test_a_change_after_one_that_was_undone_counts(tower):
    before = version.present()
    with in_transaction():
        with suppress(ZeroDivisionError), in_transaction():
            rename("T1")
            assert 1 / 0
        rename("T2")
    assert version.present() != before


@pytest.mark.parametrize(
    "change",
    [
        lambda town: User.objects.filter(pk=town.meera.pk).update(last_login=clock.now()),
        lambda _: Booking.objects.update(special_requests="A view"),
        lambda town: Project.objects.filter(pk=town.meera_project.pk).update(
            project_name=town.meera_project.project_name
        ),
        lambda _: Unit.objects.filter(pk=0).update(floor_number=9),
    ],
    ids=["a login", "a wish of a buyer", "the same again", "no row"],
)
def test_what_no_answer_shows_leaves_the_version(town, change):
    before = version.present()
    change(town)
    assert version.present() == before


def test_emptying_a_table_by_force_makes_another_version(tower):
    before = version.present()
    trigger = "projects_tower ENABLE TRIGGER catalogue_changed_by_truncate"
    sql(f"ALTER TABLE {trigger}")
    try:
        sql("TRUNCATE projects_tower CASCADE")
        assert version.present() != before
    finally:
        sql(f"ALTER TABLE {trigger.replace('ENABLE', 'DISABLE')}")


def test_without_any_token_nothing_is_kept_until_something_changes(process, tower):
    client = process()
    first = client.get(LIST).content
    CatalogueVersion.objects.all().delete()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).content == first
        assert len(queries) > 1
    rename("T1")
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        client.get(LIST)
    assert len(queries) == 1


def test_a_setting_that_was_seen_before_the_answer_began_is_asked_for_again(town, elsewhere):
    """It may be older than the version under which the answer is kept."""
    with one_look():
        assert not rows()
        elsewhere(lambda: SystemSetting.objects.create(key="test.key", value=1))
        assert not rows()
        with version.making.making(is_wanted=True):
            version.begin(is_public=True)
            assert [*rows().values()] == [1]


def test_a_connection_that_was_lost_costs_nobody_an_answer(process, town, elsewhere):
    client = process()
    before = client.get(LIST).content
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    elsewhere(lambda: sql(f"SELECT pg_terminate_backend({pid}, 5000)"))
    reply = client.get(LIST)
    assert (reply.status_code, reply.content) == (200, before)
