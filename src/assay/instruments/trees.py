"""Whole trees of files: two sides, how their files pair up, and how a side is written to a folder.

Nothing here writes anywhere but below the folder that `materialise` is given.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import posixpath
import stat
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from assay.errors import AssayError, UsageError
from assay.instruments.pairing import pair_files
from assay.instruments.tree import Entry, Tree, is_plain
from assay.values.change import FilePair, Revision, Side, Unread

MTIME = 1_577_836_800
"""2020-01-01: every file and folder of both sides gets it, so that times are no difference."""
CACHE_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".venv", "venv", "node_modules", ".tox", ".nox", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", ".hypothesis", ".eggs", ".idea", ".vscode"}
)


class TreeSource:
    """Reads files of either side as text; answers are kept by content."""

    def __init__(self, base: Tree, head: Tree) -> None:
        self._trees: dict[Side, Tree] = {"base": base, "head": head}
        self._paths = {side: tuple(p for p, e in t.entries.items() if is_plain(e)) for side, t in self._trees.items()}
        self._texts: dict[tuple[str, bool], str | None] = {}

    def paths(self, side: Side) -> Sequence[str]:
        """POSIX paths of all plain files, sorted."""
        return self._paths[side]

    def text(self, side: Side, path: str) -> str | None:
        """The file with unified line ends, or None where it is absent or not text."""
        tree = self._trees[side]
        entry = tree.entries.get(path)
        if entry is None or not is_plain(entry):
            return None
        key = (entry.key, path.endswith(".py"))
        if key not in self._texts:
            self._texts[key] = decode(tree.read(path), is_python=key[1])
        return self._texts[key]


def generated_by_name(paths: Sequence[str]) -> frozenset[str]:
    """Paths that look like what a build writes, for trees without a list of what is ignored."""
    return frozenset(
        path for path in paths if path.endswith(("/_version.py", "/__version__.py", "_pb2.py", "_pb2_grpc.py"))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Both sides of a change, ready to be read and written out."""

    base: Revision
    head: Revision
    trees: Mapping[Side, Tree]
    files: tuple[FilePair, ...]
    source: TreeSource
    remarks: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    """`(commit, message)` of what head adds, newest first."""
    unread: tuple[Unread, ...] = ()
    """What no side can show: changed submodules, files too large to carry."""
    carried: tuple[str, ...] = ()
    """Ignored but importable files of the user's work tree, which `materialise` adds to both sides."""
    root: Path | None = None
    """The user's work tree, where there is one."""
    ignored: Callable[[Sequence[str]], frozenset[str]] = generated_by_name
    """Which of some paths are generated files, that no commit is meant to hold."""

    def materialise(
        self,
        side: Side,
        into: Path,
        *,
        beside: Path | None = None,
        installed: Mapping[str, Path] | None = None,
        alike: bool = True,
        standing: dict[str, Entry] | None = None,
    ) -> tuple[str, ...]:
        """Write the whole tree of a side below `into`; returns the paths that were left out.

        Files that are the same on the other side, written to `beside` before, become links to those. `installed` are
        files that only the installed copy of the project has; both sides have the same ones where they are `alike`.
        Plain files that are `standing` there are left as they are where they are wanted so, and removed where not; in
        the end it holds all that stand there.
        """
        extra: dict[str, bytes] = {}
        for path in self.carried:
            with contextlib.suppress(OSError):
                extra[path] = (self.root / path).read_bytes() if self.root else b""
        for path, place in (installed or {}).items():
            with contextlib.suppress(OSError):
                extra.setdefault(path, place.read_bytes())
        same: dict[str, Path] = {}
        if beside is not None:
            theirs = self.trees["head" if side == "base" else "base"].entries
            same = {
                path: beside / path for path, entry in self.trees[side].entries.items() if theirs.get(path) == entry
            }
            same |= {path: beside / path for path in extra if alike or path not in (installed or {})}
        return write_tree(self.trees[side], into, extra, same, standing)

    def close(self) -> None:
        """End the processes that read the sides."""
        for tree in self.trees.values():
            tree.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_trees(old: Path, new: Path) -> Opened:
    """Two directories as base and head; no git.

    Raises:
        UsageError: one of them is no directory, or holds no files.
    """
    trees: dict[Side, Tree] = {"base": FolderTree(_folder(old)), "head": FolderTree(_folder(new))}
    return Opened(
        base=Revision(label=str(old), commit=None),
        head=Revision(label=str(new), commit=None),
        trees=trees,
        files=pair_files(trees["base"], trees["head"]),
        source=TreeSource(trees["base"], trees["head"]),
    )


