"""The promised completion: every revision is kept, has a reason, and buyers hear of it."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import Notification
from progress.models import CompletionDate
from projects.enums import ClaimKind, ClaimStage
from projects.models import Project
from projects.services import change_project, publish_project
from tests.factories.progress import CompletionDateFactory
from tests.factories.projects import ClaimFactory, ProjectFactory, TowerFactory, UnitFactory

LATER = {"promised_on": "2031-03-31", "reason": "Two wet monsoons."}


@pytest.fixture
def path(cast):
    return f"/api/projects/{cast.meera_project.pk}/completion-dates"


def days(project, tower=None):
    rows = CompletionDate.objects.filter(project=project, tower=tower).order_by("number")
    return [(row.number, str(row.promised_on), row.reason) for row in rows]


def test_a_revision_has_exactly_these_fields(cast, as_, path, noon):
    CompletionDateFactory(project=cast.meera_project)
    reply = as_(cast.meera).post(path, LATER)
    assert reply.status_code == 201, reply.content
    row = CompletionDate.objects.get(number=2)
    assert reply.json() == {
        "id": row.pk,
        "project_id": cast.meera_project.pk,
        "tower_id": None,
        "number": 2,
        "promised_on": "2031-03-31",
        "reason": "Two wet monsoons.",
        "revised_at": "2026-01-05T12:00:00Z",
    }
    assert [shown["number"] for shown in as_(None).get(path).json()] == [2, 1]
    cast.meera_project.refresh_from_db()
    assert cast.meera_project.expected_completion_date == date(2031, 3, 31)


def test_what_was_planned_before_is_the_first_promise(cast, as_, path):
    Project.objects.filter(pk=cast.meera_project.pk).update(expected_completion_date="2030-06-30")
    assert as_(cast.meera).post(path, LATER).status_code == 201
    assert days(cast.meera_project) == [
        (1, "2030-06-30", "Planned before"),
        (2, "2031-03-31", "Two wet monsoons."),
    ]


def test_a_date_that_is_changed_with_the_project_is_kept_too(cast):
    project = publish_project(
        actor=cast.meera,
        project_name="Lake",
        project_type="residential",
        location_city="Pune",
        expected_completion_date=date(2030, 6, 30),
    )
    for day in (date(2031, 3, 31), date(2031, 3, 31), None, date(2031, 12, 31)):
        change_project(actor=cast.meera, project_id=project.pk, expected_completion_date=day)
    assert days(project) == [(1, "2030-06-30", ""), (2, "2031-03-31", ""), (3, "2031-12-31", "")]


def test_a_project_from_before_keeps_what_it_planned_when_it_is_changed(cast):
    project = ProjectFactory(builder=cast.meera.builder, expected_completion_date=date(2030, 6, 30))
    change_project(
        actor=cast.meera, project_id=project.pk, expected_completion_date=date(2031, 3, 31)
    )
    assert days(project) == [(1, "2030-06-30", "Planned before"), (2, "2031-03-31", "")]


def test_a_tower_has_dates_of_its_own(cast, as_, path):
    tower = TowerFactory(project=cast.meera_project)
    body = {"promised_on": "2030-01-31", "tower_id": tower.pk}
    assert as_(cast.meera).post(path, body).status_code == 201, "the first needs no reason"
    assert as_(cast.meera).post(path, LATER | {"tower_id": tower.pk}).status_code == 201
    assert [row[0] for row in days(cast.meera_project, tower)] == [1, 2]
    assert days(cast.meera_project) == []
    cast.meera_project.refresh_from_db()
    assert cast.meera_project.expected_completion_date is None
    listed = as_(None).get(f"{path}?tower_id={tower.pk}").json()
    assert [row["number"] for row in listed] == [2, 1]
    assert as_(None).get(f"{path}?tower_id=0").json() == []


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"promised_on": "2031-03-31"}, 400, "invalid", "reason"),
        ({"promised_on": "2031-03-31", "reason": "  "}, 400, "invalid", "reason"),
        ({"promised_on": "2025-12-31", "reason": "Sooner"}, 400, "invalid", "promised_on"),
        ({"promised_on": "soon", "reason": "x"}, 400, "invalid", "promised_on"),
        ({"reason": "x"}, 400, "invalid", "promised_on"),
        ({"promised_on": "2030-06-30", "reason": "Same"}, 409, "completion_unchanged", None),
        (LATER | {"tower_id": 10**9}, 404, "not_found", None),
        (LATER | {"tower_id": "x"}, 400, "invalid", "tower_id"),
    ],
)
def test_bad_revisions_change_nothing(cast, as_, path, stored, body, status, code, field):
    Project.objects.filter(pk=cast.meera_project.pk).update(start_date="2026-01-01")
    CompletionDateFactory(project=cast.meera_project)
    before = stored()
    reply = as_(cast.meera).post(path, body)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert list(reply.json().get("errors", [])) == ([field] if field else [])
    assert stored() == before


def test_a_tower_of_another_project_is_not_there(cast, as_, path, stored):
    before = stored()
    body = LATER | {"tower_id": TowerFactory(project=cast.kiran_project).pk}
    assert as_(cast.meera).post(path, body).status_code == 404
    assert stored() == before


def test_a_repeated_post_is_one_revision(cast, as_, path):
    CompletionDateFactory(project=cast.meera_project)
    replies = [as_(cast.meera).post(path, LATER, HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert replies[0].content == replies[1].content
    assert CompletionDate.objects.count() == 2


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE progress_completiondate SET promised_on = '2040-01-01'",
        "DELETE FROM progress_completiondate",
    ],
)
def test_no_date_that_was_told_changes_or_goes(cast, act):
    CompletionDateFactory(project=cast.meera_project)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),  # noqa: TID251  # the test's own savepoint
        connection.cursor() as cursor,
    ):
        cursor.execute(act)


# --- who hears of it ----------------------------------------------------------------------------------


def told():
    rows = Notification.objects.filter(title="Another completion date")
    return sorted(rows.values_list("user", "message"))


def test_buyers_hear_of_another_date_once_and_why(cast, as_, path):
    tower = TowerFactory(project=cast.meera_project, name="B")
    ClaimFactory(
        unit=UnitFactory(project=cast.meera_project, tower=tower),
        customer=cast.asha.customer,
        kind=ClaimKind.BOOKING,
        stage=ClaimStage.BOOKED,
    )
    ClaimFactory(unit=cast.meera_unit, customer=cast.ravi.customer)
    CompletionDateFactory(project=cast.meera_project)
    CompletionDateFactory(project=cast.meera_project, tower=tower)
    assert told() == []
    as_(cast.meera).post(path, LATER)
    text = "{} is now planned to be completed on 31 March 2031. Reason: Two wet monsoons."
    everybody = text.format("Meera Gardens")
    assert told() == sorted((person.pk, everybody) for person in (cast.asha, cast.ravi))
    Notification.objects.all().delete()
    as_(cast.meera).post(path, LATER | {"tower_id": tower.pk})
    assert told() == [(cast.asha.pk, text.format("Meera Gardens, tower B"))]


def test_the_first_promise_is_no_news(cast, as_, path):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    as_(cast.meera).post(path, LATER)
    assert told() == []
