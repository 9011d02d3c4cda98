"""Rewrites of one function that keep its behaviour: what a person does who tidies up, done by a machine.

Each kind takes a function's tree and changes it in place; it answers whether it found something to do. What cannot be
shown to keep behaviour from the syntax alone is left alone.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Kind: TypeAlias = Callable[[Function], bool]
_SEES_NAMES = frozenset({"locals", "vars", "eval", "exec", "dir", "globals", "super", "_getframe", "currentframe"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, *_COMPREHENSIONS)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The file with one function rewritten."""

    qualname: str
    kind: str
    text: str


def rewritten(source: str, wanted: str, kind: str) -> Rewritten | None:
    """The file with the function `wanted` rewritten; None where a rewrite of this kind does not apply."""
    function = copy.deepcopy(_by_name(source).get(wanted))
    lines = source.splitlines(keepends=True)
    if function is None or not lines[function.lineno - 1].lstrip().startswith(("def ", "async def ")):
        return None
    if _looks_at_names(function) or not KINDS[kind](function):
        return None
    function.decorator_list = []
    indented = textwrap.indent(ast.unparse(ast.fix_missing_locations(function)), " " * function.col_offset) + "\n"
    whole = "".join([*lines[: function.lineno - 1], indented, *lines[function.end_lineno or 0 :]])
    try:
        ast.parse(whole)
    except SyntaxError:
        return None
    return Rewritten(qualname=wanted, kind=kind, text=whole)


@lru_cache(maxsize=200)
def _by_name(source: str) -> dict[str, Function]:
    return dict(functions(ast.parse(source)))


def functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Functions of modules and classes, without those inside functions, in order."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            yield from functions(node, prefix)


def _looks_at_names(function: Function) -> bool:
    """Does it, or might it, look at its own local variables or frames? Multi-line strings are changed by indenting."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id in _SEES_NAMES - {"super"}:
            return True
        if isinstance(node, ast.Attribute) and node.attr in _SEES_NAMES - {"super"}:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            return True
    return False


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Nodes of the function's own scope."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, _SCOPES):
            yield node
            yield from _own(node)


def _blocks(function: Function) -> Iterator[list[ast.stmt]]:
    """Every list of statements of the function's own scope, outermost first."""
    for node in (function, *_own(function)):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _parameters(function: Function) -> set[str]:
    return {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}


def rename_local(function: Function) -> bool:
    """`total` becomes `total_`, everywhere in the function."""
    if any(isinstance(n, ast.Global | ast.Nonlocal | ast.ClassDef) for n in ast.walk(function)):
        return False
    inner = {name for n in ast.walk(function) if isinstance(n, Function | ast.Lambda) for name in _parameters_of(n)}
    stored = [n.id for n in _own(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    other = {n.name for n in ast.walk(function) if isinstance(n, ast.ExceptHandler | ast.alias | Function)}
    for name in stored:
        if name in inner or name in _parameters(function) or name in other or name.startswith("__"):
            continue
        if any(isinstance(n, ast.alias) and (n.asname or n.name) == name for n in ast.walk(function)):
            continue
        if any(isinstance(n, ast.MatchAs | ast.MatchStar) for n in ast.walk(function)):
            return False
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id == name:
                node.id = name + "_"
        return True
    return False


def _parameters_of(node: ast.AST) -> set[str]:
    return {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}


def extract_variable(function: Function) -> bool:
    """`return f(x)` becomes `outcome = f(x)` and `return outcome`."""
    if "outcome" in _names(function):
        return False
    for block in _blocks(function):
        last = block[-1]
        if isinstance(last, ast.Return) and isinstance(last.value, ast.Call | ast.BinOp | ast.BoolOp | ast.Compare):
            block[-1:] = [
                ast.Assign(targets=[ast.Name(id="outcome", ctx=ast.Store())], value=last.value),
                ast.Return(value=ast.Name(id="outcome", ctx=ast.Load())),
            ]
            return True
    return False


def extract_helper(function: Function) -> bool:
    """`return f(x)` becomes a call of a local function that answers it."""
    if isinstance(function, ast.AsyncFunctionDef) or "_answer" in _names(function):
        return False
    for block in _blocks(function):
        last = block[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Call | ast.BinOp | ast.Compare):
            continue
        hard = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr)
        if any(isinstance(n, hard) for n in ast.walk(last.value)) or _names(last.value) & {"super", "__class__"}:
            continue
        helper = ast.parse("def _answer():\n    return None").body[0]
        assert isinstance(helper, ast.FunctionDef)
        helper.body = [ast.Return(value=last.value)]
        call = ast.Call(func=ast.Name(id="_answer", ctx=ast.Load()), args=[], keywords=[])
        block[-1:] = [helper, ast.Return(value=call)]
        return True
    return False


def invert_condition(function: Function) -> bool:
    """`if a: x else: y` becomes `if not a: y else: x`."""
    for block in _blocks(function):
        for statement in block:
            if isinstance(statement, ast.If) and statement.orelse and not _is_elif(statement):
                statement.test = ast.UnaryOp(op=ast.Not(), operand=statement.test)
                statement.body, statement.orelse = statement.orelse, statement.body
                return True
    return False


def _is_elif(statement: ast.If) -> bool:
    return len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If)


def swap_loop(function: Function) -> bool:
    """`out = [f(x) for x in xs]` becomes a loop, or a loop that only appends becomes a comprehension."""
    for block in _blocks(function):
        for n, statement in enumerate(block):
            loop = _as_loop(statement, function)
            if loop is not None:
                block[n : n + 1] = loop
                return True
            made = _as_comprehension(block[n : n + 2], function)
            if made is not None:
                block[n : n + 2] = [made]
                return True
    return False


