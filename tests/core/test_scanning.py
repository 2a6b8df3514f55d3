"""H10 (5.4.3): where there is a virus scanner, nothing that people send is kept before it has called it clean."""

import ast
import hashlib
import io
import logging
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from realestate.core.files import scanning
from realestate.core.models import AuditEntry, ImportRun, StoredFile
from realestate.settings.files import is_scanner
from tests.core.scanner import (
    FOUND,
    OK,
    TEST_VIRUS,
    deaf,
    hangs_up,
    honest,
    nobody,
    says,
    scanner,
    silent,
    slow,
    too_soon,
)
from tests.house.source import called_name, functions, sources
from tests.imports.sheets import UNIT_HEAD, csv_of, unit, xlsx_of
from tests.pictures import PDF, PNG, glb

pytestmark = pytest.mark.django_db
INFECTED = PDF + TEST_VIRUS
LARGE = PDF + bytes(9_000_000)  # more than the buffers between two programs hold


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def stored_files():
    return [path for path in Path(default_storage.location).rglob("*") if path.is_file()]


def nothing_is_kept():
    return (StoredFile.objects.count(), ImportRun.objects.count(), stored_files()) == (0, 0, [])


def send(api, content, name="proof.pdf", **form):
    body = {"file": SimpleUploadedFile(name, content), **form}
    return api.post("/api/files", body, format="multipart")


def import_sheet(api, project, content, name="units.csv", **headers):
    body = {
        "kind": "units",
        "project_id": project.pk,
        "file": SimpleUploadedFile(name, content),
    }
    return api.post("/api/imports", body, format="multipart", headers=headers)


# --- clean and found -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["tcp", "unix"])
def test_H10_a_clean_file_is_kept_and_was_looked_at_as_it_was_sent(
    cast, as_, settings, tmp_path, way
):
    with scanner(path=tmp_path / "clamd.ctl" if way == "unix" else None) as there:
        settings.CLAMD_ADDRESS = there.address
        for content, name in ((PDF, "a.pdf"), (PNG, "a.png"), (LARGE, "b.pdf")):
            assert send(as_(cast.asha), content, name).status_code == 201
        assert send(as_(cast.meera), glb(), "a.glb", purpose="model").status_code == 201
        sheets = [csv_of(UNIT_HEAD, unit("B-1")), xlsx_of(UNIT_HEAD, unit("B-2"))]
        for sheet, name in zip(sheets, ["u.csv", "u.xlsx"], strict=True):
            reply = import_sheet(as_(cast.meera), cast.meera_project, sheet, name)
            assert reply.status_code == 201
    assert there.seen == [PDF, PNG, LARGE, glb(), *sheets]
    with default_storage.open(StoredFile.objects.order_by("pk")[0].path) as kept:
        assert kept.read() == PDF


def test_H10_what_the_scanner_finds_is_refused_and_nothing_is_kept(cast, as_, settings, caplog):
    before = AuditEntry.objects.count()
    with scanner() as there, caplog.at_level(logging.WARNING):
        settings.CLAMD_ADDRESS = there.address
        reply = send(as_(cast.asha), INFECTED, "salary-of-asha.pdf")
    body = reply.json()
    assert (reply.status_code, body["code"]) == (422, "file_infected")
    assert body["detail"] == "The virus scanner found something in this file; it was not kept."
    assert nothing_is_kept()
    assert AuditEntry.objects.count() == before
    (line,) = [record for record in caplog.records if record.msg == "file_infected"]
    said = vars(line)
    assert said["account"] == cast.asha.pk
    assert said["sha256"] == hashlib.sha256(INFECTED).hexdigest()
    assert said["found"] == "Eicar-Test-Signature"
    assert not any("salary" in str(value) for value in said.values())


def test_H10_sheets_are_looked_at_before_they_are_opened(cast, as_, settings):
    with scanner() as there:
        settings.CLAMD_ADDRESS = there.address
        for content in (csv_of(UNIT_HEAD, unit(TEST_VIRUS.decode())), b"\x00" + TEST_VIRUS):
            reply = import_sheet(as_(cast.meera), cast.meera_project, content)
            assert (reply.status_code, reply.json()["code"]) == (422, "file_infected")
    assert nothing_is_kept()


