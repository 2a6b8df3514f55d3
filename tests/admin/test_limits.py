"""H10 (2.4.1): exports, imports and documents of the back office are counted with those of the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from realestate.core.api.throttling import limit
from realestate.core.limits import EXPORTS, IMPORTS, UPLOADS
from realestate.core.models import AuditEntry, ImportRun, StoredFile
from tests.admin.conftest import on_our_pages
from tests.factories.bookings import BookingFactory
from tests.imports.sheets import UNIT_HEAD, csv_of, unit
from tests.pictures import PDF

RUNS = "/admin/core/importrun/"
REFUSED = "Too many requests; try again later."


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def use_up(rule, person):
    for _time in range(rule.office or rule.times):
        limit(rule.scope, f"user {person.pk}", times=10_000, per=rule.per)


def exported(person):
    return AuditEntry.objects.filter(actor=person, action="exported").count()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_H10_lists_are_exported_so_often_and_no_more(cast, form):
    use_up(EXPORTS, cast.sana)
    client, address = on_our_pages(cast.sana), f"/admin/projects/unit/export/{form}/"
    reply = client.get(address, follow=True)
    assert reply.redirect_chain == [("/admin/projects/unit/", 302)]
    assert REFUSED in reply.content.decode()
    assert exported(cast.sana) == 0
    other = on_our_pages(cast.meera).get(address)
    assert (other.status_code, bool(b"".join(other.streaming_content))) == (200, True)
    assert exported(cast.meera) == 1


def test_H10_ticked_rows_and_templates_with_what_is_there_count_too(cast):
    use_up(EXPORTS, cast.sana)
    ticked = {"action": "export_csv", "_selected_action": [cast.meera_unit.pk]}
    reply = on_our_pages(cast.sana).post("/admin/projects/unit/", ticked, follow=True)
    assert REFUSED in reply.content.decode()
    template = f"{RUNS}template/units/csv/"
    there = {"project": cast.meera_project.pk}
    reply = on_our_pages(cast.sana).get(template, there, follow=True)
    assert reply.redirect_chain == [(f"{RUNS}add/", 302)]
    assert REFUSED in reply.content.decode()
    assert exported(cast.sana) == 0
    assert on_our_pages(cast.sana).get(template).status_code == 200  # an empty one is nobody's data


def test_H10_reports_as_files_count_with_lists(cast):
    use_up(EXPORTS, cast.sana)
    reply = on_our_pages(cast.sana).get("/admin/reports/ageing.csv", follow=True)
    assert reply.redirect_chain == [("/admin/", 302)]
    assert REFUSED in reply.content.decode()
    assert exported(cast.sana) == 0
    assert on_our_pages(cast.sana).get("/admin/reports/nonsense.csv").status_code == 404


def test_H10_imports_count_with_those_of_the_api(cast, as_):
    sheet = SimpleUploadedFile("units.csv", csv_of(UNIT_HEAD, unit("B-1")))
    body = {"kind": "units", "project": cast.meera_project.pk, "file": sheet}
    client = on_our_pages(cast.sana)
    client.post(f"{RUNS}add/", body)
    run = ImportRun.objects.get()
    use_up(IMPORTS, cast.sana)
    sheet.seek(0)
    assert REFUSED in client.post(f"{RUNS}add/", body).content.decode()
    assert ImportRun.objects.count() == 1
    applied = client.post(f"{RUNS}{run.pk}/apply/", follow=True)
    assert REFUSED in applied.content.decode()
    assert ImportRun.objects.get().applied_at is None
    assert as_(cast.sana).post(f"/api/imports/{run.pk}/apply").status_code == 429


def test_H10_documents_count_as_uploads(cast, as_):
    booking = BookingFactory(paid=True, unit=cast.meera_unit, customer=cast.asha.customer)
    use_up(UPLOADS, cast.sana)
    before = StoredFile.objects.count()
    sent = {"title": "Deed", "visibility": "buyer", "file": SimpleUploadedFile("d.pdf", PDF)}
    page = reverse("booking_documents", args=[booking.pk])
    assert REFUSED in on_our_pages(cast.sana).post(page, sent).content.decode()
    again = {"file": SimpleUploadedFile("d.pdf", PDF)}
    assert as_(cast.sana).post("/api/files", again, format="multipart").status_code == 429
    assert StoredFile.objects.count() == before
