"""B2: many requests with one key at the same moment have one effect."""

from functools import partial

import pytest
from rest_framework.test import APIClient

from realestate.core.models import IdempotencyKey, SystemSetting
from tests.factories.accounts import CustomerFactory
from tests.races.support import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.core.probe")]
CONTENDERS = 30


def ask(user, index, *, headers):
    api = APIClient(raise_request_exception=False)
    api.force_authenticate(user)
    return api.post("/api/once", {"amount": 7.5}, headers=headers)


def test_B2_thirty_requests_with_one_key_have_one_effect():
    user = CustomerFactory().user
    replies = run_together(CONTENDERS, partial(ask, user, headers={"Idempotency-Key": "k-1"}))
    created = {reply.content for reply in replies if reply.status_code == 201}
    refused = {reply.json()["code"] for reply in replies if reply.status_code != 201}
    assert SystemSetting.objects.count() == 1
    assert len(created) == 1
    assert refused <= {"idempotency_in_progress"}
    assert IdempotencyKey.objects.get().attempt == 1
    again = ask(user, 0, headers={"Idempotency-Key": "k-1"})
    assert {again.content} == created


def test_B2_control_without_a_key_each_request_has_its_effect():
    user = CustomerFactory().user
    run_together(CONTENDERS, partial(ask, user, headers={}))
    assert SystemSetting.objects.count() == CONTENDERS
