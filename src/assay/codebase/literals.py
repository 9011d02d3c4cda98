"""Constants that a function compares with, counts by or looks for, nearest first: what alterations are made of."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assay.change.project import Project
from assay.change.reads import own_nodes, reads_of
from assay.change.syntax import Function, Module
from assay.codebase.calls import callees, enclosing_class, inside, locate
from assay.values.change import ChangedUnit, Unit

MOST = 80
LONGEST_TEXT = 60
MOST_CALLEES = 40
MOST_OF_ONE_VERSION, MOST_KEYS = 12, 6
LARGEST_CONSTANT = 60
"""A module constant of more literals than this gives its first ones only."""
_DEPTH = 2
MOMENTS = (datetime(2021, 7, 23, 13, 30, 59, 250_000, UTC), datetime(1999, 12, 1, 9, 5, 7, 20, UTC))
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_OF_DATES = frozenset("YymBbHIMSpjAaUWGV")
_DIRECTIVES = frozenset("YymBbdHIMSpjAaUWGVfwuzZ%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Literals:
    """Numbers and texts, each once."""

    numbers: tuple[int | float, ...] = ()
    texts: tuple[str, ...] = ()


def literals_of_change(changed: ChangedUnit, base: Project, head: Project, *, limit: int = MOST) -> Literals:
    """Literals of both versions of a unit: on the changed lines, then in it, then in what it reads and calls."""
    sides = ((changed.base, base, changed.base_lines), (changed.head, head, changed.head_lines))
    rings = [_rings(unit, project, lines) for unit, project, lines in sides if unit is not None]
    found: list[object] = []
    for n in range(max((len(r) for r in rings), default=0)):
        found += [value for ring in rings if n < len(ring) for value in ring[n]]
    return _sorted_out(found, limit)


def literals_for(unit: Unit, project: Project, lines: Iterable[int] = (), *, limit: int = MOST) -> Literals:
    """Literals of one version of a unit, those on `lines` first."""
    return _sorted_out([value for ring in _rings(unit, project, frozenset(lines)) for value in ring], limit)


def flags_for(unit: Unit, project: Project) -> tuple[str, ...]:
    """Class-level attributes with a plain value that a method reads through `self`, `cls` or its class."""
    located = locate(unit, project)
    if located is None or not (owner := enclosing_class(located[1])):
        return ()
    module, function = located
    functions = {f.qualname: f for f in module.functions}
    words = {"self", "cls", owner.rpartition(".")[2]}
    parts = [function, *(f for _, f in callees(module, function, project) if f.owner == owner)]
    read = {name for part in parts for word, name in reads_of(part, functions).attributes if word in words}
    found: list[str] = []
    bodies = [(module, module.scopes[owner])] if owner in module.scopes else []
    for _, scope in [*bodies, *project.bases(module, owner)]:
        for statement in scope.statements:
            value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, (bool, int, str, type(None))):
                found += [name for name in _assigned(statement) if name in read]
    return tuple(dict.fromkeys(found))


def slot_names(changed: ChangedUnit, base: Project, head: Project) -> tuple[str, ...]:
    """Names of attributes that the changed lines mention, and keys by which they ask a mapping."""
    found: set[str] = set()
    for unit, project, lines in ((changed.base, base, changed.base_lines), (changed.head, head, changed.head_lines)):
        located = locate(unit, project) if unit is not None else None
        if located is not None:
            nodes = [n for f in inside(*located) for n in own_nodes(f.node)]
            found |= {n.attr for n in nodes if isinstance(n, ast.Attribute) and (n.end_lineno or n.lineno) in lines}
            found |= {key.value for key in _keys(nodes) if key.lineno in lines and isinstance(key.value, str)}
    return tuple(sorted(found))


def texts_of_one_version(changed: ChangedUnit, base: Project, head: Project) -> tuple[str, ...]:
    """Texts that only one version of a unit, or of the constants that it reads, has; one of them may decide.

    With them what a format of dates among them writes, and keys and compared texts on lines that differ.
    """
    ours, theirs = (
        dict.fromkeys(_sorted_out(_near(unit, project), LARGEST_CONSTANT * 10).texts) if unit is not None else {}
        for unit, project in ((changed.base, base), (changed.head, head))
    )
    gone, come = [text for text in ours if text not in theirs], [text for text in theirs if text not in ours]
    some = gone[:MOST_OF_ONE_VERSION] + come[:MOST_OF_ONE_VERSION]
    written = [text for each in some for text in dates_as(each)]
    return tuple(dict.fromkeys([*some, *written, *_chosen_by(changed, base, head)][: 3 * MOST_OF_ONE_VERSION]))


def dates_as(pattern: str) -> tuple[str, ...]:
    """A moment in the afternoon and one in the morning as a format of `strptime` has them; nothing for other texts."""
    directives = set(_DIRECTIVE.findall(pattern))
    if not directives & _OF_DATES or not directives <= _DIRECTIVES:
        return ()
    return tuple(moment.strftime(pattern) for moment in MOMENTS)


def _chosen_by(changed: ChangedUnit, base: Project, head: Project) -> list[str]:
    """Keys of the entries of a table, and texts compared with, on the lines that differ."""
    found: dict[str, None] = {}
    for unit, project, lines in ((changed.base, base, changed.base_lines), (changed.head, head, changed.head_lines)):
        located = locate(unit, project) if unit is not None else None
        for part in inside(*located) if located is not None else ():
            for first, last in _choices(own_nodes(part.node)):
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and len(first.value) > 0:
                    ends = last.end_lineno or last.lineno
                    if len(first.value) <= LONGEST_TEXT and not lines.isdisjoint(range(first.lineno, ends + 1)):
                        found.setdefault(first.value)
    return list(found)


def _choices(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What something is chosen by, and where what is chosen ends."""
    for node in nodes:
        match node:
            case ast.Dict(keys=keys, values=values):
                yield from ((key, value) for key, value in zip(keys, values, strict=True) if key is not None)
            case ast.Compare(left=left, comparators=others):
                parts = [left, *(part for other in others for part in getattr(other, "elts", [other]))]
                yield from ((part, part) for part in parts)
            case ast.MatchValue(value=value):
                yield value, value
            case _:
                pass


