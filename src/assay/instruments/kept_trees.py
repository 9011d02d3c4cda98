"""Folders for both sides of a change; those of a large project stay, and the next check writes only what differs.

Writing and removing 10,000 files took longer than all experiments on one function. What stands in a kept folder is
believed while the system says that nobody touched it: number, size and time of the last change, as git's index does.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assay.instruments.scratch import locked
from assay.instruments.tree import Entry
from assay.values.change import SIDES, Side

MIN_FILES = 2_000
"""Smaller projects are written in less time than anybody notices, and leave nothing."""
MOST_KEPT = 3
"""Projects whose folders are kept; those of the one that was checked longest ago go."""
VERSION = 1

Stamp = tuple[int, int, int]
"""Number, size and time of the last change (ns) of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFolders:
    """Where both sides are written, and what stands there already."""

    places: Mapping[Side, Path]
    standing: Mapping[Side, dict[str, Entry]] = field(default_factory=lambda: {side: {} for side in SIDES})
    """Plain files by their paths; writing a side makes it what stands there then."""
    note: Path | None = None

    def keep(self) -> None:
        """Note what stands in both folders now, for the next check."""
        if self.note is None:
            return
        told: dict[str, object] = {"version": VERSION}
        for side, place in self.places.items():
            stamps = dict(_stamps(place))
            files = self.standing[side].items()
            told[side] = {path: (entry.kind, entry.key, *stamps[path]) for path, entry in files if path in stamps}
        self.note.write_bytes(zlib.compress(json.dumps(told).encode(), level=1))


@contextlib.contextmanager
def side_folders(scratch: Path, cache: Path | None, owner: str, n_files: int) -> Iterator[SideFolders]:
    """Folders that are kept for this `owner` where its `n_files` are many and no other check uses them; else new ones.

    Nothing is kept without a `cache` folder, or where it cannot be written.
    """
    with contextlib.ExitStack() as stack:
        folders = None
        if cache is not None and n_files >= MIN_FILES:
            with contextlib.suppress(OSError):
                folders = _kept(cache / "trees", owner, stack)
        yield folders or SideFolders(places={side: scratch / "trees" / side for side in SIDES})


def _kept(home: Path, owner: str, stack: contextlib.ExitStack) -> SideFolders:
    folder = home / hashlib.sha256(owner.encode(errors="surrogateescape")).hexdigest()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    stack.enter_context(locked(folder))
    os.utime(folder)
    _drop_oldest(home, folder)
    note = folder / "note"
    told = _read(note)
    # Whoever is killed from here on leaves folders that nobody believes.
    note.unlink(missing_ok=True)
    places: dict[Side, Path] = {side: folder / side for side in SIDES}
    if not told:
        for place in places.values():
            shutil.rmtree(place, ignore_errors=True)
        return SideFolders(places=places, note=note)
    # All stamps are read before anything is removed: removing one of two names of a file is a change of the file.
    stamps = {side: dict(_stamps(places[side])) for side in SIDES}
    standing = {side: dict(_untouched(places[side], stamps[side], told.get(side))) for side in SIDES}
    return SideFolders(places=places, standing=standing, note=note)


def _drop_oldest(home: Path, own: Path) -> None:
    others = sorted((path for path in home.iterdir() if path != own), key=lambda path: path.lstat().st_mtime)
    for path in others[: -(MOST_KEPT - 1)]:
        with contextlib.suppress(OSError), locked(path):
            shutil.rmtree(path, ignore_errors=True)


def _read(note: Path) -> Mapping[str, object]:
    """What was noted; nothing where that cannot be read or is of another version."""
    try:
        told: object = json.loads(zlib.decompress(note.read_bytes()))
    except (OSError, ValueError, zlib.error):
        return {}
    return told if isinstance(told, dict) and told.get("version") == VERSION else {}


def _untouched(place: Path, stamps: Mapping[str, Stamp], noted: object) -> Iterator[tuple[str, Entry]]:
    """Files that are as they were noted; whatever else stands there is removed, empty folders too."""
    known = noted if isinstance(noted, dict) else {}
    for path, stamp in stamps.items():
        match known.get(path):
            case [("file" | "executable") as kind, str(key), *stamped] if tuple(stamped) == stamp:
                yield path, Entry(kind, key)
            case _:
                (place / path).unlink()
    for folder, _, _ in os.walk(place, topdown=False):
        if not os.listdir(folder):
            os.rmdir(folder)


def _stamps(place: Path) -> Iterator[tuple[str, Stamp]]:
    """Everything below a folder that is no folder, by its path; symbolic links have a stamp that no file has."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        try:
            found = list(os.scandir(place / above))
        except FileNotFoundError:
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{above}{entry.name}/")
                continue
            seen = entry.stat(follow_symlinks=False)
            is_file = entry.is_file(follow_symlinks=False)
            yield above + entry.name, (seen.st_ino if is_file else -1, seen.st_size, seen.st_ctime_ns)
