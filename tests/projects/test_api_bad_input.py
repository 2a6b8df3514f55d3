"""What no form sends: 4xx in the one shape, naming the field, and nothing is stored."""

from typing import Any

import pytest

from tests.factories.projects import Model3DFactory, TowerFactory, UnitFactory
from tests.refused import NO_OBJECTS, assert_refused

pytestmark = pytest.mark.django_db
BAD: dict[str, Any] = {
    "a list": ["\x00"],
    "an object": {"x": 1},
    "NUL": "a\x00b",
    "endless": "x" * 20_000,
    "huge": 10**300,
    "negative": -(10**20),
    "no number": "NaN",
    "null": None,
}
NUMBERS = {"huge", "negative", "no number"}  # a text may be a number
TEXTS = {
    "project_name",
    "description",
    "location_address",
    "location_city",
    "location_state",
    "location_zipcode",
    "name",
    "unit_number",
    "block_reason",
    "prefix",
    "suffix",
    "model_name",
}
NULLABLE = {
    "latitude",
    "longitude",
    "price_range_min",
    "price_range_max",
    "project_area",
    "start_date",
    "expected_completion_date",
    "actual_completion_date",
    "tower_id",
    "unit_id",
    "file_size",
}
LINK = "https://files.example.com/a.png"
PROJECT: dict[str, Any] = {
    "project_name": "Lake View",
    "description": "x",
    "project_type": "mixed",
    "status": "planning",
    "location_address": "x",
    "location_city": "Pune",
    "location_state": "x",
    "location_zipcode": "411001",
    "latitude": 18.5,
    "longitude": 73.8,
    "price_range_min": 1,
    "price_range_max": 2,
    "project_area": 5,
    "amenities": ["Gym"],
    "images": [LINK],
    "floor_plans": ["/api/files/3"],
    "brochure_url": LINK,
    "is_featured": True,
    "is_published": True,
    "start_date": "2026-01-01",
    "expected_completion_date": "2027-01-01",
    "actual_completion_date": "2027-02-01",
    "total_units": 5,
    "time_zone": "Asia/Dubai",
}
UNIT: dict[str, Any] = {
    "tower_id": "{tower}",
    "unit_number": "B-201",
    "unit_type": "2BHK",
    "floor_number": 2,
    "area_sqft": 1045.5,
    "price": 7_500_000,
    "bathrooms": 2,
    "balconies": 1,
    "parking_spaces": 1,
    "facing": "north",
    "floor_plan_url": LINK,
    "features": ["Corner"],
    "is_released": True,
    "is_blocked": True,
    "block_reason": "x",
}
TEMPLATE: dict[str, Any] = {
    "suffix": "01",
    "unit_type": "2BHK",
    "area_sqft": 1045.5,
    "price": 7_500_000,
    "bathrooms": 2,
    "balconies": 1,
    "parking_spaces": 1,
    "facing": "north",
}
BULK: dict[str, Any] = {
    "project_id": "{project}",
    "tower_id": "{tower}",
    "prefix": "N-",
    "first_floor": 1,
    "last_floor": 2,
    "price_rise_per_floor": 5,
    "is_released": True,
    "templates": [TEMPLATE],
}
MODEL: dict[str, Any] = {
    "unit_id": "{unit}",
    "model_name": "Lobby",
    "model_type": "amenities",
    "file_format": "glb",
    "file_url": LINK,
    "thumbnail_url": LINK,
    "file_size": 5,
    "access_level": "public",
    "viewer_settings": {"shadows": True},
}
ENDPOINTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "publish": ("post", "/api/projects", PROJECT | {"currency": "INR"}),
    "edit": ("patch", "/api/projects/{project}", PROJECT),
    "tower": ("post", "/api/projects/{project}/towers", {"name": "North", "floors": 4}),
    "unit": ("post", "/api/units", UNIT | {"project_id": "{project}"}),
    "edit unit": ("patch", "/api/units/{unit}", UNIT),
    "bulk": ("post", "/api/units/bulk", BULK),
    "model": ("post", "/api/models", MODEL | {"project_id": "{project}"}),
    "edit model": (
        "patch",
        "/api/models/{model}",
        {name: MODEL[name] for name in MODEL if name != "unit_id"} | {"is_active": True},
    ),
}


