"""What the text of the code promises: reasons beside suppressions, names on migrations, docstrings, a budget."""

import ast
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from realestate.core.ladder import LADDER
from tests.house import shape
from tests.house.source import FOLDERS, sources, sources_of_tests

SUPPRESSION = re.compile(
    r"noqa|type:\s*ignore|pragma:\s*no cover|fmt:\s*(?:skip|off)", re.IGNORECASE
)
WELL_FORMED = re.compile(
    r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z-]+(?:, [a-z-]+)*\]|pragma: no cover|fmt: skip)(?=  #|$)"
)
EXPLAINED = {"services", "rules", "serializers", "management"}


def badly_suppressed(comment: str) -> bool:
    """Whether a comment switches a check off without saying which and why."""
    if not SUPPRESSION.search(comment):
        return False
    rest = WELL_FORMED.sub("", comment)
    reason = re.sub(r"[#\s]", "", rest)
    return bool(SUPPRESSION.search(rest)) or len(reason) < 5


@pytest.mark.parametrize(
    ("comment", "bad"),
    [
        ("# noqa: S311  # jitter, not a secret", False),
        (
            "# type: ignore[attr-defined, no-any-return]  # noqa: SLF001  # the manager has it",
            False,
        ),
        ("# why: see above", False),
        ("# noqa", True),
        ("# noqa: S311", True),
        ("# noqa: S311 # why not", True),
        ("# type: ignore  # the stubs are wrong", True),
        ("# type: ignore[misc]", True),
        ("# type: ignore[misc]  # noqa: S311", True),
        ("# pragma: no cover", True),
        ("# pragma: no cover  # the loop returns or raises", False),
        ("# fmt: off  # a table", True),
    ],
)
def test_what_a_good_suppression_looks_like(comment, bad):
    assert badly_suppressed(comment) is bad


@pytest.mark.parametrize("files", [sources(), sources_of_tests()], ids=["platform", "tests"])
def test_no_suppression_without_a_reason(files):
    found = [
        f"{source.name}:{line}: {text}"
        for source in files
        if source.name != "tests/house/test_code.py"
        for line, text in source.comments()
        if badly_suppressed(text)
    ]
    assert found == []


@pytest.mark.parametrize("app", LADDER)
def test_migrations_are_named_by_intent_and_stand_in_one_line(app):
    loader = MigrationLoader(None)
    names = [name for label, name in loader.disk_migrations if label == app]
    assert names
    assert [name for name in names if "auto_" in name] == []
    assert len(loader.graph.leaf_nodes(app)) == 1


def test_services_rules_serializers_and_commands_are_explained():
    silent = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources()
        if source.room in EXPLAINED
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_says_what_it_is_for():
    assert [source.name for source in sources() if not ast.get_docstring(source.tree)] == []


def test_our_own_code_is_not_mocked():
    mocked = [
        source.name
        for source in sources_of_tests()
        if re.search(r"mock\.patch|MagicMock|mocker\.", source.text)
        and source.name != "tests/house/test_code.py"
    ]
    assert mocked == []


@pytest.mark.parametrize("measure", shape.measure(), ids=lambda measure: measure.name)
def test_the_shape_keeps_its_budget(measure):
    assert measure.value <= measure.at_most, measure.where


def test_the_shape_knows_the_apps():
    assert ("realestate", *shape.APPS) == FOLDERS


def test_control_a_circle_of_apps_is_seen():
    trees = {
        shape.ROOT / "projects" / "models.py": ast.parse("from bookings.models import Booking"),
        shape.ROOT / "bookings" / "models.py": ast.parse("import payments.models"),
        shape.ROOT / "payments" / "models.py": ast.parse("from projects import models"),
        shape.ROOT / "accounts" / "models.py": ast.parse("from realestate.core import clock"),
    }
    assert max(size for size, _where in shape.circles(trees)) == 3


def test_the_reference_pages_are_current():
    said = StringIO()
    call_command("docs", check=True, stdout=said)
    assert "current" in said.getvalue()
