"""What a function reads: global names, and attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from assay.change.syntax import Function, FunctionNode, dotted


@dataclass(frozen=True, slots=True)
class Reads:
    """What a function itself reads; functions inside it read for themselves."""

    names: frozenset[str]
    """Global names."""
    attributes: frozenset[tuple[str, str]]
    """Attributes with the first word of what they are read from: ("self", "limit")."""


def reads_of(function: Function, functions: Mapping[str, Function]) -> Reads:
    """What a function itself reads; `functions` are those of its file by qualified name."""
    hidden = _locals(function.node)
    around = functions.get(function.owner)
    while around is not None:
        hidden = hidden | _locals(around.node)
        around = functions.get(around.owner)
    names: set[str] = set()
    attributes: set[tuple[str, str]] = set()
    for node in own_nodes(function.node):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in hidden:
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            attributes.add((dotted(node.value).partition(".")[0], node.attr))
    return Reads(frozenset(names), frozenset(attributes))


def own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    """All nodes of a function but those of functions inside it; annotations are left out."""
    args = node.args
    waiting: list[ast.AST] = [*node.decorator_list, *args.defaults, *(d for d in args.kw_defaults if d), *node.body]
    while waiting:
        current = waiting.pop()
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        yield current
        if isinstance(current, ast.AnnAssign):
            waiting += [current.target, *([current.value] if current.value else [])]
        else:
            waiting += ast.iter_child_nodes(current)


def computed_names(function: Function) -> Iterator[list[str]]:
    """For each `getattr` with a name put together at run time, the constant parts of that name."""
    for node in own_nodes(function.node):
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[_, name, *_]) if not isinstance(name, ast.Constant):
                constants = (n.value for n in ast.walk(name) if isinstance(n, ast.Constant))
                yield [text for text in constants if isinstance(text, str)]


def name_fits(parts: list[str], name: str) -> bool:
    """May a name put together from these parts be `name`? Without any part it may be all names."""
    return all(part.strip("%s{}") in name for part in parts)


def lines_reading(function: Function, name: str) -> frozenset[int]:
    """Lines of a function on which a name or an attribute of that name stands."""
    return frozenset(
        node.lineno
        for node in own_nodes(function.node)
        if (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
    )


@lru_cache(maxsize=4096)
def _locals(node: FunctionNode) -> frozenset[str]:
    """Names that are its own. What it imports is not: that is read from another module."""
    args = node.args
    every: Iterable[ast.arg | None] = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    found = {a.arg for a in every if a is not None}
    shared: set[str] = set()
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        current = waiting.pop()
        if isinstance(current, ast.Name):
            if not isinstance(current.ctx, ast.Load):
                found.add(current.id)
        elif isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(current.name)
        else:
            if isinstance(current, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and current.name:
                found.add(current.name)
            elif isinstance(current, (ast.Global, ast.Nonlocal)):
                shared.update(current.names)
            waiting += ast.iter_child_nodes(current)
    return frozenset(found - shared)
