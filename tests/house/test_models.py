"""What the tables promise: foreign keys point down, rows have a scope, words are known to the database."""

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import CheckConstraint, Field, Model, Q

from realestate.core.db.conflicts import conflicts
from realestate.core.ladder import LADDER, rung
from realestate.management.reference import load_house
from tests.house.source import house_models

# Models whose rows no user asks for, so that they have no for_user().
WITHOUT_SCOPE = {
    "core.catalogueversion": "random tokens that only the cache of answers reads",
    "core.fence": "one row about the database; only operators' commands write it",
    "core.settingsversion": "one row that only the cache of settings reads",
    "core.auditentry": "read in the admin only",
    "core.rowchange": "read in the admin only",
    "core.seal": "a digest, read by the integrity check only",
    "core.idempotencykey": "found by user, route and key together",
    "core.ratecounter": "a number, not a row of anybody",
    "core.bulkline": "part of an action on many rows; read with it",
    "core.jobrun": "what the platform did by itself; read in the admin only",
    "core.numberseries": "a counter, not a row of anybody",
    "payments.gatewayevent": "what a gateway said; read in the admin only",
    "core.storedfile": "opened by everybody or with a signed link",
    "accounts.relation": "only joined: it decides which customers a builder may see",
}


def fields_to_other_apps() -> list[Field]:
    found = []
    for model in house_models():
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            target = field.related_model
            if isinstance(target, type) and target._meta.app_label != model._meta.app_label:
                found.append(field)
    return found


def is_actor(field: Field) -> bool:
    """Whoever did it: the one foreign key that may point up, as in Django's own log."""
    return field.model._meta.app_label == "core" and (
        field.related_model._meta.label == settings.AUTH_USER_MODEL
    )


@pytest.mark.parametrize("field", fields_to_other_apps(), ids=str)
def test_foreign_keys_point_down_and_are_hidden(field):
    target = field.related_model._meta.app_label
    if target in LADDER and not is_actor(field):
        assert rung(target) < rung(field.model._meta.app_label), f"{field} points up"
    hidden = field.remote_field.hidden
    foreign = target not in LADDER  # such as the groups of django.contrib.auth
    assert hidden or foreign, f"{field} gives the app below a name for the one above"


@pytest.mark.parametrize("model", house_models(), ids=lambda model: model._meta.label_lower)
def test_every_model_says_who_may_see_its_rows(model):
    scoped = hasattr(model._default_manager, "for_user")
    reason = WITHOUT_SCOPE.get(model._meta.label_lower)
    assert scoped != bool(reason), "either for_user() or a reason in WITHOUT_SCOPE"


def test_no_exemption_is_stale():
    assert set(WITHOUT_SCOPE) <= {model._meta.label_lower for model in house_models()}


def words_allowed(condition: Q | tuple, name: str) -> set[str] | None:
    """The values of a column under which a condition can hold; None when it says nothing about the column."""
    if isinstance(condition, tuple):
        lookup, value = condition
        if lookup == f"{name}__in":
            return {str(word) for word in value}
        return {str(value)} if lookup in {name, f"{name}__exact"} else None
    if not isinstance(condition, Q) or condition.negated:
        return None
    found = [words_allowed(child, name) for child in condition.children]
    if condition.connector == Q.OR:
        return None if None in found else set().union(*found)
    known = [words for words in found if words is not None]
    return set.intersection(*known) if known else None


def fields_of_words() -> list[Field]:
    return [
        field for model in house_models() for field in model._meta.local_fields if field.choices
    ]


@pytest.mark.parametrize("field", fields_of_words(), ids=str)
def test_a_column_of_words_is_checked_by_the_database(field):
    words = {str(value) for value, _label in field.flatchoices} | ({""} if field.blank else set())
    checks = [
        words_allowed(constraint.condition, field.name)
        for constraint in field.model._meta.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    assert words in checks, f"no check constraint of {field.model.__name__} allows exactly {words}"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Q(state__in=["a", "b"]), {"a", "b"}),
        (Q(state="") | Q(state__in=["a"]), {"", "a"}),
        (Q(state__in=["a"]) | Q(other=1), None),
        (Q(state__in=["a", "b"]) & Q(other=1), {"a", "b"}),
        (Q(other=1) | Q(another=2), None),
        (~Q(state="a"), None),
    ],
)
def test_how_a_condition_is_read(condition, words):
    assert words_allowed(condition, "state") == words


@pytest.mark.django_db
def test_every_constraint_that_means_an_error_exists():
    load_house()
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class")
        names = {name for (name,) in cursor.fetchall()}  # a conditional constraint is an index
    assert set(conflicts()) <= names


def test_every_model_can_be_told_apart():
    def tells(model: type[Model]) -> bool:
        return any(
            "__str__" in vars(base) for base in model.__mro__ if base.__module__ != Model.__module__
        )

    assert [model for model in house_models() if not tells(model)] == []
