"""Holds over HTTP."""

import pytest

from bookings import services
from projects.models import Claim

pytestmark = pytest.mark.django_db


def test_a_hold_is_taken_read_extended_and_released(as_, cast):
    api = as_(cast.asha)
    reply = api.post(f"/api/units/{cast.meera_unit.pk}/hold", content_type="application/json")
    assert reply.status_code == 201, reply.content
    hold = reply.json()
    assert {name: hold[name] for name in ("unit_id", "unit_number", "price", "is_live")} == {
        "unit_id": cast.meera_unit.pk,
        "unit_number": "A-101",
        "price": 7_500_000,
        "is_live": True,
    }
    url = f"/api/holds/{hold['id']}"
    assert api.get(url).json() == hold
    assert api.patch(url, {"minutes": 5}).json()["expires_at"] > hold["expires_at"]
    gone = api.delete(url)
    assert (gone.status_code, gone.json()) == (200, {"message": "The hold was released."})
    assert (api.get(url).json()["is_live"], api.get(url).json()["release_reason"]) == (
        False,
        "released",
    )
    again = api.delete(url)
    assert (again.status_code, again.json()["code"]) == (409, "hold_ended")


@pytest.mark.parametrize(("who", "status"), [("ravi", 404), ("kiran", 404), (None, 401)])
@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_R21_a_strangers_hold_does_not_exist(as_, cast, hold, who, status, method):
    person = getattr(cast, who) if who else None
    reply = getattr(as_(person), method)(f"/api/holds/{hold.pk}")
    assert reply.status_code == status
    before = hold.expires_at
    hold.refresh_from_db()
    assert (hold.released_at, hold.expires_at) == (None, before)


def test_a_refusal_says_nothing_about_who_holds(as_, cast, hold):
    reply = as_(cast.ravi).post(f"/api/units/{cast.meera_unit.pk}/hold")
    assert reply.status_code == 409
    body = reply.json()
    assert (body["code"], body["detail"], body["errors"]) == (
        "unit_not_available",
        "This unit is not available.",
        {},
    )
    assert "asha" not in reply.content.decode().lower()


def test_beyond_the_longest_life_the_answer_names_it(as_, cast, hold):
    reply = as_(cast.asha).patch(f"/api/holds/{hold.pk}", {"minutes": 500})
    assert (reply.status_code, reply.json()["code"]) == (422, "hold_limit")
    assert reply.json()["latest"].endswith("Z")


def test_what_was_paid_for_is_no_hold_any_more(as_, cast, paid):
    assert as_(cast.asha).get(f"/api/holds/{paid.claim_id}").status_code == 404


def test_the_unit_looks_reserved_and_then_free_again(as_, cast, hold):
    url = f"/api/units/{cast.meera_unit.pk}"
    assert as_(None).get(url).json()["status"] == "reserved"
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    assert as_(None).get(url).json()["status"] == "available"


def test_a_hold_takes_one_query(as_, cast, hold, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_(cast.asha).get(f"/api/holds/{hold.pk}").status_code == 200
    assert Claim.objects.count() == 1
