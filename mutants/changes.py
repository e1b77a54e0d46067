"""Small changes to a module's syntax tree, each of which some test ought to notice.

Left alone are texts (a message's words are no behaviour that a test should spell out), what stands
in a ``raise``, annotations, decorators, and what only a type checker reads.
"""

from __future__ import annotations

import ast
from copy import deepcopy
from textwrap import shorten
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
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
}
_OPERATIONS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
# Keywords whose loss or change is no other behaviour, or one in words alone.
_WORDS = {None, "function", "code", "dtype", "stacklevel", "strict", "copy"}
# A larger number is a limit or a measure: whether it is one more no test should ask.
_SMALL = 100
# Parts of a node that are not looked into.
_PASSED_OVER = {"annotation", "returns", "decorator_list", "type_params"}


class Change(NamedTuple):
    """One change.

    Parameters
    ----------
    line
        Where it is.
    words
        What is changed into what.
    """

    line: int
    words: str


class _Place(NamedTuple):
    """Where a node hangs in the tree: on its parent, in a list of it where there is a position."""

    parent: ast.AST
    field: str
    position: int | None

    def put(self, node: ast.AST) -> None:
        if self.position is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.position] = node


def changes(source: str) -> list[Change]:
    """List the changes that a module can be given, in the order of its text.

    Examples
    --------
    >>> [change.words for change in changes("def half(x):\\n    return x / 2\\n")]
    ['return x / 2 → return None', 'x / 2 → x * 2', '2 → 3']
    """
    return [
        Change(node.lineno, f"{_short(node)} → {_short(new)}")
        for _, node, new in _candidates(ast.parse(source))
    ]


def changed(source: str, number: int) -> ast.Module:
    """Return the tree of a module with one of its `changes`.

    Examples
    --------
    >>> print(ast.unparse(changed("def half(x):\\n    return x / 2\\n", 1)))
    def half(x):
        return x * 2
    """
    tree = ast.parse(source)
    for at, (place, _, new) in enumerate(_candidates(tree)):
        if at == number:
            place.put(new)
            break
    return ast.fix_missing_locations(tree)


def _short(node: ast.AST) -> str:
    return shorten(ast.unparse(node), 80, placeholder=" …")


def _candidates(tree: ast.Module) -> Iterator[tuple[_Place, ast.expr | ast.stmt, ast.AST]]:
    for place, node in _places(tree):
        for new in _others(node):
            yield place, node, ast.copy_location(new, node)


def _places(node: ast.AST) -> Iterator[tuple[_Place, ast.expr | ast.stmt]]:
    """Give all nodes that may be changed, each before what is in it."""
    for field, value in ast.iter_fields(node):
        if field in _PASSED_OVER:
            continue
        for position, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_no_behaviour(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield _Place(node, field, position if isinstance(value, list) else None), child
            yield from _places(child)


def _is_no_behaviour(node: ast.AST) -> bool:
    if isinstance(node, ast.keyword) and node.arg in _WORDS - {None}:
        return True
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    named = [*getattr(node, "targets", []), getattr(node, "target", None)]
    return isinstance(node, ast.Assign | ast.AnnAssign) and any(
        isinstance(name, ast.Name) and name.id in {"__all__", "__getattr__", "__dir__"}
        for name in named
    )


def _others(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    """Give what could stand in place of a node."""
    match node:
        case ast.Compare(ops=[one]) if type(one) in _COMPARISONS:
            yield _with(node, ops=[_COMPARISONS[type(one)]()])
        case ast.BinOp(op=one) if type(one) in _OPERATIONS and not _is_text(node):
            yield _with(node, op=_OPERATIONS[type(one)]())
        case ast.BoolOp(op=one):
            yield _with(node, op=ast.Or() if isinstance(one, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
            yield node.operand
        case ast.Constant(value=bool(one) | int(one) | float(one)):
            yield ast.Constant(_other_value(one))
        case ast.If() | ast.IfExp():
            yield _with(node, test=ast.Constant(value=True))
            yield _with(node, test=ast.Constant(value=False))
        case ast.Call(keywords=[_, *_]):
            yield from _with_less(node)
        case ast.stmt():
            yield from _other_steps(node)


def _other_value(value: float) -> float:
    if isinstance(value, bool):
        return not value
    return value + 1 if abs(value) < _SMALL else value * 2


def _with_less(call: ast.Call) -> Iterator[ast.AST]:
    for left_out in call.keywords:
        if left_out.arg not in _WORDS:
            yield _with(call, keywords=[each for each in call.keywords if each is not left_out])


def _other_steps(step: ast.stmt) -> Iterator[ast.AST]:
    match step:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        # What is prepared is only quicker.
        case ast.Expr(value=ast.Call(func=call)) if not ast.unparse(call).endswith(".prepare"):
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _with(node: ast.AST, **parts: object) -> ast.AST:
    new = deepcopy(node)
    for field, value in parts.items():
        setattr(new, field, value)
    return new


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.BinOp) -> bool:
    """Tell whether it is clear that texts are joined, or types listed."""
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )
