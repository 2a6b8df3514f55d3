"""H10: a security standard row by row (docs/asvs.md): each has its row, whatever a row names exists, few are open."""

from collections import Counter

import pytest

from tests.house.asvs import ROOT, STATES, TABLE, Row, is_there, required, rows

ROWS = rows(TABLE.read_text())
# The chapters in which nothing may stay open.
CLOSED = {1, 2, 5, 6, 7, 8, 9, 15, 16}
MOST_OPEN_ELSEWHERE = 10
LONGEST = 12  # words of ours for a requirement


def test_H10_each_requirement_has_its_row_once_with_its_level():
    assert len(required()) == 253
    assert sorted(row.id for row in ROWS) == sorted(required())
    assert {row.id: row.level for row in ROWS} == required()


def test_H10_every_line_of_the_tables_is_a_row():
    lines = [line for line in TABLE.read_text().splitlines() if line[:3].strip("| ").isdigit()]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_H10_a_row_says_how_it_stands_and_what_it_names_exists(row: Row):
    assert row.state in STATES
    assert row.shown
    assert len(row.asked.split()) <= LONGEST
    if row.state == "verified":
        assert row.named, "nothing shows it"
        assert [name for name in row.named if not is_there(name)] == []


def test_H10_what_is_open_is_known_and_little():
    found = {row.id for row in ROWS if row.state == "open"}
    assert {row.id for row in ROWS if row.id in found and row.chapter in CLOSED} == set()
    assert len(found) <= MOST_OPEN_ELSEWHERE


def test_H10_the_figures_at_the_top_are_those_of_the_rows():
    text = TABLE.read_text()
    for chapter in {row.chapter for row in ROWS}:
        count = Counter(row.state for row in ROWS if row.chapter == chapter)
        figures = " | ".join(str(count[state]) for state in STATES)
        assert any(
            line.startswith(f"| V{chapter} ") and line.endswith(f" | {figures} |")
            for line in text.splitlines()
        ), chapter


@pytest.mark.parametrize(
    "name",
    [
        "tests/house/test_asvs.py::test_that_nobody_wrote",
        "tests/house/test_nowhere.py::test_H10",
        "make nothing",
        "drill nothing",
        "docs/nothing.md",
        "docs/security.md#nothing",
    ],
)
def test_H10_control_what_is_not_there_is_seen(name):
    assert not is_there(name)


def test_H10_control_what_is_there_is_found():
    assert is_there("tests/house/test_asvs.py::test_H10_control_what_is_there_is_found")
    assert is_there("make lint-audit")
    assert is_there("drill races")
    assert is_there("docs/security.md#limits-on-trying")
    assert (ROOT / "docs" / "security.md").is_file()
