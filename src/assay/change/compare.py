"""Two versions of one file: which functions are the same one, and how they differ."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assay.change.normalise import Parts, Reading, parts_of, reading_of, shape
from assay.change.syntax import Function, Module, Scope, last_name


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A function on both sides, and in what it differs."""

    base: Function
    head: Function
    why: tuple[str, ...]


@dataclass(slots=True)
class Comparison:
    """One file on both sides. A file that one side lacks has functions of the other side only."""

    base: Module | None
    head: Module | None
    reading: Reading
    pairs: list[Pair] = field(default_factory=list)
    """All functions that both sides have, unchanged ones included."""
    removed: list[Function] = field(default_factory=list)
    added: list[Function] = field(default_factory=list)


def compare(base: Module | None, head: Module | None) -> Comparison:
    """Pair the functions of two versions of a file by name, kind and, where a name is used twice, by likeness."""
    reading = reading_of(*(m.text for m in (base, head) if m is not None))
    comparison = Comparison(base, head, reading)
    old = _by_name(base)
    new = _by_name(head)
    parts = _Parts(reading)
    for name in (*old, *(n for n in new if n not in old)):
        before, after = list(old.get(name, ())), list(new.get(name, ()))
        if (
            base is not None
            and head is not None
            and [base.source(f) for f in before] == [head.source(f) for f in after]
        ):
            comparison.pairs += [Pair(one, other, ()) for one, other in zip(before, after, strict=True)]
            continue
        for one, other in _match(before, after, parts):
            comparison.pairs.append(Pair(one, other, parts[one].differences(parts[other])))
            before.remove(one)
            after.remove(other)
        comparison.removed += before
        comparison.added += after
    comparison.pairs = _with_nested(comparison)
    return comparison


class _Parts(dict[Function, Parts]):
    """The parts of functions, taken apart when they are asked for."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self._reading = reading

    def __missing__(self, function: Function) -> Parts:
        self[function] = parts_of(function, self._reading)
        return self[function]


def class_changes(
    base: Module, head: Module, is_same: Callable[[ast.AST, ast.AST], bool]
) -> Iterator[tuple[Scope, str]]:
    """Classes whose bases, metaclass or decorators differ, with the reason as `ChangedUnit.why` spells it.

    Two spellings of one class are no two bases: `is_same` says what base's and head's expressions mean.
    """
    for qualname, scope in head.scopes.items():
        before = base.scopes.get(qualname)
        if before is None or not qualname:
            continue
        old, new = before.node, scope.node
        ours, theirs = _heads(old), _heads(new)
        if len(ours) != len(theirs) or not all(map(is_same, ours, theirs)):
            yield scope, f"base class {qualname}"
        elif [shape(n) for n in _decorators(old)] != [shape(n) for n in _decorators(new)]:
            yield scope, f"class decorator {qualname}"


def _heads(node: ast.Module | ast.ClassDef) -> list[ast.AST]:
    """Bases and metaclass, without what only type checkers see: `Generic[T]`, the `[T]` of `Base[T]`."""
    if isinstance(node, ast.Module):
        return []
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
    return [*(base for base in bases if last_name(base) not in {"Generic", "Protocol", "object"}), *node.keywords]


def _decorators(node: ast.Module | ast.ClassDef) -> list[ast.expr]:
    return [] if isinstance(node, ast.Module) else node.decorator_list


def _by_name(module: Module | None) -> dict[str, list[Function]]:
    groups: dict[str, list[Function]] = {}
    for function in module.functions if module is not None else ():
        if not function.is_overload:
            groups.setdefault(function.qualname, []).append(function)
    return groups


def _match(before: Sequence[Function], after: Sequence[Function], parts: _Parts) -> list[tuple[Function, Function]]:
    """Equal ones first, then those with equal decorators (getter, setter), then in order."""
    rest, waiting = list(before), list(after)
    matched: list[tuple[Function, Function]] = []
    for alike in (_is_equal, _is_decorated_alike, _is_any):
        for one in list(rest):
            other = next((f for f in waiting if alike(parts[one], parts[f])), None)
            if other is not None:
                rest.remove(one)
                waiting.remove(other)
                matched.append((one, other))
    return matched


def _is_equal(one: Parts, other: Parts) -> bool:
    return not one.differences(other)


def _is_decorated_alike(one: Parts, other: Parts) -> bool:
    return one.decorators == other.decorators


def _is_any(_one: Parts, _other: Parts) -> bool:
    return True


def _with_nested(comparison: Comparison) -> list[Pair]:
    """Pairs whose reasons also name the changed functions inside them."""
    inner = [(p.head.qualname, p.head.first_line) for p in comparison.pairs if p.why and "<locals>" in p.head.qualname]
    inner += [(f.qualname, f.first_line) for f in comparison.added if "<locals>" in f.qualname]
    return [Pair(p.base, p.head, (*p.why, *_nested_reasons(p.head, inner))) for p in comparison.pairs]


def _nested_reasons(outer: Function, inner: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    prefix = f"{outer.qualname}.<locals>."
    names = {
        qualname.removeprefix(prefix)
        for qualname, line in inner
        if qualname.startswith(prefix) and outer.first_line <= line <= outer.last_line
    }
    return tuple(f"nested {name}" for name in sorted(names))
