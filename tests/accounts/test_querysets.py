"""R21: who may see and change whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Builder, Customer, Session, User
from accounts.services import open_session, relate
from tests.factories.accounts import MemberFactory


def keys(rows) -> set[int]:
    return set(rows.values_list("pk", flat=True))


@pytest.fixture
def people(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    relate(customer_id=cast.ravi.pk, builder_id=cast.kiran.pk)
    everybody = {name: getattr(cast, name) for name in ("asha", "ravi", "meera", "kiran", "sana")}
    return everybody | {"nobody": AnonymousUser()}


@pytest.mark.parametrize(
    ("reader", "users", "customers", "editable_customers", "editable_builders"),
    [
        ("asha", {"asha"}, {"asha"}, {"asha"}, set()),
        ("ravi", {"ravi"}, {"ravi"}, {"ravi"}, set()),
        ("meera", {"meera"}, {"asha"}, set(), {"meera"}),
        ("kiran", {"kiran"}, {"ravi"}, set(), {"kiran"}),
        (
            "sana",
            {"asha", "ravi", "meera", "kiran", "sana"},
            {"asha", "ravi"},
            {"asha", "ravi"},
            {"meera", "kiran"},
        ),
        ("nobody", set(), set(), set(), set()),
    ],
)
def test_R21_scopes(people, reader, users, customers, editable_customers, editable_builders):
    def named(names):
        return {people[name].pk for name in names}

    user = people[reader]
    assert keys(User.objects.for_user(user)) == named(users)
    assert keys(Customer.objects.for_user(user)) == named(customers)
    assert keys(Customer.objects.editable_by(user)) == named(editable_customers)
    assert keys(Builder.objects.editable_by(user)) == named(editable_builders)
    assert keys(Builder.objects.for_user(user)) == named({"meera", "kiran"})


def test_inactive_builders_are_for_staff(people):
    User.objects.filter(pk=people["kiran"].pk).update(is_active=False)
    assert keys(Builder.objects.for_user(people["asha"])) == {people["meera"].pk}
    assert keys(Builder.objects.for_user(people["sana"])) == {
        people["meera"].pk,
        people["kiran"].pk,
    }


def test_sessions_are_ones_own(people):
    for name in ("asha", "ravi"):
        open_session(user_id=people[name].pk, password=people[name].password)
    assert keys(Session.objects.for_user(people["asha"])) == keys(
        Session.objects.filter(user=people["asha"])
    )
    assert keys(Session.objects.for_user(people["nobody"])) == set()


def test_E3_who_is_logged_in(cast, time_machine):
    """A login counts until it is left or over, and only for its own user while the account is in use."""
    now = datetime(2026, 1, 5, 12, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    for person in (cast.asha, cast.ravi):
        open_session(user_id=person.pk, password=person.password)
    mine, his = Session.objects.get(user=cast.asha), Session.objects.get(user=cast.ravi)

    def is_in(session_id=mine.pk, at=now):
        found = list(User.objects.logged_in(at, cast.asha.pk, session_id))
        assert found in ([], [cast.asha])
        return found != []

    assert (is_in(), is_in(None), is_in(his.pk), is_in(10**12)) == (True, True, False, False)
    assert is_in(at=mine.expires_at - timedelta(microseconds=1))
    assert not is_in(at=mine.expires_at)
    Session.objects.filter(pk=mine.pk).update(revoked_at=now)
    assert (is_in(), is_in(None)) == (False, True)
    User.objects.filter(pk=cast.asha.pk).update(is_active=False)
    assert (is_in(), is_in(None)) == (False, False)
    assert not User.objects.logged_in(now, None, None).exists()


def test_who_belongs_to_a_builder_and_is_still_there(cast):
    here, gone, elsewhere = (
        MemberFactory(employer=cast.meera.builder),
        MemberFactory(employer=cast.meera.builder, is_active=False),
        MemberFactory(employer=cast.kiran.builder),
    )
    assert keys(User.objects.of_builder(cast.meera.pk)) == {cast.meera.pk, here.pk}
    assert keys(User.objects.of_builder(cast.kiran.pk)) == {cast.kiran.pk, elsewhere.pk}
    User.objects.filter(pk=cast.meera.pk).update(is_active=False)
    assert keys(User.objects.of_builder(cast.meera.pk)) == {here.pk}
    assert gone.pk not in keys(User.objects.of_builder(cast.meera.pk))


def test_whose_customer_somebody_is(cast):
    people = (cast.asha, cast.meera, cast.sana)
    assert [person.customer_id for person in people] == [cast.asha.pk, None, None]


def test_relating_twice_is_relating_once(people):
    relate(customer_id=people["asha"].pk, builder_id=people["meera"].pk)
    assert Customer.objects.for_user(people["meera"]).count() == 1
