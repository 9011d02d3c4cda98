"""Small trees written as text, and what is told of a change between two of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import dedent

from assay.change.project import Project
from assay.change.read import read_change
from assay.instruments.pairing import pair_files
from assay.instruments.tree import Entry
from assay.values.change import Change, ChangedUnit, Revision, Side


class MemoryTree:
    """A tree of texts; keeps the promises of `Tree`."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.entries = {path: Entry("file", text) for path, text in sorted(files.items())}

    def read(self, path: str) -> bytes:
        return self.files[path].encode()

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        return ((path, self.read(path)) for path in paths)

    def close(self) -> None:
        """Nothing is held open."""


class MemorySource:
    """Both sides as texts; keeps the promises of `Source`."""

    def __init__(self, base: Mapping[str, str], head: Mapping[str, str]) -> None:
        self._files: dict[Side, Mapping[str, str]] = {"base": base, "head": head}

    def paths(self, side: Side) -> Sequence[str]:
        return sorted(self._files[side])

    def text(self, side: Side, path: str) -> str | None:
        return self._files[side].get(path)


def files(text: str) -> dict[str, str]:
    """`=== path` begins a file; text before the first one is `m.py`."""
    parts = re.split(r"^=== (.+)\n", dedent(text), flags=re.MULTILINE)
    found = {"m.py": parts[0]} if parts[0].strip() else {}
    return found | dict(zip(parts[1::2], parts[2::2], strict=True))


def change_of(base: str, head: str) -> Change:
    """The change between two trees."""
    old, new = files(base), files(head)
    pairs = pair_files(MemoryTree(old), MemoryTree(new))
    sides = Revision(label="base", commit=None), Revision(label="head", commit=None)
    return read_change(*sides, pairs, MemorySource(old, new))


def project(text: str) -> Project:
    """One tree as the code base."""
    return Project(MemorySource(files(text), files(text)), "base")


def told(base: str, head: str) -> list[str]:
    """One line for each unit and each thing unread."""
    change = change_of(base, head)
    return [*map(_unit, change.units), *(f"unread {u.slug} {u.path}" for u in change.unread)]


def assert_told(base: str, head: str, *says: str) -> None:
    """Given this change, a person reads these lines, in any order."""
    assert sorted(told(base, head)) == sorted(says)


def _unit(changed: ChangedUnit) -> str:
    moved = changed.base is not None and changed.head is not None and changed.base.name != changed.head.name
    name = (
        f"{changed.base.name} -> {changed.head.name}" if moved and changed.base and changed.head else changed.unit.name
    )
    if changed.kind != "changed":
        return f"{changed.kind} {name}" + (f" still used at {', '.join(changed.used_by)}" if changed.used_by else "")
    return f"{name}: {', '.join(changed.why)}"
