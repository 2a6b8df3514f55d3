"""A builder reads and sets its own settings, and those of its projects, over the API."""

from decimal import Decimal

import pytest

from payments.services.terms import CAP_PERCENT
from realestate.core.models import AuditEntry, SystemSetting

pytestmark = pytest.mark.django_db
URL = "/api/builder/settings"


@pytest.fixture
def meera(cast, as_):
    return as_(cast.meera)


def by_key(body) -> dict[str, dict]:
    return {row["key"]: row for row in body["settings"]}


def test_the_builders_settings_say_what_holds_and_where_it_comes_from(cast, meera):
    SystemSetting.objects.create(key="bookings.hold_minutes", value=45)
    SystemSetting.objects.create(
        key="payments.cap_percent", scope="builder", scope_id=cast.meera.pk, value="7.5"
    )
    body = meera.get(URL).json()
    assert (body["scope"], body["scope_id"], body["name"]) == (
        "builder",
        cast.meera.pk,
        "Meera Homes",
    )
    rows = by_key(body)
    assert rows["bookings.hold_minutes"] == {
        "key": "bookings.hold_minutes",
        "category": "bookings",
        "description": "How long a customer's hold lives, and by how much it is extended (R4.5).",
        "kind": "int",
        "unit": "minutes",
        "value": 45,
        "source": "system",
        "default": 30,
        "minimum": 1,
        "maximum": 1440,
        "words": [],
        "may_be_set_for": ["system", "builder", "project"],
        "is_public": True,
    }
    cap = rows["payments.cap_percent"]
    assert (cap["value"], cap["source"], cap["default"]) == (7.5, "builder", 10)
    ladder = rows["payments.reminder_ladder"]
    assert (ladder["kind"], ladder["value"]) == ("list", ["-7", "0", "1", "7", "15", "30"])
    assert "platform.max_megapixels" not in rows  # the system's alone


def test_a_project_has_its_own_values(cast, meera):
    project = cast.meera_project
    url = f"{URL}?project_id={project.pk}"
    changes = {"values": {"payments.cap_percent": 5}, "reason": "As agreed"}
    body = meera.patch(url, changes).json()
    assert (body["scope"], body["name"]) == ("project", project.project_name)
    assert by_key(body)["payments.cap_percent"]["source"] == "project"
    assert CAP_PERCENT.for_project(project) == Decimal(5)
    assert by_key(meera.get(URL).json())["payments.cap_percent"]["source"] == "default"
    entry = AuditEntry.objects.get(action="setting_set")
    assert (entry.actor, entry.reason) == (cast.meera, "As agreed")


def test_null_sets_back(cast, meera):
    meera.patch(URL, {"values": {"bookings.hold_minutes": 45}})
    body = meera.patch(URL, {"values": {"bookings.hold_minutes": None}}).json()
    assert by_key(body)["bookings.hold_minutes"]["source"] == "default"
    assert SystemSetting.objects.count() == 0


def test_what_is_not_good_is_told_by_key_and_nothing_is_stored(meera):
    values = {
        "bookings.hold_minutes": 45,
        "bookings.quote_days": "soon",
        "payments.reminder_ladder": ["0", "x"],
        "projects.viewer_defaults": {"camera": 1, "zoom": 2},
        "platform.max_megapixels": 5,
        "no.such": 1,
    }
    reply = meera.patch(URL, {"values": values})
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid")
    assert reply.json()["errors"] == {
        "bookings.quote_days": ["Enter a whole number."],
        "no.such": ["There is no such setting."],
        "payments.reminder_ladder": ["Enter whole numbers of days, such as -7, 0 and 1."],
        "platform.max_megapixels": ["Can be set for: system."],
        "projects.viewer_defaults": [
            "zoom is no setting of the viewer.",
            "camera: Enter three numbers: x, y and z.",
        ],
    }
    assert SystemSetting.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"values": {}},
        {"values": []},
        {"values": {f"k{n}": 1 for n in range(201)}},
        {"values": {"bookings.hold_minutes": 1}, "reason": "x" * 501},
    ],
)
def test_bodies_of_another_form_are_refused(meera, body):
    assert meera.patch(URL, body).status_code == 400
    assert SystemSetting.objects.count() == 0


def test_projects_of_others_do_not_exist(cast, meera):
    for key in (cast.kiran_project.pk, 10**12, 0, 10**30):
        url = f"{URL}?project_id={key}"
        assert meera.get(url).status_code == 404
        assert meera.patch(url, {"values": {"bookings.hold_minutes": 1}}).status_code == 404
    reply = meera.get(f"{URL}?project_id=x")
    assert reply.json()["errors"] == {"project_id": ["Enter a whole number."]}
    assert SystemSetting.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_whole_list_costs_two_queries(cast, meera, rows, django_assert_num_queries):
    keys = ["bookings.hold_minutes", "bookings.quote_days", "payments.credit_days"]
    for key in keys[:rows]:
        SystemSetting.objects.create(key=key, scope="builder", scope_id=cast.meera.pk, value=9)
    with django_assert_num_queries(2):  # the builder, the settings
        meera.get(URL)


def test_public_settings_have_their_own_types(client):
    SystemSetting.objects.create(key="platform.image_kinds", value=["png"])
    body = client.get("/api/settings").json()
    assert body["platform.image_kinds"] == ["png"]
    assert body["bookings.token_percent"] == 1.0
    assert body["bookings.hold_minutes"] == 30
    assert "payments.reminder_ladder" not in body
