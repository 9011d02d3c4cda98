"""One side of a change as a tree of files: what stands where, and how it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

EntryKind = Literal["file", "executable", "symlink", "submodule"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of a tree. Equal keys mean equal content."""

    kind: EntryKind
    key: str


class Tree(Protocol):
    """All files of one side."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """POSIX paths, sorted, with what stands there."""

    def read(self, path: str) -> bytes:
        """The content of a file, or the target of a symbolic link."""

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Files in the order asked for; None for one that a partial clone does not hold."""

    def close(self) -> None:
        """Let go of processes and files."""


def print_of(tree: Tree) -> str:
    """A digest of the whole tree, from the keys of its files."""
    lines = (f"{path} {entry.kind} {entry.key}" for path, entry in tree.entries.items())
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def is_plain(entry: Entry) -> bool:
    """Is it a file with content of its own?"""
    return entry.kind in {"file", "executable"}
