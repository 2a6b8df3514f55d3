"""D7: exports, searches and actions of the back office, by each role of another builder's team."""

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from accounts.enums import BuilderRole
from realestate.core.office import office_rows
from tests.admin.test_export import list_address
from tests.admin.test_strangers import CANARIES, browser, label
from tests.factories.accounts import MemberFactory
from tests.permissions.rows import everything, make_foreign
from tests.permissions.world import World, make_world

pytestmark = pytest.mark.django_db
TRACES = {"core_auditentry", "core_auditstream", "django_admin_log"}  # that one has exported
each_role = pytest.mark.parametrize("role", list(BuilderRole))


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    made = make_world()
    make_foreign(made)
    return made


def person_of(world: World, owner: str, role: BuilderRole):
    boss = getattr(world.cast, owner)
    if role == BuilderRole.OWNER:
        return boss
    return MemberFactory(employer=boss.builder, team_role=role)


def text_of(reply) -> str:
    content = b"".join(reply.streaming_content) if reply.streaming else reply.content
    return content.decode("utf-8-sig", errors="replace")  # workbooks are no text


def exports(client: Client) -> dict[str, str]:
    """Table -> its export, of those that one may export."""
    found = {}
    for model in admin.site._registry:
        reply = client.get(f"{list_address(model)}export/csv/")
        if reply.status_code == 200:
            found[label(model)] = text_of(reply)
    return found


@each_role
def test_D7_no_export_holds_a_word_of_another_builder(world, role):
    found = exports(browser(person_of(world, "kiran", role)))
    leaks = {
        table: words
        for table, text in found.items()
        if (words := [word for word in CANARIES if word in text])
    }
    assert leaks == {}
    assert len(found) > 20


@each_role
def test_D7_control_meeras_people_export_those_words(world, role):
    text = "".join(exports(browser(person_of(world, "meera", role))).values())
    assert "Meera" in text
    assert "Asha" in text


@each_role
def test_D7_searches_and_lists_show_own_rows_only(world, role):
    person = person_of(world, "kiran", role)
    client, looked = browser(person), 0
    for model in admin.site._registry:
        for query in ({}, {"q": "a"}, {"q": "Meera"}, {"q": str(world.booking)}, {"all": ""}):
            reply = client.get(list_address(model), query)
            if reply.status_code != 200 or "cl" not in reply.context:
                continue
            looked += 1
            own = set(office_rows(model, person).values_list("pk", flat=True))
            assert {row.pk for row in reply.context["cl"].result_list} <= own, label(model)
    assert looked > 60


@each_role
def test_D7_an_action_on_rows_of_others_changes_nothing(world, role):
    person = person_of(world, "kiran", role)
    client, tried, request = browser(person), 0, RequestFactory().get("/admin/")
    request.user = person
    client.get("/admin/")
    before = everything()
    for model, page in admin.site._registry.items():
        own = set(office_rows(model, person).values_list("pk", flat=True))
        others = [
            str(pk) for pk in model._default_manager.values_list("pk", flat=True) if pk not in own
        ]
        for action in page.get_actions(request) if others else ():
            form = {"action": action, "_selected_action": others, "apply": "yes", "post": "yes"}
            reply = client.post(list_address(model), form)
            assert reply.status_code in {200, 302, 403}, (label(model), action)
            assert not any(word in text_of(reply) for word in CANARIES), (label(model), action)
            tried += 1
    after = everything()
    changed = {table for table in after if after[table] != before[table]} - TRACES
    assert changed == set()
    assert tried > 20