def test_H10_pictures_are_looked_at_before_they_are_drawn_anew(cast, as_, settings):
    with scanner() as there:
        settings.CLAMD_ADDRESS = there.address
        reply = send(as_(cast.asha), PNG[:60] + TEST_VIRUS, "a.png")
    assert (reply.status_code, reply.json()["code"]) == (422, "file_infected")
    settings.CLAMD_ADDRESS = ""
    reply = send(as_(cast.asha), PNG[:60] + TEST_VIRUS, "a.png")
    assert reply.json()["code"] == "broken_picture"  # what the drawing would have said


def test_a_file_is_looked_at_and_left_from_its_beginning(cast, settings):
    with scanner() as there:
        settings.CLAMD_ADDRESS = there.address
        for content in (PDF, INFECTED):
            stream = io.BytesIO(content)
            stream.seek(3)
            with suppress(scanning.FileInfected):
                scanning.refuse_infected(stream, actor=cast.asha)
            assert stream.tell() == 0
    assert there.seen == [PDF, INFECTED]


def test_H10_the_back_office_asks_too(cast, settings):
    browser = Client()
    browser.force_login(cast.sana)
    content = csv_of(UNIT_HEAD, unit(TEST_VIRUS.decode()))
    body = {
        "kind": "units",
        "project": cast.meera_project.pk,
        "file": SimpleUploadedFile("units.csv", content),
    }
    with scanner() as there:
        settings.CLAMD_ADDRESS = there.address
        page = browser.post("/admin/core/importrun/add/", body)
    assert "The virus scanner found something" in page.content.decode()
    assert nothing_is_kept()


def test_H10_what_is_refused_anyway_does_not_trouble_the_scanner(cast, as_, settings):
    with scanner() as there:
        settings.CLAMD_ADDRESS = there.address
        assert send(as_(cast.asha), b"MZ" + TEST_VIRUS).json()["code"] == "unknown_file_type"
        assert send(as_(cast.asha), INFECTED, "a.png").json()["code"] == "file_name_mismatch"
        assert send(as_(cast.asha), glb(), purpose="model").status_code == 403
        reply = import_sheet(as_(cast.meera), cast.kiran_project, INFECTED)
        assert reply.status_code == 404
    assert there.calls == 0


def test_without_an_address_nobody_is_asked(cast, as_, settings):
    settings.CLAMD_ADDRESS = ""
    assert send(as_(cast.asha), INFECTED).status_code == 201


# --- a scanner that is away or mad -----------------------------------------------------------------------------------

MAD = {
    "an error": says(b"INSTREAM: Can't allocate memory ERROR\x00"),
    "an error about the stream": says(b"stream: Heuristics ERROR\x00"),
    "no answer of clamd": says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "nothing but an end": says(b"\x00"),
    "bytes that are no text": says(b"\xff\xfe\x00"),
    "an answer without an end": says(b"stream: OK"),
    "two answers": says(OK + FOUND),
    "an answer with something before it": says(b"1: stream: OK\x00"),
    "a finding with something before it": says(b"1: " + FOUND),
    "a very long answer": says(b"stream: " + b"A" * 100_000),
    "nothing, and it hangs up": hangs_up,
    "an OK before the end": too_soon(OK),
    "an error before the end": too_soon(b"INSTREAM size limit exceeded. ERROR\x00"),
}


@pytest.mark.parametrize("behave", MAD.values(), ids=MAD)
def test_H10_what_is_no_verdict_keeps_nothing(cast, as_, settings, behave):
    with scanner(behave) as there:
        settings.CLAMD_ADDRESS = there.address
        reply = send(as_(cast.asha), LARGE)
        assert there.calls == 1
        assert (reply.status_code, reply.json()["code"]) == (503, "scanner_unavailable")
        assert reply["Retry-After"] == "5"
        assert nothing_is_kept()
        there.behave = honest  # and goes on when the scanner is well again
        assert send(as_(cast.asha), PDF).status_code == 201


@pytest.mark.parametrize("behave", [silent, deaf, slow])
def test_H10_who_says_nothing_is_not_waited_for_long(cast, as_, settings, monkeypatch, behave):
    monkeypatch.setattr(scanning, "IN_ALL", 0.3)
    with scanner(behave) as there:
        settings.CLAMD_ADDRESS = there.address
        begun = time.monotonic()
        reply = send(as_(cast.asha), LARGE)
        took = time.monotonic() - begun
    assert (reply.status_code, reply.json()["code"]) == (503, "scanner_unavailable")
    assert took < 10
    assert nothing_is_kept()


