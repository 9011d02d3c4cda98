"""Bytecode of the project, compiled once by base and used by both sides afterwards.

A tree that was just written has none, and every run would compile the whole project again. Runs on base hand over
what they compiled; files that differ between the sides are left out, so no side ever runs the other's code.
"""

from __future__ import annotations

import base64
import binascii
import os
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from assay.values.change import Side
from assay.values.lab import Frame

MOST_BYTES = 96 << 20


class Bytecode:
    """Gathers compiled files from one run and lays them beside the sources of both trees."""

    def __init__(self, trees: Mapping[Side, Path], differing: Iterable[str]) -> None:
        self._trees = trees
        self._differing = frozenset(differing)
        self._lock = threading.Lock()
        self._size = 0
        self._known: set[str] = set()
        self._waiting: list[tuple[str, bytes]] = []

    def take(self, frame: Frame) -> None:
        """Keep a compiled file until the trees are idle. What is malformed is dropped: that costs only time."""
        path, data = frame.get("path"), frame.get("data")
        if not isinstance(path, str) or not isinstance(data, str) or path in self._known:
            return
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            return
        with self._lock:
            self._known.add(path)
            self._size += len(content)
            if self._size <= MOST_BYTES:
                self._waiting.append((path, content))

    def write(self) -> None:
        """Write what was taken. No run may be using the trees."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for path, content in waiting:
            for tree in self._trees.values():
                self._write_one(tree, PurePosixPath(path), content)

    def _write_one(self, tree: Path, path: PurePosixPath, content: bytes) -> None:
        if path.suffix != ".pyc" or path.parent.name != "__pycache__" or path.is_absolute() or ".." in path.parts:
            return
        source = path.parent.parent / (path.name.split(".")[0] + ".py")
        if str(source) in self._differing:
            return
        folder = tree / path.parent.parent
        if not (tree / source).is_file() or folder.resolve() != tree.resolve() / path.parent.parent:
            return
        (folder / "__pycache__").mkdir(exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        with os.fdopen(os.open(folder / "__pycache__" / path.name, flags, 0o644), "wb") as file:
            file.write(content)
