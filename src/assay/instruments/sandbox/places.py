"""Where a run finds its tree and its scratch folder, so that both sides of a change see the same paths."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assay.errors import SandboxFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one run is given."""

    tree: Path
    """Host folder to be shown at the tree path."""
    scratch: Path
    """Host folder for the launcher: a mount point, or the one place where the target may write."""
    temporary: str
    """The folder for temporary files as the target sees it."""


class Places(Protocol):
    """Hands out places."""

    @property
    def tree_path(self) -> str:
        """Absolute path at which every run sees its tree."""

    @property
    def same_path(self) -> bool:
        """Can runs of different trees go on at the same time?"""

    def held(self, tree: Path) -> AbstractContextManager[Place]:
        """A place for a run of `tree` for the length of a `with` block; may wait."""

    def remove(self) -> None:
        """Remove every folder made here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiter:
    tree: Path
    since_s: float


class MountedPlaces:
    """Every run mounts its tree at one path, in a root of its own."""

    tree_path = "/assay/tree"
    same_path = True

    def __init__(self, scratch: Path) -> None:
        self._mount_point = scratch / "root"
        self._mount_point.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self, tree: Path) -> Iterator[Place]:
        """The tree itself: a run has its own layer over it."""
        yield Place(tree=tree, scratch=self._mount_point, temporary="/tmp")  # noqa: S108 - a mount of the run's own

    def remove(self) -> None:
        """Remove the mount point, on which nothing is mounted in our own namespace."""
        with suppress(FileNotFoundError):  # a fault closes the sandbox at once, and whoever opened it closes it again
            self._mount_point.rmdir()


class SharedPlaces:
    """One folder in which trees stand one after the other, as copies that the target cannot write to.

    The given tree is copied once (and again when it changed) and never touched: it may be a folder of the user's, and
    Assay may be killed at any moment. Runs of one tree share its copy; a run of another tree waits until they are done.
    Who comes late may still join the runs of its tree until somebody has waited for `patience_s`, so that runs asked
    for in turn go on in batches and none is starved. Temporary folders are numbered from 00, lowest free number first.
    """

    same_path = False

    def __init__(self, scratch: Path, *, writable: bool, patience_s: float = 2.0) -> None:
        self._scratch = scratch
        self._patience_s = patience_s
        self._writable = writable
        """Is there no wall that keeps the target from writing? Then a copy is used once."""
        self._place = scratch / "tree"
        self._changed = threading.Condition()
        self._waiting: deque[_Waiter] = deque()
        self._copies: dict[Path, tuple[bytes, Path]] = {}
        self._here: Path | None = None
        self._n_runs = 0
        self._n_copies = 0
        self._slots: set[int] = set()

    @property
    def tree_path(self) -> str:
        """Absolute path at which every run sees its tree."""
        return str(self._place)

    @contextmanager
    def held(self, tree: Path) -> Iterator[Place]:
        """The shared folder once `tree` stands there, and a temporary folder of its own."""
        tree = tree.resolve()
        self._enter(tree)
        try:
            with self._temporary_folder() as folder:
                yield Place(tree=self._place, scratch=folder, temporary=str(folder))
        finally:
            self._leave()

    def _enter(self, tree: Path) -> None:
        waiter = _Waiter(tree=tree, since_s=time.monotonic())
        with self._changed:
            self._waiting.append(waiter)
            try:
                self._changed.wait_for(lambda: self._may_enter(waiter))
                if self._n_runs == 0:
                    self._put(tree)
                self._n_runs += 1
            finally:
                self._waiting.remove(waiter)
                self._changed.notify_all()

    def _may_enter(self, waiter: _Waiter) -> bool:
        """Is the folder free and nobody before us, or does our tree stand there and nobody has waited for too long?"""
        first = self._waiting[0]
        if self._n_runs == 0:
            return first.tree == waiter.tree
        waited_s = time.monotonic() - first.since_s
        return self._here == waiter.tree and (first.tree == waiter.tree or waited_s < self._patience_s)

    def _leave(self) -> None:
        with self._changed:
            self._n_runs -= 1
            if self._n_runs == 0 and self._writable and self._here is not None:
                remove_folder(self._place)
                del self._copies[self._here]
                self._here = None
            self._changed.notify_all()

    def _put(self, tree: Path) -> None:
        """Make the shared folder a copy of `tree` as it is now."""
        now = _fingerprint(tree)
        seen, copy = self._copies.get(tree, (b"", self._place))
        if self._here == tree and seen == now:
            return
        if self._here is not None:
            self._place.rename(self._copies[self._here][1])
            self._here = None
        if seen != now:
            if tree in self._copies:
                remove_folder(copy)
                del self._copies[tree]
            copy = self._scratch / f"copy-{self._n_copies:03}"
            self._n_copies += 1
            _copy(tree, copy)
            self._copies[tree] = (now, copy)
        copy.rename(self._place)
        self._here = tree

    @contextmanager
    def _temporary_folder(self) -> Iterator[Path]:
        with self._changed:
            slot = next(number for number in range(len(self._slots) + 1) if number not in self._slots)
            self._slots.add(slot)
        folder = self._scratch / f"tmp-{slot:02}"
        try:
            (folder / "home").mkdir(parents=True)
            yield folder
        finally:
            remove_folder(folder)
            with self._changed:
                self._slots.discard(slot)

    def remove(self) -> None:
        """Remove the copies; the temporary folders went with their runs."""
        with self._changed:
            for _, copy in self._copies.values():
                remove_folder(copy)
            remove_folder(self._place)
            self._copies.clear()
            self._here = None


def _fingerprint(tree: Path) -> bytes:
    """Changes when a file of the tree does; reads names, sizes and times only."""
    digest = hashlib.blake2b(digest_size=16)
    for folder, folders, names in os.walk(tree):
        folders.sort()
        for name in sorted([*folders, *names]):
            state = os.lstat(os.path.join(folder, name))
            facts = (folder, name, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ino)
            digest.update(repr(facts).encode("utf-8", "surrogatepass"))
    return digest.digest()


def _copy(tree: Path, copy: Path) -> None:
    try:
        shutil.copytree(tree, copy, symlinks=True, ignore=_special_files)
    except (shutil.Error, OSError) as error:
        remove_folder(copy)
        raise SandboxFailed("The tree could not be copied into the sandbox.", why=str(error)[:500]) from error


def _special_files(folder: str, names: list[str]) -> list[str]:
    """Sockets, pipes and devices, which no copy can hold."""
    kinds = ((name, os.lstat(os.path.join(folder, name)).st_mode) for name in names)
    return [name for name, mode in kinds if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))]


def remove_folder(folder: Path) -> None:
    """Remove a folder that a target may have filled: closed folders, depths beyond any recursion."""
    _call("rm", "-rf", "--", str(folder))
    if os.path.lexists(folder):
        _call("chmod", "-R", "u+rwX", "--", str(folder))
        _call("rm", "-rf", "--", str(folder))


def _call(*command: str) -> None:
    subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True)
