"""Every function of a file as the interpreter will know it."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass

from assay.change.reads import own_nodes
from assay.change.syntax import Function, FunctionNode, Module, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter, with its annotation and default as source text."""

    name: str
    kind: str
    """`positional`, `plain`, `star`, `keyword` or `stars`."""
    hint: str | None = None
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or method where it is defined."""

    qualname: str
    ordinal: int
    """1 for the first definition of this qualified name in its file; a property's setter is often 2."""
    first_line: int
    """Equals `co_firstlineno`."""
    last_line: int
    is_async: bool
    is_generator: bool
    in_class: bool
    decorators: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    def id_in(self, path: str) -> str:
        """`path::qualname`, with `#2` for the second definition of one name."""
        return f"{path}::{self.qualname}" + (f"#{self.ordinal}" if self.ordinal > 1 else "")


def definitions(text: str) -> tuple[Definition, ...]:
    """All functions and methods of a file in order; none where it cannot be parsed."""
    module = parse("", "", text)
    return tuple(definition_of(f) for f in module.functions) if isinstance(module, Module) else ()


def definition_of(function: Function) -> Definition:
    """What can be told of one function."""
    node = function.node
    return Definition(
        qualname=function.qualname,
        ordinal=function.ordinal,
        first_line=function.first_line,
        last_line=function.last_line,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        is_generator=any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in _outside_lambdas(node)),
        in_class=function.in_class,
        decorators=tuple(ast.unparse(d) for d in node.decorator_list),
        parameters=_parameters(node.args),
    )


def is_public(dotted: str, exported: Collection[str] | None = None) -> bool:
    """May callers elsewhere rely on this name?

    `exported` is the module's `__all__`, where it has one: what it names is public whatever it is called.
    """
    parts = dotted.split(".")
    if exported is not None and not set(exported).isdisjoint(parts):
        return True
    return "<locals>" not in parts and not any(_is_private(part) for part in parts)


def exported_by(module: Module) -> tuple[str, ...] | None:
    """The literal strings of `__all__`, None where the module has none."""
    found: list[str] | None = None
    for statement in module.scopes[""].statements:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
            targets = [statement.target]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            texts = (n.value for n in ast.walk(statement) if isinstance(n, ast.Constant))
            found = [*(found or []), *(text for text in texts if isinstance(text, str))]
    return None if found is None else tuple(found)


def _is_private(part: str) -> bool:
    return part.startswith("_") and not (part.startswith("__") and part.endswith("__"))


def _outside_lambdas(node: FunctionNode) -> list[ast.AST]:
    inner = {id(n) for outer in own_nodes(node) if isinstance(outer, ast.Lambda) for n in ast.walk(outer)}
    return [n for n in own_nodes(node) if id(n) not in inner]


def _parameters(args: ast.arguments) -> tuple[Parameter, ...]:
    plain = [*args.posonlyargs, *args.args]
    missing = len(plain) - len(args.defaults)
    found: list[Parameter] = []
    for n, arg in enumerate(plain):
        kind = "positional" if n < len(args.posonlyargs) else "plain"
        found.append(_parameter(arg, kind, args.defaults[n - missing] if n >= missing else None))
    if args.vararg is not None:
        found.append(_parameter(args.vararg, "star", None))
    found += [_parameter(arg, "keyword", d) for arg, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)]
    if args.kwarg is not None:
        found.append(_parameter(args.kwarg, "stars", None))
    return tuple(found)


def _parameter(arg: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
    return Parameter(
        name=arg.arg,
        kind=kind,
        hint=None if arg.annotation is None else ast.unparse(arg.annotation),
        default=None if default is None else ast.unparse(default),
    )
