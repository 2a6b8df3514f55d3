"""Idempotency-Key (R0, B2–B4): the first answer again, never the effect again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from realestate.core import clock
from realestate.core.api import idempotency
from realestate.core.api.idempotency import IdempotencyInProgress, answer_once, purge_keys, reserve
from realestate.core.enums import KeyState
from realestate.core.errors import Conflict
from realestate.core.models import IdempotencyKey, NumberSeries, SystemSetting
from tests.core import probe
from tests.factories.accounts import CustomerFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.core.probe"),
    pytest.mark.unaudited("the effect that is counted is an invention"),
]


@pytest.fixture
def asha():
    return CustomerFactory().user


@pytest.fixture
def post(asha):
    return poster(asha)


def poster(user):
    api = APIClient(raise_request_exception=False)
    if user is not None:
        api.force_authenticate(user)

    def post(key, body=None, path="/api/once"):
        headers = {} if key is None else {"Idempotency-Key": key}
        return api.post(path, {"amount": 7.5} if body is None else body, headers=headers)

    return post


def effects():
    return SystemSetting.objects.count()


def test_R0_the_same_key_and_body_give_the_first_answer_byte_for_byte(post):
    first, again = post("k-1"), post("k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert effects() == 1


def test_R0_the_order_of_the_bodys_keys_does_not_matter(post):
    assert post("k-1", {"a": 1, "b": 2}).content == post("k-1", {"b": 2, "a": 1}).content
    assert effects() == 1


def test_R0_the_same_key_with_another_body_is_refused(post):
    post("k-1")
    reply = post("k-1", {"amount": 8})
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_mismatch")
    assert effects() == 1


def test_R0_while_the_first_is_running_the_second_waits(post, asha):
    reserve(asha.pk, "POST /api/once", "k-1", "0" * 64)
    IdempotencyKey.objects.update(fingerprint=fingerprint_of(post))
    reply = post("k-1")
    assert (reply.status_code, reply.json()["code"]) == (409, "idempotency_in_progress")
    assert reply["Retry-After"] == "1"
    assert effects() == 0


def fingerprint_of(post):
    """What a plain request's body is remembered by."""
    post("probe-of-the-fingerprint")
    fingerprint = IdempotencyKey.objects.get(key="probe-of-the-fingerprint").fingerprint
    SystemSetting.objects.all().delete()
    return fingerprint


def test_without_a_key_every_request_has_its_effect(post):
    assert [post(None).status_code, post(None).status_code] == [201, 201]
    assert effects() == 2
    assert not IdempotencyKey.objects.exists()


def test_a_key_belongs_to_its_user(post):
    other = poster(CustomerFactory().user)
    assert post("k-1").json()["number"] == 1
    assert other("k-1").json()["number"] == 2
    assert other("k-1", {"amount": 8}).status_code == 422
    assert effects() == 2


def test_a_key_belongs_to_its_route(post):
    assert post("k-1").json()["number"] == 1
    assert post("k-1", path="/api/once/other").json()["number"] == 2


def test_a_key_survives_a_new_token(post, asha):
    first = post("k-1")
    assert poster(asha)("k-1").content == first.content


def test_without_a_login_there_is_nobody_whose_key_it_could_be():
    anonymous = poster(None)
    assert [anonymous("k-1").status_code, anonymous("k-1").status_code] == [201, 201]
    assert not IdempotencyKey.objects.exists()


def test_a_refusal_leaves_neither_effect_nor_key(post):
    reply = post("k-1", {"fail": True})
    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    assert effects() == 0
    assert not IdempotencyKey.objects.exists()
    assert post("k-1", {"fail": False}).status_code == 201


def test_a_crash_leaves_neither_effect_nor_key(post, monkeypatch):
    def crash(**_more):
        SystemSetting.objects.create(key="test.crash", value=1)
        raise ZeroDivisionError

    with monkeypatch.context() as context:
        context.setattr(probe, "store", crash)
        assert post("k-1").status_code == 500
    assert effects() == 0
    assert post("k-1").status_code == 201


