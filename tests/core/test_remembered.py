"""SQL that is compiled once and asked with other values; and what must not be remembered."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications.models import Notification
from payments.models import DemandLine
from projects.models import Project, Tower
from realestate.core import clock
from realestate.core.api.asking import Stranger
from realestate.core.db.fetching import fetched
from realestate.core.db.remembered import NOW, NotRememberedError, instances, remember, with_now
from realestate.settings.database import database
from tests.factories.notifications import NotificationFactory
from tests.factories.payments import DemandFactory, DemandLineFactory
from tests.factories.projects import ProjectFactory, TowerFactory

pytestmark = pytest.mark.django_db
EXAMPLE = {"project": 1, "caller": 2}


def keys(build, values):
    """What remembered rows are for some values."""
    asked = remember(lambda world: build(world).values_list("pk"), EXAMPLE)
    return [key for (key,) in fetched(asked.text, asked.told(with_now(values)))]


def test_values_are_told_each_time_and_the_clock_is_asked():
    towers = [TowerFactory() for _ in range(3)]

    def build(values):
        rows = Tower.objects.filter(project=values["project"], created_at__lt=values[NOW])
        return rows.exclude(project__builder=values["caller"])

    for tower in towers:
        builder = tower.project.builder_id
        assert keys(build, {"project": tower.project_id, "caller": builder}) == []
        assert keys(build, {"project": tower.project_id, "caller": builder + 1}) == [tower.pk]
    with clock.pretend(towers[0].created_at - timedelta(days=1)):
        assert keys(build, {"project": towers[0].project_id, "caller": 0}) == []


def test_constants_stay_as_they_are_even_with_signs_that_mean_something_to_drivers():
    tower = TowerFactory(name="100 % of \\ 'A' %s")
    rows = keys(lambda _: Tower.objects.filter(name=tower.name), EXAMPLE)
    assert rows == [tower.pk]


@pytest.mark.parametrize(
    ("build", "why"),
    [
        (lambda _: Tower.objects.filter(project=12), "a parameter is 12"),
        (lambda values: Tower.objects.filter(project=values["project"] + 1), "a parameter is"),
        (
            lambda values: Tower.objects.filter(created_at__lt=values[NOW] - timedelta(minutes=5)),
            "a parameter is",
        ),
        (
            lambda values: (
                Tower.objects.all()
                if values["project"] == values["caller"]
                else Tower.objects.none()
            ),
            "it compares keys",
        ),
        (
            lambda _: Tower.objects.filter(name=str(Project.objects.count())),
            "it asks the database while it is built",
        ),
        (lambda _: Tower.objects.filter(**SIDES.pop()), "the SQL itself changes"),
        (lambda _: Tower.objects.none(), "^$"),
    ],
    ids=["number", "reckoned", "reckoned with the clock", "compared", "asked", "changing", "none"],
)
def test_what_is_not_explained_by_a_value_is_not_remembered(build, why):
    SIDES[:] = [{"name": "A"}, {"project": None}]
    with pytest.raises(NotRememberedError, match=why):
        remember(lambda world: build(world).values_list("pk"), EXAMPLE)


SIDES: list = []


def test_a_stranger_stands_for_the_callers_kind_and_says_nothing_else(cast):
    values = {"caller's key": 5, "builder's key": 6}
    meera = Stranger(cast.meera, values)
    assert (meera.pk, meera.id, meera.builder_id) == (5, 5, 6)
    assert (meera.user_type, meera.customer_id, meera.employer_id) == ("builder", None, None)
    assert Stranger(cast.asha, values).customer_id == 5
    with pytest.raises(NotRememberedError, match="email"):
        assert meera.email
    with pytest.raises(NotRememberedError, match="has_duty"):
        getattr(meera, "has_duty", None)
    kinds = [cast.meera, cast.asha, cast.sana, AnonymousUser()]
    assert len({Stranger(each, values).kind for each in kinds}) == len(kinds)
    assert Stranger(cast.kiran, values).kind == meera.kind


def test_D1_two_of_a_kind_hear_what_is_theirs(as_, cast):
    """Whoever asks first compiles for both."""
    mine, theirs = NotificationFactory(user=cast.asha), NotificationFactory(user=cast.ravi)
    for person, row in [(cast.asha, mine), (cast.ravi, theirs), (cast.asha, mine)]:
        body = as_(person).get("/api/notifications").json()
        assert [each["id"] for each in body["notifications"]] == [row.pk]
        assert body["unread_count"] == 1
    Notification.objects.all().delete()
    assert as_(cast.asha).get("/api/notifications").json()["notifications"] == []


@pytest.mark.parametrize(
    ("query", "numbers", "page"),
    [
        ("limit=2", [4, 3], 1),
        ("limit=2&page=2", [2, 1], 2),
        ("limit=2&page=3", [0], 3),
        ("limit=2&page=9", [0], 3),
        ("limit=5", [4, 3, 2, 1, 0], 1),
        ("limit=5&page=2", [4, 3, 2, 1, 0], 1),
        ("limit=6", [4, 3, 2, 1, 0], 1),
        ("limit=2&page=-1", [4, 3], 1),
        ("limit=2&page=x", [4, 3], 1),
    ],
)
def test_T10_pages_and_totals_are_right_full_or_not(as_, query, numbers, page):
    projects = [ProjectFactory() for _ in range(5)]
    body = as_(None).get(f"/api/projects?{query}").json()
    assert [each["id"] for each in body["projects"]] == [projects[n].pk for n in numbers]
    assert (body["total"], body["page"]) == (5, page)


def test_an_empty_list_has_no_rows_and_a_total_of_none(as_):
    body = as_(None).get("/api/projects").json()
    assert (body["projects"], body["total"], body["page"]) == ([], 0, 1)


def test_rows_themselves_come_whole(cast):
    found = instances(
        User, "of a test", lambda v: User.objects.filter(pk=v["who"]), {"who": cast.asha.pk}
    )
    assert found == [cast.asha]
    (asha,) = found
    fresh = User.objects.get(pk=cast.asha.pk)
    names = [field.attname for field in User._meta.concrete_fields]
    with CaptureQueriesContext(connection) as queries:
        assert [getattr(asha, name) for name in names] == [getattr(fresh, name) for name in names]
    assert len(queries) == 0


def test_rows_come_with_the_row_behind_a_key_and_values_as_the_model_has_them():
    """JSON comes from the database as text."""
    line = DemandLineFactory(demand=DemandFactory(line=None), working={"steps": ["a", {"b": 1}]})
    (found,) = instances(
        DemandLine,
        "of a test",
        lambda values: DemandLine.objects.filter(demand__booking=values["booking"]),
        {"booking": line.demand.booking_id},
        related="demand",
    )
    with CaptureQueriesContext(connection) as queries:
        assert (found, found.working) == (line, {"steps": ["a", {"b": 1}]})
        assert (found.demand, found.demand.number) == (line.demand, line.demand.number)
    assert len(queries) == 0


def test_a_statement_is_prepared_once_for_numbers_of_every_size():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        before = cursor.fetchone()[0]
        for number in [1, 2**15, 2**31, 2**62] * 3:
            assert fetched("SELECT %s + 0", [number]) == [(number,)]
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] == before + 1


def test_numbers_beyond_every_key_find_nothing():
    assert fetched("SELECT id FROM projects_project WHERE id = %s", [2**63]) == []


def test_poolers_that_cannot_keep_plans_apart_are_spared(monkeypatch):
    assert database({})["OPTIONS"]["prepare_threshold"] == 1
    monkeypatch.setattr("realestate.settings.database.prepared", False)
    assert database({})["OPTIONS"]["prepare_threshold"] is None


@pytest.mark.django_db(transaction=True)
def test_D32_a_session_that_the_server_ended_is_noticed_and_a_good_one_costs_no_question():
    connection.ensure_connection()
    assert connection.is_usable()
    with CaptureQueriesContext(connection) as queries:
        assert connection.is_usable()
    assert len(queries) == 0
    backend = connection.connection.info.backend_pid
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    finally:
        other.close()
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()
    connection.health_check_done, connection.health_check_enabled = False, True
    close_old_connections()
    assert Project.objects.count() == 0
    assert connection.connection.info.backend_pid != backend
