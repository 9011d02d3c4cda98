"""What a test function needs of its own file: imports, constants, fixtures, its class without the other tests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_FIXTURES_OF_UNITTEST = frozenset(
    ("setUp", "tearDown", "setUpClass", "tearDownClass", "setup_method", "teardown_method", "setup_class", "setup")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """The rest of a test file."""

    prelude: str
    owner: str
    """Header and kept members of the class, empty where the test stands in none."""
    is_unittest: bool


def prune(text: str, tree: ast.Module, owner: ast.ClassDef | None, needed: frozenset[str]) -> Pruned:
    """Keep what the names in `needed` lead to, directly or by way of what is kept.

    Text is copied as it stands; import statements lose the names that nobody uses.
    """
    lines = text.splitlines()
    members = _members(owner, needed) if owner is not None else []
    wanted = set(needed).union(*(names_in(member) for member in members))
    if owner is not None:
        for node in (*owner.bases, *owner.decorator_list, *(k.value for k in owner.keywords)):
            wanted |= names_in(node)
    kept = _reachable(tree, owner, wanted)
    pieces = [piece for node in tree.body if node in kept for piece in [_piece(node, lines, wanted)] if piece]
    header = "" if owner is None else _header(owner, members, lines)
    return Pruned(prelude="\n".join(pieces), owner=header, is_unittest=owner is not None and _is_unittest(owner))


def names_in(node: ast.AST) -> set[str]:
    """Names that the code reads; parameters too, because a fixture is asked for by name."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    names |= {arg.arg for n in ast.walk(node) if isinstance(n, FunctionNode) for arg in _parameters(n)}
    # Names in texts: `usefixtures("x")`, annotations.
    names |= {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return names


def source_of(node: ast.stmt | FunctionNode | ast.ClassDef, lines: Sequence[str]) -> str:
    """The statement as it is written, with its decorators."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _parameters(function: FunctionNode) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _members(owner: ast.ClassDef, needed: frozenset[str]) -> list[ast.stmt]:
    """Members of the class that are no tests, as far as they are used; what sets up stays in any case."""
    found: list[ast.stmt] = []
    wanted = set(needed)
    while True:
        more = [m for m in owner.body if m not in found and _is_kept(m, wanted)]
        if not more:
            return sorted(found, key=lambda member: member.lineno)
        found += more
        for member in more:
            wanted |= names_in(member) | _attributes_in(member)


def _is_kept(member: ast.stmt, wanted: set[str]) -> bool:
    match member:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            automatic = any("autouse" in ast.unparse(d) for d in member.decorator_list)
            return automatic or member.name in _FIXTURES_OF_UNITTEST or member.name in wanted
        case ast.Assign(targets=targets):
            return any(isinstance(t, ast.Name) and t.id in wanted for t in targets)
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name in wanted
        case ast.ClassDef(name=name):
            return name in wanted
        case _:
            return False


def _attributes_in(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _header(owner: ast.ClassDef, members: Sequence[ast.stmt], lines: Sequence[str]) -> str:
    decorators = "".join(f"@{ast.unparse(d)}\n" for d in owner.decorator_list if "parametrize" not in ast.unparse(d))
    arguments = ", ".join(
        [*map(ast.unparse, owner.bases), *(f"{k.arg}={ast.unparse(k.value)}" for k in owner.keywords)]
    )
    head = f"{decorators}class {owner.name}{f'({arguments})' if arguments else ''}:"
    return "\n\n".join([head, *(source_of(member, lines) for member in members)])


def _is_unittest(owner: ast.ClassDef) -> bool:
    return any(re.search(r"TestCase$", ast.unparse(base)) for base in owner.bases)


def _reachable(tree: ast.Module, owner: ast.ClassDef | None, wanted: set[str]) -> set[ast.stmt]:
    """Statements of the module that bind a wanted name; `wanted` grows by what these need."""
    kept: set[ast.stmt] = set()
    while True:
        more = [
            node
            for node in tree.body
            if node is not owner and node not in kept and (_is_automatic(node) or wanted & set(_bound(node)))
        ]
        if not more:
            return kept
        for node in more:
            kept.add(node)
            if not isinstance(node, ast.Import | ast.ImportFrom):
                wanted |= names_in(node)


def _is_automatic(node: ast.stmt) -> bool:
    """Does it work without being named: a future import, an automatic fixture, the setting of a mark?"""
    match node:
        case ast.ImportFrom(module="__future__"):
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return any("autouse" in ast.unparse(d) for d in node.decorator_list)
        case ast.Assign(targets=[ast.Name(id="pytest_plugins")]):
            return True
        case _:
            return False


def _bound(node: ast.stmt) -> Iterator[str]:
    """Names that a statement at the top of a module binds."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield "*" if alias.name == "*" else (alias.asname or alias.name.partition(".")[0])
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.If() | ast.Try() | ast.With():
            for inner in ast.walk(node):
                if inner is not node and isinstance(inner, ast.stmt):
                    yield from _bound(inner)
        case _:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    yield inner.id


def _piece(node: ast.stmt, lines: Sequence[str], wanted: set[str]) -> str:
    match node:
        case ast.Import() | ast.ImportFrom() if not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            names = [a for a in node.names if a.name == "*" or set(_bound_by(a)) & wanted]
            if isinstance(node, ast.Import):
                return ast.unparse(ast.Import(names=names))
            return ast.unparse(ast.ImportFrom(module=node.module, names=names, level=node.level))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return f"\n\n{source_of(node, lines)}\n\n"
        case _:
            return source_of(node, lines)


def _bound_by(alias: ast.alias) -> tuple[str, ...]:
    return (alias.asname or alias.name.partition(".")[0],)