@pytest.mark.parametrize("key", ["x", "k" * 255, "6f1c-A_z.~:/+= {}", "!"])
def test_keys_that_are_accepted(post, key):
    assert post(key).status_code == 201
    assert post(key)["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "k" * 256, "a,b", "k\tk", "schlüssel", "k\x7f"])
def test_keys_that_are_refused(post, key):
    reply = post(key)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid")
    assert effects() == 0


def test_a_body_of_any_depth_that_is_accepted_can_be_remembered(post):
    deep: dict = {}
    for _level in range(48):
        deep = {"a": deep}
    assert post("k-1", deep).status_code == 201
    assert post("k-1", deep)["Idempotent-Replayed"] == "true"


# --- leases ----------------------------------------------------------------------------------------------------------


def test_B4_after_the_lease_a_retry_takes_over(post, asha, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    fingerprint = fingerprint_of(post)
    reserve(asha.pk, "POST /api/once", "k-1", fingerprint)  # and then its process died
    time_machine.shift(timedelta(seconds=59))
    assert post("k-1").status_code == 409
    time_machine.shift(timedelta(seconds=1))
    reply = post("k-1")
    assert reply.status_code == 201
    entry = IdempotencyKey.objects.get(key="k-1")
    assert (entry.attempt, entry.state, effects()) == (2, KeyState.FINISHED, 1)
    assert post("k-1").content == reply.content


def test_B4_control_a_key_that_is_held_for_ever_is_never_free(post, asha, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    reserve(asha.pk, "POST /api/once", "k-1", fingerprint_of(post))
    IdempotencyKey.objects.filter(key="k-1").update(lease_until="9999-01-01T00:00:00Z")
    time_machine.shift(timedelta(days=1))
    reply = post("k-1")
    assert (reply.status_code, reply.json()["code"]) == (409, "idempotency_in_progress")


def test_D11_a_slow_first_runner_cannot_finish_after_a_take_over(post, asha, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    fingerprint = fingerprint_of(post)
    slow = reserve(asha.pk, "POST /api/once", "k-1", fingerprint)
    time_machine.shift(idempotency.LEASE)
    assert post("k-1").status_code == 201

    def late_effect():
        probe.store(key="test.late", value=1)

    with pytest.raises(IdempotencyInProgress):
        answer_once(slow, lambda: late_effect() or reply_of(201))
    idempotency.release(slow)
    assert effects() == 1
    assert not SystemSetting.objects.filter(key="test.late").exists()
    assert IdempotencyKey.objects.get(key="k-1").state == KeyState.FINISHED


def reply_of(status):
    return probe.Response({"late": True}, status=status)


def test_a_failing_second_runner_leaves_the_key_to_nobody(post, asha, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z", tick=False)
    fingerprint = fingerprint_of(post)
    reserve(asha.pk, "POST /api/once", "k-1", fingerprint)
    time_machine.shift(idempotency.LEASE)
    second = reserve(asha.pk, "POST /api/once", "k-1", fingerprint)

    def refuse():
        raise Conflict

    with pytest.raises(Conflict):
        answer_once(second, refuse)
    idempotency.release(second)
    assert not IdempotencyKey.objects.filter(key="k-1").exists()


def test_old_keys_are_purged(post):
    post("old")
    post("new")
    IdempotencyKey.objects.filter(key="old").update(
        created_at=clock.now() - idempotency.KEEP - timedelta(seconds=1)
    )
    assert purge_keys() == 1
    assert [entry.key for entry in IdempotencyKey.objects.all()] == ["new"]
    assert purge_keys() == 0


def test_R0_what_is_no_json_and_no_file_is_compared_by_its_text():
    assert idempotency._as_text(Decimal("1.50")) == "1.50"  # no parser of ours makes one today


def test_a_series_says_what_it_numbers():
    row = NumberSeries(series="receipt", scope_id=7, period="2026-27", last=3)
    assert str(row) == "receipt 7 2026-27"