def _as_loop(statement: ast.stmt, function: Function) -> list[ast.stmt] | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.ListComp(elt=element, generators=[each])):
            pass
        case _:
            return None
    targets = _names(each.target)
    elsewhere = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and n.id in targets]
    inside = [n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id in targets]
    lambdas = any(isinstance(n, (*_COMPREHENSIONS, ast.Lambda)) for n in ast.walk(element))
    if each.is_async or len(elsewhere) != len(inside) or lambdas or name in _names(statement.value):
        return None
    if targets & _parameters(function) or any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(function)):
        return None
    listed = ast.Name(id=name, ctx=ast.Load())
    add: ast.stmt = ast.Expr(
        value=ast.Call(func=ast.Attribute(value=listed, attr="append", ctx=ast.Load()), args=[element], keywords=[])
    )
    for test in reversed(each.ifs):
        add = ast.If(test=test, body=[add], orelse=[])
    empty = ast.Assign(targets=statement.targets, value=ast.List(elts=[], ctx=ast.Load()))
    return [empty, ast.For(target=each.target, iter=each.iter, body=[add], orelse=[])]


def _as_comprehension(pair: list[ast.stmt], function: Function) -> ast.stmt | None:
    match pair:
        case [
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])) as start,
            ast.For(
                target=target,
                iter=source,
                body=[
                    ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=to), attr="append"), args=[element]))
                ],
                orelse=[],
            ) as loop,
        ] if name == to:
            pass
        case _:
            return None
    targets = _names(target)
    elsewhere = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and n.id in targets]
    inside = [n.id for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id in targets]
    hard = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr, *_COMPREHENSIONS, ast.Lambda)
    if len(elsewhere) != len(inside) or any(isinstance(n, hard) for n in ast.walk(loop)) or name in _names(element):
        return None
    if name in _names(source) or _names(loop) & {"super", "__class__"}:
        return None
    each = ast.comprehension(target=target, iter=source, ifs=[], is_async=0)
    return ast.Assign(targets=start.targets, value=ast.ListComp(elt=element, generators=[each]))


def swap_format(function: Function) -> bool:
    """An f-string of plain fields becomes `format`, and `format` of plain fields an f-string."""
    swap = _Swap()
    swap.visit(function)
    return swap.done


class _Swap(ast.NodeTransformer):
    def __init__(self) -> None:
        self.done = False

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """One f-string."""
        parts, values = [], []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(str(value.value).replace("{", "{{").replace("}", "}}"))
            elif isinstance(value, ast.FormattedValue) and value.format_spec is None:
                conversion = "" if value.conversion < 0 else "!" + chr(value.conversion)
                parts.append("{%s}" % conversion)  # noqa: UP031 - braces read better so
                values.append(value.value)
            else:
                return node
        if self.done or not values:
            return node
        self.done = True
        whole = ast.Attribute(value=ast.Constant("".join(parts)), attr="format", ctx=ast.Load())
        return ast.Call(func=whole, args=values, keywords=[])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """One call of `"...{}...".format`."""
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format"), keywords=[]):
                pass
            case _:
                return node
        pieces = text.split("{}")
        plain = not any("{" in piece or "}" in piece for piece in pieces)
        if self.done or not plain or len(pieces) != len(node.args) + 1 or not node.args:
            return node
        if any(not isinstance(a, ast.Name | ast.Attribute) for a in node.args):
            return node
        self.done = True
        values: list[ast.expr] = []
        for piece, argument in zip(pieces, [*node.args, None], strict=True):
            if piece:
                values.append(ast.Constant(piece))
            if argument is not None:
                values.append(ast.FormattedValue(value=argument, conversion=-1))
        return ast.JoinedStr(values=values)


def return_early(function: Function) -> bool:
    """What stands in `else` after a branch that leaves the function moves one level out."""
    for block in _blocks(function):
        for n, statement in enumerate(block):
            if not isinstance(statement, ast.If) or not statement.orelse:
                continue
            if isinstance(statement.body[-1], ast.Return | ast.Raise):
                block[n + 1 : n + 1] = statement.orelse
                statement.orelse = []
                return True
    return False


def reorder(function: Function) -> bool:
    """Two neighbouring assignments that know nothing of each other change places."""
    for block in _blocks(function):
        for n, (first, second) in enumerate(pairwise(block)):
            if _is_simple(first) and _is_simple(second):
                one, other = _names(first), _names(second)
                if not one & other:
                    block[n], block[n + 1] = second, first
                    return True
    return False


def _is_simple(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Constant() | ast.Name()):
            return True
        case ast.Assign(targets=[ast.Name()], value=ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Tuple(elts=[])):
            return True
        case _:
            return False


def add_hints(function: Function) -> bool:
    """Parameters without a hint get one that means nothing, and so does the result."""
    if function.returns is not None:
        return False
    function.returns = ast.Constant("object")
    for argument in function.args.args:
        if argument.arg not in ("self", "cls") and argument.annotation is None:
            argument.annotation = ast.Constant("object")
    return True


KINDS: dict[str, Kind] = {
    "rename-local": rename_local,
    "extract-variable": extract_variable,
    "extract-helper": extract_helper,
    "invert-condition": invert_condition,
    "swap-loop": swap_loop,
    "swap-format": swap_format,
    "return-early": return_early,
    "reorder": reorder,
    "add-hints": add_hints,
}
