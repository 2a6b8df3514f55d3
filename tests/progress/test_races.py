"""Two people at one draft: it is told once, and each edit keeps what the other wrote."""

import pytest

from progress import services
from progress.models import ConstructionUpdate, ProjectProgress
from realestate.core.models import AuditEntry
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.races.support import run_together, winners

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
