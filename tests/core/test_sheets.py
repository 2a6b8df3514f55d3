"""The reader of spreadsheets bears whatever it is sent, and the writer gives nothing that a program would run (G4)."""

import csv
import io
import random
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from realestate.core.sheets import (
    MOST_ROWS,
    SheetNotReadable,
    SheetTooLarge,
    as_written,
    cell,
    csv_bytes,
    neutral,
    parsing,
    read_sheet,
    xlsx_bytes,
)

BLANK_TRIGGERS = ("\t", "\r", "\n")
TRIGGERS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\u2212")
ANY_TEXT = st.text(max_size=60) | st.builds(
    lambda blank, sign, rest: f"{blank}{sign}{rest}",
    st.sampled_from(["", " ", "\x00", "\u200b", "\ufeff", '",', '"', ";", "\u3000"]),
    st.sampled_from(TRIGGERS + BLANK_TRIGGERS),
    st.text(max_size=20),
)


def is_formula(text: object) -> bool:
    """What Excel, LibreOffice or Google Sheets would take for one."""
    if not isinstance(text, str):
        return False
    stripped = text.lstrip(" \u00a0\u3000\u200b\ufeff\x00\t\r\n")
    return text.startswith(BLANK_TRIGGERS) or stripped.startswith(TRIGGERS)


