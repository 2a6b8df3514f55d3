"""The table of docs/asvs.md as the house test reads it, and whether what its rows name exists."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = ROOT / "docs" / "asvs.md"
STATES = ("verified", "not applicable", "open")
ROW = re.compile(r"\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
NAMED = re.compile(r"`([^`]+)`")

# ASVS 5.0.0: each section with the numbers of its requirements of level 1, a stroke, those of level 2.
REQUIREMENTS = """
1.1 /1-2, 1.2 1-5/6-9, 1.3 1-2/3-11, 1.4 /1-3, 1.5 1/2
2.1 1/2-3, 2.2 1-2/3, 2.3 1/2-4, 2.4 /1
3.2 1-2/, 3.3 1/2-4, 3.4 1-2/3-6, 3.5 1-3/4-5, 3.7 /1-2
4.1 1/2-3, 4.2 /1, 4.3 /1-2, 4.4 1/2-4
5.1 /1, 5.2 1-2/3, 5.3 1-2/, 5.4 /1-3
6.1 1/2-3, 6.2 1-8/9-12, 6.3 1-2/3-4, 6.4 1-2/3-4, 6.5 /1-5, 6.6 /1-3, 6.8 /1-4
7.1 /1-3, 7.2 1-4/, 7.3 /1-2, 7.4 1-2/3-5, 7.5 /1-2, 7.6 /1-2
8.1 1/2, 8.2 1-2/3, 8.3 1/, 8.4 /1
9.1 1-3/, 9.2 1/2-4
10.1 /1-2, 10.2 /1-2, 10.3 /1-4, 10.4 1-5/6-11, 10.5 /1-5, 10.6 /1-2, 10.7 /1-3
11.1 /1-2, 11.2 /1-3, 11.3 1-2/3, 11.4 1/2-4, 11.5 /1, 11.6 /1
12.1 1/2-3, 12.2 1-2/, 12.3 /1-4
13.1 /1, 13.2 /1-5, 13.3 /1-2, 13.4 1/2-5
14.1 /1-2, 14.2 1/2-4, 14.3 1/2-3
15.1 1/2-3, 15.2 1/2-3, 15.3 1/2-7
16.1 /1, 16.2 /1-5, 16.3 /1-4, 16.4 /1-3, 16.5 /1-3
17.1 /1, 17.2 /1-4, 17.3 /1-2
"""


@dataclass(frozen=True)
class Row:
    """A requirement: what it asks, how it stands, and by what that is shown."""

    id: str
    level: int
    asked: str
    state: str
    shown: str

    @property
    def chapter(self) -> int:
        """The chapter of the standard."""
        return int(self.id.split(".")[0])

    @property
    def named(self) -> list[str]:
        """What stands between backquotes: tests, targets, drills, files, sections."""
        return NAMED.findall(self.shown)


def required() -> dict[str, int]:
    """Every requirement with its level."""
    return {
        f"{section}.{number}": level
        for section, spans in re.findall(r"([\d.]+) ([\d-]*/[\d-]*)", REQUIREMENTS)
        for level, span in enumerate(spans.split("/"), start=1)
        for number in _numbers(span)
    }


def rows(text: str) -> list[Row]:
    """The table's rows as they stand in the document; a line of another form is none."""
    found = (ROW.fullmatch(line) for line in text.splitlines())
    return [
        Row(each[1], int(each[2]), *(each[number].strip() for number in (3, 4, 5)))
        for each in found
        if each
    ]


def is_there(name: str) -> bool:
    """Whether what a row names exists: a test, a target of the Makefile, a drill, a file, a section of one."""
    if name.startswith("make "):
        return f"\n{name.split()[1]}:" in (ROOT / "Makefile").read_text()
    if name.startswith("drill "):
        return (ROOT / "drills" / f"{name.split()[1]}.py").is_file()
    path, is_test, test = name.partition("::")
    if is_test:
        return test in _tests(ROOT / path)
    path, is_section, section = name.partition("#")
    file = ROOT / path
    return file.is_file() and (not is_section or section in _sections(file))


def _numbers(span: str) -> Iterator[int]:
    if span:
        first, _, last = span.partition("-")
        yield from range(int(first), int(last or first) + 1)


@cache
def _tests(path: Path) -> frozenset[str]:
    """The tests of a file, by its syntax tree."""
    if not path.is_file():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = ast.walk(ast.parse(path.read_text()))
    return frozenset(
        node.name for node in nodes if isinstance(node, functions) and node.name.startswith("test_")
    )


@cache
def _sections(path: Path) -> frozenset[str]:
    """The headings of a document as links name them."""
    heads = re.findall(r"(?m)^#+ (.+)$", path.read_text())
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)
