"""The PDF engine: data is data, each document has a process of its own, and trouble has a name."""

import json
import signal
import subprocess
import sys
from threading import BoundedSemaphore

import pytest

from realestate.core import documents
from realestate.core.documents import DocumentFailed, render_pdf, render_pdfs
from realestate.core.errors import ServiceUnavailable

SHELL = {"title": "T", "reference": "R", "footer": "F", "seller": {"name": "S", "lines": []}}


ENDLESS = "#for a in range(100000) { for b in range(100000) { let c = calc.sin(a + b) } }"


@pytest.fixture
def template(tmp_path):
    def write(text: str):
        path = tmp_path / "template.typ"
        path.write_text(text)
        return path

    return write


def test_the_same_template_and_data_give_the_same_bytes(template):
    path = template("#letterhead(data.seller) #data.text")
    pdf = render_pdf(path, SHELL | {"text": "₹ 1,00,000"})
    assert pdf[:5] == b"%PDF-"
    assert pdf == render_pdf(path, SHELL | {"text": "₹ 1,00,000"})
    assert pdf != render_pdf(path, SHELL | {"text": "₹ 1,00,001"})


def test_many_documents_from_one_child_are_those_that_come_one_by_one(template):
    path = template("#data.text")
    contents = [SHELL | {"text": text} for text in ("one", "two", "three")]
    assert render_pdfs(path, contents) == [render_pdf(path, content) for content in contents]
    assert render_pdfs(path, []) == []


def test_one_broken_document_among_many_is_told(template):
    path = template("#data.text")
    with pytest.raises(DocumentFailed, match="dictionary does not contain key"):
        render_pdfs(path, [SHELL | {"text": "one"}, SHELL])


def test_a_document_reads_the_files_that_it_is_given_by_their_last_name(template):
    path = template('#read("a.txt")')
    given = render_pdf(path, SHELL, {"../../a.txt": b"of ours"})
    assert given == render_pdf(template("of ours"), SHELL)


def test_the_day_of_a_document_is_its_own(template):
    pdf = render_pdf(template("x"), SHELL | {"day": [2026, 1, 5]})
    assert b"D:20260105" in pdf
    assert b"D:1970" not in render_pdf(template("x"), SHELL)


def test_text_is_never_code(template):
    path = template("#data.text")
    text = '#panic("executed") $x$ #read("/etc/passwd") \\ " @x <y> *z*'
    assert render_pdf(path, SHELL | {"text": text})[:5] == b"%PDF-"


def test_a_document_reads_no_file(template):
    for name in ("/etc/passwd", "../../etc/passwd", "house.typ"):
        with pytest.raises(DocumentFailed):
            render_pdf(template(f'#read("{name}")'), SHELL)


def test_a_broken_template_says_where(template):
    with pytest.raises(DocumentFailed, match="unknown variable"):
        render_pdf(template("#nothing-of-this-name"), SHELL)


def test_long_tables_break_across_pages(template):
    path = template('#amounts(("a", "b", "c", "d"), data.rows, ("Total", "5"))')
    rows = [[str(number), "x", "y", "1"] for number in range(200)]
    pdf = render_pdf(path, SHELL | {"rows": rows})
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type/Page/") > 3


def test_a_document_that_takes_too_long_is_given_up(template, monkeypatch):
    monkeypatch.setattr(documents, "TIMEOUT", 1)
    with pytest.raises(ServiceUnavailable):
        render_pdf(template(ENDLESS), SHELL)
    assert render_pdf(template("x"), SHELL)[:5] == b"%PDF-"  # its place is free again


def test_when_all_places_are_taken_the_caller_is_told(template, monkeypatch):
    monkeypatch.setattr(documents, "TIMEOUT", 0.01)
    monkeypatch.setattr(documents, "_slots", BoundedSemaphore(1))
    documents._slots.acquire()
    with pytest.raises(ServiceUnavailable):
        render_pdf(template("x"), SHELL)


def test_the_compiler_ends_by_itself_when_nobody_waits_for_it():
    order = json.dumps({"source": ENDLESS, "documents": ["{}"]}).encode()
    done = subprocess.run(
        [sys.executable, "-I", str(documents.COMPILER), "1"],
        input=order,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == -signal.SIGALRM
    assert not done.stdout
