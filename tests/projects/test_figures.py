"""Numbers about stock against a recount; none of them is stored (D6)."""

import pytest

from accounts.models import Builder
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from projects.models import Claim, Project
from tests.factories.accounts import BuilderFactory
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory

pytestmark = pytest.mark.django_db


def stock(project):
    shown = Project.objects.with_figures("total_units", "available_units").get(pk=project.pk)
    return shown.total_units, shown.available_units


def test_the_planned_number_counts_until_there_are_units():
    project = ProjectFactory(planned_units=120)
    assert stock(project) == (120, 0)
    UnitFactory(project=project)
    UnitFactory()  # of another project
    assert stock(project) == (1, 1)
    assert stock(ProjectFactory()) == (0, 0)


def test_free_units_are_released_unblocked_and_without_a_live_claim(noon):
    project = ProjectFactory()
    UnitFactory(project=project, released_at=None)
    UnitFactory(project=project, blocked_at=LONG_AGO)
    free, held, booked = UnitFactory.create_batch(3, project=project)
    ClaimFactory(
        unit=free, taken_at=noon(), released_at=noon(), release_reason=ReleaseReason.CANCELLED
    )
    ClaimFactory(unit=held, taken_at=noon())
    ClaimFactory(unit=booked, kind=ClaimKind.BOOKING, stage=ClaimStage.BOOKED, taken_at=noon())
    assert stock(project) == (5, 1)
    noon(minutes=30)  # the hold lapses; no job has run
    assert stock(project) == (5, 2)
    assert Claim.objects.filter(released_at=None).count() == 2


def test_figures_of_several_projects_do_not_multiply_each_other():
    projects = ProjectFactory.create_batch(3)
    for number, project in enumerate(projects):
        for unit in UnitFactory.create_batch(number, project=project):
            for _ in range(2):
                ClaimFactory(
                    unit=unit,
                    taken_at=LONG_AGO,
                    released_at=LONG_AGO,
                    release_reason=ReleaseReason.EXPIRED,
                )
    rows = Project.objects.with_figures("total_units", "available_units").order_by("pk")
    assert [(row.total_units, row.available_units) for row in rows] == [(0, 0), (1, 1), (2, 2)]


def test_a_builder_has_as_many_projects_as_the_public_sees():
    builder, other = BuilderFactory(), BuilderFactory()
    ProjectFactory.create_batch(2, builder=builder)
    ProjectFactory(builder=builder, published_at=None)
    ProjectFactory(builder=builder, archived_at=LONG_AGO)
    rows = Builder.objects.with_figures("total_projects").in_bulk()
    assert (rows[builder.pk].total_projects, rows[other.pk].total_projects) == (2, 0)
