"""The house as its tests read it: source files with their syntax trees, models, classes, suppressions."""

import ast
import functools
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db.models import Model

from realestate.core.ladder import LADDER
from realestate.management.reference import load_house

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = LADDER[1:]
FOLDERS = ("realestate", *APPS)


@dataclass(frozen=True)
class Source:
    """A file of ours."""

    path: Path

    @functools.cached_property
    def text(self) -> str:
        """What stands in it."""
        return self.path.read_text()

    @functools.cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @functools.cached_property
    def name(self) -> str:
        """Its path from the root, as messages show it."""
        return self.path.relative_to(ROOT).as_posix()

    @functools.cached_property
    def module(self) -> str:
        """Its dotted name."""
        return ".".join(self.path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")

    @functools.cached_property
    def app(self) -> str:
        """``core``, an app, or ``realestate`` for the roof."""
        parts = self.path.relative_to(ROOT).parts
        return "core" if parts[:2] == ("realestate", "core") else parts[0].removesuffix(".py")

    @functools.cached_property
    def room(self) -> str:
        """The kind of file: ``views`` for views.py and for everything in views/."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        inside = parts[1:] if self.app in APPS else parts
        return next((part for part in inside if part != "__init__"), "__init__")

    def comments(self) -> Iterator[tuple[int, str]]:
        """Line and text of each comment."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


@functools.cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the platform, without migrations and tests."""
    paths = [ROOT / "manage.py"]
    for folder in FOLDERS:
        paths += sorted((ROOT / folder).rglob("*.py"))
    return tuple(Source(path) for path in paths if "migrations" not in path.parts)


@functools.cache
def sources_of_tests() -> tuple[Source, ...]:
    """Every Python file of the tests."""
    return tuple(Source(path) for path in sorted((ROOT / "tests").rglob("*.py")))


def house_models() -> list[type[Model]]:
    """Our models, without those that Django makes for many-to-many fields."""
    return [model for model in apps.get_models() if model._meta.app_label in LADDER]


def classes_below(base: type) -> set[type]:
    """All subclasses that stand in the platform's own modules."""
    load_house()
    found, waiting = set(), [base]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if child.__module__.split(".")[0] in FOLDERS:
                found.add(child)
    return found


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def called_name(call: ast.Call) -> str:
    """``save`` for ``row.save()`` and for ``save()``."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