@dataclass(slots=True)
class FolderTree:
    """A plain directory as it is now; caches and version control are left out."""

    root: Path
    entries: Mapping[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        self.entries = dict(sorted(_walk(self.root)))

    def read(self, path: str) -> bytes:
        """The content of a file, or the target of a symbolic link."""
        full = self.root / path
        return os.fsencode(full.readlink()) if full.is_symlink() else full.read_bytes()

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Files in the order asked for."""
        return ((path, self.read(path)) for path in paths)

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(slots=True)
class WithOthers:
    """A tree in which some files are those of another tree, and some are not there."""

    tree: Tree
    other: Tree
    taken: Collection[str]
    """Plain files of the other tree, in place of what stands there."""
    dropped: Collection[str]
    entries: Mapping[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        own = {path: entry for path, entry in self.tree.entries.items() if path not in self.dropped}
        self.entries = dict(sorted((own | {path: self.other.entries[path] for path in self.taken}).items()))

    def read(self, path: str) -> bytes:
        """The content of a file, or the target of a symbolic link."""
        return (self.other if path in self.taken else self.tree).read(path)

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """First the files of the tree itself, then those of the other."""
        yield from self.tree.read_several([path for path in paths if path not in self.taken])
        yield from self.other.read_several([path for path in paths if path in self.taken])

    def close(self) -> None:
        """Whoever opened the two trees closes them."""


def write_tree(
    tree: Tree,
    into: Path,
    extra: Mapping[str, bytes],
    same: Mapping[str, Path] | None = None,
    standing: dict[str, Entry] | None = None,
) -> tuple[str, ...]:
    """Write a tree below `into`, links last and none that leaves it; returns what was left out.

    Executable bits are kept, every other mode is 644, every time is `MTIME`. `same` are files that stand elsewhere
    already: they are linked where the file system can. `standing` are plain files that stand below `into` already.
    """
    same, standing = same or {}, {} if standing is None else standing
    into.mkdir(parents=True, exist_ok=True)
    wanted = {path: entry for path, entry in tree.entries.items() if is_plain(entry) and _is_safe(path)}
    wanted |= {
        path: Entry("file", blob_key(extra[path])) for path in extra if _is_safe(path) and path not in tree.entries
    }
    _remove(into, (path for path, entry in standing.items() if wanted.get(path) != entry))
    left_out = [path for path, e in tree.entries.items() if not _is_safe(path) or e.kind == "submodule"]
    folders: set[Path] = {into}
    here = {path for path, entry in wanted.items() if standing.get(path) == entry}
    for above in {posixpath.dirname(path) for path in here}:
        _make_folders(into / above, folders, into)
    missing = [path for path in wanted if path not in here and not _link(same.get(path), into / path, folders, into)]
    for path, content in tree.read_several([path for path in missing if path in tree.entries]):
        if content is None:
            left_out.append(path)
            del wanted[path]
            continue
        _write(into / path, content, 0o755 if wanted[path].kind == "executable" else 0o644, folders, into)
    for path in missing:
        if path not in tree.entries:
            _write(into / path, extra[path], 0o644, folders, into)
    links = [(path, tree.read(path)) for path, e in tree.entries.items() if e.kind == "symlink" and _is_safe(path)]
    left_out += _write_links(into, links, folders)
    for folder in sorted(folders, reverse=True):
        os.utime(folder, (MTIME, MTIME))
    standing.clear()
    standing.update(wanted)
    return tuple(left_out)


def _remove(into: Path, paths: Iterable[str]) -> None:
    """Remove files, and the folders that are empty then."""
    for path in paths:
        (into / path).unlink()
        folder = (into / path).parent
        with contextlib.suppress(OSError):
            while folder != into:
                folder.rmdir()
                folder = folder.parent


def blob_key(content: bytes, *, algorithm: str = "sha1") -> str:
    """The name that git gives to this content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def decode(content: bytes, *, is_python: bool) -> str | None:
    """Text with unified line ends, by PEP 263 for Python and UTF-8 otherwise; None where it is no text."""
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(content).readline)[0] if is_python else "utf-8-sig"
        text = content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None
    if "\0" in text:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return not path.startswith("/") and all(part not in {"", ".", ".."} and part.lower() != ".git" for part in parts)


