"""What the tables promise, whoever writes to them."""

import pytest
from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError

from accounts.models import Relation, Session, User
from accounts.services import open_session
from tests.factories.accounts import (
    PASSWORD,
    BuilderFactory,
    CustomerFactory,
    StaffFactory,
    UserFactory,
)


@pytest.mark.parametrize(
    ("make", "constraint"),
    [
        (lambda: UserFactory(email="Upper@example.com"), "email_is_lower_case"),
        (lambda: [UserFactory(email="x@example.com") for _ in range(2)], "one_account_per_email"),
        (lambda: UserFactory(user_type="root"), "user_type_is_known"),
        (lambda: UserFactory(user_type="builder", is_staff=True), "only_staff_enter_the_admin"),
        (
            lambda: UserFactory(user_type="customer", is_superuser=True),
            "only_staff_enter_the_admin",
        ),
        (
            lambda: [BuilderFactory(license_number=text) for text in ("Lic-1", "LIC-1")],
            "one_builder_per_license",
        ),
        (lambda: BuilderFactory(company_name=""), "builder_has_a_name"),
        (lambda: CustomerFactory(first_name=""), "customer_has_a_name"),
        (
            lambda: CustomerFactory(preferred_contact_method="pigeon"),
            "preferred_contact_method_is_known",
        ),
    ],
)
def test_the_database_refuses(db, make, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make()


def test_one_relation_per_pair(db):
    customer, builder = CustomerFactory(), BuilderFactory()
    with pytest.raises(IntegrityError, match="one_relation_per_pair"):
        Relation.objects.bulk_create(
            [Relation(customer=customer, builder=builder) for _ in range(2)]
        )


def test_names(db):
    builder, customer, staff = (
        BuilderFactory(company_name="Homes"),
        CustomerFactory(),
        StaffFactory(),
    )
    lonely = UserFactory(user_type="customer", email="lonely@example.com")
    assert [str(builder), builder.user.get_full_name()] == ["Homes", "Homes"]
    assert str(customer) == customer.user.full_name == f"Test {customer.last_name}"
    assert (staff.full_name, staff.profile) == (staff.email, None)
    assert (lonely.full_name, lonely.profile) == ("lonely@example.com", None)
    assert (str(lonely), lonely.builder_id, lonely.customer_id) == (
        "lonely@example.com",
        None,
        lonely.pk,
    )
    open_session(user_id=staff.pk, password=staff.password)
    session = Session.objects.get()
    assert str(session) == f"session {session.pk} of user {staff.pk}"
    relation = Relation.objects.create(customer=customer, builder=builder)
    assert str(relation) == f"{customer.pk} – {builder.pk}"


def test_users_are_made_by_address(db):
    user = User.objects.create_user(" Mary@Example.com", PASSWORD, user_type="customer")
    assert User.objects.get_by_natural_key("MARY@example.COM") == user
    assert user.check_password(PASSWORD)
    boss = User.objects.create_superuser("boss@example.com", PASSWORD)
    assert (boss.user_type, boss.is_staff, boss.is_superuser) == ("staff", True, True)
    with pytest.raises(ObjectDoesNotExist):
        User.objects.get_by_natural_key(None)


def test_H10_no_account_comes_with_the_platform(db):
    """The database of the tests is what the migrations have made."""
    assert User.objects.count() == 0


def test_H10_accounts_have_no_hints_and_no_questions():
    words = {"hint", "question", "answer", "maiden", "pet"}
    names = {
        field.name
        for model in apps.get_app_config("accounts").get_models()
        for field in model._meta.get_fields()
    }
    assert len(names) > 30
    assert {name for name in names if words & set(name.split("_"))} == set()