def book_of(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- writing ---------------------------------------------------------------------------------------------------------


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
@settings(max_examples=150, deadline=None)
def test_G4_no_text_comes_out_of_a_csv_file_as_a_formula(texts):
    content = csv_bytes(texts, [[cell(text) for text in texts]])
    for line in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert [text for text in line if is_formula(text)] == []


@given(st.lists(ANY_TEXT, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_G4_no_text_comes_out_of_a_workbook_as_a_formula(texts):
    content = xlsx_bytes("Rows", texts, [[cell(text) for text in texts]])
    for line in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows():
        assert [found.value for found in line if is_formula(found.value)] == []
        assert {found.data_type for found in line} <= {"s", "n"}  # n: empty


def test_G4_a_separator_begins_no_cell_of_its_own():
    line = csv_bytes(["a"], [["x;=1+1"]]).decode("utf-8-sig").splitlines()[1]
    assert line == '"x;=1+1"'
    assert [row[0] for row in csv.reader([line], delimiter=";")] == ["x;=1+1"]


def test_numbers_and_days_keep_their_types():
    yes = True
    moment = datetime(2026, 4, 30, 18, 40, tzinfo=UTC)
    row = [Decimal("-7500000.00"), 12, date(2026, 4, 30), cell(moment), cell(yes), None]
    plain = csv_bytes(["a", "b", "c", "d", "e", "f"], [row]).decode("utf-8-sig").splitlines()[1]
    assert plain == '-7500000.00,12,"2026-04-30","2026-05-01 00:10","yes",""'
    book = load_workbook(io.BytesIO(xlsx_bytes("Rows", ["a"] * 6, [row])))
    cells = list(book.worksheets[0].iter_rows())[1]
    assert [found.data_type for found in cells] == ["n", "n", "d", "d", "s", "n"]
    assert [found.value for found in cells] == [
        -7_500_000,
        12,
        datetime(2026, 4, 30),  # noqa: DTZ001  # a spreadsheet knows no zones
        datetime(2026, 5, 1, 0, 10),  # noqa: DTZ001  # likewise
        "yes",
        None,
    ]


@pytest.mark.parametrize("text", ["=1+1", "+91 98200 22222", "-", "@home", "Tower A", "'quoted'"])
def test_what_was_written_neutrally_is_read_as_it_was(text):
    assert as_written(neutral(text)) == text
    sheet = read_sheet("x.csv", csv_bytes(["a"], [[text]]))
    assert parsing.text(100)(sheet.lines[0].cells[0]) == text


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "Name,Née\nA,1".encode("utf-8-sig"),
        "Name,Née\nA,1".encode(),
        "Name;Née\nA;1".encode("cp1252"),
        "Name\tNée\nA\t1".encode("utf-16"),
        "\n\nName,Née\n\nA,1\n\n".encode(),
        book_of(["Name", "Née"], ["A", 1]),
    ],
    ids=["utf-8 mark", "utf-8", "cp1252", "utf-16", "empty lines", "xlsx"],
)
def test_usual_encodings_and_separators_are_understood(content):
    sheet = read_sheet("table", content)
    assert sheet.head == ("Name", "Née")
    assert [tuple(map(str, line.cells)) for line in sheet.lines] == [("A", "1")]


def test_a_row_has_the_number_that_a_spreadsheet_shows():
    content = b'Name,Note\nA,"two\nlines"\n\nB,x'
    assert [line.number for line in read_sheet("x.csv", content).lines] == [2, 4]
    book = book_of(["Name"], ["A"], [None], ["B"])
    assert [line.number for line in read_sheet("x.xlsx", book).lines] == [2, 4]


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A workbook whose sheet is this."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(book_of(["Name"], ["A"]))) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    return packed(parts | {"xl/worksheets/sheet1.xml": xml})


MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
END = b"</sheetData></worksheet>"
BOOK = book_of(["Name"], ["A"])
HEAD = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
FAR = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>'
WIDE = b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>'


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("x.csv", b"", SheetNotReadable, "empty"),
        ("x.csv", b" \n \n", SheetNotReadable, "empty"),
        ("x.xlsx", book_of([None]), SheetNotReadable, "empty"),
        ("x.csv", BOOK, SheetNotReadable, "named .csv"),
        ("x.xlsx", b"Name\nA", SheetNotReadable, "named .xlsx"),
        ("x.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, SheetNotReadable, "old or a protected"),
        ("x.xlsx", BOOK[: len(BOOK) // 2], SheetNotReadable, "cannot be read"),
        ("x.xlsx", b"PK\x03\x04nonsense", SheetNotReadable, "cannot be read"),
        ("x.xlsx", packed({"a.txt": b"x"}), SheetNotReadable, "cannot be read"),
        ("x.xlsx", with_sheet(b"<worksheet"), SheetNotReadable, "cannot be read"),
        ("x.xlsx", packed({"a": b"0" * 70_000_000}), SheetTooLarge, "once it is unpacked"),
        ("x.xlsx", packed({str(n): b"" for n in range(600)}), SheetTooLarge, "unpacked"),
        (
            "x.xlsx",
            with_sheet(b'<!DOCTYPE x [<!ENTITY a "b">]>' + MAIN + HEAD + END),
            SheetNotReadable,
            "entities",
        ),
        (
            "x.xlsx",
            with_sheet('<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'.encode("utf-16")),
            SheetNotReadable,
            "entities",
        ),
        ("x.xlsx", with_sheet(MAIN + HEAD + FAR + END), SheetTooLarge, "empty ones included"),
        (
            "x.xlsx",
            with_sheet(MAIN + HEAD + b"<row/>" * 1_000_000 + END),
            SheetTooLarge,
            "empty ones included",
        ),
        ("x.csv", b"Name\n" + b"\n" * 1_000_000, SheetTooLarge, "empty ones included"),
        ("x.csv", b"Name\n" + b"A\n" * 20_001, SheetTooLarge, "20,000 rows"),
        ("x.xlsx", with_sheet(MAIN + WIDE + END), SheetNotReadable, "empty"),
        ("x.xlsx", book_of(["a"] * 61, [1]), SheetTooLarge, "columns"),
        ("x.csv", b"a," * 61 + b"b\n1", SheetTooLarge, "columns"),
        ("x.csv", b"Name\n" + b"A" * 40_000, SheetTooLarge, "row 2 is longer"),
        ("x.csv", b"Name\n" + b"A" * 2_000_000, SheetNotReadable, "too long"),
        ("x.csv", b"A" * 10_000_001, SheetTooLarge, "megabytes"),
        ("x.csv", b"Name\nA\x00B", SheetNotReadable, "no text"),
        ("x.csv", b"\x81\x8d\x8f\x90", SheetNotReadable, "letters"),
        ("x.csv", b'Name\n"A', None, ""),
    ],
)
def test_files_that_are_no_tables_are_refused_in_words(name, content, error, says):
    if error is None:
        assert len(read_sheet(name, content).lines) == 1
        return
    with pytest.raises(error) as refusal:
        read_sheet(name, content)
    assert says in refusal.value.detail


@pytest.mark.parametrize("seed", range(40))
def test_noise_is_refused_and_never_breaks_the_reader(seed):
    rng = random.Random(seed)  # noqa: S311  # damage, not a secret
    noise = rng.randbytes(rng.randrange(1, 3000))
    damaged = bytearray(BOOK)
    for _ in range(rng.randrange(1, 30)):
        damaged[rng.randrange(4, len(damaged))] = rng.randrange(256)
    for content in (noise, b"PK\x03\x04" + noise, bytes(damaged), BOOK[: rng.randrange(4, 4000)]):
        try:
            sheet = read_sheet("file", content)
        except (SheetNotReadable, SheetTooLarge):
            continue
        assert len(sheet.lines) <= MOST_ROWS


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("7500000", "7500000.00"),
        ("7,500,000.5", "7500000.50"),
        ("75,00,000", "7500000.00"),
        ("₹ 75,00,000.00", "7500000.00"),
        ("Rs. 12", "12.00"),
        ("'-5", "-5.00"),
        (0.1 + 0.2, "0.30"),
        (7500000.0, "7500000.00"),
        (12, "12.00"),
    ],
)
def test_amounts_as_people_write_them(raw, value):
    assert str(parsing.amount()(raw)) == value


@pytest.mark.parametrize("raw", ["1,2", "1,23", "12,34,5", "1.2.3", "--1", "1e5", "inf", "", True])
def test_what_is_no_amount_is_said_in_words(raw):
    with pytest.raises(ValueError, match=r"Enter a number such as 7500000\.00\."):
        parsing.amount()(raw)


@pytest.mark.parametrize(
    "raw",
    ["2026-04-30", "30/04/2026", "30-04-2026", "30.04.2026", "30 Apr 2026", date(2026, 4, 30)],
)
def test_days_as_people_write_them(raw):
    assert parsing.day(raw) == date(2026, 4, 30)


def test_a_day_that_there_is_not():
    with pytest.raises(ValueError, match="Enter a date such as"):
        parsing.day("31/02/2026")


def test_a_number_in_a_text_column_is_read_as_it_is_shown():
    assert [parsing.text(10)(raw) for raw in (101.0, 101, "101")] == ["101", "101", "101"]
