"""Figures: lent by an app above, shown by a queryset below."""

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat

from projects.models import Project
from realestate.core import figures
from realestate.core.figures import lend
from tests.factories.projects import ProjectFactory


@pytest.fixture(autouse=True)
def only_what_the_test_lends(monkeypatch):
    monkeypatch.setattr(figures, "_lent", figures.defaultdict(dict))


@pytest.mark.django_db
def test_a_figure_is_shown_by_name_at_the_cost_of_no_query(django_assert_num_queries):
    project = ProjectFactory(project_name="Lake View")
    lend(
        Project,
        shout=lambda: Concat(F("project_name"), Value("!"), output_field=CharField()),
        other=lambda: Value(1),
    )
    with django_assert_num_queries(1):
        shown = Project.objects.all().with_figures("shout").get(pk=project.pk)
    assert shown.shout == "Lake View!"
    assert not hasattr(shown, "other")


@pytest.mark.django_db
def test_a_figure_is_built_for_each_query():
    built = []
    lend(Project, number=lambda: Value(len(built)) if built.append(1) is None else None)
    for _time in range(2):
        Project.objects.all().with_figures("number")
    assert built == [1, 1]


def test_a_figure_that_nobody_lends_is_an_error():
    with pytest.raises(KeyError, match="paid_amount"):
        Project.objects.all().with_figures("paid_amount")


def test_figures_belong_to_their_model():
    lend(Project, number=lambda: Value(1))
    assert figures.lent() == {Project: {"number"}}
