"""Folders of our own under the temporary folder, locked by the process that uses them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "assay-work-"


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder, removed at the end. What killed processes left behind is removed first.

    A process number says nothing about an owner in another container that shares the temporary folder; a lock does, and
    the system drops it when its owner ends, however that is.
    """
    root = Path(tempfile.gettempdir())
    for path in root.glob(f"{_PREFIX}*"):
        if _is_ours(path):
            with contextlib.suppress(OSError), locked(path):
                shutil.rmtree(path, ignore_errors=True)
    with contextlib.ExitStack() as stack:
        yield _new(root, stack)


def _new(root: Path, stack: contextlib.ExitStack) -> Path:
    """A folder that nobody took for an abandoned one before it was locked."""
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            stack.enter_context(locked(path))
            stack.callback(shutil.rmtree, path, ignore_errors=True)
            if path.is_dir():
                return path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a folder; raises OSError where somebody else holds it, or it is gone."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(folder)


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid() and not path.is_symlink()
    except OSError:
        return False
