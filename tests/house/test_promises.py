"""docs/promises.md names a command for each promise, and each command has something to show."""

import ast
import re
from functools import cache

import pytest

from realestate.settings.env import BASE_DIR
from tests.promises import PROMISES, promises_of

ROW = re.compile(r"^\| ([A-I]\d+) \|([^|]+)\|([^|]+)\|", re.MULTILINE)
COMMANDS = {
    found[0]: found[2] for found in ROW.findall((BASE_DIR / "docs/promises.md").read_text())
}


@cache
def shown_by_tests():
    """Promises that some test shows, by the names that pytest would give the tests."""
    found = set()
    for path in (BASE_DIR / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.update(promises_of(f"{path.relative_to(BASE_DIR)}::{node.name}"))
    return found


def shown_by_drills():
    """Drill and promise, as the drills' own files say."""
    drills = BASE_DIR / "drills"
    return {
        (path.stem, each)
        for path in drills.glob("*.py")
        for each in re.findall(r'id="([A-I]\d+)"', path.read_text())
    }


def test_every_promise_has_its_command():
    assert list(COMMANDS) == PROMISES


@pytest.mark.parametrize("promise", PROMISES)
def test_the_command_of_a_promise_shows_it(promise):
    command = COMMANDS[promise]
    if "--promise" in command:
        assert f'--promise {promise}"' in command
        assert promise in shown_by_tests()
    for drill in re.findall(r"make drill ARGS=(\w+)", command):
        used = {drill, *re.findall(r"^from drills\.(\w+) import", source(drill), re.MULTILINE)}
        assert used & {name for name, each in shown_by_drills() if each == promise}
    for target in re.findall(r"`make (lint-\w+|coverage)`", command):
        assert f"\n{target}:" in (BASE_DIR / "Makefile").read_text()
    assert re.search(r"`make (test|drill|lint-\w+|coverage)\b", command)


def source(drill):
    """Of its main file."""
    return (BASE_DIR / "drills" / f"{drill}.py").read_text()
