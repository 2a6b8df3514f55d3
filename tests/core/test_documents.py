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
from realestate.core.papers import LEFT, RIGHT, table, with_working
from tests.payments.papers import needs_pdftotext, pages_of

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


@pytest.mark.parametrize(
    "text",
    [
        "{{7*7}}",
        "{% include '/etc/passwd' %}",
        "#read('/etc/passwd')",
        '#import "@preview/x:1.0.0"',
        "$ 7 * 7 $",
        '#eval("7 * 7")',
        "file:///etc/passwd",
        "https://evil.example/x.css",
        "*bold* _it_ = head - item / x: y",
        "<label> @label \\ ~ // no comment",
        "`code` ```raw``` #[x] #{x}",
        "=HYPERLINK(1)",
    ],
)
def test_G6_what_people_write_is_printed_to_the_letter(template, text):
    literal = json.dumps(text)  # as Typst writes texts too
    given = SHELL | {"text": text}
    assert render_pdf(template("#data.text"), given) == render_pdf(template(f"#{literal}"), given)


def test_G6_control_the_same_text_as_code_is_something_else(template):
    given = SHELL | {"text": "#(7 * 7)"}
    assert render_pdf(template("#data.text"), given) != render_pdf(template("#(7 * 7)"), given)


def test_a_document_reads_no_file(template):
    for name in ("/etc/passwd", "../../etc/passwd", "house.typ"):
        with pytest.raises(DocumentFailed):
            render_pdf(template(f'#read("{name}")'), SHELL)


def test_a_broken_template_says_where(template):
    with pytest.raises(DocumentFailed, match="unknown variable"):
        render_pdf(template("#nothing-of-this-name"), SHELL)


def test_long_tables_break_across_pages(template):
    path = template("#figures(data.lines)")
    columns = (("Item", "1fr", LEFT), ("Amount", "auto", RIGHT))
    lines = table(columns, [(str(number), "1") for number in range(200)], [("Total", "200")])
    pdf = render_pdf(path, SHELL | {"lines": lines})
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


@needs_pdftotext
def test_a_total_never_stands_alone_on_a_page(template):
    path = template("#figures(data.lines)")
    columns = (("Item", "1fr", LEFT), ("Amount", "auto", RIGHT))
    counts = range(40, 52)  # somewhere among them a page is full
    tables = [
        table(columns, [(f"row {n}", "1") for n in range(1, count + 1)], [("Total", str(count))])
        for count in counts
    ]
    lengths = set()
    for count, pdf in zip(
        counts, render_pdfs(path, [SHELL | {"lines": each} for each in tables]), strict=True
    ):
        pages = pages_of(pdf)
        lengths.add(len(pages))
        assert f"row {count} " in pages[-1]
        assert f"Total {count}" in pages[-1]
    assert lengths == {1, 2}


@needs_pdftotext
def test_a_table_without_rows_has_its_totals(template):
    empty = table((("Item", "1fr", LEFT), ("Amount", "auto", RIGHT)), [], [("Total", "0.00")])
    pdf = render_pdf(template("#figures(data.lines)"), SHELL | {"lines": empty})
    assert "Total 0.00" in pages_of(pdf)[0]


def test_what_went_into_an_amount_stands_below_it_in_the_currencys_grouping():
    working = {
        "formula": "min(A × percent / 100, P)",
        "inputs": {"A": "7072000.00", "percent": "10.0000", "of_list": ["x", "y"], "code": "BASE"},
    }
    assert with_working("Kept", working, "INR") == (
        "Kept\nmin(A × percent / 100, P) (A 70,72,000, percent 10, of list x, y, code BASE)"
    )
    assert with_working("Kept", {"formula": "as in the account", "inputs": {}}, "INR") == "Kept"
    assert with_working(
        "Kept", {"formula": "f", "inputs": {"a": "NaN", "b": "1045.50"}}, "GBP"
    ) == ("Kept\nf (a NaN, b 1,045.5)")
