"""R7.1-2, planning: the stages of towers from one list, in places that certified stages do not lose."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from progress import services
from progress.enums import MilestoneState
from progress.models import Milestone
from progress.rules import passed_over
from projects.models import Project, Tower
from realestate.core.errors import InvalidValue
from realestate.core.models import AuditEntry
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import LONG_AGO, TowerFactory

pytestmark = pytest.mark.django_db
PLAN = [
    {"code": "plinth", "name": "Plinth", "planned_on": date(2026, 3, 1)},
    {"code": "slab", "name": "Slab", "description": "Of floor 1."},
    {"code": "paint", "name": "Paint", "is_billable": False},
]
CERTIFIED = {
    "state": MilestoneState.CERTIFIED,
    "certified_on": date(2026, 1, 4),
    "certified_at": LONG_AGO,
}


def put(own, *codes, **more):
    """The stages of a place are these."""
    stages = [{"code": code, "name": code.title()} for code in codes]
    return services.set_milestones(**own, **{"stages": stages, **more})


def plan(tower=None) -> list[tuple[int, str]]:
    """Places and codes."""
    rows = Milestone.objects.filter(tower=tower)
    return list(rows.order_by("sequence").values_list("sequence", "code"))


def certified(own, **facts):
    return MilestoneFactory(
        project_id=own["project_id"], certified_by=own["actor"], **CERTIFIED, **facts
    )


# --- the rule --------------------------------------------------------------------------------------------------------

P, R, C = MilestoneState.PENDING, MilestoneState.REPORTED, MilestoneState.CERTIFIED


@pytest.mark.parametrize(
    ("stages", "pairs"),
    [
        ([], set()),
        ([("a", C, True), ("b", P, True)], set()),
        ([("a", P, True), ("b", R, True)], set()),
        ([("a", P, False), ("b", C, True)], set()),
        ([("a", P, True), ("b", C, True)], {("b", "a")}),
        ([("a", R, True), ("b", P, True), ("c", C, False)], {("c", "a"), ("c", "b")}),
        ([("a", R, True), ("b", C, True), ("c", C, True)], {("b", "a"), ("c", "a")}),
    ],
)
def test_R7_2_which_stages_were_passed_over(stages, pairs):
    assert passed_over(stages) == pairs


# --- one list --------------------------------------------------------------------------------------------------------


def test_R7_1_a_list_makes_the_stages_of_several_towers(cast, own):
    towers = TowerFactory.create_batch(2, project=cast.meera_project)
    other = TowerFactory(project=cast.meera_project)
    rows = services.set_milestones(**own, stages=PLAN, tower_ids=[tower.pk for tower in towers])
    for tower in towers:
        assert plan(tower) == [(1, "plinth"), (2, "slab"), (3, "paint")]
    assert plan(other) == plan(None) == []
    assert [(row.tower_id, row.code) for row in rows] == [
        (tower.pk, stage["code"]) for tower in towers for stage in PLAN
    ]
    first = Milestone.objects.get(tower=towers[1], code="plinth")
    assert (first.name, first.planned_on, first.is_billable, first.state) == (
        "Plinth",
        date(2026, 3, 1),
        True,
        MilestoneState.PENDING,
    )
    assert Milestone.objects.get(tower=towers[1], code="paint").is_billable is False
    assert AuditEntry.objects.filter(action="created", actor=cast.meera).count() == 6


def test_stages_change_places_and_keep_what_was_not_said(own, trail):
    services.set_milestones(**own, stages=PLAN)
    keys = dict(Milestone.objects.values_list("code", "pk"))
    put(own, "paint", "slab", "plinth")
    assert plan() == [(1, "paint"), (2, "slab"), (3, "plinth")]
    assert dict(Milestone.objects.values_list("code", "pk")) == keys
    assert Milestone.objects.get(code="plinth").planned_on == date(2026, 3, 1)
    assert trail(Milestone, keys["plinth"])[1:] == [("updated", {"sequence": 1}, {"sequence": 3})]
    assert len(trail(Milestone, keys["slab"])) == 1, "nothing of it was changed"


def test_what_is_not_named_is_removed_and_the_trail_keeps_it(own, trail):
    services.set_milestones(**own, stages=PLAN)
    gone = Milestone.objects.get(code="slab").pk
    put(own, "plinth", "roof", "paint")
    assert plan() == [(1, "plinth"), (2, "roof"), (3, "paint")]
    assert [action for action, _before, _after in trail(Milestone, gone)] == ["created", "removed"]


def test_the_same_list_again_changes_nothing(own, stored):
    services.set_milestones(**own, stages=PLAN)
    before = stored()
    services.set_milestones(**own, stages=PLAN)
    assert stored() == before


def test_other_towers_and_projects_keep_their_stages(cast, own):
    tower = TowerFactory(project=cast.meera_project)
    MilestoneFactory(project=cast.meera_project, tower=tower, code="roof", sequence=4)
    MilestoneFactory(project=cast.kiran_project, code="roof", sequence=5)
    put(own, "plinth")
    assert plan(tower) == [(4, "roof")]
    assert Milestone.objects.filter(project=cast.kiran_project).count() == 1


# --- certified stages ------------------------------------------------------------------------------------------------


def test_certified_stages_stay_where_they_are(own):
    row = certified(own, code="plinth", name="Plinth", sequence=5)
    put(own, "plinth", "slab")
    assert plan() == [(5, "plinth"), (6, "slab")]
    put(own, "plinth", "roof", "slab")
    assert plan() == [(5, "plinth"), (6, "roof"), (7, "slab")]
    row.refresh_from_db()
    assert row.state == MilestoneState.CERTIFIED


@pytest.mark.parametrize(
    "stages",
    [
        [{"code": "slab", "name": "Slab"}],  # without it
        [{"code": "plinth", "name": "Another name"}],
        [{"code": "plinth", "name": "Plinth", "is_billable": False}],
        [
            {"code": "a", "name": "A"},
            {"code": "b", "name": "B"},
            {"code": "plinth", "name": "Plinth"},
        ],
    ],
)
def test_certified_stages_are_not_changed_by_a_list(own, stored, stages):
    certified(own, code="plinth", name="Plinth", sequence=2)
    before = stored()
    with pytest.raises(services.MilestoneIsCertified):
        services.set_milestones(**own, stages=stages)
    assert stored() == before


def test_R7_2_no_stage_that_bills_comes_before_a_certified_one(own, stored):
    certified(own, code="slab", name="Slab", sequence=7)
    roof = MilestoneFactory(project_id=own["project_id"], code="roof", name="Roof", sequence=8)
    calls: list[Any] = [
        lambda: put(own, "plinth", "slab", "roof"),
        lambda: put(own, "roof", "slab"),
        lambda: services.add_milestone(**own, code="plinth", name="Plinth", sequence=3),
        lambda: services.change_milestone(actor=own["actor"], milestone_id=roof.pk, sequence=3),
    ]
    before = stored()
    for call in calls:
        with pytest.raises(services.StagePassedOver):
            call()
        assert stored() == before
    services.add_milestone(**own, code="paint", name="Paint", sequence=3, is_billable=False)
    paint = Milestone.objects.get(code="paint")
    with pytest.raises(services.StagePassedOver):
        services.change_milestone(actor=own["actor"], milestone_id=paint.pk, is_billable=True)
    assert Milestone.objects.get(code="paint").is_billable is False


def test_R7_2_what_an_override_passed_over_can_still_be_planned(own):
    plinth = MilestoneFactory(project_id=own["project_id"], code="plinth", sequence=1)
    certified(own, code="slab", name="Slab", sequence=2)
    services.change_milestone(actor=own["actor"], milestone_id=plinth.pk, name="Plinths")
    put(own, "plinth", "slab", "roof")
    assert plan() == [(1, "plinth"), (2, "slab"), (3, "roof")]


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_code_stands_in_a_list_once(own, stored):
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        put(own, "plinth", "slab", "plinth")
    assert refusal.value.errors == {"milestones": ["Each code may stand here once."]}
    assert stored() == before


def test_R21_strangers_and_towers_of_other_projects(cast, own, stored):
    mine = TowerFactory(project=cast.meera_project)
    theirs = TowerFactory(project=cast.kiran_project)
    before = stored()
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises(Project.DoesNotExist):
            put(own | {"actor": stranger}, "plinth")
    for keys in ([theirs.pk], [mine.pk, theirs.pk], [999_999]):
        with pytest.raises(Tower.DoesNotExist):
            put(own, "plinth", tower_ids=keys)
    Project.objects.filter(pk=cast.meera_project.pk).update(archived_at=LONG_AGO)
    with pytest.raises(Project.DoesNotExist):
        put(own, "plinth")
    assert stored() == before


def test_the_table_itself_refuses_a_second_stage_in_a_place(cast):
    MilestoneFactory(project=cast.meera_project, sequence=1)
    with pytest.raises(IntegrityError, match="one_milestone_per_place"), connection.cursor() as db:
        db.execute(
            "INSERT INTO progress_milestone (project_id, sequence, code, name, description,"
            " is_billable, state, photos, certifier_name, override_reason, updated_at)"
            " VALUES (%s, 1, 'x', 'x', '', true, 'pending', '{}', '', '', now())",
            [cast.meera_project.pk],
        )


@pytest.mark.parametrize("count", [2, 4])
def test_however_many_change_places_it_is_one_update(own, count):
    codes = [f"stage-{n}" for n in range(count)]
    put(own, *codes)
    with CaptureQueriesContext(connection) as asked:
        put(own, *reversed(codes))
    assert sum(query["sql"].startswith("UPDATE") for query in asked) == 1
    assert [code for _place, code in plan()] == list(reversed(codes))
