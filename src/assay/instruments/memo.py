"""A memo on disk, keyed by content: losing it costs time and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zlib
from pathlib import Path

MAX_BYTES = 400 << 20


def cache_folder() -> Path:
    """The user's cache folder for Assay; honours `XDG_CACHE_HOME`."""
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(root) / "assay"


class DiskMemo:
    """Values as compressed JSON files under the cache folder, one a key; never fails."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self._folder, self._max_bytes = folder / "memo", max_bytes
        self._room = 0
        """Bytes that may still be written before the folder is looked through."""

    def get(self, key: str) -> object | None:
        """The stored value, or None."""
        try:
            path = self._path(key)
            value: object = json.loads(zlib.decompress(path.read_bytes()))
            os.utime(path)
        except (OSError, ValueError, zlib.error):
            return None
        return value

    def put(self, key: str, value: object) -> None:
        """Store the value; a reader sees all of it or nothing."""
        path = self._path(key)
        with contextlib.suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix="new-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(zlib.compress(json.dumps(value).encode(), level=1))
                self._room -= os.stat(name).st_size
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise
            if self._room <= 0:
                self._prune()

    def _path(self, key: str) -> Path:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self._folder / digest[:2] / f"{digest[2:]}.json.z"

    def _prune(self) -> None:
        """Drop the values that nobody asked for longest once all of them together are too large."""
        entries = [(seen.st_mtime, seen.st_size, path) for path in self._folder.glob("*/*") for seen in (path.stat(),)]
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self._max_bytes:
                break
            path.unlink(missing_ok=True)
            total -= size
        # Others write too, and looking through all of it for every value took longer than writing it.
        self._room = max(self._max_bytes - total, 0) // 8


class NoMemo:
    """Remembers nothing: for `--no-cache` and for folders that cannot be written."""

    def get(self, key: str) -> object | None:
        """Nothing."""
        del key
        return None

    def put(self, key: str, value: object) -> None:
        """Forget it at once."""
        del key, value
