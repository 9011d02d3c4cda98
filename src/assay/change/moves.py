"""Functions that were removed in one place and added in another: moved or renamed ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assay.change.lines import Line
from assay.change.normalise import Reading, parts_of
from assay.change.syntax import Function, Module

SAME_NAME = 0.6
"""Share of equal lines from which two functions of one name are one that moved."""
OTHER_NAME = 0.8
"""The same for two functions of different names."""
MOST_PAIRS = 40_000
"""Where more pairs than these are possible, only equal functions are paired."""

Pairs: TypeAlias = "list[tuple[Placed, Placed]]"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A function with the module it stands in and its lines."""

    module: Module
    function: Function
    lines: Mapping[int, Line]
    reading: Reading

    @property
    def words(self) -> list[str]:
        """The code of the body, one entry for a line."""
        first = self.function.node.body[0].lineno
        return [" ".join(line.words) for n, line in sorted(self.lines.items()) if n >= first]


def pair_moved(removed: Sequence[Placed], added: Sequence[Placed]) -> list[tuple[Placed, Placed]]:
    """Removed and added functions that are one, best matches first; each is used once."""
    old, new = list(removed), list(added)
    pairs: list[tuple[Placed, Placed]] = []
    for find in (_equal_with_name, _in_renamed_classes, _equal, _similar, _in_renamed_classes):
        for one, other in list(find(old, new, pairs)):
            if one in old and other in new:
                old.remove(one)
                new.remove(other)
                pairs.append((one, other))
    return pairs


def _in_renamed_classes(old: Sequence[Placed], new: Sequence[Placed], pairs: Pairs) -> Iterator[tuple[Placed, Placed]]:
    """Methods of one name in classes of which another method was paired already."""
    classes = {
        (_class(one), _class(other)) for one, other in pairs if one.function.in_class and other.function.in_class
    }
    for one in old:
        for other in new:
            same = one.function.node.name == other.function.node.name and one.function.in_class
            if same and (_class(one), _class(other)) in classes:
                yield one, other


def _class(placed: Placed) -> tuple[str, str]:
    return placed.module.path, placed.function.owner


def _equal_with_name(old: Sequence[Placed], new: Sequence[Placed], _pairs: Pairs) -> Iterator[tuple[Placed, Placed]]:
    shapes = {p: _shape(p) for p in (*old, *new)}
    for one in old:
        name = one.function.node.name
        same = [p for p in new if p.function.node.name == name and shapes[p] == shapes[one]]
        yield from ((one, p) for p in sorted(same, key=lambda p: -_near(one, p))[:20])


def _equal(old: Sequence[Placed], new: Sequence[Placed], _pairs: Pairs) -> Iterator[tuple[Placed, Placed]]:
    shapes = {p: _shape(p) for p in (*old, *new)}
    for one in old:
        # One line alone is no identity: many functions are `return self.value`.
        if len(one.words) > 1:
            yield from ((one, p) for p in new if shapes[p] == shapes[one])


def _similar(old: Sequence[Placed], new: Sequence[Placed], _pairs: Pairs) -> Iterator[tuple[Placed, Placed]]:
    if len(old) * len(new) > MOST_PAIRS:
        return
    words = {p: p.words for p in (*old, *new)}
    scored: list[tuple[float, int, int, int]] = []
    for i, one in enumerate(old):
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(words[one])
        for j, other in enumerate(new):
            named = one.function.node.name == other.function.node.name
            least = SAME_NAME if named else OTHER_NAME
            shortest = min(len(words[one]), len(words[other]))
            if shortest < (2 if named else 4):
                continue
            matcher.set_seq1(words[other])
            if matcher.real_quick_ratio() >= least and matcher.quick_ratio() >= least and matcher.ratio() >= least:
                scored.append((matcher.ratio() + named, _near(one, other), i, j))
    yield from ((old[i], new[j]) for _, _, i, j in sorted(scored, key=lambda s: (-s[0], -s[1], s[2], s[3])))


def _shape(placed: Placed) -> object:
    parts = parts_of(placed.function, placed.reading)
    return (parts.signature, parts.defaults, parts.body)


def _near(one: Placed, other: Placed) -> int:
    same_file = one.module.path == other.module.path
    return 2 * same_file + (one.function.owner == other.function.owner)
