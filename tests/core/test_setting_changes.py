"""Set, reset, and who did it: settings change through services only, each change with its history."""

from datetime import date
from decimal import Decimal

import pytest

from realestate.core.enums import SettingScope
from realestate.core.errors import Conflict, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.setting_changes import (
    change_settings,
    history_of,
    reset_setting,
    set_setting,
)
from realestate.core.setting_places import SYSTEM, editable_place, names_of, search_places
from realestate.core.system_settings import Json, Texts, define
from tests.races.support import losers, run_together

pytestmark = pytest.mark.django_db
EVERYWHERE = (SettingScope.PROJECT, SettingScope.BUILDER, SettingScope.SYSTEM)


@pytest.fixture(autouse=True)
def defined(monkeypatch):
    monkeypatch.setattr("realestate.core.system_settings._definitions", {})
    define("test.minutes", int, default=30, help="Minutes.", maximum=120, scopes=EVERYWHERE)
    define("test.rate", Decimal, default=Decimal("1.50"), help="Rate.", scopes=EVERYWHERE)
    define("test.steps", Texts, default=Texts(("a",)), help="Steps.")
    define("test.view", Json, default=Json(), help="View.")
    define("test.since", date, default=date(2020, 1, 1), help="Since.")
    define("test.on", bool, default=False, help="On.")


def put(actor, key="test.minutes", value=45, scope="system", scope_id=0, reason=""):
    return set_setting(
        actor=actor, key=key, scope=scope, scope_id=scope_id, value=value, reason=reason
    )


def stored() -> list[tuple]:
    rows = SystemSetting.objects.order_by("key", "scope", "scope_id")
    return list(rows.values_list("key", "scope", "scope_id", "value"))


# --- set -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("test.minutes", "45", 45),
        ("test.rate", 2.5, "2.5"),
        ("test.steps", ["b", " c "], ["b", "c"]),
        ("test.view", {"a": [1, None]}, {"a": [1, None]}),
        ("test.since", "2026-01-31", "2026-01-31"),
        ("test.on", True, True),
    ],
)
def test_a_value_is_stored_typed(cast, key, value, kept):
    put(cast.sana, key, value)
    assert stored() == [(key, "system", 0, kept)]


def test_every_change_keeps_old_new_who_and_why(cast):
    row = put(cast.sana, value=45, reason="Launch")
    put(cast.sana, value=60)
    reset_setting(actor=cast.sana, setting_id=row.pk, reason="Over")
    assert stored() == []
    said = {"key": "test.minutes", "scope": "system", "scope_id": 0}
    trail = AuditEntry.objects.order_by("pk").values_list("action", "before", "after", "reason")
    assert list(trail) == [
        ("setting_set", {}, said | {"value": 45}, "Launch"),
        ("setting_set", {"value": 45}, said | {"value": 60}, ""),
        ("setting_reset", said | {"value": 60}, {}, "Over"),
    ]
    history = [
        (c.who, c.place, c.old, c.new, c.reason) for c in history_of("test.minutes", cast.sana)
    ]
    assert history == [
        (cast.sana.email, "the system", "60", "set back", "Over"),
        (cast.sana.email, "the system", "45", "60", ""),
        (cast.sana.email, "the system", "not set", "45", "Launch"),
    ]


def test_the_same_value_again_changes_nothing(cast):
    put(cast.sana)
    put(cast.sana, value="45")
    assert AuditEntry.objects.count() == 1


def test_true_is_another_value_than_one(cast):
    """Python takes them for the same, JSON does not."""
    SystemSetting.objects.create(key="test.on", value=1)
    put(cast.sana, "test.on", value=True)
    assert stored()[0][-1] is True


@pytest.mark.parametrize(
    ("key", "scope", "scope_id", "value", "field"),
    [
        ("test.unknown", "system", 0, 1, "key"),
        ("test.minutes", "galaxy", 0, 1, "scope"),
        ("test.steps", "project", 1, ["a"], "scope"),
        ("test.minutes", "system", 0, 121, "value"),
    ],
)
def test_what_is_not_good_is_refused_and_nothing_stored(cast, key, scope, scope_id, value, field):
    with pytest.raises(InvalidValue) as refusal:
        put(cast.sana, key, value, scope, scope_id)
    assert list(refusal.value.errors) == [field]
    assert (stored(), AuditEntry.objects.count()) == ([], 0)


def test_a_builder_sets_its_own_and_its_projects_only(cast):
    meera, kirans = cast.meera, cast.kiran_project.pk
    put(meera, scope="builder", scope_id=meera.pk)
    put(meera, scope="project", scope_id=cast.meera_project.pk)
    for scope, scope_id in [
        ("system", 0),
        ("builder", cast.kiran.pk),
        ("project", kirans),
        ("project", 10**12),
    ]:
        with pytest.raises(NotAllowed):
            put(meera, scope=scope, scope_id=scope_id)
    with pytest.raises(NotAllowed):
        put(cast.asha, scope="builder", scope_id=meera.pk)
    assert [row[1:3] for row in stored()] == [
        ("builder", meera.pk),
        ("project", cast.meera_project.pk),
    ]


