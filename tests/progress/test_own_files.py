"""Pictures and films of the site: the platform's files as links that end, only the actor's own (issue 4.2, 4.7)."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from progress.models import ConstructionUpdate, ProjectProgress
from realestate.core.files import keep_upload
from tests.factories.progress import PhaseFactory, UpdateFactory
from tests.factories.projects import TowerFactory
from tests.links import ON_OUR_PAGE
from tests.pictures import PNG

OLD = "/api/files/999999998"  # of somebody who has left


@pytest.fixture
def photo(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return keep_upload(actor=cast.meera, name="slab.png", content=PNG)


def bodies(cast, address):
    update = {"project_id": cast.meera_project.pk, "title": "Slab", "description": "Poured."}
    return {
        "images": ("/api/updates", update | {"images": [address]}),
        "videos": ("/api/updates", update | {"videos": [address]}),
        "milestone_images": (
            "/api/progress",
            {
                "project_id": cast.meera_project.pk,
                "phase_name": "Frame",
                "milestone_images": [address],
            },
        ),
    }


FIELDS = ("images", "videos", "milestone_images")


@pytest.mark.parametrize("field", FIELDS)
def test_an_uploaded_file_opens_by_its_link_only(cast, as_, photo, field):
    url, body = bodies(cast, f"/api/files/{photo.pk}")[field]
    reply = as_(cast.meera).post(url, body)
    assert reply.status_code == 201, reply.content
    [link] = reply.json()[field]
    assert as_(None).get(f"/api/files/{photo.pk}").status_code == 404
    assert link.startswith("http://testserver/api/files/")
    opened = as_(None).get(f"{urlsplit(link).path}?{urlsplit(link).query}", headers=ON_OUR_PAGE)
    assert opened.status_code == 200
    opened.close()


@pytest.mark.parametrize("field", FIELDS)
def test_files_of_others_cannot_be_shown(cast, as_, photo, stored, field):
    before = stored()
    url, body = bodies(cast, f"/api/files/{photo.pk}")[field]
    reply = as_(cast.kiran).post(url, body | {"project_id": cast.kiran_project.pk})
    assert reply.status_code == 400
    assert list(reply.json()["errors"]) == [field]
    assert stored() == before


def test_what_is_shown_already_may_stay_whoever_sent_it(cast, as_, photo):
    update = UpdateFactory(project=cast.meera_project, images=[OLD], videos=[OLD])
    phase = PhaseFactory(project=cast.meera_project, milestone_images=[OLD])
    api, both = as_(cast.meera), [OLD, f"http://testserver/api/files/{photo.pk}?token=x"]
    assert api.patch(f"/api/updates/{update.pk}", {"images": both}).status_code == 200
    assert api.patch(f"/api/updates/{update.pk}", {"videos": [OLD]}).status_code == 200
    assert api.patch(f"/api/progress/{phase.pk}", {"milestone_images": both}).status_code == 200
    kept = [OLD, f"/api/files/{photo.pk}"]
    assert ConstructionUpdate.objects.get().images == kept
    assert ProjectProgress.objects.get().milestone_images == kept
    foreign = ["/api/files/999999997"]
    assert api.patch(f"/api/updates/{update.pk}", {"images": foreign}).status_code == 400
    assert api.patch(f"/api/progress/{phase.pk}", {"milestone_images": foreign}).status_code == 400


def test_a_phase_belongs_to_a_tower_of_its_project(cast, as_, stored):
    tower, other = TowerFactory(project=cast.meera_project), TowerFactory()
    body = {"project_id": cast.meera_project.pk, "phase_name": "Frame", "weight": 2.5}
    api = as_(cast.meera)
    row = api.post("/api/progress", body | {"tower_id": tower.pk}).json()
    assert (row["tower_id"], row["weight"]) == (tower.pk, 2.5)
    listed = as_(None).get(f"/api/projects/{cast.meera_project.pk}/progress?tower_id={tower.pk}")
    assert [shown["id"] for shown in listed.json()] == [row["id"]]
    before = stored()
    for sent, field in (({"tower_id": other.pk}, "tower_id"), ({"weight": 0}, "weight")):
        for reply in (
            api.post("/api/progress", body | sent),
            api.patch(f"/api/progress/{row['id']}", sent),
        ):
            assert (reply.status_code, list(reply.json()["errors"])) == (400, [field])
    assert stored() == before


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=slab", ["New"]),
        ("tag=Slab", []),
        ("from_date=2026-01-05", ["New"]),
        ("to_date=2026-01-04", ["Old"]),
        ("from_date=x", []),
    ],
)
def test_updates_by_tag_and_day(cast, as_, query, found):
    days = {
        "Old": datetime(2026, 1, 3, 12, tzinfo=UTC),
        "New": datetime(2026, 1, 5, 12, tzinfo=UTC),
    }
    for title, day in days.items():
        row = UpdateFactory(
            project=cast.meera_project,
            update_title=title,
            tags=["slab"] if title == "New" else [],
            is_public=True,
        )
        ConstructionUpdate.objects.filter(pk=row.pk).update(created_at=day)
    path = f"/api/projects/{cast.meera_project.pk}/updates"
    assert [row["title"] for row in as_(None).get(f"{path}?{query}").json()] == found