def test_why_a_scanner_hung_up_is_a_line(cast, as_, settings, caplog):
    with scanner(too_soon(b"INSTREAM size limit exceeded. ERROR\x00")) as there:
        settings.CLAMD_ADDRESS = there.address
        send(as_(cast.asha), LARGE)
    (line,) = [line for line in caplog.records if line.msg == "scanner_not_understood"]
    said = "before the end of the file: INSTREAM size limit exceeded. ERROR"
    assert vars(line)["said"] == said


def test_H10_a_very_long_answer_is_not_taken_in_up_to_its_end(cast, as_, settings, caplog):
    with scanner(says(b"A" * 100_000 + b"\x00")) as there:
        settings.CLAMD_ADDRESS = there.address
        assert send(as_(cast.asha), PDF).json()["code"] == "scanner_unavailable"
    (line,) = [line for line in caplog.records if line.msg == "scanner_not_understood"]
    assert vars(line)["said"].startswith("too much: ")


@pytest.mark.parametrize("where", [nobody, lambda: "unix:///nowhere/clamd.ctl"])
def test_H10_without_the_scanner_nothing_is_kept(cast, as_, settings, caplog, where):
    settings.CLAMD_ADDRESS = where()
    for reply in (
        send(as_(cast.asha), PDF),
        import_sheet(as_(cast.meera), cast.meera_project, csv_of(UNIT_HEAD, unit("B-1"))),
    ):
        assert (reply.status_code, reply.json()["code"]) == (503, "scanner_unavailable")
    assert nothing_is_kept()
    assert len([line for line in caplog.records if line.msg == "scanner_not_reached"]) == 2


def test_the_times_are_those_that_the_page_says():
    assert (scanning.TO_CONNECT, scanning.IN_ALL) == (1.0, 30.0)


# --- where it stands -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_H10_no_transaction_is_open_while_the_scanner_looks(cast, as_, settings):
    """Another connection asks who has one open, in the middle of the stream."""
    found = []

    def looks(there, line):
        content = there.read(line)
        with connection.cursor() as cursor:  # of this thread, so another one
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            )
            found.append(cursor.fetchone()[0])
        connection.close()
        line.sendall(FOUND if TEST_VIRUS in content else OK)

    with scanner(looks) as there:
        settings.CLAMD_ADDRESS = there.address
        assert send(as_(cast.asha), PDF).status_code == 201
        sheet = csv_of(UNIT_HEAD, unit("B-1"))
        headers = {"Idempotency-Key": "one"}
        reply = import_sheet(as_(cast.meera), cast.meera_project, sheet, **headers)
        assert reply.status_code == 201
    assert found == [0, 0]


# Who keeps files: what people send passes by the scanner, what we have made ourselves need not.
SENT, OURS = "sent", "ours"
KEEPERS = {
    "bookings/services/agreements.py": OURS,
    "payments/services/letters.py": OURS,
    "realestate/core/files/uploads.py": SENT,
    "realestate/core/imports/runs.py": SENT,
    "realestate/management/demo/stock.py": OURS,
}


def calls(function):
    """Names that a function calls, in the order of their lines."""
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return [called_name(node) for node in sorted(found, key=lambda node: node.lineno)]


def test_H10_whoever_keeps_what_people_send_asks_the_scanner_first():
    keepers = {}
    for source in sources():
        for function in functions(source.tree):
            names = calls(function)
            if "store_file" in names:
                before = names[: names.index("store_file")]
                keepers[source.name] = SENT if "refuse_infected" in before else OURS
    assert keepers == KEEPERS


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("tcp://clamav:3310", True),
        ("tcp://[::1]:3310", True),
        ("unix:///run/clamav/clamd.ctl", True),
        ("tcp://clamav", False),
        ("tcp://clamav:port", False),
        ("tcp://:3310", False),
        ("tcp://clamav:3310/path", False),
        ("tcp://user@clamav:3310", False),
        ("tcp://clamav:3310?x=1", False),
        ("unix:///run/clamd.ctl#x", False),
        ("unix://run/clamd.ctl", False),
        ("unix:///", False),
        ("http://clamav:3310", False),
        ("/run/clamav/clamd.ctl", False),
        ("clamav:3310", False),
    ],
)
def test_an_address_of_a_scanner(address, good):
    assert is_scanner(urlsplit(address)) is good
