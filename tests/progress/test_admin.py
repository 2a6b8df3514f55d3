"""The back office's pages of stages and certificates: the same services as the API, the same refusals."""

import pytest
from django.test import Client

from progress.enums import MilestoneState
from progress.models import Certificate, Milestone
from realestate.core.models import AuditEntry
from tests.factories.accounts import StaffFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import TowerFactory

PHOTO = "https://cdn.example.com/plinth.jpg"
PAGE = "/admin/progress/milestone/"


@pytest.fixture
def staff(cast):
    """A browser in which Sana is logged in."""
    client = Client()
    client.force_login(cast.sana)
    return client


def press(staff, row, button, reason=""):
    url = f"{PAGE}{row.pk}/do/{button}/"
    return staff.post(url, {"reason": reason}, follow=True).content.decode()


def buttons(staff, row):
    page = staff.get(f"{PAGE}{row.pk}/change/")
    return [button["label"] for button in page.context["house_buttons"]]


def form(project, **changes):
    sent = {"project": project.pk, "tower": "", "code": "roof", "name": "Roof", "sequence": "4"}
    return sent | {"description": "", "planned_on": "", "photos": ""} | changes


def test_a_stage_is_reported_and_certified_by_buttons(cast, staff, noon):
    row = MilestoneFactory(project=cast.meera_project, sequence=1, photos=[PHOTO])
    assert buttons(staff, row) == ["Report as done"]
    press(staff, row, "report")
    row.refresh_from_db()
    assert (row.state, row.reported_by) == (MilestoneState.REPORTED, cast.sana)
    assert buttons(staff, row) == ["Certify as of today"]
    press(staff, row, "certify")
    row.refresh_from_db()
    assert (row.state, row.certified_on, row.override_reason) == (
        MilestoneState.CERTIFIED,
        noon().date(),
        "",
    )
    assert buttons(staff, row) == []
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "reported",
        "certified",
    ]


def test_refused_buttons_say_why_and_change_nothing(cast, staff, noon, stored):
    MilestoneFactory(project=cast.meera_project, sequence=1)
    bare = MilestoneFactory(project=cast.kiran_project, sequence=1, reported=True)
    late = MilestoneFactory(project=cast.meera_project, sequence=2, reported=True, photos=[PHOTO])
    before = stored()
    assert "A milestone is certified with photos of it." in press(staff, bare, "certify")
    assert "An earlier stage has not been certified yet." in press(staff, late, "certify")
    assert "not possible in the present state" in press(staff, late, "report")
    assert stored() == before
    press(staff, late, "certify", "Built from the other side")
    late.refresh_from_db()
    assert late.override_reason == "Built from the other side"


def test_buttons_need_the_right_to_change(cast, stored):
    row = MilestoneFactory(project=cast.meera_project, sequence=1, photos=[PHOTO])
    before = stored()
    weak = Client()
    weak.force_login(StaffFactory(is_superuser=False))
    assert weak.post(f"{PAGE}{row.pk}/do/report/").status_code == 403
    assert Client().post(f"{PAGE}{row.pk}/do/report/").status_code == 302
    assert stored() == before


def test_a_stage_is_added_and_changed_by_the_forms(cast, staff):
    tower = TowerFactory(project=cast.meera_project)
    reply = staff.post(f"{PAGE}add/", form(cast.meera_project, tower=tower.pk))
    assert reply.status_code == 302, reply.context["errors"]
    row = Milestone.objects.get()
    assert (row.project, row.tower, row.code, row.sequence) == (
        cast.meera_project,
        tower,
        "roof",
        4,
    )
    reply = staff.post(f"{PAGE}{row.pk}/change/", form(cast.meera_project, photos=PHOTO))
    assert reply.status_code == 302, reply.context["errors"]
    row.refresh_from_db()
    assert (row.photos, row.tower) == ([PHOTO], tower)


def test_what_the_service_refuses_is_an_error_of_the_form(cast, staff, stored):
    MilestoneFactory(
        project=cast.meera_project,
        sequence=5,
        state=MilestoneState.CERTIFIED,
        certified_on="2026-01-04",
        certified_at="2026-01-04T12:00:00Z",
        certified_by=cast.meera,
    )
    theirs = TowerFactory(project=cast.kiran_project)
    before = stored()
    for changes, says in (
        ({"is_billable": "on"}, "cannot be put before one that is certified"),
        ({"tower": theirs.pk}, "This no longer exists, or it is not yours to use."),
    ):
        reply = staff.post(f"{PAGE}add/", form(cast.meera_project, **changes))
        assert reply.status_code == 200
        assert says in reply.content.decode()
    assert stored() == before


def test_certificates_are_recorded(cast, staff, noon):
    sent = {"project": cast.meera_project.pk, "tower": "", "kind": "occupancy", "number": "OC/1"}
    url = "/admin/progress/certificate/add/"
    assert staff.post(url, {**sent, "issued_on": "2026-01-06"}).status_code == 200
    assert not Certificate.objects.exists()
    assert staff.post(url, {**sent, "issued_on": "2026-01-05"}).status_code == 302
    assert Certificate.objects.get().recorded_by == cast.sana
    assert staff.post(url, {**sent, "issued_on": "2026-01-05"}).status_code == 200
    assert Certificate.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_finds_and_costs_the_same_for_one_row_and_for_three(
    staff, django_assert_num_queries, count
):
    rows = MilestoneFactory.create_batch(count)
    with django_assert_num_queries(4):  # session, user, how many, the rows
        page = staff.get(PAGE)
    assert page.context["cl"].result_count == count
    found = staff.get(PAGE, {"q": f'"{rows[0].code}"'}).context["cl"].result_count
    assert found == 1