@pytest.fixture
def ids(cast):
    """Keys of Meera's rows."""
    own = {"project": cast.meera_project}
    UnitFactory(**own, unit_number="TAKEN")
    return {
        "project": cast.meera_project.pk,
        "tower": TowerFactory(**own).pk,
        "unit": cast.meera_unit.pk,
        "model": Model3DFactory(**own).pk,
    }


@pytest.fixture
def send(as_, cast, ids):
    """Meera sends a body, or raw bytes, to an endpoint; keys are filled in."""

    def call(endpoint, body, **options):
        method, path, _good = ENDPOINTS[endpoint]
        if isinstance(body, dict):
            body = {
                name: ids[value[1:-1]] if isinstance(value, str) and value[:1] == "{" else value
                for name, value in body.items()
            }
        return getattr(as_(cast.meera), method)(path.format(**ids), body, **options)

    return call


def assert_field_refused(reply, *fields: str) -> None:
    body = assert_refused(reply)
    for field in fields:
        assert {name.split(".")[0] for name in body["errors"]} == {field}


def is_fine(field: str, bad: str) -> bool:
    if field == "viewer_settings" and bad == "an object":
        return True
    return (field in TEXTS and bad in NUMBERS) or (field in NULLABLE and bad == "null")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_the_good_bodies_are_good(send, endpoint):
    reply = send(endpoint, ENDPOINTS[endpoint][2])
    assert 200 <= reply.status_code < 300, reply.content


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("bad", BAD)
def test_each_field_refuses_what_is_no_value_of_it(send, stored, endpoint, bad):
    good = ENDPOINTS[endpoint][2]
    before = stored()
    for field in good:
        if not is_fine(field, bad):
            reply = send(endpoint, good | {field: BAD[bad]})
            assert_field_refused(reply, field)
            assert stored() == before, field


@pytest.mark.parametrize("bad", BAD)
def test_each_field_of_a_template_too(send, stored, bad):
    before = stored()
    for field in TEMPLATE:
        if is_fine(field, bad):
            continue
        assert_field_refused(
            send("bulk", BULK | {"templates": [TEMPLATE, TEMPLATE | {field: BAD[bad]}]}),
            "templates",
        )
        assert stored() == before, field


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        *NO_OBJECTS,
        (b"[1]", "application/json", 400),
        (b'{"price": NaN}', "application/json", 400),
        (b'{"description": "\xff"}', "application/json", 400),
        (b'{"description": "\\ud800"}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"is_published=", "application/x-www-form-urlencoded", 415),
        (b"", "multipart/form-data; boundary=x", 415),
    ],
)
def test_what_is_no_json_object(send, stored, endpoint, raw, content_type, status):
    before = stored()
    reply = send(endpoint, raw or b"--x--", content_type=content_type)
    assert_refused(reply)
    assert reply.status_code == status
    assert stored() == before


@pytest.mark.parametrize(
    ("endpoint", "field"),
    [
        ("publish", "project_name"),
        ("publish", "project_type"),
        ("publish", "location_city"),
        ("tower", "name"),
        ("unit", "project_id"),
        ("unit", "unit_number"),
        ("unit", "unit_type"),
        ("unit", "floor_number"),
        ("unit", "area_sqft"),
        ("unit", "price"),
        ("bulk", "project_id"),
        ("bulk", "first_floor"),
        ("bulk", "last_floor"),
        ("bulk", "templates"),
        ("model", "project_id"),
        ("model", "model_name"),
        ("model", "model_type"),
        ("model", "file_format"),
        ("model", "file_url"),
    ],
)
def test_required_fields_must_be_there_and_not_blank(send, stored, endpoint, field):
    good = ENDPOINTS[endpoint][2]
    before = stored()
    reply = send(endpoint, {name: value for name, value in good.items() if name != field})
    assert reply.json()["errors"] == {field: ["This field is required."]}
    for blank in ("", "   ", []):
        assert_field_refused(send(endpoint, good | {field: blank}), field)
    assert stored() == before


UNSAFE = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)//https://x.example",
    "data:text/html,x",
    "file:///etc/passwd",
    "//evil.example/x",
    "/admin/",
    "/api/files/../admin",
    "/api/files/",
    "ftp://x.example/a",
    "https://",
    "https://x.example/a b",
    "https://x.example/<script>",
    'https://x.example/"onload',
    "https://x.example/a\njavascript:alert(1)",
    "https://x.example/" + "a" * 500,
]