def _near(unit: Unit, project: Project) -> Iterator[object]:
    """Literals in a unit and in the constants of its own module that it reads."""
    located = locate(unit, project)
    for part in inside(*located) if located is not None else ():
        assert located is not None
        yield from (value for _, value in _constants(own_nodes(part.node)))
        yield from _module_constants(located[0], part, _Walk(project), elsewhere=False)


def keys_asked(changed: ChangedUnit, base: Project, head: Project) -> tuple[tuple[str, str], ...]:
    """`(key, literal of the default)` of what base asks mappings for by name, first those that head does not ask for.

    The default is `None` where none is given.
    """
    found = []
    for unit, project in ((changed.base, base), (changed.head, head)):
        located = locate(unit, project) if unit is not None else None
        nodes = [n for f in inside(*located) for n in own_nodes(f.node)] if located is not None else []
        nodes.sort(key=lambda node: (getattr(node, "lineno", 0), getattr(node, "end_col_offset", 0)))
        found.append({key: default for node in nodes for key, default in _asked_for(node)})
    ours, theirs = found
    return tuple(sorted(ours.items(), key=lambda item: item[0] in theirs)[:MOST_KEYS])


def _asked_for(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(key)), *rest]) if name in _ASKING:
            yield key, ast.unparse(rest[0]) if rest and isinstance(rest[0], ast.Constant) else "None"
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn()]):
            yield key, "None"
        case _:
            pass


def _keys(nodes: Iterable[ast.AST]) -> Iterator[ast.Constant]:
    """Constants in brackets, and those that a method like `get` is asked for."""
    for node in nodes:
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASKING:
            key = node.args[0] if node.args else None
        if isinstance(key, ast.Constant):
            yield key


_ASKING = frozenset(("get", "pop", "setdefault"))


