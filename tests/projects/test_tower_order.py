"""Towers are listed as people count them, wherever they are listed: T1, T2, T10."""

import pytest
from django.test import Client
from django.urls import reverse

from progress.figures import overview_of
from projects.models import Project, Tower
from projects.querysets import natural
from tests.factories.progress import CompletionDateFactory
from tests.factories.projects import TowerFactory, UnitFactory
from tests.payments.papers import needs_pdftotext, text_of

pytestmark = pytest.mark.django_db
COUNTED = ["Annex", "B1 East", "B2 East", "B10 East", "T1", "T2", "T10", "T10a"]


@pytest.fixture
def project(cast):
    """Made in another order than they are counted."""
    for name in sorted(COUNTED, reverse=True):
        tower = TowerFactory(project=cast.meera_project, name=name)
        UnitFactory(project=cast.meera_project, tower=tower, unit_number=f"{name}-1")
    return cast.meera_project


def test_numbers_in_names_count_as_numbers(cast):
    names = [
        "2",
        "10",
        "T002",
        "T3",
        "T1-2",
        "T1-10",
        "T",
        "",
        "x" * 60,
        "T99999999999",
        "ट2",
        "ट10",
    ]
    for name in reversed(names):
        TowerFactory(project=cast.meera_project, name=name)
    keys = dict(Tower.objects.annotate(key=natural("name")).values_list("name", "key"))
    for before, after in (
        ("2", "10"),
        ("T002", "T3"),
        ("T1-2", "T1-10"),
        ("T3", "T99999999999"),
        ("ट2", "ट10"),
    ):
        assert keys[before] < keys[after]
    assert (keys[""], keys["x" * 60]) == ("", "x" * 60)


def test_every_list_of_towers_has_the_order_in_which_they_are_counted(as_, cast, project):
    api = as_(cast.meera)
    listed = api.get(f"/api/projects/{project.pk}/towers").json()
    assert [row["name"] for row in listed] == COUNTED
    grid = api.get(f"/api/projects/{project.pk}/availability").json()["towers"]
    assert [row["name"] for row in grid if row["name"]] == COUNTED
    told = api.get(f"/api/projects/{project.pk}/progress/overview").json()["towers"]
    assert [row["name"] for row in told] == COUNTED
    row = Project.objects.with_figures("progress").get(pk=project.pk)
    assert [tower.name for tower in overview_of(row).towers] == COUNTED


@needs_pdftotext
def test_the_progress_report_has_that_order_throughout(as_, cast, project):
    for tower in project.towers.order_by("-pk"):
        CompletionDateFactory(project=project, tower=tower, reason=f"Reason of {tower.name}.")
    text = text_of(as_(cast.meera).get(f"/api/projects/{project.pk}/progress/report").content)
    for word in ("Tower", "Reason of"):
        places = [
            text.index(f"{word} {name}") for name in COUNTED if name != "T1"
        ]  # also within T10
        assert places == sorted(places), word


def test_the_back_office_has_that_order(cast, project):
    office = Client()
    office.force_login(cast.sana)
    page = office.get(reverse("admin:stacking_plan", args=[project.pk])).content.decode()
    for text in (page, office.get(reverse("admin:projects_tower_changelist")).content.decode()):
        places = [text.index(f">{name}<") for name in COUNTED]
        assert places == sorted(places)
