"""G2 for spreadsheets: whatever is sent, the dry run answers, and nothing is done by half."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.models import Unit
from realestate.core.models import ImportRun, SystemSetting
from tests.imports.sheets import UNIT_HEAD, csv_of, unit, xlsx_of
from tests.imports.test_api import post

pytestmark = pytest.mark.django_db
ROWS = [unit("B-1"), unit("B-2", "8000000"), unit("B-3")]
REAL = {"units.csv": csv_of(UNIT_HEAD, *ROWS), "units.xlsx": xlsx_of(UNIT_HEAD, *ROWS)}
FUZZ = settings(
    max_examples=60,
    deadline=timedelta(seconds=10),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What people and programs put into cells: formulas, dates, numbers of all sizes, bytes that no text has.
cells = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "=1+1", "-1", "1e400", "NaN", "9" * 40, "2026-02-30", "B-1", "\ufeff", "\u202e"]
    ),
)


@pytest.fixture
def api(as_, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    SystemSetting.objects.create(key="platform.limits_factor", value=10)  # all of them in an hour
    return as_(cast.meera)


def holds(api, project, name, content):
    """Read or refused in the API's words; applied as a whole or not at all."""
    before = Unit.objects.filter(project=project).count()
    reply = post(api, project, content, name)
    assert reply.status_code in {201, 400, 413, 422}, (reply.status_code, name, content)
    assert Unit.objects.filter(project=project).count() == before
    if reply.status_code != 201:
        return
    body = reply.json()
    applied = api.post(f"/api/imports/{body['id']}/apply")
    added = body["counts"]["new"] if applied.status_code == 200 else 0
    assert applied.status_code in {200, 422}, (applied.status_code, name, content)
    assert (applied.status_code == 422) is bool(body["counts"]["wrong"] or body["problems"])
    assert Unit.objects.filter(project=project).count() == before + added
    state = "applied" if applied.status_code == 200 else body["state"]
    assert ImportRun.objects.get(pk=body["id"]).state == state


@given(name=st.sampled_from(sorted(REAL)), data=st.data())
@FUZZ
def test_G2_real_sheets_that_were_damaged(api, cast, name, data):
    content = bytearray(REAL[name])
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    tail = data.draw(st.binary(max_size=40))
    whole = data.draw(st.booleans())
    holds(api, cast.meera_project, name, bytes(content) if whole else bytes(content[:end]) + tail)


@given(head=st.permutations(UNIT_HEAD), rows=st.lists(st.lists(cells, max_size=7), max_size=5))
@FUZZ
def test_G2_any_cells_in_a_text(api, cast, head, rows):
    holds(api, cast.meera_project, "units.csv", csv_of(head, *rows).replace(b"\x00", b""))


@given(content=st.binary(max_size=300), name=st.sampled_from([*REAL, "units.xls", "units"]))
@FUZZ
def test_G2_random_bytes(api, cast, content, name):
    holds(api, cast.meera_project, name, content)


def test_G2_the_whole_sheet_is_applied(api, cast):
    """The control: an undamaged one comes through, so that the others are refused for their damage."""
    reply = post(api, cast.meera_project, REAL["units.xlsx"], "units.xlsx")
    assert reply.json()["counts"]["new"] == len(ROWS)
