"""H10: hash functions that are broken protect nothing here: where one stands, it is named with what it is for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import FOLDERS, ROOT

BROKEN = re.compile(r"md[245]\b|md5password|sha_?1\b|ripemd", re.IGNORECASE)
KINDS = {".html", ".js", ".py", ".sh", ".sql", ".txt"}
# Nobody gains by two values that are alike in any of these; docs/security.md, "Keys", says the same.
NAMED = {
    "realestate/core/migrations/0010_changes_of_rows.py": "the number of a transaction in another form",
    "realestate/integrity/ground.py": "which files are looked at today",
    "realestate/safekeeping/likeness.py": "whether a restored copy is like its original",
    "realestate/settings/test.py": "passwords of tests, quickly",
}


def files() -> Iterator[Path]:
    """Everything of ours that runs, migrations too; not what is brought in from others."""
    for folder in (*FOLDERS, "deploy"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in KINDS and "vendor" not in path.parts:
                yield path


def lines_of_code(path: Path) -> Iterator[str]:
    """Lines without comments of a line's own."""
    for line in path.read_text().splitlines():
        if not line.lstrip().startswith("#"):
            yield line


def test_H10_broken_hash_functions_stand_where_they_are_named_and_nowhere_else():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        if any(BROKEN.search(line) for line in lines_of_code(path))
    }
    assert found == set(NAMED)


@pytest.mark.parametrize(
    "line", ["hashlib.md5(x)", "SELECT md5(x)", "hashlib.sha1(x)", 'Func(x, function="md5")']
)
def test_H10_control_each_of_them_is_seen(line):
    assert BROKEN.search(line)
