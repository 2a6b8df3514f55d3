"""Profiles of builders and customers: who sees and changes what (contract 1, R21)."""

from typing import Any

import pytest

from accounts import services
from accounts.models import Builder, Customer
from realestate.core.models import AuditEntry
from tests.factories.accounts import BuilderFactory, CustomerFactory

PUBLIC = {
    "id",
    "user_id",
    "full_name",
    "company_name",
    "rating",
    "total_projects",
    "verified",
    "website",
    "description",
    "logo_url",
}
INSIDE = PUBLIC | {"email", "license_number", "phone", "address", "created_at", "updated_at"}
CONTACT = {
    "id",
    "user_id",
    "full_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "address",
    "preferred_contact_method",
    "created_at",
    "updated_at",
}


@pytest.mark.parametrize(
    ("person", "fields"),
    [
        (None, PUBLIC),
        ("asha", PUBLIC),
        ("kiran", PUBLIC),
        ("meera", INSIDE),
        ("sana", INSIDE),
    ],
)
def test_D6_licence_phone_and_address_are_not_for_everybody(cast, as_, person, fields):
    client = as_(getattr(cast, person) if person else None)
    reply = client.get(f"/api/builders/{cast.meera.pk}")
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert set(body) == fields
    assert (body["id"], body["user_id"], body["full_name"], body["company_name"]) == (
        cast.meera.pk,
        cast.meera.pk,
        "Meera Homes",
        "Meera Homes",
    )


@pytest.mark.parametrize(
    ("person", "status", "fields"),
    [
        (None, 401, None),
        ("asha", 200, CONTACT | {"date_of_birth"}),
        ("sana", 200, CONTACT | {"date_of_birth"}),
        ("meera", 200, CONTACT),
        ("ravi", 404, None),
        ("kiran", 404, None),
    ],
)
def test_R21_a_customer_is_seen_by_who_has_dealt_with_it(cast, as_, person, status, fields):
    services.relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    services.relate(customer_id=cast.ravi.pk, builder_id=cast.kiran.pk)
    reply = as_(getattr(cast, person) if person else None).get(f"/api/customers/{cast.asha.pk}")
    assert reply.status_code == status
    if fields:
        assert set(reply.json()) == fields
        assert (reply.json()["full_name"], reply.json()["email"]) == (
            "Asha Rao",
            "asha@example.com",
        )


@pytest.mark.parametrize(
    ("kind", "person", "status"),
    [
        ("builders", None, 401),
        ("builders", "meera", 200),
        ("builders", "sana", 200),
        ("builders", "kiran", 404),
        ("builders", "asha", 403),
        ("customers", None, 401),
        ("customers", "asha", 200),
        ("customers", "sana", 200),
        ("customers", "ravi", 404),
        ("customers", "meera", 403),
    ],
)
def test_only_the_owner_and_staff_edit(cast, as_, kind, person, status):
    services.relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    owner = {"builders": cast.meera, "customers": cast.asha}[kind]
    client = as_(getattr(cast, person) if person else None)
    reply = client.patch(f"/api/{kind}/{owner.pk}", {"phone": "022 123456"})
    assert reply.status_code == status, reply.content
    model: Any = {"builders": Builder, "customers": Customer}[kind]
    changed = model.objects.get(pk=owner.pk).phone == "022 123456"
    assert changed is (status == 200)
    assert AuditEntry.objects.count() == (1 if status == 200 else 0)
    if status == 200:
        assert reply.json()["phone"] == "022 123456"


@pytest.mark.parametrize("kind", ["builders", "customers"])
@pytest.mark.parametrize("missing", [0, 999_999, 2**63, 10**40])
def test_missing_ones_are_404(cast, as_, kind, missing):
    for method in ("get", "patch"):
        reply = getattr(as_(cast.sana), method)(f"/api/{kind}/{missing}")
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


