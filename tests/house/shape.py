"""The shape of the code against its budget: ``python -m tests.house.shape`` prints it, a house test holds it.

Files without migrations; functions include methods and are counted from ``def`` to their last line. An import counts
wherever it stands in a file, also for type checkers.
"""

import ast
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = (
    "accounts",
    "projects",
    "progress",
    "bookings",
    "payments",
    "scheduling",
    "messaging",
    "notifications",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Measure:
    """A number, what it may be at most, and where the largest stands."""

    name: str
    value: float
    at_most: float
    where: str = ""

    @property
    def kept(self) -> bool:
        """Whether the budget holds."""
        return self.value <= self.at_most


def measure() -> list[Measure]:
    """The whole budget."""
    trees = {path: ast.parse(path.read_text()) for path in files("realestate", *APPS)}
    tests = {path: ast.parse(path.read_text()) for path in files("tests")}
    return [
        *spread("file, lines", lengths_of_files(trees), (80, 250, 400)),
        *spread("function, lines", lengths_of_functions(trees), (8, 25, 50)),
        *spread("function, positional arguments", positional_arguments(trees), (2, 3, 4)),
        most("test file, lines", lengths_of_files(tests), 600),
        most("largest circle of apps", circles(trees), 1),
        most("imports inside functions, but for apps.ready", imports_inside_functions(trees), 0),
        most("the five words of core, lines of code", core_words(trees), 150),
    ]


def files(*folders: str) -> list[Path]:
    """Python files without migrations."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [path for path in paths if "migrations" not in path.parts]


Found = list[tuple[float, str]]
Trees = dict[Path, ast.Module]


def spread(name: str, found: Found, budget: tuple[float, float, float]) -> list[Measure]:
    """Median, 95th percentile and maximum."""
    values = sorted(value for value, _ in found) or [0.0]
    p95 = values[min(len(values) - 1, int(len(values) * 0.95))]
    return [
        Measure(f"{name}, median", statistics.median(values), budget[0]),
        Measure(f"{name}, 95 %", p95, budget[1]),
        most(f"{name}, longest", found, budget[2]),
    ]


def most(name: str, found: Found, at_most: float) -> Measure:
    """The largest and all places that break the budget."""
    value = max((value for value, _ in found), default=0)
    beyond = [f"{where} ({number:g})" for number, where in found if number > at_most]
    shown = beyond or [where for number, where in found if number == value][:1]
    return Measure(name, value, at_most, "; ".join(shown))


def lengths_of_files(trees: Iterable[Path]) -> Found:
    """Lines of each file."""
    return [(path.read_text().count("\n"), shown(path)) for path in trees]


def lengths_of_functions(trees: Trees) -> Found:
    """Lines of each function."""
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, shown(path, node))
        for path, tree in trees.items()
        for node in functions(tree)
    ]


def positional_arguments(trees: Trees) -> Found:
    """Arguments that may be given by place, without self."""
    found: Found = []
    for path, tree in trees.items():
        for node in functions(tree):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
            found.append((len(names) - (names[:1] in (["self"], ["cls"])), shown(path, node)))
    return found


def imports_inside_functions(trees: Trees) -> Found:
    """One for each import that waits for a call."""
    return [
        (1, shown(path, node))
        for path, tree in trees.items()
        for function in functions(tree)
        if not (path.name == "apps.py" and function.name == "ready")
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def core_words(trees: Trees) -> Found:
    """The five words that everything stands on, without blank lines, comments and docstrings."""
    words = ("transactions", "locking", "states", "events", "figures")
    paths = [ROOT / "realestate" / "core" / f"{word}.py" for word in words]
    return [(sum(len(lines_of_code(trees[path])) for path in paths), ", ".join(words))]


def lines_of_code(tree: ast.Module) -> set[int]:
    """The numbers of the lines on which a statement or a part of one stands, docstrings aside."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.stmt | ast.expr | ast.arg | ast.keyword | ast.alias):
            inside = isinstance(
                node, Function | ast.ClassDef | ast.With | ast.For | ast.If | ast.Try
            )
            last = node.lineno if inside else node.end_lineno or node.lineno
            lines |= set(range(node.lineno, last + 1))
    docstrings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]
    for docstring in docstrings:
        lines -= set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return lines


def circles(trees: Trees) -> Found:
    """The sizes of the sets of apps that import one another."""
    edges: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        for module in imported(tree):
            source, target = app_of(shown(path).replace("/", ".")), app_of(module)
            if target and target != source:
                edges[source].add(target)
    reach = {app: reachable(app, edges) for app in edges}
    return [
        (len(circle), " <-> ".join(sorted(circle)))
        for app in reach
        for circle in [{app} | {other for other in reach[app] if app in reach.get(other, ())}]
    ]


def app_of(module: str) -> str:
    """``core``, an app, ``roof``, or nothing for what is not ours."""
    first, _, rest = module.partition(".")
    if first == "realestate":
        return "core" if rest.split(".")[0] == "core" else "roof"
    return first if first in APPS else ""


def imported(tree: ast.Module) -> Iterator[str]:
    """Dotted names of everything that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    """Every app that an app leads to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for target in edges.get(waiting.pop(), set()) - found:
            found.add(target)
            waiting.append(target)
    return found


def functions(tree: ast.AST) -> Iterator[Function]:
    """All functions and methods."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def shown(path: Path, node: ast.AST | None = None) -> str:
    """A place, as editors open it."""
    name = path.relative_to(ROOT).as_posix()
    return f"{name}:{node.lineno}" if isinstance(node, ast.stmt) else name


def main() -> int:
    """Print the table; 1 when the budget is broken."""
    measures = measure()
    for entry in measures:
        mark = "  " if entry.kept else "! "
        sys.stdout.write(
            f"{mark}{entry.name:<46}{entry.value:>7g} of {entry.at_most:>3g}  {entry.where}\n"
        )
    return int(not all(entry.kept for entry in measures))


if __name__ == "__main__":
    sys.exit(main())
