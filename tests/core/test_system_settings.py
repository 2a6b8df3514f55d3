"""Typed settings: defined in code, set in rows, found project -> builder -> system -> default."""

from datetime import date
from decimal import Decimal

import pytest

from realestate.core import system_settings
from realestate.core.enums import SettingScope
from realestate.core.errors import InvalidValue
from realestate.core.models import SystemSetting
from realestate.core.system_settings import Json, Texts, define, definitions, public_values


@pytest.fixture(autouse=True)
def only_what_the_test_defines(monkeypatch):
    monkeypatch.setattr(system_settings, "_definitions", {})


@pytest.fixture
def minutes():
    return define(
        "test.minutes",
        int,
        default=30,
        help="Minutes.",
        minimum=1,
        maximum=120,
        scopes=(SettingScope.PROJECT, SettingScope.BUILDER),
    )


def set_for(value, scope=SettingScope.SYSTEM, scope_id=0, key="test.minutes"):
    SystemSetting.objects.create(key=key, value=value, scope=scope, scope_id=scope_id)


@pytest.mark.django_db
def test_the_narrowest_that_is_set_wins(minutes, cast, django_assert_num_queries):
    project = cast.meera_project
    assert minutes.for_project(project) == minutes.value() == 30
    set_for(40)
    assert minutes.for_project(project) == minutes.value() == 40
    set_for(50, SettingScope.BUILDER, project.builder_id)
    assert minutes.for_project(project) == 50
    set_for(60, SettingScope.PROJECT, project.pk)
    with django_assert_num_queries(1):
        assert minutes.for_project(project) == 60
    assert minutes.value() == 40


@pytest.mark.django_db
def test_the_settings_of_others_do_not_count(minutes, cast):
    set_for(60, SettingScope.PROJECT, cast.kiran_project.pk)
    set_for(50, SettingScope.BUILDER, cast.kiran.pk)
    set_for(40, key="test.other")
    assert minutes.for_project(cast.meera_project) == 30


@pytest.mark.django_db
def test_a_scope_that_the_definition_does_not_offer_does_not_count(cast):
    days = define("test.days", int, default=3, help="Days.", scopes=(SettingScope.BUILDER,))
    set_for(4, SettingScope.PROJECT, cast.meera_project.pk, key="test.days")
    assert days.for_project(cast.meera_project) == 3
    assert [days.may_be_set_for(scope) for scope in SettingScope] == [True, True, False]


@pytest.mark.django_db
def test_a_row_that_todays_limits_refuse_counts_as_absent_and_is_logged(minutes, cast, caplog):
    set_for(50, SettingScope.BUILDER, cast.meera.pk)
    set_for(999, SettingScope.PROJECT, cast.meera_project.pk)
    assert minutes.for_project(cast.meera_project) == 50
    assert "test.minutes has an unusable value" in caplog.text


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (int, 5, 5),
        (int, "5", 5),
        (int, -5, -5),
        (bool, True, True),
        (bool, "False", False),
        (str, "text", "text"),
        (str, "", ""),
        (Decimal, "10.90", Decimal("10.90")),
        (Decimal, 10, Decimal(10)),
        (Decimal, 10.5, Decimal("10.5")),
        (Texts, ["b", " a "], Texts(("b", "a"))),
        (Texts, [-7, "0"], Texts(("-7", "0"))),
        (Texts, [], Texts()),
        (Json, {"a": {"b": [1, None, "ä"]}}, Json({"a": {"b": [1, None, "ä"]}})),
        (date, "2026-01-31", date(2026, 1, 31)),
        (date, date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_values_are_typed(kind, raw, value):
    cleaned = define("test.x", kind, default=value, help="X.").clean(raw)
    assert cleaned == value
    assert type(cleaned) is kind


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        (int, "five", "Enter a whole number."),
        (int, "5.0", "Enter a whole number."),
        (int, 5.0, "Enter a whole number."),
        (int, True, "Enter a whole number."),
        (int, "\u0665", "Enter a whole number."),
        (int, "9" * 5000, "Enter a whole number."),
        (int, None, "Enter a whole number."),
        (bool, 1, "Enter true or false."),
        (bool, "yes", "Enter true or false."),
        (str, 5, "Enter a text."),
        (str, None, "Enter a text."),
        (Decimal, "ten", "Enter a number."),
        (Decimal, "NaN", "Enter a number."),
        (Decimal, "Infinity", "Enter a number."),
        (Decimal, None, "Enter a number."),
        (str, "a\x00", "Enter a text."),
        (str, "\ud800", "Enter a text."),
        (Texts, "a", "Enter a list of texts."),
        (Texts, [True], "Enter a list of texts."),
        (Texts, [1.5], "Enter a list of texts."),
        (Texts, ["a\x00"], "Enter a list of texts."),
        (Texts, ["a", " "], "Leave no entry empty."),
        (Texts, ["a", "a "], "Enter each of them once."),
        (Json, [1], 'Enter a JSON object, such as {"name": "value"}.'),
        (Json, {"a": float("nan")}, 'Enter a JSON object, such as {"name": "value"}.'),
        (Json, {"a": ["\x00"]}, 'Enter a JSON object, such as {"name": "value"}.'),
        (Json, {"\ud800": 1}, 'Enter a JSON object, such as {"name": "value"}.'),
        (date, "2026-02-30", "Enter a day such as 2026-01-31."),
        (date, "2026-W05-6", "Enter a day such as 2026-01-31."),
        (date, "20260131", "Enter a day such as 2026-01-31."),
        (date, 20260131, "Enter a day such as 2026-01-31."),
        (date, None, "Enter a day such as 2026-01-31."),
    ],
)
def test_what_is_not_of_the_type_is_refused_with_the_reason(kind, raw, text):
    with pytest.raises(InvalidValue) as refusal:
        define("test.x", kind, default=None, help="X.").clean(raw)
    assert refusal.value.errors == {"value": [text]}


