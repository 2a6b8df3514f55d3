"""D21: a flood of logins does not take all processors."""

from contextlib import ExitStack
from threading import BoundedSemaphore

import pytest

from accounts.services import hashing
from realestate.core.errors import ServiceUnavailable
from tests.factories.accounts import PASSWORD, CustomerFactory


def test_without_a_free_slot_the_answer_is_503(api, db, monkeypatch):
    user = CustomerFactory().user
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 0.01)
    taken = 0
    while hashing._slots.acquire(blocking=False):
        taken += 1
    assert taken >= 1
    try:
        reply = api.post("/api/auth/login", {"email": user.email, "password": PASSWORD})
        assert (reply.status_code, reply["Retry-After"]) == (503, "5")
    finally:
        for _ in range(taken):
            hashing._slots.release()
    assert (
        api.post("/api/auth/login", {"email": user.email, "password": PASSWORD}).status_code == 200
    )


def test_a_slot_is_freed_by_a_failure_too(db):
    def fail():
        with hashing.hashing_slot():
            raise ValueError("the hasher broke")

    for _ in range(100):
        with pytest.raises(ValueError, match="broke"):
            fail()
    with hashing.hashing_slot():
        pass


def test_slots_are_asked_for_each_time(db, monkeypatch):
    monkeypatch.setattr(hashing, "LONGEST_WAIT", 0.01)
    held = []
    while hashing._slots.acquire(blocking=False):
        held.append(1)
    try:
        with pytest.raises(ServiceUnavailable):
            hashing.hashed("x")
        with pytest.raises(ServiceUnavailable):
            hashing.matches(None, "x")
    finally:
        for _ in held:
            hashing._slots.release()


def test_E5_one_thread_of_a_process_is_never_for_passwords(api, db, settings):
    user = CustomerFactory().user
    body = {"email": user.email, "password": PASSWORD}
    with ExitStack() as others:
        for _ in range(max(1, settings.WEB_THREADS - 1)):
            assert hashing._threads.acquire(blocking=False)
            others.callback(hashing._threads.release)
        # There is a slot, but no thread that may wait for it.
        reply = api.post("/api/auth/login", body)
        assert (reply.status_code, reply["Retry-After"]) == (503, "5")
    assert api.post("/api/auth/login", body).status_code == 200


def test_E4_who_was_not_looked_at_was_not_counted(api, db, monkeypatch):
    user = CustomerFactory().user
    body = {"email": user.email, "password": PASSWORD}
    with monkeypatch.context() as flooded:
        flooded.setattr(hashing, "_threads", BoundedSemaphore(1))
        hashing._threads.acquire()
        assert {api.post("/api/auth/login", body).status_code for _ in range(40)} == {503}
    assert api.post("/api/auth/login", body).status_code == 200
