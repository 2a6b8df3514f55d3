"""The stacking plan: letters, filters, links, live cells, whose it is, what it costs."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from projects.enums import UnitStatus
from realestate.reports.stacking.plan import LETTERS, floor_name
from tests.cast import Cast
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.projects import LONG_AGO, ClaimFactory, TowerFactory, UnitFactory


@pytest.fixture
def desk(cast: Cast) -> Client:
    """A browser in which Sana of the cast is logged in."""
    client = Client()
    client.force_login(cast.sana)
    return client


@pytest.fixture
def tower(cast: Cast):
    """North: three floors with a unit of every status; South has one unit."""
    project = cast.meera_project
    project.units.all().delete()
    north, south = (TowerFactory(project=project, name=name) for name in ("North", "South"))
    own = {"project": project, "tower": north}
    UnitFactory(**own, unit_number="N101", floor_number=0, price=100, facing="east")
    UnitFactory(**own, unit_number="N102", floor_number=0, blocked_at=LONG_AGO)
    UnitFactory(**own, unit_number="N103", floor_number=0, released_at=None)
    ClaimFactory(unit=UnitFactory(**own, unit_number="N201", floor_number=2))
    BookingFactory(paid=True, unit=UnitFactory(**own, unit_number="N202", floor_number=2))
    for number, stage in (("N301", "sold"), ("N302", "handed_over")):
        unit = UnitFactory(**own, unit_number=number, floor_number=10, unit_type="shop")
        ClaimFactory(unit=unit, kind="booking", stage=stage)
    UnitFactory(project=project, tower=south, unit_number="S1", floor_number=-1)
    return north


def url(tower, rest: str = "") -> str:
    return f"/admin/stacking/{tower.project_id}/{rest}"


def cells_of(client: Client, tower, **query) -> dict[str, dict]:
    reply = client.get(url(tower, "cells.json"), query)
    assert reply.status_code == 200
    return {cell["number"]: cell for cell in reply.json()["cells"]}


def test_floors_from_the_top_with_a_letter_per_status(desk: Client, tower):
    page = desk.get(url(tower))
    (drawn,) = page.context["towers"]
    found = [
        (floor["name"], [(cell["number"], cell["letter"]) for cell in floor["cells"]])
        for floor in drawn["floors"]
    ]
    assert found == [
        ("10", [("N301", "S"), ("N302", "H")]),
        ("2", [("N201", "R"), ("N202", "B")]),
        ("G", [("N101", "A"), ("N102", "X"), ("N103", "N")]),
    ]
    assert {entry["letter"]: entry["units"] for entry in page.context["legend"]} == dict.fromkeys(
        "ARBSHXN", 1
    )
    assert page.context["towers"][0]["name"] == "North"
    text = page.content.decode()
    assert "N101, available, 2 BHK, 1,046 sq ft, ₹100.00, facing east" in text
    assert " style=" not in text


def test_every_status_has_a_letter_of_its_own():
    assert set(LETTERS) == set(UnitStatus)
    assert len(set(LETTERS.values())) == len(UnitStatus)


@pytest.mark.parametrize(("number", "name"), [(40, "40"), (1, "1"), (0, "G"), (-2, "B2")])
def test_names_of_floors(number, name):
    assert floor_name(number) == name


def test_towers_are_chosen_and_all_are_shown_together(desk: Client, tower):
    south = tower.project.towers.get(name="South")

    def names(query):
        return [drawn["name"] for drawn in desk.get(url(tower), query).context["towers"]]

    assert names({}) == ["North"]
    assert names({"tower": south.pk}) == ["South"]
    UnitFactory(project=tower.project, tower=None, unit_number="V1")
    assert names({"tower": "all"}) == ["North", "South", "Units without a tower"]
    for strange in ("0", "x", "9" * 30, TowerFactory().pk):
        assert desk.get(url(tower), {"tower": strange}).status_code == 404


@pytest.mark.parametrize(
    ("query", "fitting"),
    [
        ({"status": "available"}, ["N101"]),
        ({"unit_type": "shop"}, ["N301", "N302"]),
        ({"facing": "east"}, ["N101"]),
        ({"price_to": "100"}, ["N101"]),
        ({"price_from": "100.01", "unit_type": "2BHK"}, ["N102", "N103", "N201", "N202"]),
        ({"status": "available", "unit_type": "shop"}, []),
        (
            {"status": "nonsense", "price_from": "x", "facing": "\x00", "unit_type": "shop"},
            ["N301", "N302"],
        ),
    ],
    ids=str,
)
def test_filters_let_the_others_fade(desk: Client, tower, query, fitting):
    found = cells_of(desk, tower, **query)
    assert len(found) == 7
    assert sorted(number for number, cell in found.items() if cell["fits"]) == fitting
    assert desk.get(url(tower), query).status_code == 200


def test_cells_lead_to_the_unit_and_its_booking(desk: Client, tower):
    found = cells_of(desk, tower)
    booked = found["N202"]
    assert (booked["booking"][:3], found["N101"]["booking"], found["N201"]["booking"]) == (
        "BK-",
        "",
        "",
    )
    assert desk.get(booked["booking_url"]).status_code == 200
    text = desk.get(url(tower)).content.decode()
    assert f'href="/admin/projects/unit/{booked["id"]}/change/"' in text
    assert booked["booking_url"] in text


def test_a_lapsed_hold_leads_to_no_booking(desk: Client, tower):
    unit = UnitFactory(project=tower.project, tower=tower, unit_number="N401", floor_number=4)
    booking = BookingFactory(unit=unit)
    assert cells_of(desk, tower)["N401"]["booking"] == booking.booking_number
    booking.claim.expires_at = booking.claim.taken_at = LONG_AGO
    booking.claim.save()
    assert (
        cells_of(desk, tower)["N401"]["booking"],
        cells_of(desk, tower)["N401"]["letter"],
    ) == ("", "A")


def test_live_cells_are_told_once_and_again_when_something_changed(desk: Client, tower):
    first = desk.get(url(tower, "cells.json"))
    again = desk.get(url(tower, "cells.json"), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    ClaimFactory(unit=tower.units.get(unit_number="N101"))
    after = desk.get(url(tower, "cells.json"), headers={"If-None-Match": first["ETag"]})
    changed = {cell["number"]: cell["letter"] for cell in after.json()["cells"]}
    assert (after.status_code, changed["N101"]) == (200, "R")
    counts = {entry["status"]: entry["units"] for entry in after.json()["legend"]}
    assert (counts["available"], counts["reserved"]) == (0, 2)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("rest", "queries"),
    [
        ("", 7),
        ("cells.json", 7),
    ],  # session, user, project, towers, units, names, bookings
)
def test_plans_cost_the_same_for_one_row_and_for_three(
    desk: Client, cast: Cast, rest, queries, rows, django_assert_num_queries
):
    tower = TowerFactory(project=cast.meera_project)
    for _ in range(rows):
        BookingFactory(paid=True, unit=UnitFactory(project=cast.meera_project, tower=tower))
    with django_assert_num_queries(queries):
        desk.get(url(tower, rest))


@pytest.mark.parametrize("rest", ["", "cells.json"])
def test_R21_another_builders_plan_does_not_exist(cast: Cast, tower, rest):
    found = {}
    for builder in (cast.meera.builder, cast.kiran.builder):
        client = Client()
        client.force_login(MemberFactory(employer=builder))
        found[builder] = client.get(url(tower, rest)).status_code
    assert found == {cast.meera.builder: 200, cast.kiran.builder: 404}


def test_R21_only_ones_own_plans_are_offered(cast: Cast):
    client = Client()
    client.force_login(MemberFactory(employer=cast.kiran.builder))
    assert [str(project) for project in client.get("/admin/stacking/").context["page"]] == [
        "Kiran Heights"
    ]


def test_rights_decide_about_plans_and_booking_links(cast: Cast, tower):
    person = StaffFactory(email="site@example.com", is_superuser=False)
    client = Client()
    assert client.get(url(tower)).status_code == 302
    client.force_login(person)
    for address in (url(tower), url(tower, "cells.json"), "/admin/stacking/"):
        assert client.get(address).status_code == 403
    person.user_permissions.set(Permission.objects.filter(codename="view_unit"))
    assert client.get(url(tower)).status_code == 200
    assert cells_of(client, tower)["N202"]["booking"] == ""
    person.user_permissions.add(Permission.objects.get(codename="view_booking"))
    assert cells_of(client, tower)["N202"]["booking"] != ""


@pytest.mark.parametrize("rows", [1, 3])
def test_the_choice_of_plans(desk: Client, cast: Cast, rows, django_assert_num_queries):
    TowerFactory.create_batch(rows, project=cast.meera_project)
    with django_assert_num_queries(5):  # session, user, how many, projects, towers
        page = desk.get("/admin/stacking/")
    assert [str(project) for project in page.context["page"]] == ["Kiran Heights", "Meera Gardens"]
    for term, expected in (
        ("meera", ["Meera Gardens"]),
        ("nobody", []),
        ("\x00", ["Kiran Heights", "Meera Gardens"]),
    ):
        page = desk.get("/admin/stacking/", {"q": term, "p": "9"})
        assert [str(project) for project in page.context["page"]] == expected


def test_pages_of_projects_towers_and_units_lead_to_the_plan(desk: Client, tower):
    unit = tower.units.first()
    for address, link in (
        (f"/admin/projects/project/{tower.project_id}/change/", url(tower)),
        (f"/admin/projects/tower/{tower.pk}/change/", f"{url(tower)}?tower={tower.pk}"),
        (
            f"/admin/projects/unit/{unit.pk}/change/",
            f"{url(tower)}?tower={tower.pk}#unit-{unit.pk}",
        ),
    ):
        assert f'href="{link}"' in desk.get(address).content.decode()
