"""Every filter, search and order of projects and units (contract 7.2, 8): they find, they map, they never fail."""

import pytest
from django.db import connection

from projects.enums import UnitType
from projects.filters import ProjectFilter, UnitFilter
from projects.models import Project, Unit
from projects.serializers import UnitRead
from tests.factories.projects import (
    LONG_AGO,
    ClaimFactory,
    ProjectFactory,
    TowerFactory,
    UnitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(cast):
    """Four projects of Kiran, beside nothing else."""
    Project.objects.update(archived_at=LONG_AGO)
    plain = {
        "builder": cast.kiran.builder,
        "description": "",
        "location_address": "",
        "location_state": "Maharashtra",
        "price_range_min": None,
        "price_range_max": None,
    }
    ProjectFactory(
        **plain
        | {
            "project_name": "Lake View Residences",
            "status": "planning",
            "location_address": "12 Harbour Road",
            "price_range_min": 100,
            "price_range_max": 200,
            "is_featured": True,
            "expected_completion_date": "2029-01-01",
        }
    )
    ProjectFactory(
        **plain
        | {
            "project_name": "Palm Grove",
            "status": "on_hold",
            "location_city": "Mumbai",
            "description": "Apartments with a view of the lake.",
            "price_range_min": 150,
            "price_range_max": 300,
        }
    )
    ProjectFactory(
        **plain
        | {
            "project_name": "Silver Mall",
            "project_type": "commercial",
            "location_city": "Delhi",
            "location_state": "",
            "price_range_min": 400,
        }
    )
    ProjectFactory(
        **plain
        | {
            "project_name": "Zenith Works",
            "project_type": "industrial",
            "status": "completed",
            "price_range_max": 50,
        }
    )
    return {"kiran": cast.kiran.pk, "meera": cast.meera.pk}


LAKE, PALM, MALL, WORKS = "Lake View Residences", "Palm Grove", "Silver Mall", "Zenith Works"
ALL = [WORKS, MALL, PALM, LAKE]
NEWEST_FIRST = [
    ("", ALL),
    ("unknown=1", ALL),
    # words
    ("status=planning", [LAKE]),
    ("status=in-progress", [MALL]),
    ("status=on-hold", [PALM]),
    ("status=COMPLETED", [WORKS]),
    ("status=delivered", []),
    ("status=demolished", []),
    ("status=", ALL),
    ("project_type=apartment", [PALM, LAKE]),
    ("project_type=COMMERCIAL", [MALL]),
    ("project_type=mixed_use", []),
    ("project_type=castle", []),
    # place
    ("location=MUMB", [PALM]),
    ("location=harbour", [LAKE]),
    ("location=maharash", [WORKS, PALM, LAKE]),
    ("location=waterfront", []),
    ("location=%25", []),
    ("location=_", []),
    ("location=%5C", []),
    ("location=", ALL),
    # ranges that overlap; an open end is at the other end
    ("min_price=200", [MALL, PALM, LAKE]),
    ("min_price=200.01", [MALL, PALM]),
    ("min_price=400", [MALL]),
    ("min_price=400.01", []),
    ("max_price=150", [WORKS, PALM, LAKE]),
    ("max_price=149.99", [WORKS, LAKE]),
    ("max_price=50", [WORKS]),
    ("max_price=49", []),
    ("min_price=250&max_price=350", [PALM]),
    ("min_price=350&max_price=250", []),
    ("min_price=0", ALL),
    ("min_price=-1e49", ALL),
    ("max_price=1e49", ALL),
    ("min_price=", ALL),
    # whose, and featured
    ("builder_id={kiran}", ALL),
    ("builder_id={meera}", []),
    ("builder_id=0", []),
    ("is_featured=true", [LAKE]),
    ("is_featured=false", [WORKS, MALL, PALM]),
    ("is_featured=", ALL),
    # together
    ("project_type=house&status=planning&location=pune&max_price=500", [LAKE]),
    # orders
    ("ordering=created_at", [LAKE, PALM, MALL, WORKS]),
    ("ordering=-created_at", ALL),
    ("ordering=name", [LAKE, PALM, MALL, WORKS]),
    ("ordering=-name", [WORKS, MALL, PALM, LAKE]),
    ("ordering=price", [LAKE, PALM, MALL, WORKS]),
    ("ordering=expected_completion", [LAKE, PALM, MALL, WORKS]),
    ("ordering=", ALL),
    # nonsense
    ("min_price=abc", []),
    ("max_price=NaN", []),
    ("min_price=Infinity", []),
    ("min_price=1e999", []),
    ("builder_id=x", []),
    ("builder_id={kiran}.5", []),
    ("builder_id=99999999999999999999999", []),
    ("builder_id=-99999999999999999999999", []),
    ("status=%00", []),
    ("location=%00", []),
    ("ordering=password", []),
    ("ordering=builder__user__password", []),
    ("limit=0", [WORKS]),
    ("limit=1000", ALL),
    ("page=0", ALL),
    ("page=9999&limit=3", [LAKE]),
    ("limit=-1&page=99999999999999999999", [LAKE]),
]


@pytest.mark.parametrize(("query", "found"), NEWEST_FIRST, ids=[query for query, _ in NEWEST_FIRST])
def test_projects(as_, catalogue, query, found):
    reply = as_(None).get(f"/api/projects?{query.format(**catalogue)}")
    assert reply.status_code == 200
    assert [row["name"] for row in reply.json()["projects"]] == found


SEARCHES = [
    ("lake", [LAKE, PALM], "the name weighs more than the description"),
    ("LAKE view", [LAKE, PALM], "all the words, in any order and case"),
    ("view lake", [LAKE, PALM], ""),
    ("lake mumbai", [PALM], "of different fields"),
    ("harbour", [LAKE], "the address"),
    ("delhi", [MALL], "the city"),
    ("apartments", [PALM], "the description"),
    ('"lake view"', [LAKE], "a phrase"),
    ("lake -palm", [LAKE], "without a word"),
    ("mall or works", [WORKS, MALL], "either"),
    ("silvr", [MALL], "a name misspelt"),
    ("zenit", [WORKS], "a name half typed"),
    ("harbor road", [LAKE], "an address misspelt"),
    ("mumbay", [PALM], "a city misspelt"),
    ("apartmnts", [PALM], "a description misspelt"),
    ("palm groev mumbay", [PALM], "every word must be meant"),
    ("silvr mumbay", [], "no project has both"),
    ("castle", [], "what is not there"),
    ("'", [], "no word at all"),
    ("&|!:*()<->\\", [], "operators of PostgreSQL's own language"),
    ("a" * 3_000, [], "a word without end"),
    ("x " * 500, [], "words without end"),
    ("\x00", [], "NUL"),
    ("", ALL, "nothing asked"),
    ("   ", ALL, "blanks"),
]


@pytest.mark.parametrize(
    ("words", "found"),
    [entry[:2] for entry in SEARCHES],
    ids=[f"{words[:12]} {why}".replace("\x00", "") for words, _found, why in SEARCHES],
)
def test_search(as_, catalogue, words, found):
    reply = as_(None).get("/api/projects", {"search": words})
    assert reply.status_code == 200
    body = reply.json()
    assert ([row["name"] for row in body["projects"]], body["total"]) == (found, len(found))


def test_words_that_are_found_hide_what_is_only_like_them(as_, catalogue):
    ProjectFactory(project_name="Silvr Towers")
    names = [row["name"] for row in as_(None).get("/api/projects?search=silvr").json()["projects"]]
    assert names == ["Silvr Towers"]


def test_hidden_projects_neither_appear_nor_hide_others(as_, cast, catalogue):
    for hidden in ({"published_at": None}, {"archived_at": LONG_AGO}):
        ProjectFactory(project_name="Silvr Secret", builder=cast.kiran.builder, **hidden)
    reply = as_(None).get("/api/projects?search=silvr")
    assert [row["name"] for row in reply.json()["projects"]] == [MALL]


def test_search_goes_with_filters_and_orders(as_, catalogue):
    def names(query):
        return [row["name"] for row in as_(None).get(f"/api/projects?{query}").json()["projects"]]

    assert names("search=lake&status=on-hold") == [PALM]
    assert names("search=lake&ordering=-name") == [PALM, LAKE]
    assert names("search=lake&limit=1&page=2") == [PALM]


# --- units -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stock(cast):
    """Five units of Meera's project, beside Kiran's."""
    cast.meera_unit.delete()
    own = {"project": cast.meera_project}
    tower = TowerFactory(**own)
    UnitFactory(**own, unit_number="A", unit_type="1BHK", floor_number=-1, price=100, area_sqft=400)
    UnitFactory(**own, unit_number="B", floor_number=1, price=200, area_sqft=500, facing="north")
    held = UnitFactory(
        **own, unit_number="C", floor_number=2, price=300, area_sqft=450, tower=tower
    )
    ClaimFactory(unit=held)
    sold = UnitFactory(**own, unit_number="D", floor_number=3, price=50, area_sqft=600)
    ClaimFactory(unit=sold, kind="booking", stage="sold")
    UnitFactory(
        **own,
        unit_number="E",
        unit_type="4BHK+",
        floor_number=4,
        price="9999999999999.99",
        area_sqft=700,
        blocked_at=LONG_AGO,
        facing="northeast",
    )
    return {"tower": tower.pk, "project": cast.meera_project.pk, "other": cast.kiran_project.pk}


UNITS = [
    ("", "ABCDE"),
    ("unknown=1", "ABCDE"),
    ("unit_type=2bhk", "BCD"),
    ("unit_type=4BHK%2B", "E"),
    ("unit_type=1-bhk", "A"),
    ("unit_type=castle", ""),
    ("status=available", "AB"),
    ("status=Available", "AB"),
    ("status=reserved", "CE"),
    ("status=sold", "D"),
    ("status=booked", ""),
    ("status=blocked", ""),
    ("status=not_released", ""),
    ("status=whatever", ""),
    ("status=", "ABCDE"),
    ("facing=north", "B"),
    ("facing=North-East", "E"),
    ("facing=up", ""),
    ("floor=2", "C"),
    ("floor=-1", "A"),
    ("floor=2.0", "C"),
    ("floor=2.5", ""),
    ("min_floor=2", "CDE"),
    ("max_floor=1", "AB"),
    ("min_floor=1&max_floor=2", "BC"),
    ("min_price=200", "BCE"),
    ("max_price=100", "AD"),
    ("min_price=100&max_price=200", "AB"),
    ("min_price=99.999", "ABCE"),
    ("min_area=500", "BDE"),
    ("max_area=450", "AC"),
    ("tower_id={tower}", "C"),
    ("tower_id=0", ""),
    ("project_id={project}", "ABCDE"),
    ("project_id={other}", ""),
    ("status=reserved&unit_type=2bhk&min_price=250", "C"),
    ("ordering=price", "DABCE"),
    ("ordering=-price", "ECBAD"),
    ("ordering=area", "ACBDE"),
    ("ordering=-floor", "EDCBA"),
    ("ordering=-unit_number", "EDCBA"),
    ("ordering=status", ""),
    ("floor=99999999999", ""),
    ("floor=-99999999999999999999999", ""),
    ("min_floor=99999999999", ""),
    ("max_floor=99999999999", "ABCDE"),
    ("min_floor=x", ""),
    ("tower_id=99999999999999999999999", ""),
    ("project_id=1e30", ""),
    ("min_price=1e49", ""),
    ("max_price=1e49", "ABCDE"),
    ("min_area=NaN", ""),
    ("facing=%00", ""),
    ("limit=2&page=2", "CD"),
    ("limit=0", "A"),
    ("page=-5", "ABCDE"),
]


@pytest.mark.parametrize(("query", "found"), UNITS, ids=[query for query, _ in UNITS])
def test_units(as_, stock, query, found):
    query = query.format(**stock)
    reply = as_(None).get(f"/api/projects/{stock['project']}/units?{query}")
    assert reply.status_code == 200
    assert "".join(unit["unit_number"] for unit in reply.json()) == found
    if "limit" not in query:
        assert reply["X-Total-Count"] == str(len(found))


def test_the_builder_filters_by_what_it_sees(cast, as_, stock):
    path = f"/api/projects/{stock['project']}/units"
    for status, found in (("reserved", "C"), ("blocked", "E"), ("available", "AB")):
        rows = as_(cast.meera).get(f"{path}?status={status}").json()
        assert "".join(unit["unit_number"] for unit in rows) == found
        assert {unit["status"] for unit in rows} == {status}


def test_the_same_filters_over_all_projects(as_, stock, cast):
    rows = as_(None).get(f"/api/units?project_id={stock['other']}&status=available").json()
    assert [unit["id"] for unit in rows] == [cast.kiran_unit.pk]
    assert len(as_(None).get("/api/units").json()) == 6


# --- indexes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(cast):
    """How PostgreSQL finds rows in tables of some size when it is told that reading all of one is dear."""
    for number in range(5):
        project = ProjectFactory(builder=cast.kiran.builder, price_range_min=1_000 * number + 1_000)
        stamp = {"project": project, "area_sqft": 100, "price": 100, "unit_type": "1BHK"}
        rows = UnitFactory.build_batch(100, **stamp)
        for index, unit in enumerate(rows):
            unit.floor_number, unit.price, unit.area_sqft = index % 20, 100 + index, 200 + index
            unit.unit_type = UnitType.values[index % 5]
        Unit.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE projects_project, projects_unit")
        cursor.execute("SET LOCAL enable_seqscan = off")
    return lambda rows: str(rows.order_by().values("pk").explain())


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"location": "harbour"}, "project_trigrams"),
        ({"status": "planning"}, "project_by_status"),
        ({"builder_id": "1"}, "project_by_builder"),
        ({"max_price": "100"}, "project_by_price"),
    ],
)
def test_an_index_fits_the_filter_of_projects(plan, query, index):
    rows = ProjectFilter(query, queryset=Project.objects.all()).qs
    assert index in plan(rows)


def test_an_index_fits_the_words_of_projects(plan):
    assert "project_search" in plan(Project.objects.filter(search="lake"))
    like = Project.objects.filter(description__trigram_word_similar="apartments")
    assert "project_description_trigrams" in plan(like)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"unit_type": "2BHK"}, "unit_by_type"),
        ({"min_price": "100", "max_price": "105"}, "unit_by_price"),
        ({"min_area": "200", "max_area": "205"}, "unit_by_area"),
        ({"floor": "3"}, "unit_in_order"),
    ],
)
def test_an_index_fits_the_filter_of_a_projects_units(plan, query, index):
    project = Project.objects.latest("pk")
    rows = UnitFilter(query, queryset=Unit.objects.filter(project=project)).qs
    assert index in plan(rows)


def test_an_index_fits_the_units_of_all_projects_in_their_order(plan):
    rows = Unit.objects.order_by(*UnitRead.order)[:20]
    assert "unit_in_order" in str(rows.explain())
    assert UnitRead.order[:2] == ("project_id", "floor_number")
