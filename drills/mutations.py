"""Small mistakes that a program can make in a function, each described by what becomes of one of its nodes.

A mistake is another comparison, sign, number, truth value, condition or result, a condition of a query that is
forgotten, or a case that never holds. Only the body of a function is changed: its code is exchanged while the process
runs, so that everybody who has imported it gets the mistake.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten
from types import CodeType, FunctionType

CHECKOUT = Path(__file__).parent.parent
LONGEST = 110  # of a description
OTHER: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NARROWING = {"filter", "exclude", "Q"}  # what takes conditions of a query


@dataclass(frozen=True)
class Mistake:
    """Which node of which function becomes another; ``place`` and ``number`` find it again in another process."""

    module: str
    function: str  # with its class, if it has one
    place: int  # of the node in the function
    number: int  # of the change of that node
    line: int
    what: str

    @property
    def key(self) -> str:
        """Names it whatever stands above it in the file."""
        return f"{self.module} {self.function}: {self.what}"

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.what}"


def mistakes(module: str) -> list[Mistake]:
    """Every one that can be made in the functions of a module."""
    tree, code = _source(module)
    found, seen = [], Counter[tuple[str, str]]()
    for name, function in functions(tree):
        if find(code, name) is None:
            continue
        for place, node in enumerate(_nodes(function)):
            line = getattr(node, "lineno", function.lineno)
            for number, (words, _fields) in enumerate(_changes(node)):
                seen[name, words] += 1
                again = seen[name, words]
                what = words if again == 1 else f"{words} ({again})"
                found.append(Mistake(module, name, place, number, line, what))
    return found


def code_with(mistake: Mistake) -> CodeType:
    """The code of the function with the mistake in it."""
    tree = deepcopy(_source(mistake.module)[0])
    function = dict(functions(tree))[mistake.function]
    node = list(_nodes(function))[mistake.place]
    _what, fields = list(_changes(node))[mistake.number]
    for name, value in fields.items():
        setattr(node, name, value)
    found = find(_compiled(tree, mistake.module), mistake.function)
    assert found is not None  # noqa: S101  # ``mistakes`` names no others
    return found


def exchange(module: str, function: str, code: CodeType | None = None) -> None:
    """Give a function other code, or the same, compiled anew. Raises TypeError for what has no code."""
    if code is None:
        code = find(_source(module)[1], function)
    found = owner_of(module, function)
    found.__code__ = code  # type: ignore[assignment]  # found by ``mistakes``, so it is there


def owner_of(module: str, function: str) -> FunctionType:
    """The function itself, without what is wrapped around it. Raises TypeError for what has no code."""
    owner: object = sys.modules[module]
    for step in function.split("."):
        owner = vars(owner)[step]
    owner = owner.fget if isinstance(owner, property) else getattr(owner, "__wrapped__", owner)
    owner = getattr(owner, "__func__", owner)
    if not isinstance(owner, FunctionType):
        message = f"{module} {function} is a {type(owner).__name__}"
        raise TypeError(message)
    return owner


def functions(tree: ast.AST, above: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions and methods by their names; not those within others."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield f"{above}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{above}{node.name}.")


def find(code: CodeType, name: str) -> CodeType | None:
    """The code of a function within that of its module; None where it has no code of its own, or several."""
    for step in name.split("."):
        inner = [each for each in code.co_consts if isinstance(each, CodeType)]
        named = [each for each in inner if each.co_name == step]
        if len(named) != 1:
            return None
        code = named[0]
    return code


def _nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    for statement in function.body:
        nodes = list(ast.walk(statement))
        # What is only said about a variable is never computed.
        said = {
            id(part)
            for node in nodes
            if isinstance(node, ast.AnnAssign)
            for part in ast.walk(node.annotation)
        }
        yield from (node for node in nodes if id(node) not in said)


def _changes(node: ast.AST) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What may become of a node, in words and by its fields."""
    for fields in _fields(node):
        other = deepcopy(node)
        for name, value in fields.items():
            setattr(other, name, value)
        yield shorten(f"{_words(node)} → {_words(other)}", LONGEST, placeholder=" …"), fields
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in NARROWING:
            for condition, fields in _without_one(node):
                yield f"{name}(…) without {_unparsed(condition)}", fields


def _fields(node: ast.AST) -> Iterator[dict[str, object]]:
    """What is to be set for each change of a node."""
    yield from _operators(node)
    yield from _values(node)
    yield from _branches(node)


def _operators(node: ast.AST) -> Iterator[dict[str, object]]:
    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in OTHER:
            yield {"op": OTHER[type(op)]()}
        case ast.Compare(ops=[*ops]):
            for place, compared in enumerate(ops):
                if type(compared) in OTHER:
                    other = OTHER[type(compared)]()
                    yield {"ops": [*ops[:place], other, *ops[place + 1 :]]}
        case ast.UnaryOp(op=ast.Not() | ast.Invert() as op, operand=operand):
            yield {"operand": ast.UnaryOp(op, operand)}


def _values(node: ast.AST) -> Iterator[dict[str, object]]:
    match node:
        case ast.Constant(value=bool() as value):
            yield {"value": not value}
        case ast.Constant(value=int() as value):
            yield {"value": value + 1}
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield {"value": ast.Constant(None)}


def _branches(node: ast.AST) -> Iterator[dict[str, object]]:
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield {"test": ast.UnaryOp(ast.Not(), test)}
        case ast.match_case(guard=None):
            yield {"guard": ast.Constant(False)}  # noqa: FBT003  # the value that the new code shall hold


def _without_one(call: ast.Call) -> Iterator[tuple[ast.AST, dict[str, object]]]:
    """Each condition of a query, and what is left without it."""
    for place, argument in enumerate(call.args):
        yield argument, {"args": [*call.args[:place], *call.args[place + 1 :]]}
    for place, keyword in enumerate(call.keywords):
        yield keyword, {"keywords": [*call.keywords[:place], *call.keywords[place + 1 :]]}


def _words(node: ast.AST) -> str:
    """A node as people write it; of what holds statements only the head."""
    match node:
        case ast.If(test=test):
            return f"if {_unparsed(test)}"
        case ast.match_case(pattern=pattern, guard=guard):
            return f"case {_unparsed(pattern)}" + (
                f" if {_unparsed(guard)}" if guard is not None else ""
            )
        case _:
            return _unparsed(node)


def _unparsed(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))


@cache
def _source(module: str) -> tuple[ast.Module, CodeType]:
    tree = ast.parse(_path(module).read_text())
    return tree, _compiled(tree, module)


def _compiled(tree: ast.Module, module: str) -> CodeType:
    return compile(ast.fix_missing_locations(tree), str(_path(module)), "exec")


def _path(module: str) -> Path:
    return CHECKOUT.joinpath(*module.split(".")).with_suffix(".py")