# --- reset -----------------------------------------------------------------------------------------------------------


def test_only_the_owner_and_staff_reset(cast):
    row = put(cast.sana, scope="project", scope_id=cast.meera_project.pk)
    with pytest.raises(SystemSetting.DoesNotExist):
        reset_setting(actor=cast.kiran, setting_id=row.pk)
    reset_setting(actor=cast.meera, setting_id=row.pk)
    assert stored() == []


def test_what_was_set_for_something_that_is_gone_can_be_reset(cast):
    row = SystemSetting.objects.create(
        key="test.minutes", scope="project", scope_id=10**12, value=1
    )
    reset_setting(actor=cast.sana, setting_id=row.pk)
    assert stored() == []


# --- several ---------------------------------------------------------------------------------------------------------


def test_several_are_set_and_set_back_together(cast):
    place = editable_place(cast.meera, "builder", cast.meera.pk)
    put(cast.meera, scope="builder", scope_id=cast.meera.pk)
    put(cast.meera, "test.rate", "9", scope="builder", scope_id=cast.meera.pk)
    changes = {"test.minutes": None, "test.rate": "2.25"}
    change_settings(actor=cast.meera, place=place, changes=changes, reason="New terms")
    assert stored() == [("test.rate", "builder", cast.meera.pk, "2.25")]
    reasons = AuditEntry.objects.order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == ["", "", "New terms", "New terms"]


def test_of_several_all_refusals_are_told_and_nothing_is_stored(cast):
    place = editable_place(cast.meera, "builder", cast.meera.pk)
    changes = {"test.minutes": 500, "test.rate": 2, "test.steps": ["a"], "test.none": None}
    with pytest.raises(InvalidValue) as refusal:
        change_settings(actor=cast.meera, place=place, changes=changes)
    assert refusal.value.errors == {
        "test.minutes": ["Must be at most 120."],
        "test.none": ["There is no such setting."],
        "test.steps": ["Can be set for: system."],
    }
    assert stored() == []


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_a_builder_sees_its_own_values_and_their_history(cast):
    put(cast.sana)
    put(cast.sana, scope="builder", scope_id=cast.meera.pk)
    put(cast.sana, scope="project", scope_id=cast.meera_project.pk)
    gone = put(cast.sana, scope="project", scope_id=cast.kiran_project.pk)
    reset_setting(actor=cast.sana, setting_id=gone.pk)

    def seen(user):
        rows = SystemSetting.objects.for_user(user)
        places = {change.place for change in history_of("test.minutes", user)}
        return set(rows.values_list("scope", flat=True)), places

    names = {"Meera Homes", cast.meera_project.project_name}
    assert seen(cast.meera) == ({"builder", "project"}, names)
    assert seen(cast.kiran) == (set(), {cast.kiran_project.project_name})
    assert seen(cast.asha) == (set(), set())
    everything = names | {"the system", cast.kiran_project.project_name}
    assert seen(cast.sana) == ({"system", "builder", "project"}, everything)


def test_places_are_found_by_name_among_ones_own(cast):
    assert [p.name for p in search_places(cast.sana, "meera ho")] == ["Meera Homes"]
    assert search_places(cast.kiran, "meera ho") == []
    assert editable_place(cast.kiran, "project", cast.meera_project.pk) is None
    assert editable_place(cast.meera, "system", 0) is None
    assert editable_place(cast.sana, "system", 0) is SYSTEM
    assert names_of([("builder", cast.meera.pk), ("project", 10**12)]) == {
        ("system", 0): "the system",
        ("builder", cast.meera.pk): "Meera Homes",
    }


def test_lists_name_the_places_in_the_same_query(cast, django_assert_num_queries):
    put(cast.sana)
    put(cast.sana, scope="builder", scope_id=cast.meera.pk)
    SystemSetting.objects.create(key="test.rate", scope="project", scope_id=10**12, value="1")
    with django_assert_num_queries(1):
        rows = SystemSetting.objects.with_place().order_by("scope")
        assert [row.place for row in rows] == ["Meera Homes", f"project {10**12}", "the system"]


# --- together --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_who_set_the_same_thing_each_is_heard_in_turn(cast):
    put(cast.sana, "test.rate", "1")  # the row of the version is there
    results = run_together(6, lambda index: put(cast.sana, value=index + 1))
    assert losers(results) == []
    assert AuditEntry.objects.filter(action="setting_set", after__key="test.minutes").count() == 6
    assert len(stored()) == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_version_row_the_constraint_decides(cast):
    results = run_together(4, lambda index: put(cast.sana, value=index + 1))
    assert {type(error) for error in losers(results)} <= {Conflict}
    assert [row[0] for row in stored()] == ["test.minutes"]
