"""Seals: whatever the owner of the database does to rows that are sealed is found (I11)."""

import threading

import pytest
from django.db import connection, connections

from realestate import sealing
from realestate.core.models import AuditEntry, Seal
from realestate.core.transactions import service
from realestate.integrity import run_checks

TAMPERING = {
    "change": "UPDATE core_auditentry SET reason = 'other' WHERE id = {0}",
    "change of a value": "UPDATE core_auditentry SET after = '{{\"n\": 9}}' WHERE id = {0}",
    "delete": "DELETE FROM core_auditentry WHERE id = {0}",
    "delete the last": "DELETE FROM core_auditentry WHERE id = {1}",
    "insert": "INSERT INTO core_auditentry (id, object_type, object_id, action, before, after, reason, request_id)"
    " SELECT id + 1, object_type, object_id, action, before, after, reason, request_id FROM core_auditentry"
    " WHERE id = {1} - 2",
    "reorder": "UPDATE core_auditentry SET id = CASE id WHEN {0} THEN 0 ELSE {0} END WHERE id IN ({0}, {0} + 1);"
    " UPDATE core_auditentry SET id = {0} + 1 WHERE id = 0",
}


def entries(count: int) -> list[int]:
    rows = [
        AuditEntry.objects.create(object_type="test", object_id=n, action="true", after={"n": n})
        for n in range(count)
    ]
    return [row.pk for row in rows]


def as_owner(statement: str, *keys: int) -> None:
    """Somebody who can switch triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement.format(*keys))
        cursor.execute("SET LOCAL session_replication_role = origin")


def names(stream: str = "core_auditentry") -> list[tuple[int, int]]:
    seals = Seal.objects.filter(stream=stream).order_by("pk")
    return list(seals.values_list("last_id", "rows"))


@pytest.mark.django_db
def test_what_is_there_is_sealed_once_and_what_comes_later_under_the_next_seal(monkeypatch):
    monkeypatch.setattr(sealing, "ROWS_PER_SEAL", 2)
    keys = entries(3)
    assert sealing.seal_all()["core_auditentry"] == 3
    assert sealing.seal_all()["core_auditentry"] == 0
    assert names() == [(keys[1], 2), (keys[2], 1)]
    more = entries(1)
    sealing.seal_all()
    assert names()[-1] == (more[0], 1)
    assert sealing.broken_seals() == []


@pytest.mark.django_db
@pytest.mark.parametrize("place", range(9))
@pytest.mark.parametrize("deed", TAMPERING)
def test_I11_tampering_is_found(deed, place):
    gap = entries(12)
    as_owner("DELETE FROM core_auditentry WHERE id = {0}", gap[10])  # a rolled-back entry's key
    sealing.seal_all()
    assert sealing.broken_seals() == []
    as_owner(TAMPERING[deed], gap[place], gap[11])
    assert sealing.broken_seals() == [f"core_auditentry up to {gap[11]}"]


@pytest.mark.django_db
def test_I11_a_seal_cannot_be_made_without_the_platforms_key(settings):
    entries(1)
    settings.SECRET_KEY = "x" * 60
    sealing.seal_all()
    assert len(sealing.broken_seals()) == 0
    settings.SECRET_KEY = "y" * 60
    assert sealing.broken_seals() == [
        str(seal) for seal in Seal.objects.filter(stream="core_auditentry")
    ]
    settings.SECRET_KEY_FALLBACKS = ["x" * 60]  # it was changed in good order
    assert sealing.broken_seals() == []


@pytest.mark.django_db
def test_I11_a_seal_stands_on_the_one_before_it(monkeypatch):
    monkeypatch.setattr(sealing, "ROWS_PER_SEAL", 2)
    keys = entries(4)
    sealing.seal_all()
    as_owner("DELETE FROM core_seal WHERE last_id = {0}", keys[1])
    assert sealing.broken_seals() == [f"core_auditentry up to {keys[3]}"]


@pytest.mark.django_db
def test_the_nightly_check_reads_the_seals():
    (key,) = entries(1)
    sealing.seal_all()
    as_owner("UPDATE core_auditentry SET reason = 'other' WHERE id = {0}", key)
    assert [f.check.name for f in run_checks() if not f.is_good] == ["records_are_as_sealed"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_is_still_being_written_is_waited_for_and_blocks_nobody(monkeypatch):
    written, may_end = threading.Event(), threading.Event()

    def slow_writer() -> None:
        @service
        def write() -> None:
            entries(1)
            written.set()
            assert may_end.wait(20)

        try:
            write()
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    try:
        assert written.wait(20)
        # A higher key, and committed first: nobody waits for the seal or the writer.
        later = entries(1)
        monkeypatch.setattr(sealing, "PATIENCE", 0.2)
        assert sealing.seal_all()["core_auditentry"] == 0
    finally:
        may_end.set()
        writer.join()
    assert sealing.seal_all()["core_auditentry"] == 2
    assert names() == [(later[0], 2)]