@pytest.mark.parametrize("link", UNSAFE)
def test_links_lead_to_the_web_or_to_own_files(send, stored, link):
    before = stored()
    for endpoint, field in (
        ("publish", "images"),
        ("publish", "floor_plans"),
        ("edit", "images"),
        ("edit", "brochure_url"),
        ("unit", "floor_plan_url"),
        ("model", "file_url"),
        ("edit model", "thumbnail_url"),
    ):
        good = ENDPOINTS[endpoint][2]
        value = [LINK, link] if isinstance(good[field], list) else link
        assert_field_refused(send(endpoint, good | {field: value}), field)
    assert stored() == before


@pytest.mark.parametrize(
    "link", ["http://x.example/a?b=1#c", "/api/files/12", "HTTPS://X.EXAMPLE/"]
)
def test_links_that_are_fine(send, link):
    reply = send("edit", {"images": [link], "brochure_url": link})
    assert reply.status_code == 200
    shown = f"http://testserver{link}" if link.startswith("/") else link
    assert (reply.json()["images"], reply.json()["brochure_url"]) == ([shown], shown)


@pytest.mark.parametrize(
    ("endpoint", "change", "status"),
    [
        ("publish", {"price_range_min": 3}, 400),
        ("publish", {"price_range_min": -1}, 400),
        ("publish", {"price_range_max": 10**13}, 400),
        ("publish", {"price_range_min": 0.001}, 400),
        ("publish", {"expected_completion_date": "2025-12-31"}, 400),
        ("publish", {"start_date": "2026-02-30"}, 400),
        ("publish", {"start_date": "soon"}, 400),
        ("publish", {"start_date": 5}, 400),
        ("publish", {"project_type": "castle"}, 400),
        ("publish", {"status": "demolished"}, 400),
        ("publish", {"total_units": -1}, 400),
        ("publish", {"total_units": 2.5}, 400),
        ("publish", {"latitude": 90.000001}, 400),
        ("publish", {"longitude": -180.5}, 400),
        ("publish", {"currency": "XYZ"}, 400),
        ("publish", {"time_zone": "Mars/Olympus"}, 400),
        ("publish", {"amenities": "Gym"}, 400),
        ("publish", {"amenities": ["x"] * 101}, 400),
        ("publish", {"amenities": [["x"]]}, 400),
        ("publish", {"amenities": [""]}, 400),
        ("publish", {"images": [LINK] * 51}, 400),
        ("edit", {"price_range_min": 10}, 400),
        ("edit", {"is_featured": "perhaps"}, 400),
        ("tower", {"floors": 301}, 400),
        ("unit", {"price": 0}, 400),
        ("unit", {"price": -5}, 400),
        ("unit", {"price": "7,500"}, 400),
        ("unit", {"area_sqft": 0}, 400),
        ("unit", {"floor_number": 301}, 400),
        ("unit", {"floor_number": 1.5}, 400),
        ("unit", {"unit_type": "castle"}, 400),
        ("unit", {"facing": "up"}, 400),
        ("unit", {"tower_id": 10**12}, 400),
        ("unit", {"project_id": 10**12}, 404),
        ("unit", {"project_id": 2**63}, 404),
        ("unit", {"project_id": 0}, 404),
        ("unit", {"unit_number": "TAKEN"}, 409),
        ("edit unit", {"unit_number": "TAKEN"}, 409),
        ("edit unit", {"price": 0}, 400),
        ("bulk", {"first_floor": 3}, 400),
        ("bulk", {"last_floor": 301}, 400),
        ("bulk", {"templates": [TEMPLATE] * 51}, 400),
        ("bulk", {"templates": [TEMPLATE, TEMPLATE]}, 409),
        ("bulk", {"templates": [5]}, 400),
        ("bulk", {"price_rise_per_floor": -1}, 400),
        ("bulk", {"price_rise_per_floor": 9_999_999_999_999.99}, 400),
        ("model", {"unit_id": 10**12}, 400),
        ("model", {"file_size": -1}, 400),
        ("model", {"viewer_settings": {"x": "\x00"}}, 400),
        ("model", {"project_id": 10**12}, 404),
    ],
)
def test_values_that_make_no_sense(send, stored, endpoint, change, status):
    before = stored()
    reply = send(endpoint, ENDPOINTS[endpoint][2] | change)
    assert_refused(reply)
    assert reply.status_code == status, reply.content
    assert stored() == before