def _folder(path: Path) -> Path:
    if not path.is_dir():
        raise UsageError(
            f"{path} is no directory.", why="`--trees` compares two directories.", next_step="Check the path."
        )
    return path.resolve()


def _walk(root: Path) -> Iterator[tuple[str, Entry]]:
    for folder, names, files in os.walk(root):
        linked = [n for n in names if (Path(folder) / n).is_symlink()]
        names[:] = sorted(n for n in names if n not in CACHE_FOLDERS and n not in linked)
        for name in (*files, *linked):
            full = Path(folder) / name
            relative = full.relative_to(root).as_posix()
            mode = full.lstat().st_mode
            if name.endswith((".pyc", ".pyo")) or name in CACHE_FOLDERS:
                continue
            if stat.S_ISLNK(mode):
                yield relative, Entry("symlink", blob_key(os.fsencode(full.readlink())))
            elif stat.S_ISREG(mode):
                yield relative, Entry("executable" if mode & 0o100 else "file", _key_of(full))


def _key_of(full: Path) -> str:
    try:
        return blob_key(full.read_bytes())
    except OSError as error:
        raise AssayError(
            f"{full} cannot be read.",
            why=str(error),
            next_step="Check its permissions, or leave it out of the directory.",
        ) from error


def _link(there: Path | None, full: Path, folders: set[Path], into: Path) -> bool:
    """Make `full` the same file as one that is there already; False where that cannot be."""
    if there is None:
        return False
    _make_folders(full.parent, folders, into)
    try:
        os.link(there, full, follow_symlinks=False)
    except OSError:
        return False
    return True


def _write(full: Path, content: bytes, mode: int, folders: set[Path], into: Path) -> None:
    _make_folders(full.parent, folders, into)
    handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fchmod(handle, mode)
        os.utime(handle, (MTIME, MTIME))


def _make_folders(folder: Path, folders: set[Path], into: Path) -> None:
    if folder in folders:
        return
    folder.mkdir(parents=True, exist_ok=True)
    while folder not in folders and folder != into:
        folders.add(folder)
        folder = folder.parent


def _write_links(into: Path, links: Sequence[tuple[str, bytes]], folders: set[Path]) -> list[str]:
    """Write links, then drop every link that leaves the tree, whatever chain of links it takes."""
    left_out: list[str] = []
    written: list[str] = []
    for path, target in links:
        full = into / path
        if target.startswith(b"/") or full.is_symlink() or full.exists():
            left_out.append(path)
            continue
        _make_folders(full.parent, folders, into)
        full.symlink_to(os.fsdecode(target))
        os.utime(full, (MTIME, MTIME), follow_symlinks=False)
        written.append(path)
    root = os.path.realpath(into)
    while leaving := [p for p in written if not _stays(os.path.realpath(into / p), root)]:
        for path in leaving:
            (into / path).unlink()
        written = [p for p in written if p not in leaving]
        left_out += leaving
    return left_out


def _stays(target: str, root: str) -> bool:
    return target == root or target.startswith(root + os.sep)
