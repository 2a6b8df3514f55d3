"""The goal of coverage: modules that it names exist, and a line or a branch without a test misses it."""

import pytest

from realestate.settings.env import BASE_DIR
from tests.reach import COMPLETE, Reach, told

PATTERNS = [pattern for patterns in COMPLETE.values() for pattern in patterns]


def reached(name, *, lines=(), branches=(), statements=20):
    """A file as coverage tells of it."""
    return {
        name: {
            "missing_lines": list(lines),
            "missing_branches": [list(branch) for branch in branches],
            "summary": {
                "num_statements": statements,
                "covered_lines": statements - len(lines),
                "num_branches": 4,
                "covered_branches": 4 - len(branches),
            },
        }
    }


def everything(**missing):
    """All modules that are named, complete but for one of them."""
    files = {}
    for pattern in PATTERNS:
        files |= reached(pattern.replace("*", "some"))
    return files | reached("payments/services/some.py", **missing)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_I14_what_is_named_exists(pattern):
    assert list(BASE_DIR.glob(pattern))


def test_I14_the_goal_is_met_when_nothing_is_missing():
    lines, good = told(Reach(everything()))
    assert good, lines


@pytest.mark.parametrize(
    ("missing", "said"),
    [({"lines": [7]}, "payments/services/some.py: 7"), ({"branches": [(7, 9)]}, "some.py: 7->9")],
)
def test_I14_a_line_or_a_branch_without_a_test_misses_it(missing, said):
    lines, good = told(Reach(everything(**missing)))
    assert not good
    assert said in "".join(lines)


def test_I14_a_project_that_is_half_tested_misses_it():
    files = everything() | reached("realestate/other.py", lines=range(900), statements=1000)
    lines, good = told(Reach(files))
    assert not good
    assert lines[-1].startswith("project")


def test_I14_a_named_module_that_was_not_measured_misses_it():
    files = everything()
    del files["realestate/core/money.py"]
    lines, good = told(Reach(files))
    assert not good
    assert "realestate/core/money.py names no module" in lines
