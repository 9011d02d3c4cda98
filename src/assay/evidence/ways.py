"""Which way a call goes through the changed code: what tells one cause of a difference from another.

Of the lines that ran, a way keeps those that the change removed, added or rewrote, and the first line that one version
ran and the other did not. However else two calls go, with one way they differ for one reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TypeAlias

from assay.evidence.jobs import Placement
from assay.values.experiment import Experiment
from assay.values.lab import Source

Way: TypeAlias = tuple[tuple[object, ...], ...]
"""One entry for each changed unit that ran; equal for calls that go one way, empty where no line of them is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A changed unit as its lines lie on both sides."""

    id: str
    base: range
    head: range
    telling: frozenset[int]
    """Lines that the change touched; those of head are negative."""
    same: Mapping[int, int]
    """Lines of base with the equal line of head."""


class Ways:
    """The ways of calls through the changed units."""

    def __init__(self, placements: Iterable[Placement], source: Source) -> None:
        self._units = tuple(
            _unit(placement, source)
            for placement in placements
            if placement.point.changed and placement.base is not None and placement.head is not None
        )

    def of(self, base: Experiment, head: Experiment) -> Way:
        """The way of one call, made on both sides."""
        return tuple(
            _through(unit, base.lines, head.lines)
            for unit in self._units
            if not base.lines.isdisjoint(unit.base) and not head.lines.isdisjoint(unit.head)
        )


def _unit(placement: Placement, source: Source) -> _Unit:
    base, head = placement.base, placement.head
    assert base is not None
    assert head is not None
    ours, theirs = range(base.first_line, base.last_line + 1), range(head.first_line, head.last_line + 1)
    texts = (_lines(source.text("base", base.path), ours), _lines(source.text("head", head.path), theirs))
    return _Unit(
        id=placement.point.id,
        base=ours,
        head=theirs,
        telling=placement.telling,
        same=same_lines(*texts, ours.start, theirs.start),
    )


def _lines(text: str | None, lines: range) -> tuple[str, ...]:
    return tuple((text or "").splitlines()[lines.start - 1 : lines.stop - 1])


@lru_cache(maxsize=256)
def same_lines(base: tuple[str, ...], head: tuple[str, ...], base_first: int, head_first: int) -> dict[int, int]:
    """Lines of base with the line of head that says the same in the same place, by number."""
    matcher = SequenceMatcher(a=[t.strip() for t in base], b=[t.strip() for t in head], autojunk=False)
    return {
        base_first + block.a + n: head_first + block.b + n
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    }


def _through(unit: _Unit, base: Iterable[int], head: Iterable[int]) -> tuple[object, ...]:
    ours = [line for line in sorted(base) if line in unit.base]
    theirs = [line for line in sorted(head) if line in unit.head]
    mapped = {unit.same.get(line, -line) for line in ours}
    touched_base = tuple(line for line in ours if line in unit.telling)
    touched_head = tuple(line for line in theirs if -line in unit.telling)
    return (
        unit.id,
        touched_base,
        touched_head,
        _first(line for line in ours if line not in touched_base and unit.same.get(line) not in theirs),
        _first(line for line in theirs if line not in touched_head and line not in mapped),
    )


def _first(lines: Iterable[int]) -> int | None:
    return next(iter(lines), None)