@dataclass(slots=True)
class _Walk:
    """One walk outwards from a function."""

    project: Project
    seen: set[Function] = field(default_factory=set)
    constants: set[tuple[str, str]] = field(default_factory=set)


def _rings(unit: Unit, project: Project, lines: frozenset[int]) -> list[list[object]]:
    """Literals by distance: on the lines, in the unit, in constants that it reads, in callees, in their constants..."""
    located = locate(unit, project)
    if located is None:
        return []
    module, function = located
    walk = _Walk(project)
    nodes = [n for f in inside(module, function) for n in own_nodes(f.node)]
    near = [value for n, value in _constants(nodes) if n.lineno in lines]
    rings = [near, [value for _, value in _constants(nodes)]]
    level = [located]
    for depth in range(_DEPTH + 1):
        elsewhere = depth < _DEPTH
        parts = [(m, part) for m, f in level for part in inside(m, f)]
        rings.append([v for m, part in parts for v in _module_constants(m, part, walk, elsewhere=elsewhere)])
        if depth == _DEPTH:
            break
        walk.seen.update(f for _, f in level)
        fresh = dict.fromkeys(c for m, f in level for c in callees(m, f, project) if c[1] not in walk.seen)
        level = list(fresh)[: max(0, MOST_CALLEES - len(walk.seen))]
        bodies = (part for m, f in level for part in inside(m, f))
        rings.append([value for part in bodies for _, value in _constants(own_nodes(part.node))])
    return rings


def _module_constants(module: Module, function: Function, walk: _Walk, *, elsewhere: bool) -> Iterator[object]:
    """Literals in the module constants that a function reads, of its own module and, if so wished, of others."""
    reads = reads_of(function, {f.qualname: f for f in module.functions})
    imports = walk.project.imports(module).names
    targets = [(module, name) for name in sorted(reads.names) if name not in imports]
    if elsewhere:
        names = [n for n in sorted(reads.names) if n in imports]
        names += [f"{word}.{name}" for word, name in sorted(reads.attributes) if word in imports]
        for target in dict.fromkeys(walk.project.resolve(module, name) for name in names):
            other = walk.project.module(walk.project.path_of(target.module))
            if other is not None and target.name:
                targets.append((other, target.name))
    for owner, name in targets:
        if (owner.path, name) not in walk.constants:
            walk.constants.add((owner.path, name))
            yield from _value_of(owner, name)


def _value_of(module: Module, name: str) -> list[object]:
    for statement in module.scopes[""].statements:
        if name in _assigned(statement):
            return [value for _, value in _constants(ast.walk(statement))][:LARGEST_CONSTANT]
    return []


def _assigned(statement: ast.stmt) -> list[str]:
    """Names that an assignment gives a value."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        targets = [statement.target]
    else:
        return []
    return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]


def _constants(nodes: Iterable[ast.AST]) -> list[tuple[ast.expr, object]]:
    """Constants in order of appearance; docstrings and the messages of exceptions are none."""
    every = list(nodes)
    silent: set[int] = set()
    negated: dict[int, ast.UnaryOp] = {}
    for node in every:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.Raise):
            silent.update(id(n) for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
            negated[id(node.operand)] = node
    found: list[tuple[ast.expr, object]] = []
    for node in every:
        if isinstance(node, ast.Constant) and id(node) not in silent:
            value = node.value
            if id(node) in negated and isinstance(value, (int, float)):
                value = -value
            found.append((node, value))
    return sorted(found, key=lambda item: (item[0].lineno, item[0].col_offset))


def _sorted_out(values: Iterable[object], limit: int) -> Literals:
    numbers: dict[tuple[str, int | float], int | float] = {}
    texts: dict[str, None] = {}
    for value in values:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            numbers.setdefault((type(value).__name__, value), value)
        elif isinstance(value, bytes):
            texts.setdefault(value.decode("latin-1")[:LONGEST_TEXT])
        elif isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT:
            texts.setdefault(value)
    return Literals(numbers=tuple(numbers.values())[:limit], texts=tuple(texts)[:limit])
