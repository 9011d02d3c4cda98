"""What an answer about installed packages depends on, as a text to compare: nothing is run to find out.

An environment is told by its interpreter and by the metadata of each distribution in it, which every installer writes
anew. One whose packages are edited in place (editable installs, other site-packages behind it) is not told at all,
unless it is the project itself that is installed so: whoever asks knows the project's files by other means.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import assay

_ABSOLUTE = re.compile(r"""['"](/[^'"\n]+)['"]""")
MOST_FILES = 5000
"""A folder with more Python files than this is not told: looking at them all would cost more than it saves."""


def environment_print(python: str | None, own: Path | None = None) -> str | None:
    """The interpreter and what is installed for it, or None where that cannot be told for certain.

    Links to what stands below `own` are told as links.
    """
    if python is None or os.sep not in python:
        return None
    place = Path(python)
    settings = place.parent.parent / "pyvenv.cfg"
    told = []
    try:
        if settings.is_file():
            text = settings.read_text(encoding="utf-8")
            if "include-system-site-packages = true" in text:
                return None
            told.append(text)
        prefix = settings.parent if settings.is_file() else place.resolve().parent.parent
        told.append(stamp(place.resolve()))
        for folder in sorted(prefix.glob("lib/python3*/site-packages")):
            for line in _installed_in(folder, own):
                if line is None:
                    return None
                told.append(line)
    except (OSError, ValueError):
        return None
    return hashlib.sha256("\n".join(told).encode()).hexdigest() if len(told) > 1 else None


def _installed_in(folder: Path, own: Path | None) -> Iterator[str | None]:
    """A line for each entry of a site-packages folder; None for one that leads elsewhere."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.endswith(".dist-info"):
            record = Path(entry.path, "RECORD")
            yield stamp(record) if record.is_file() else stamp(Path(entry.path))
        elif entry.name.endswith((".pth", ".egg-link")):
            text = Path(entry.path).read_text(encoding="utf-8", errors="replace")
            links = [line for line in text.splitlines() if os.sep in line and not line.startswith("import")]
            yield text if all(_leads_to(line.strip(), own) for line in links) else None
        elif "__editable__" in entry.name:
            text = Path(entry.path).read_text(encoding="utf-8", errors="replace")
            links = _ABSOLUTE.findall(text)
            yield text if links and all(_leads_to(link, own) for link in links) else None
        elif entry.name != "__pycache__":
            yield stamp(Path(entry.path))


def _leads_to(link: str, own: Path | None) -> bool:
    return own is not None and Path(os.path.normpath(link)).is_relative_to(own)


def files_print(paths: Iterable[Path]) -> str | None:
    """The content of some files, and which Python files stand around them; None where these are too many."""
    paths = list(paths)
    try:
        told = [f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths]
        around = [path for root in roots_of(paths) for path in _python_files_below(root)]
        if len(around) > MOST_FILES:
            return None
        told += [stamp(path) for path in around]
    except OSError:
        return None
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def own_print() -> str:
    """Assay itself: one that was changed answers anew."""
    package = Path(assay.__file__).parent
    folders = (package, package.parent / "assay_probe")
    lines = [stamp(path) for folder in folders for path in _python_files_below(folder)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def roots_of(paths: Iterable[Path]) -> list[Path]:
    """Folders from which the files are imported."""
    roots = set()
    for path in paths:
        folder = path.resolve().parent
        while (folder / "__init__.py").is_file():
            folder = folder.parent
        roots.add(folder)
    return sorted(roots)


def _python_files_below(folder: Path) -> Iterator[Path]:
    for number, (directory, inner, names) in enumerate(os.walk(folder)):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        yield from (Path(directory, name) for name in sorted(names) if name.endswith((".py", ".pyi")))
        if number > MOST_FILES:
            raise OSError(f"{folder} has too many folders")


def stamp(path: Path) -> str:
    """A file or folder by its path, size and time of change."""
    found = path.stat()
    return f"{path} {found.st_size} {found.st_mtime_ns}"
