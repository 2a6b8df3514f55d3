"""``Project.progress``: the weighted mean of the visible phases, counted when it is asked for."""

from decimal import Decimal

import pytest

from progress.figures import tower_progress
from projects.models import Project, Tower
from tests.factories.progress import PhaseFactory
from tests.factories.projects import ProjectFactory, TowerFactory


@pytest.mark.parametrize(
    ("visible", "hidden", "progress"),
    [
        ([], [], "0"),
        ([], ["80"], "0"),
        (["100"], ["0"], "100"),
        (["33.33", "66.66"], [], "50.00"),
        (["100", "0", "0"], ["100"], "33.33"),
        (["100", "100", "0"], [], "66.67"),
        (["0.01", "0"], [], "0.01"),  # 0.005 away from zero
    ],
)
def test_the_mean_of_the_visible_phases(db, visible, hidden, progress):
    project, other = ProjectFactory(), ProjectFactory()
    PhaseFactory(project=other, progress_percentage="7.5")
    for shown, values in ((True, visible), (False, hidden)):
        for value in values:
            PhaseFactory(project=project, progress_percentage=value, customer_visible=shown)
    rows = Project.objects.with_figures("progress")
    assert rows.get(pk=project.pk).progress == Decimal(progress)
    assert rows.get(pk=other.pk).progress == Decimal("7.5")


@pytest.mark.parametrize(
    ("phases", "progress"),
    [
        ([("100", "3"), ("0", "1")], "75"),
        ([("100", "0.01"), ("0", "99999.99")], "0"),
        ([("50", "2"), ("20", "0.5"), ("80", "2.5")], "62"),
    ],
)
def test_phases_count_by_their_weights(db, phases, progress):
    project = ProjectFactory()
    tower = TowerFactory(project=project)
    for value, weight in phases:
        PhaseFactory(project=project, progress_percentage=value, weight=weight, tower=tower)
    PhaseFactory(project=project, progress_percentage=100, weight=900, customer_visible=False)
    assert Project.objects.with_figures("progress").get().progress == Decimal(progress)
    assert Tower.objects.annotate(share=tower_progress()).get().share == Decimal(progress)


def test_a_tower_without_phases_has_no_share(db):
    PhaseFactory(project=TowerFactory().project, progress_percentage=40)
    assert Tower.objects.annotate(share=tower_progress()).get().share is None


def test_any_number_of_projects_costs_one_query(db, django_assert_num_queries):
    for project in ProjectFactory.create_batch(3):
        PhaseFactory.create_batch(2, project=project)
    with django_assert_num_queries(1):
        assert len([row.progress for row in Project.objects.with_figures("progress")]) == 3
