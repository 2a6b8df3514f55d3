"""What the tables refuse whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from progress.models import ConstructionUpdate, ProjectProgress
from tests.constraints import violated
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import LONG_AGO

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("phase_status_is_known", {"status": "ongoing"}),
        ("phase_percentage_in_range", {"progress_percentage": "-0.01"}),
        ("phase_percentage_in_range", {"progress_percentage": "100.01"}),
        (
            "phase_dates_in_order",
            {"start_date": "2026-01-02", "expected_end_date": "2026-01-01"},
        ),
        ("", {"progress_percentage": 100, "start_date": "2026-01-02", "expected_end_date": None}),
        ("", {"start_date": "2026-01-02", "expected_end_date": "2026-01-02"}),
    ],
)
def test_a_phase_that_cannot_be(constraint, values):
    phase = PhaseFactory()
    rows = ProjectProgress.objects.filter(pk=phase.pk)
    assert violated(lambda: rows.update(**values)) == constraint


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("update_type_is_known", {"update_type": "gossip"}),
        ("update_priority_is_known", {"priority": "urgent"}),
        ("", {"priority": "critical", "update_type": "safety", "published_at": None}),
    ],
)
def test_an_update_that_cannot_be(constraint, values):
    update = UpdateFactory()
    rows = ConstructionUpdate.objects.filter(pk=update.pk)
    assert violated(lambda: rows.update(**values)) == constraint


def test_a_project_with_phases_or_updates_stays():
    for row in (PhaseFactory(), UpdateFactory()):
        with pytest.raises(ProtectedError):
            row.project.delete()
    with pytest.raises(ProtectedError):
        row.posted_by.delete()


def test_an_update_is_a_draft_until_it_is_published():
    draft = UpdateFactory.build(project=None, posted_by=None, published_at=None)
    assert not draft.is_published
    draft.published_at = LONG_AGO
    assert draft.is_published
    assert str(draft) == draft.update_title
    assert str(PhaseFactory.build(project=None, phase_name="Roof")) == "Roof"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//x.example/a", "x"])
@pytest.mark.parametrize(
    ("make", "field"),
    [(PhaseFactory, "milestone_images"), (UpdateFactory, "images"), (UpdateFactory, "videos")],
)
def test_lists_of_links_hold_links(make, field, link):
    """The API has its own check; this one is for the back office's forms."""
    row = make(**{field: ["https://x.example/a", "/api/files/7"]})
    row.clean_fields()
    setattr(row, field, ["https://x.example/a", link])
    with pytest.raises(ValidationError) as refusal:
        row.clean_fields()
    assert list(refusal.value.message_dict) == [field]
