"""Files of the project that only its installed copy has: generated modules, compiled extensions.

They are carried to both sides, because without them the project does not import; what git does not ignore is no such
file, but one that another version had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

COMPILED = (".so", ".pyd", ".dll", ".dylib")
IMPORTABLE = (".py", *COMPILED, ".mo")
SOURCES = (".pyx", ".c", ".cc", ".cpp", ".cxx", ".rs", ".f", ".f90", ".pxd")
MOST_FILES = 2000


def installed_files(
    path: Iterable[Path],
    roots: Sequence[str],
    known: Sequence[str],
    is_ignored: Callable[[Sequence[str]], frozenset[str]],
) -> Mapping[str, Path]:
    """Paths in the tree with the file of the installed copy that belongs there."""
    sites = [entry for entry in path if entry.name in {"site-packages", "dist-packages"} and entry.is_dir()]
    present = frozenset(known)
    found: dict[str, Path] = {}
    for name, root in _packages(roots, known).items():
        for site in sites:
            for file in _importable(site / name, site):
                inside = f"{root}/{file.relative_to(site).as_posix()}".lstrip("/")
                if inside not in present and inside not in found and len(found) < MOST_FILES:
                    found[inside] = file
    generated = is_ignored([inside for inside in found if not inside.endswith(COMPILED)])
    return {inside: file for inside, file in found.items() if inside.endswith(COMPILED) or inside in generated}


def stale(carried: Mapping[str, Path], known: Iterable[str], root: Path | None) -> tuple[str, ...]:
    """Compiled files that are older than a source of theirs in the work tree."""
    if root is None:
        return ()
    sources: dict[str, list[str]] = {}
    for path in known:
        if path.endswith(SOURCES):
            sources.setdefault(path.rpartition(".")[0], []).append(path)
    old: list[str] = []
    for inside, file in carried.items():
        folder, _, name = inside.rpartition("/")
        stem = f"{folder}/{name.partition('.')[0]}".lstrip("/")
        if inside.endswith(COMPILED) and any(_is_newer(root / source, file) for source in sources.get(stem, ())):
            old.append(inside)
    return tuple(old)


def _is_newer(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_mtime > other.stat().st_mtime
    except OSError:
        return False


def _packages(roots: Sequence[str], known: Iterable[str]) -> dict[str, str]:
    """Top-level packages of the project, with the root below which each stands."""
    packages: dict[str, str] = {}
    for path in known:
        if path.endswith(".py"):
            root = next((one for one in roots if not one or path.startswith(f"{one}/")), None)
            if root is not None and "/" in (inner := path[len(root) :].lstrip("/")):
                packages.setdefault(inner.partition("/")[0], root)
    return packages


def _importable(folder: Path, site: Path) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink() or not folder.resolve().is_relative_to(site.resolve()):
        return []
    return sorted(
        file
        for file in folder.rglob("*")
        if file.name.endswith(IMPORTABLE)
        and "__pycache__" not in file.parts
        and file.is_file()
        and not file.is_symlink()
    )
