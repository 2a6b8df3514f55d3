"""Settings in the back office: all of them with what holds, a form that fits the kind, reset, history."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from realestate.core.enums import SettingScope
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.system_settings import definitions
from tests.factories.accounts import BuilderFactory, StaffFactory
from tests.factories.projects import ProjectFactory

LIST = reverse("admin:core_systemsetting_changelist")
ADD = reverse("admin:core_systemsetting_add")


def change(row: SystemSetting) -> str:
    return reverse("admin:core_systemsetting_change", args=[row.pk])


def lines(page: Any) -> dict[str, dict[str, Any]]:
    return {
        line["known"].key: line for _category, group in page.context["groups"] for line in group
    }


def put(staff: Client, key: str, value: Any, scope: str = "system", scope_id: int = 0) -> Any:
    form = {"key": key, "scope": scope, "scope_id": scope_id, "reason": "Because"}
    return staff.post(ADD, form if value is None else {**form, "value": value})


# --- the list --------------------------------------------------------------------------------------------------------


def test_every_setting_is_listed_with_what_holds_and_where_it_comes_from(staff: Client):
    project = ProjectFactory()
    builder = project.builder_id
    SystemSetting.objects.create(key="bookings.hold_minutes", value=40)
    for key, scope, scope_id in [
        ("bookings.quote_days", SettingScope.BUILDER, builder),
        ("payments.credit_days", SettingScope.PROJECT, project.pk),
    ]:
        SystemSetting.objects.create(key=key, scope=scope, scope_id=scope_id, value=9)

    def sources(**query: str) -> list[tuple[str, str]]:
        found = lines(staff.get(LIST, query))
        assert set(found) == set(definitions())
        keys = ("bookings.hold_minutes", "bookings.quote_days", "payments.credit_days")
        return [(found[key]["value"], found[key]["source"]) for key in keys]

    system = ("40 minutes", "system")
    assert sources() == [system, ("7 days", "default"), ("15 days", "default")]
    assert sources(place=f"builder-{builder}") == [
        system,
        ("9 days", "builder"),
        ("15 days", "default"),
    ]
    assert sources(place=f"project-{project.pk}") == [
        system,
        ("9 days", "builder"),
        ("9 days", "project"),
    ]


def test_the_list_is_filtered_by_category(staff: Client):
    page = staff.get(LIST, {"category": "scheduling"})
    assert {key.partition(".")[0] for key in lines(page)} == {"scheduling"}
    assert page.context["categories"] == sorted({k.category for k in definitions().values()})


def test_builders_and_projects_are_found_by_name(staff: Client):
    builder = BuilderFactory(company_name="Northern Star")
    BuilderFactory(company_name="Other")
    page = staff.get(LIST, {"find": "thern st"})
    assert page.context["found"][0][1] == f"builder-{builder.pk}"
    assert len(page.context["found"]) == 1
    assert f'href="?place=builder-{builder.pk}' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [{"place": "x"}, {"place": "project-0"}, {"place": f"builder-{'9' * 40}"}, {"find": "\x00"}],
)
def test_strange_places_are_the_system(staff: Client, query):
    page = staff.get(LIST, query)
    assert (page.status_code, page.context["place"].scope) == (200, SettingScope.SYSTEM)


def test_where_a_setting_cannot_be_set_there_is_no_button(staff: Client):
    project = ProjectFactory()
    found = lines(staff.get(LIST, {"place": f"project-{project.pk}"}))
    assert found["platform.max_megapixels"]["url"] == ""
    assert f"scope_id={project.pk}" in found["bookings.hold_minutes"]["url"]


# --- the form --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "html"),
    [
        ("bookings.kyc_required", '<input type="checkbox" name="value"'),
        (
            "bookings.hold_minutes",
            '<input type="number" name="value" value="30" min="1" max="1440" step="1"',
        ),
        (
            "payments.cap_percent",
            '<input type="number" name="value" value="10" min="0" max="100" step="any"',
        ),
        ("payments.interest_mode", '<select name="value"'),
        ("platform.image_kinds", '<input type="checkbox" name="value" value="png"'),
        ("payments.reminder_ladder", "-7\n0\n1\n7\n15\n30</textarea>"),
        ("projects.viewer_defaults", 'class="vLargeTextField setting-json"'),
        ("payments.how_to_pay", 'class="vLargeTextField setting-string"'),
    ],
)
def test_the_field_fits_the_kind(staff: Client, key, html):
    page = staff.get(ADD, {"key": key, "scope": "system", "scope_id": "0"})
    known = definitions()[key]
    assert html in page.content.decode()
    assert (page.context["title"], page.context["known"]) == (key, known)


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("bookings.kyc_required", "on", True),
        ("bookings.kyc_required", None, False),
        ("bookings.hold_minutes", " 45 ", 45),
        ("payments.cap_percent", "7.50", "7.50"),
        ("payments.interest_mode", "after_grace", "after_grace"),
        ("platform.image_kinds", ["png", "webp"], ["png", "webp"]),
        ("payments.reminder_ladder", "0\r\n\r\n 15 \r\n", ["0", "15"]),
        ("projects.viewer_defaults", '{"shadows": true}', {"shadows": True}),
        ("payments.how_to_pay", "Bank\r\nCode", "Bank\nCode"),
        ("payments.how_to_pay", "", ""),
    ],
)
def test_what_is_entered_is_stored_typed(staff: Client, key, value, kept):
    reply = put(staff, key, value)
    assert reply.status_code == 302, reply.context["errors"]
    row = SystemSetting.objects.get()
    assert (row.key, row.value) == (key, kept)
    assert type(row.value) is type(kept)
    entry = AuditEntry.objects.get(action="setting_set")
    assert (entry.after["value"], entry.reason) == (kept, "Because")


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("bookings.hold_minutes", "0", "Must be at least 1."),
        ("bookings.hold_minutes", "", "Enter a whole number."),
        ("payments.cap_percent", "a lot", "Enter a number."),
        ("platform.image_kinds", [], "Must be at least 1 entry."),
        (
            "payments.reminder_ladder",
            "0\nsoon",
            "Enter whole numbers of days, such as -7, 0 and 1.",
        ),
        (
            "projects.viewer_defaults",
            '{\n  "shadows": yes\n}',
            "Line 2, column 14: Expecting value.",
        ),
        ("projects.viewer_defaults", '{"shadows": 1}', "shadows: Enter true or false."),
        (
            "projects.viewer_defaults",
            "[" * 100_000,
            'Enter a JSON object, such as {"name": "value"}.',
        ),
    ],
)
def test_what_is_not_good_is_told_at_the_field(staff: Client, key, value, sentence):
    page = put(staff, key, value)
    assert page.context["adminform"].form.errors["value"] == [sentence]
    assert (SystemSetting.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_a_setting_of_the_system_is_not_set_for_a_project(staff: Client):
    page = put(staff, "platform.max_megapixels", "5", "project", ProjectFactory().pk)
    assert page.context["adminform"].form.errors["scope"] == ["Can be set for: system."]


def test_nothing_is_set_for_a_project_that_is_not_there(staff: Client):
    page = put(staff, "bookings.hold_minutes", "5", "project", 10**12)
    assert page.context["errors"]
    assert SystemSetting.objects.count() == 0


def test_a_value_that_stands_has_its_own_page_and_is_changed_there(staff: Client):
    put(staff, "bookings.hold_minutes", "45")
    row = SystemSetting.objects.get()
    asked = {"key": row.key, "scope": "system", "scope_id": "0"}
    assert staff.get(ADD, asked).headers["Location"] == change(row)
    staff.post(change(row), {"value": "50", "reason": "Longer"})
    row.refresh_from_db()
    assert row.value == 50
    page = staff.get(change(row))
    history = [(c.old, c.new, c.reason) for c in page.context["history"]]
    assert history == [("45", "50", "Longer"), ("not set", "45", "Because")]


# --- reset -----------------------------------------------------------------------------------------------------------


def test_reset_removes_the_value_and_stays_in_the_history(staff: Client):
    put(staff, "bookings.hold_minutes", "45")
    row = SystemSetting.objects.get()
    reply = staff.post(f"/admin/core/systemsetting/{row.pk}/do/reset/", {"reason": "Enough"})
    assert (reply.status_code, reply.headers["Location"]) == (302, LIST)
    assert SystemSetting.objects.count() == 0
    page = staff.get(ADD, {"key": "bookings.hold_minutes", "scope": "system", "scope_id": "0"})
    newest = page.context["history"][0]
    assert (newest.old, newest.new, newest.reason) == ("45", "set back", "Enough")


def test_deleting_in_the_list_is_a_reset(staff: Client):
    put(staff, "bookings.hold_minutes", "45")
    row = SystemSetting.objects.get()
    staff.post(reverse("admin:core_systemsetting_delete", args=[row.pk]), {"post": "yes"})
    assert AuditEntry.objects.filter(action="setting_reset").count() == 1


@pytest.mark.django_db
def test_who_may_only_look_finds_no_button():
    client, person = Client(), StaffFactory(is_superuser=False)
    client.force_login(person)
    assert client.get(LIST).status_code == 403
    assert put(client, "bookings.hold_minutes", "45").status_code == 403
    assert SystemSetting.objects.count() == 0