def test_limits_are_inclusive(minutes):
    assert [minutes.clean(1), minutes.clean(120)] == [1, 120]
    with pytest.raises(InvalidValue) as refusal:
        minutes.clean(0)
    assert refusal.value.errors == {"value": ["Must be at least 1."]}
    with pytest.raises(InvalidValue) as refusal:
        minutes.clean(121)
    assert refusal.value.errors == {"value": ["Must be at most 120."]}


def test_limits_of_lists_and_texts_count():
    steps = define(
        "test.steps",
        Texts,
        default=Texts(("a",)),
        help="S.",
        minimum=1,
        maximum=2,
        words=("a", "b", "c"),
    )
    assert steps.clean(["b", "a"]) == ("b", "a")
    name = define("test.name", str, default="x", help="N.", maximum=3)
    first = define(
        "test.first", date, default=date(2026, 1, 1), help="F.", minimum=date(2026, 1, 1)
    )
    for definition, raw, sentence in [
        (steps, [], "Must be at least 1 entry."),
        (steps, ["a", "b", "c"], "Must be at most 2 entries."),
        (steps, ["a", "d"], "Must be some of a, b, c."),
        (name, "four", "Must be at most 3 characters."),
        (first, "2025-12-31", "Must be at least 2026-01-01."),
    ]:
        with pytest.raises(InvalidValue) as refusal:
            definition.clean(raw)
        assert refusal.value.errors == {"value": [sentence]}


def test_texts_without_a_limit_have_one():
    with pytest.raises(InvalidValue):
        define("test.long", str, default="", help="L.").clean("x" * 10_001)


@pytest.mark.django_db
def test_what_a_caller_does_to_a_value_reaches_nobody_else():
    view = define("test.view", Json, default=Json({"a": [1]}), help="V.")
    view.value()["a"].append(2)
    assert view.value() == {"a": [1]}
    set_for({"b": [1]}, key="test.view")
    view.value()["b"].append(2)
    assert view.value() == {"b": [1]}


def test_the_schema_of_a_value_says_type_limits_words_and_unit():
    options = {"unit": "days", "minimum": 1, "maximum": 9}
    assert define("test.a", int, default=1, help="A.", **options).schema() == {
        "type": "integer",
        "minimum": 1,
        "maximum": 9,
        "description": "A. Unit: days.",
    }
    assert define("test.b", Texts, default=Texts(), help="B.", words=("x",)).schema() == {
        "type": "array",
        "items": {"type": "string", "enum": ["x"]},
        "description": "B.",
    }
    assert define("test.c", str, default="x", help="C.", words=("x",)).schema() == {
        "type": "string",
        "enum": ["x"],
        "maxLength": 10_000,
        "description": "C.",
    }


def test_a_value_that_its_reader_cannot_use_is_refused_with_its_sentence():
    def reader(text):
        if text != "good":
            message = "Enter something good."
            raise ValueError(message)

    known = define("test.read", str, default="good", help="Read.", reads=reader)
    assert known.clean("good") == "good"
    with pytest.raises(InvalidValue) as refusal:
        known.clean("bad")
    assert refusal.value.errors == {"value": ["Enter something good."]}


@pytest.mark.django_db
def test_public_values_are_typed_and_only_those_of_public_settings(
    caplog, django_assert_num_queries
):
    define("test.name", str, default="House", help="Name.", public=True)
    define("test.rate", Decimal, default=Decimal("10.90"), help="Rate.", public=True)
    define("test.limit", int, default=5, help="Limit.", public=True, maximum=10)
    define("test.secret", str, default="s3cret", help="Secret.")
    set_for("Asha's house", key="test.name")
    set_for("known to nobody", key="test.secret")
    set_for(11, key="test.limit")
    set_for("builder's", SettingScope.BUILDER, 7, key="test.name")
    with django_assert_num_queries(1):
        values = public_values()
    assert values == {"test.limit": 5, "test.name": "Asha's house", "test.rate": Decimal("10.90")}
    assert "test.limit" in caplog.text


def test_definitions_are_listed_by_key():
    b = define("b.key", int, default=1, help="B.")
    a = define("a.key", int, default=1, help="A.")
    assert list(definitions().items()) == [("a.key", a), ("b.key", b)]
    assert a.category == "a"


def test_a_key_is_defined_once(minutes):
    assert define("test.x", int, default=1, help="X.") == define(
        "test.x", int, default=1, help="X."
    )
    with pytest.raises(ValueError, match=r"test\.x is defined twice"):
        define("test.x", int, default=2, help="X.")
