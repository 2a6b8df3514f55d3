"""R21: who may see and change whom."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Builder, Customer, Session, User
from accounts.services import open_session, relate


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


def test_relating_twice_is_relating_once(people):
    relate(customer_id=people["asha"].pk, builder_id=people["meera"].pk)
    assert Customer.objects.for_user(people["meera"]).count() == 1