def test_D4_a_foreign_customer_reads_like_a_missing_one(cast, as_):
    foreign = as_(cast.ravi).get(f"/api/customers/{cast.asha.pk}").json()
    missing = as_(cast.ravi).get("/api/customers/999999").json()
    assert {**foreign, "request_id": ""} == {**missing, "request_id": ""}


def test_ids_of_one_kind_are_not_taken_for_another(cast, as_):
    assert as_(cast.sana).get(f"/api/customers/{cast.meera.pk}").status_code == 404
    assert as_(cast.sana).get(f"/api/builders/{cast.asha.pk}").status_code == 404
    assert as_(cast.asha).get(f"/api/builders/{cast.asha.pk}").status_code == 404


def test_an_inactive_builder_is_gone_for_all_but_staff(cast, as_):
    cast.meera.is_active = False
    cast.meera.save()
    path = f"/api/builders/{cast.meera.pk}"
    assert as_(None).get(path).status_code == 404
    assert as_(cast.sana).get(path).status_code == 200


def test_a_changed_licence_has_to_be_checked_again(cast, as_):
    Builder.objects.update(verified=True)
    meera, path = as_(cast.meera), f"/api/builders/{cast.meera.pk}"
    licence = cast.meera.builder.license_number
    same = meera.patch(path, {"license_number": licence, "phone": "022 123456"}).json()
    assert same["verified"] is True
    changed = meera.patch(path, {"license_number": "NEW-77"}).json()
    assert (changed["license_number"], changed["verified"]) == ("NEW-77", False)
    Builder.objects.update(verified=True)
    by_staff = as_(cast.sana).patch(path, {"license_number": "NEW-78"}).json()
    assert (by_staff["license_number"], by_staff["verified"]) == ("NEW-78", True)


def test_a_licence_of_another_is_refused(cast, as_):
    other = cast.kiran.builder.license_number
    reply = as_(cast.meera).patch(
        f"/api/builders/{cast.meera.pk}", {"license_number": other.lower()}
    )
    assert (reply.status_code, reply.json()["code"]) == (409, "license_taken")
    assert Builder.objects.get(pk=cast.meera.pk).license_number != other.lower()


def test_ones_own_licence_may_change_its_case(cast, as_):
    mine = cast.meera.builder.license_number
    reply = as_(cast.meera).patch(
        f"/api/builders/{cast.meera.pk}", {"license_number": mine.lower()}
    )
    assert reply.json()["license_number"] == mine.lower()


@pytest.mark.parametrize("person", ["meera", "sana"])
def test_D23_flags_and_figures_cannot_be_set(cast, as_, person):
    path = f"/api/builders/{cast.meera.pk}"
    before = as_(cast.sana).get(path).json()
    sent = {
        "id": 1,
        "user_id": 1,
        "verified": True,
        "rating": 5,
        "total_projects": 99,
        "email": "x@example.com",
        "full_name": "X",
        "created_at": "2020-01-01",
    }
    assert as_(getattr(cast, person)).patch(path, sent).json() == before


@pytest.mark.parametrize(
    ("kind", "person"),
    [("builders", None), ("builders", "meera"), ("customers", "asha"), ("customers", "meera")],
)
def test_a_profile_costs_one_query(cast, as_, django_assert_num_queries, kind, person):
    services.relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    for _ in range(3):
        other = CustomerFactory()
        services.relate(customer_id=other.pk, builder_id=cast.meera.pk)
        BuilderFactory()
    owner = {"builders": cast.meera, "customers": cast.asha}[kind]
    client = as_(getattr(cast, person) if person else None)
    with django_assert_num_queries(1):
        assert client.get(f"/api/{kind}/{owner.pk}").status_code == 200


def test_head_is_answered_like_get(cast, as_):
    assert as_(None).head(f"/api/builders/{cast.meera.pk}").status_code == 200
    assert as_(cast.asha).head("/api/auth/me").status_code == 200
    assert as_(None).head("/api/auth/me").status_code == 401
