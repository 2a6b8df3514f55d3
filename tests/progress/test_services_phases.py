"""Phases: their order, their dates, who changes them, and what the audit trail keeps."""

from datetime import date
from decimal import Decimal

import pytest

from progress import services
from progress.models import ProjectProgress
from projects.models import Project
from realestate.core.errors import InvalidValue
from tests.factories.progress import PhaseFactory
from tests.factories.projects import LONG_AGO

DAY, NEXT = date(2026, 1, 5), date(2026, 1, 6)


def change(actor, phase, **changes):
    return services.change_phase(actor=actor, phase_id=phase.pk, **changes)


def test_a_new_phase_is_the_last_one(own):
    first = services.add_phase(**own, phase_name="Foundation")
    PhaseFactory(sequence=400)  # of another project
    third = services.add_phase(**own, phase_name="Roof", sequence=7)
    last = services.add_phase(**own, phase_name="Garden")
    assert [row.sequence for row in (first, third, last)] == [1, 7, 8]


def test_a_new_phase_starts_with_nothing_done_and_is_in_the_audit_trail(own, trail):
    phase = services.add_phase(**own, phase_name="Foundation")
    phase.refresh_from_db()
    assert (phase.progress_percentage, phase.status, phase.customer_visible) == (
        0,
        "not_started",
        True,
    )
    assert (phase.milestone_images, phase.contractor_notes, phase.start_date) == ([], "", None)
    assert trail(ProjectProgress, phase.pk) == [("created", {}, {"phase_name": "Foundation"})]


@pytest.mark.parametrize("name", ["asha", "kiran"])
def test_a_strangers_project_does_not_exist(cast, own, stored, name):
    phase = PhaseFactory(project=cast.meera_project)
    before = stored()
    stranger = getattr(cast, name)
    with pytest.raises(Project.DoesNotExist):
        services.add_phase(**own | {"actor": stranger}, phase_name="Roof")
    with pytest.raises(ProjectProgress.DoesNotExist):
        change(stranger, phase, phase_name="Roof")
    assert stored() == before


def test_an_archived_project_gets_no_new_phase(cast, own, stored):
    Project.objects.filter(pk=cast.meera_project.pk).update(archived_at=LONG_AGO)
    before = stored()
    with pytest.raises(Project.DoesNotExist):
        services.add_phase(**own, phase_name="Roof")
    assert stored() == before


def test_staff_add_and_change_phases_of_any_builder(cast, own):
    phase = services.add_phase(**own | {"actor": cast.sana}, phase_name="Roof")
    assert change(cast.sana, phase, phase_name="Roofs").phase_name == "Roofs"


@pytest.mark.parametrize("field", ["expected_end_date", "actual_end_date"])
def test_a_phase_does_not_end_before_it_starts(cast, own, stored, field):
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        services.add_phase(**own, phase_name="Roof", start_date=NEXT, **{field: DAY})
    assert refusal.value.errors == {field: ["A phase cannot end before it starts."]}
    assert stored() == before
    phase = services.add_phase(**own, phase_name="Roof", start_date=DAY, **{field: DAY})
    before = stored()
    with pytest.raises(InvalidValue):  # the end that is stored counts too
        change(cast.meera, phase, start_date=NEXT)
    assert stored() == before
    change(cast.meera, phase, start_date=NEXT, **{field: None})
    change(cast.meera, phase, start_date=None, **{field: DAY})
    phase.refresh_from_db()
    assert (phase.start_date, getattr(phase, field)) == (None, DAY)


def test_only_what_was_sent_changes_and_the_trail_says_what(cast, trail):
    phase = PhaseFactory(project=cast.meera_project, phase_name="Roof")
    before = ProjectProgress.objects.filter(pk=phase.pk).values().get()
    change(cast.meera, phase, phase_name="Roof", progress_percentage=Decimal("55.50"))
    after = ProjectProgress.objects.filter(pk=phase.pk).values().get()
    different = {name for name in after if after[name] != before[name]}
    assert different == {"progress_percentage", "updated_at"}
    assert trail(ProjectProgress, phase.pk) == [
        ("updated", {"progress_percentage": "0.00"}, {"progress_percentage": "55.50"})
    ]


def test_a_change_that_changes_nothing_leaves_no_trace(cast, stored):
    phase = PhaseFactory(project=cast.meera_project, phase_name="Roof")
    before = stored()
    change(cast.meera, phase, phase_name="Roof", customer_visible=True)
    change(cast.meera, phase)
    assert stored() == before
