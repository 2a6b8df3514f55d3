"""Where a project stands, on a page and on paper."""

import io
from datetime import date

import pytest
from PIL import Image

from progress.enums import MilestoneState
from projects.models import Project
from realestate.core.files import keep_upload
from tests.factories.progress import (
    CompletionDateFactory,
    MilestoneFactory,
    PhaseFactory,
    UpdateFactory,
)
from tests.factories.projects import LONG_AGO, ClaimFactory, TowerFactory
from tests.payments.papers import needs_pdftotext, text_of


def certified(builder, **values):
    return MilestoneFactory(
        state=MilestoneState.CERTIFIED,
        certified_on=date(2026, 1, 4),
        certified_at=LONG_AGO,
        certified_by=builder,
        **values,
    )


@pytest.fixture
def built(cast):
    """Two towers: A with two stages, one certified, and phases of its own; B with nothing; one stage of the project."""
    project = cast.meera_project
    tower = TowerFactory(project=project, name="A")
    TowerFactory(project=project, name="B")
    certified(cast.meera, project=project, tower=tower, sequence=1, name="Plinth")
    MilestoneFactory(project=project, tower=tower, sequence=2, name="Roof")
    MilestoneFactory(project=project, name="Road")
    PhaseFactory(project=project, tower=tower, progress_percentage=80, weight=3, phase_name="Frame")
    PhaseFactory(project=project, progress_percentage=40, phase_name="Roads and lawns")
    PhaseFactory(project=project, customer_visible=False, phase_name="HIDDEN")
    CompletionDateFactory(project=project)
    CompletionDateFactory(
        project=project, number=2, promised_on=date(2031, 3, 31), reason="Two wet monsoons."
    )
    CompletionDateFactory(project=project, tower=tower, promised_on=date(2030, 1, 31))
    return project


@pytest.fixture
def path(cast):
    return f"/api/projects/{cast.meera_project.pk}/progress"


def test_the_overview_has_exactly_these_fields(as_, built, path):
    reply = as_(None).get(f"{path}/overview")
    assert reply.status_code == 200, reply.content
    body = reply.json()
    keys = [tower.pop("id") for tower in body["towers"]]
    assert len(set(keys)) == 2
    assert body == {
        "project_id": built.pk,
        "project_name": "Meera Gardens",
        "progress_percentage": 70,
        "milestones_certified": 1,
        "milestones_total": 3,
        "promised_on": "2031-03-31",
        "first_promised_on": "2030-06-30",
        "revisions": 1,
        "towers": [
            {
                "name": "A",
                "progress_percentage": 80,
                "milestones_certified": 1,
                "milestones_total": 2,
                "next_milestone": "Roof",
                "promised_on": "2030-01-31",
            },
            {
                "name": "B",
                "progress_percentage": None,
                "milestones_certified": 0,
                "milestones_total": 0,
                "next_milestone": "",
                "promised_on": None,
            },
        ],
    }


def test_a_project_of_which_nothing_is_known_yet(cast, as_, path):
    Project.objects.filter(pk=cast.meera_project.pk).update(expected_completion_date="2030-06-30")
    body = as_(None).get(f"{path}/overview").json()
    assert (body["progress_percentage"], body["revisions"], body["towers"]) == (0, 0, [])
    assert body["promised_on"] == body["first_promised_on"] == "2030-06-30"


@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_costs_four_queries(cast, as_, path, django_assert_num_queries, count):
    for tower in TowerFactory.create_batch(count, project=cast.meera_project):
        MilestoneFactory.create_batch(2, project=cast.meera_project, tower=tower)
        PhaseFactory(project=cast.meera_project, tower=tower)
        CompletionDateFactory(project=cast.meera_project, tower=tower)
    with django_assert_num_queries(4):  # project, towers, milestones, dates
        assert len(as_(None).get(f"{path}/overview").json()["towers"]) == count


# --- the report ---------------------------------------------------------------------------------------


def report(api, path):
    reply = api.get(f"{path}/report")
    assert reply.status_code == 200, reply.content
    assert reply["Content-Type"] == "application/pdf"
    assert reply["Cache-Control"] == "private, no-store"
    return reply.content


@needs_pdftotext
def test_the_report_says_what_is_built_promised_and_new(cast, as_, built, path):
    UpdateFactory(project=built, update_title="Slab of floor 9 poured", is_public=True)
    text = text_of(report(as_(cast.ravi), path))
    for words in (
        "Progress report",
        "Meera Homes",
        "70 %",
        "1 of 3 certified",
        "31 March 2031",
        "30 June 2030",
        "Stages of the project",
        "Tower A",
        "80 %",
        "Plinth",
        "04 Jan 2026",
        "Tower B",
        "No stages have been planned yet.",
        "Roads and lawns",
        "Two wet monsoons.",
        "Slab of floor 9 poured",
        "Page 1 of",
    ):
        assert words in text, words
    assert "HIDDEN" not in text


@needs_pdftotext
def test_the_report_has_the_news_that_its_reader_may_read(cast, as_, path):
    ClaimFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    UpdateFactory(project=cast.meera_project, update_title="FOR-BUYERS")
    UpdateFactory(project=cast.meera_project, update_title="A-DRAFT", published_at=None)
    texts = {
        name: text_of(report(as_(getattr(cast, name)), path)) for name in ("asha", "ravi", "meera")
    }
    assert {name for name, text in texts.items() if "FOR-BUYERS" in text} == {"asha", "meera"}
    assert not any("A-DRAFT" in text for text in texts.values())
    assert "Nothing has been published yet." in texts["ravi"]


def test_the_report_shows_pictures_of_its_own_storage_and_survives_lost_ones(
    cast, as_, path, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    bytes_ = io.BytesIO()
    Image.effect_noise((600, 400), 90).save(bytes_, "PNG")
    photo, lost = (
        keep_upload(actor=cast.meera, name="site.png", content=bytes_.getvalue()) for _ in range(2)
    )
    without = report(as_(cast.meera), path)
    update = UpdateFactory(
        project=cast.meera_project,
        images=["https://cdn.example.com/a.png", f"/api/files/{lost.pk}", "/api/files/999999999"],
    )
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.match(f"*{lost.path}"):
            file.unlink()
    assert abs(len(report(as_(cast.meera), path)) - len(without)) < 20_000
    update.images = [f"/api/files/{photo.pk}"]
    update.save()
    assert len(report(as_(cast.meera), path)) > len(without) + 20_000
