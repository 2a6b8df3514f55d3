"""advance(): a table decides, the WHERE of the update is the fact."""

import pytest

from projects.enums import ClaimKind, ClaimStage, ProjectStatus
from projects.models import Claim, Project
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from realestate.core.states import advance, allowed_actions
from tests.factories.projects import ClaimFactory, ProjectFactory

TABLE = {
    ProjectStatus.PLANNING: {"start": ProjectStatus.CONSTRUCTION, "pause": ProjectStatus.ON_HOLD},
    ProjectStatus.CONSTRUCTION: {"complete": ProjectStatus.COMPLETED},
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory(status=ProjectStatus.PLANNING)


def test_a_known_move_is_stored_and_told(project, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    assert advance(project, TABLE, "start", field="status") == ("planning", "construction")
    stored = Project.objects.get(pk=project.pk)
    assert project.status == stored.status == ProjectStatus.CONSTRUCTION
    assert project.updated_at == stored.updated_at == clock.now()


def test_a_move_costs_one_query(project, django_assert_num_queries):
    with django_assert_num_queries(1):
        advance(project, TABLE, "start", field="status")


def test_an_unknown_move_is_refused_with_what_is_allowed(project):
    with pytest.raises(InvalidTransition) as refusal:
        advance(project, TABLE, "complete", field="status")
    assert refusal.value.extra == {"state": "planning", "allowed": ["start", "pause"]}
    assert Project.objects.get(pk=project.pk).status == project.status == ProjectStatus.PLANNING


def test_a_terminal_state_allows_nothing(project):
    project.status = ProjectStatus.DELIVERED
    with pytest.raises(InvalidTransition) as refusal:
        advance(project, TABLE, "start", field="status")
    assert refusal.value.extra == {"state": "delivered", "allowed": []}


def test_a_stale_row_cannot_move_although_its_own_state_would_allow_it(project):
    stale = Project.objects.get(pk=project.pk)
    advance(project, TABLE, "pause", field="status")
    with pytest.raises(InvalidTransition):
        advance(stale, TABLE, "start", field="status")
    assert Project.objects.get(pk=project.pk).status == ProjectStatus.ON_HOLD
    assert stale.status == ProjectStatus.PLANNING


def test_a_row_without_updated_at_can_move_too():
    claim = ClaimFactory(kind=ClaimKind.BOOKING, stage=ClaimStage.BOOKED)
    table = {ClaimStage.BOOKED: {"sign": ClaimStage.SOLD}}
    assert advance(claim, table, "sign", field="stage") == ("booked", "sold")
    assert Claim.objects.get(pk=claim.pk).stage == ClaimStage.SOLD


def test_allowed_actions_come_in_the_order_of_the_table():
    assert allowed_actions(TABLE, "planning") == ["start", "pause"]
    assert allowed_actions(TABLE, "completed") == []
