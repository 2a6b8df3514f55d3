"""Many people at one row: a draft is told once, each edit keeps what others wrote, stages keep their order."""

from datetime import date

import pytest

from progress import services
from progress.enums import MilestoneState
from progress.events import MilestoneCertified
from progress.models import ConstructionUpdate, Milestone, ProjectProgress
from progress.rules import passed_over
from realestate.core import events
from realestate.core.errors import InvalidTransition, StaleVersion
from realestate.core.models import AuditEntry
from tests.factories.progress import MilestoneFactory, PhaseFactory, UpdateFactory
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 8


def test_a_draft_that_many_publish_at_once_is_told_once(told):
    draft = UpdateFactory(published_at=None)
    actor = draft.posted_by

    def publish(_index):
        return services.change_update(actor=actor, update_id=draft.pk, is_published=True)

    assert len(winners(run_together(CROWD, publish))) == CROWD
    assert [event.update_id for event in told] == [draft.pk]
    assert ConstructionUpdate.objects.get().is_published


def test_an_update_is_removed_once(told):
    update = UpdateFactory()
    actor = update.posted_by

    def remove(_index):
        services.remove_update(actor=actor, update_id=update.pk)

    results = run_together(CROWD, remove)
    refused = [type(result) for result in results if result is not None]
    assert refused == [ConstructionUpdate.DoesNotExist] * (CROWD - 1)
    assert AuditEntry.objects.filter(action="removed").count() == 1


def test_edits_of_different_fields_lose_nothing():
    phase = PhaseFactory()
    actor = phase.project.builder.user
    edits = [{"phase_name": "Roof"}, {"contractor_notes": "Late."}, {"status": "delayed"}]

    def edit(index):
        return services.change_phase(actor=actor, phase_id=phase.pk, **edits[index])

    assert len(winners(run_together(3, edit))) == 3
    row = ProjectProgress.objects.get()
    assert (row.phase_name, row.contractor_notes, row.status) == ("Roof", "Late.", "delayed")


def certify(row):
    return services.certify_milestone(
        actor=row.project.builder.user,
        milestone_id=row.pk,
        certified_on=date(2026, 1, 4),
        photos=["https://cdn.example.com/a.jpg"],
    )


def test_R7_3_a_stage_that_many_certify_at_once_is_certified_and_told_once(monkeypatch):
    news = []
    monkeypatch.setitem(events._handlers, MilestoneCertified, [news.append])
    stage = MilestoneFactory(reported=True)
    refused = losers(run_together(CROWD, lambda _index: certify(stage)))
    assert [type(refusal) for refusal in refused] == [InvalidTransition] * (CROWD - 1)
    assert [event.milestone_id for event in news] == [stage.pk]
    assert AuditEntry.objects.filter(action="certified").count() == 1


def test_R7_2_a_stage_is_not_put_before_one_that_is_being_certified():
    """Either the new stage is first, and the certification hears of it; or it comes too late."""
    stage = MilestoneFactory(reported=True, sequence=2)
    project, actor = stage.project, stage.project.builder.user

    def race(index):
        if index == 0:
            return certify(stage)
        values = {"code": f"early-{index}", "name": "Early", "sequence": 1}
        return services.add_milestone(actor=actor, project_id=project.pk, **values)

    results = run_together(2, race)
    refusals = {type(refusal) for refusal in losers(results)}
    assert len(winners(results)) == 1
    assert refusals <= {services.MilestoneOutOfOrder, services.StagePassedOver}
    rows = Milestone.objects.order_by("sequence")
    assert passed_over(rows.values_list("code", "state", "is_billable")) == set()


def test_the_stages_of_a_project_are_those_of_one_list():
    project = MilestoneFactory(code="first").project
    actor = project.builder.user

    def arrange(index):
        stages = [{"code": f"{index}-{place}", "name": "x"} for place in range(3)]
        return services.set_milestones(actor=actor, project_id=project.pk, stages=stages)

    results = run_together(CROWD, arrange)
    assert {type(refusal) for refusal in losers(results)} <= {StaleVersion}
    assert winners(results)
    codes = Milestone.objects.order_by("sequence").values_list("sequence", "code")
    (who,) = {code.partition("-")[0] for _place, code in codes}
    assert list(codes) == [(place, f"{who}-{place - 1}") for place in (1, 2, 3)]


def test_a_list_does_not_take_away_a_stage_that_is_being_certified():
    stage = MilestoneFactory(reported=True, sequence=1, code="plinth")
    actor = stage.project.builder.user

    def race(index):
        if index == 0:
            return certify(stage)
        stages = [{"code": "roof", "name": "Roof"}]
        return services.set_milestones(actor=actor, project_id=stage.project_id, stages=stages)

    results = run_together(2, race)
    assert len(winners(results)) == 1
    assert {type(refusal) for refusal in losers(results)} <= {
        Milestone.DoesNotExist,
        services.MilestoneIsCertified,
    }
    left = list(Milestone.objects.values_list("code", "state"))
    assert left in (
        [("plinth", MilestoneState.CERTIFIED)],
        [("roof", MilestoneState.PENDING)],
    )
