"""``clean_files``: uploads that nothing names and bytes without a row go, everything else stays (D29)."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from realestate.core.files import keep_upload, store_file
from realestate.core.files.cleaning import used_files
from realestate.core.models import AuditEntry, StoredFile
from realestate.jobs import clean_files_at_night
from tests.commands.running import run
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import Model3DFactory
from tests.pictures import PDF, PNG

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STRAY = "ab/" + "c" * 32


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, time_machine):
    """A folder of its own, at a fixed time; a function that lists it."""
    time_machine.move_to(NOW, tick=False)
    settings.MEDIA_ROOT = tmp_path

    def listed():
        return {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}

    return listed


def upload(user, age=timedelta(days=8), content=PDF):
    row = keep_upload(actor=user, name="a", content=content)
    StoredFile.objects.filter(pk=row.pk).update(created_at=NOW - age)
    return row


def stray(age, name=STRAY):
    default_storage.save(name, ContentFile(b"x"))
    then = (NOW - age).timestamp()
    os.utime(default_storage.path(name), (then, then))
    return name


def test_an_upload_that_nothing_names_goes_after_a_week(cast, folder):
    gone, kept = upload(cast.asha, content=PNG), upload(cast.asha, timedelta(days=6, hours=23))
    assert run("clean_files") == (
        f"file {gone.pk}: nothing uses it, removed\n1 files and 0 stored names removed\n"
    )
    assert list(StoredFile.objects.all()) == [kept]
    assert folder() == {kept.path}
    entry = AuditEntry.objects.get(object_id=gone.pk, action="removed")
    assert (entry.actor_id, entry.before["path"]) == (None, gone.path)


def test_it_does_nothing_the_second_time(cast, folder):
    upload(cast.asha)
    stray(timedelta(days=2))
    run("clean_files")
    assert run("clean_files") == "0 files and 0 stored names removed\n"
    assert folder() == set()


def test_a_dry_run_says_it_and_keeps_it(cast, folder):
    row = upload(cast.asha)
    stray(timedelta(days=2))
    before = folder()
    assert run("clean_files", "--dry-run") == (
        f"file {row.pk}: nothing uses it, would be removed\n{STRAY}: no row has it, would be removed\n"
        "1 files and 1 stored names would be removed\n"
    )
    assert (StoredFile.objects.get(), folder()) == (row, before)


def test_whatever_names_a_file_keeps_it(cast):
    rows = [upload(cast.meera) for _ in range(7)]
    keys = [row.pk for row in rows]
    project = cast.meera_project
    stage = MilestoneFactory(project=project, photos=[f"/api/files/{keys[0]}"])
    stage.certificate = rows[1]  # a foreign key
    stage.save()
    project.images = [f"http://testserver/api/files/{keys[2]}?size=thumb"]  # an address in a list
    project.brochure_url = f"/api/files/{keys[3]}"
    project.save()
    Model3DFactory(project=project, viewer_settings={"sky": {"image": f"/api/files/{keys[4]}"}})
    project.description = f"See /api/files/{keys[5]}."
    project.save()
    assert used_files(keys) == set(keys[:6])
    assert run("clean_files").endswith("1 files and 0 stored names removed\n")
    assert set(StoredFile.objects.values_list("pk", flat=True)) == set(keys[:6])


def test_an_address_that_only_begins_alike_keeps_nothing(cast):
    row = upload(cast.meera)
    cast.meera_project.brochure_url = f"/api/files/{row.pk}0"
    cast.meera_project.save()
    assert used_files([row.pk]) == set()


def test_what_the_platform_made_is_never_looked_at(cast):
    row = store_file(actor=None, name="a.pdf", content=PDF, content_type="application/pdf")
    StoredFile.objects.update(created_at=NOW - timedelta(days=900))
    run("clean_files")
    assert StoredFile.objects.get() == row


def test_bytes_without_a_row_go_after_a_day(folder):
    stray(timedelta(days=1, seconds=1))
    young = stray(timedelta(hours=23), "ab/" + "d" * 32)
    stray(timedelta(days=2), STRAY + "-thumb")
    run("clean_files")
    assert folder() == {young}


def test_other_things_in_the_store_are_not_ours(folder):
    names = {"readme.txt", "ab/notes", "zz/" + "c" * 32, "ab/" + "c" * 32 + "-huge"}
    for name in names:
        stray(timedelta(days=900), name)
    run("clean_files")
    assert folder() == names


def test_the_smaller_pictures_of_a_row_stay(cast, folder):
    upload(cast.asha, timedelta(days=2), PNG)
    before = folder()
    for path in before:
        os.utime(default_storage.path(path), (0, 0))
    run("clean_files")
    assert (folder(), len(before)) == (before, 3)


def test_without_a_folder_there_is_nothing_to_do(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "none"
    assert run("clean_files") == "0 files and 0 stored names removed\n"


def test_the_night_does_the_same(cast, folder):
    upload(cast.asha)
    clean_files_at_night(from_a_newer_web=1)
    assert folder() == set()
