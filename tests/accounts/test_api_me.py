"""One's own account over HTTP (contract 7.1): read and edited at ``/api/auth/me``."""

from realestate.core.models import AuditEntry


def test_me_needs_a_token(api, db):
    for method in ("get", "patch"):
        reply = getattr(api, method)("/api/auth/me")
        assert (reply.status_code, reply.json()["code"]) == (401, "not_authenticated")
        assert reply["WWW-Authenticate"] == 'Bearer realm="api"'


def test_me_costs_two_queries(cast, log_in, bearer, django_assert_num_queries):
    client = bearer(log_in(cast.asha)["access_token"])
    with django_assert_num_queries(2):  # the session with its user; the user with its profile
        assert client.get("/api/auth/me").status_code == 200


def test_a_customer_edits_the_profile(cast, as_):
    changes = {
        "first_name": "Aisha",
        "last_name": "",
        "phone": "+44 20 7946 0000",
        "address": "2 Hill Street",
        "date_of_birth": "1991-02-03",
        "preferred_contact_method": "phone",
    }
    reply = as_(cast.asha).patch("/api/auth/me", changes)
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert {name: body[name] for name in changes} == changes
    assert body["full_name"] == "Aisha"
    assert as_(cast.asha).get("/api/auth/me").json() == body
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.before["first_name"]) == (
        "updated",
        cast.asha.pk,
        "Asha",
    )


def test_a_builder_edits_the_profile(cast, as_):
    changes = {
        "company_name": "Meera & Sons",
        "phone": "022 555 1234",
        "address": "3 Marine Drive",
        "website": "https://meera.example",
        "description": "Homes.",
        "logo_url": "https://meera.example/l.png",
    }
    body = as_(cast.meera).patch("/api/auth/me", changes).json()
    assert {name: body[name] for name in changes} == changes


def test_an_empty_patch_changes_nothing(cast, as_):
    before = as_(cast.asha).get("/api/auth/me").json()
    assert as_(cast.asha).patch("/api/auth/me", {}).json() == before
    assert as_(cast.asha).patch("/api/auth/me").json() == before
    assert AuditEntry.objects.count() == 0


def test_D23_account_and_flags_cannot_be_set(cast, as_):
    before = as_(cast.asha).get("/api/auth/me").json()
    sent = {
        "id": 1,
        "user_id": 1,
        "user": 1,
        "user_type": "staff",
        "email": "other@example.com",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "is_verified": True,
        "email_verified_at": "2026-01-01",
        "verified": True,
        "password": "x",
        "builder_id": 1,
        "company_name": "Mine",
        "license_number": "X",
        "created_at": "2020-01-01",
        "last_login": None,
    }
    assert as_(cast.asha).patch("/api/auth/me", sent).json() == before
