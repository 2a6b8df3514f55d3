"""The back office's forms of the catalogue: they keep what the API stores, and refuse what it refuses."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from django.test import Client

from projects.models import Model3D, Project, Unit
from realestate.core.enums import FilePurpose
from realestate.core.files import keep_upload, opens
from realestate.core.readers import Reader
from tests.factories.projects import Model3DFactory, UnitFactory
from tests.pictures import glb

OWN_FILE = "/api/files/7"


@pytest.fixture
def staff(cast):
    """A browser in which Sana is logged in."""
    client = Client()
    client.force_login(cast.sana)
    return client


def shown(value):
    """A value as a browser's form sends it back."""
    match value:
        case None:
            return ""
        case list():
            return ",".join(value)
        case bool():
            return "on" if value else ""
        case dict():
            return "{}"
        case _:
            return str(value)


def save(staff, row, **changes):
    """Open the form of a row and send it back as it is, but for the changes."""
    path = f"/admin/projects/{row._meta.model_name}/{row.pk}/change/"
    form = staff.get(path).context["adminform"].form
    sent: dict[str, str] = {}
    for name, field in form.fields.items():
        value = changes.get(name, form.initial.get(name))
        if isinstance(value, datetime):
            moment = value.astimezone(UTC)
            sent |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}
        elif text := shown(getattr(value, "pk", value)):
            sent[name] = text
        del field
    return staff.post(path, sent)


@pytest.mark.parametrize("kind", ["unit", "project", "model"])
def test_a_link_to_an_own_file_survives_the_form(cast, staff, kind):
    unit = UnitFactory(project=cast.meera_project, floor_plan_url=OWN_FILE)
    Project.objects.filter(pk=cast.meera_project.pk).update(brochure_url=OWN_FILE)
    model = Model3DFactory(project=cast.meera_project, file_url=OWN_FILE, thumbnail_url=OWN_FILE)
    row, change, link = {
        "unit": (unit, {"unit_number": "Z-9"}, "floor_plan_url"),
        "project": (cast.meera_project, {"project_name": "Z-9"}, "brochure_url"),
        "model": (model, {"model_name": "Z-9"}, "file_url"),
    }[kind]
    reply = save(staff, row, **change)
    assert reply.status_code == 302, reply.context["adminform"].form.errors
    row.refresh_from_db()
    assert (str(row), getattr(row, link)) == ("Z-9", OWN_FILE)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "/admin/", "//evil.example", "x"])
def test_other_links_are_refused_as_by_the_api(cast, staff, stored, link):
    model = Model3DFactory(project=cast.meera_project)
    before = stored()
    for row, field in ((cast.meera_unit, "floor_plan_url"), (model, "file_url")):
        reply = save(staff, row, **{field: link})
        assert reply.status_code == 200
        assert list(reply.context["adminform"].form.errors) == [field]
    assert stored() == before
    assert (Unit.objects.count(), Model3D.objects.count()) == (2, 1)


def test_a_number_that_is_taken_is_an_error_of_the_form(cast, staff, stored):
    UnitFactory(project=cast.meera_project, unit_number="TAKEN")
    before = stored()
    reply = save(staff, cast.meera_unit, unit_number="TAKEN")
    assert reply.status_code == 200
    assert reply.context["adminform"].form.errors
    assert stored() == before


def test_a_models_link_is_made_for_who_reads_the_page(cast, staff):
    file = keep_upload(actor=cast.meera, name="lobby.glb", content=glb(), purpose=FilePurpose.MODEL)
    row = Model3DFactory(project=cast.meera_project, file=file)
    page = staff.get(f"/admin/projects/model3d/{row.pk}/change/").content.decode()
    (token,) = re.findall(r"token=([^&\"]+)", page)
    token = unquote(token)
    assert opens(token, file.pk, Reader(user_id=cast.sana.pk, is_staff=True))
    assert not opens(token, file.pk, Reader(user_id=cast.kiran.pk))
