"""From words such as `main..HEAD` to the two sides of a change. The user's repository is only ever read.

Trees are read as blobs through one `git cat-file --batch`: nothing is checked out, so no filter, hook, pager, external
diff or monitor of a hostile repository runs, and the index, the refs and the configuration stay as they are.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from assay.errors import UsageError
from assay.instruments.git_objects import Blobs, CommitTree, Git, names, shallow
from assay.instruments.pairing import pair_files
from assay.instruments.tree import Entry, EntryKind, Tree
from assay.instruments.trees import CACHE_FOLDERS, Opened, TreeSource, blob_key, generated_by_name
from assay.values.change import Revision, Side, Unread

LARGEST_BYTES = 32 << 20
"""A changed or untracked file of the work tree above this is not carried, and the report says so."""
IMPORTABLE = (".py", ".so", ".pyd", ".dll", ".dylib", ".mo")


def open_range(cwd: Path, words: Sequence[str]) -> Opened:
    """The two sides that `words` name, seen from the repository around `cwd`.

    `A..B` and `A...B`: what B adds since it left A. `A B`: two revisions as they are. `C`: a commit against its first
    parent. Nothing: the work tree, uncommitted files included, against where HEAD left the default branch.

    Raises:
        UsageError: no repository, an unknown revision, a range that adds nothing.
        GitFailed: git is missing, or cannot answer.
    """
    git = Git(cwd)
    git.find_repository()
    for word in words:
        if word.startswith("-"):
            raise UsageError(f"{word} is no revision.", next_step="Name a range such as `main..HEAD`.")
    match list(words):
        case []:
            return _open_work_tree(git)
        case [word] if ".." in word:
            return _open_since(git, *_ends(word))
        case [word]:
            return _open_commit(git, word)
        case [one, other]:
            base, head = git.commit(one), git.commit(other)
            return _opened(git, Revision(label=one, commit=base), Revision(label=other, commit=head))
        case _:
            raise UsageError(
                f"{len(words)} revisions are too many.", next_step="Name `A..B`, two revisions, or one commit."
            )


def _ends(word: str) -> tuple[str, str]:
    one, _, other = word.partition("...") if "..." in word else word.partition("..")
    return one or "HEAD", other or "HEAD"


def _open_since(git: Git, one: str, other: str) -> Opened:
    base, head = git.commit(one), git.commit(other)
    fork = git.merge_base(one, base, other, head)
    if fork == head:
        why = f"{other} and {one} are the same commit." if base == head else f"{one} contains {other} already."
        raise UsageError(
            f"{one}..{other} is empty.", why=why, next_step=f"Check the order: `assay check {other}..{one}`?"
        )
    remarks: tuple[str, ...] = ()
    label = one
    if fork != base:
        moved = git.text("rev-list", "--count", f"{fork}..{base}").strip()
        remarks = (f"{one} has moved on by {moved} {'commit' if moved == '1' else 'commits'} since.",)
        label = f"{fork[:10]} (where {other} left {one})"
    return _opened(git, Revision(label=label, commit=fork), Revision(label=other, commit=head), remarks=remarks)


def _open_commit(git: Git, word: str) -> Opened:
    head = git.commit(word)
    parent = git.try_text("rev-parse", "--verify", "--quiet", f"{head}^1^{{commit}}")
    if parent is not None:
        return _opened(git, Revision(label=f"{word}^", commit=parent.strip()), Revision(label=word, commit=head))
    if "\nparent " in git.text("cat-file", "commit", head).partition("\n\n")[0]:
        raise shallow(f"The parent of {word} is not in this clone.")
    return _opened(git, Revision(label="empty tree", commit=None), Revision(label=word, commit=head))


def _open_work_tree(git: Git) -> Opened:
    if git.root is None:
        raise UsageError(
            "A bare repository has no working tree to check.",
            why=f"{git.directory} is bare.",
            next_step="Name a range: `assay check A..B`.",
        )
    head = git.try_text("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if head is None:
        raise UsageError(
            "This repository has no commits.",
            why="There is nothing to compare with.",
            next_step="Commit a first state.",
        )
    head = head.strip()
    branch = git.default_branch()
    current = (git.try_text("symbolic-ref", "--quiet", "--short", "HEAD") or "").strip()
    base, label = head, "HEAD"
    remarks: tuple[str, ...] = ()
    if branch is not None and current != branch.removeprefix("origin/"):
        base = git.merge_base(branch, git.commit(branch), "HEAD", head)
        label = label if base == head else f"{base[:10]} (where HEAD left {branch})"
    if branch is None:
        remarks = ("No default branch was found (origin/HEAD, main, master), so only uncommitted work is compared.",)
    tree, unread = _work_tree(git, head)
    clean = not tree.altered
    if clean and base == head:
        raise UsageError(
            "There is nothing to check.",
            why="The working tree is as HEAD is.",
            next_step="Name a range or a commit: `assay check HEAD`.",
        )
    after = Revision(label="HEAD", commit=head) if clean else Revision(label="working tree", commit=None)
    return _opened(git, Revision(label=label, commit=base), after, tree=tree, remarks=remarks, unread=unread)


def _opened(
    git: Git,
    base: Revision,
    head: Revision,
    *,
    tree: Tree | None = None,
    remarks: tuple[str, ...] = (),
    unread: tuple[Unread, ...] = (),
) -> Opened:
    blobs = Blobs(git)
    old = CommitTree(blobs, git.entries(base.commit))
    new = tree if tree is not None and head.commit is None else CommitTree(blobs, git.entries(head.commit))
    files = pair_files(old, new)
    modules = {path for side in (old, new) for path, entry in side.entries.items() if entry.kind == "submodule"}
    changed = [pair.path for pair in files if pair.path in modules]
    trees: dict[Side, Tree] = {"base": old, "head": new}
    return Opened(
        base=base,
        head=head,
        trees=trees,
        files=tuple(pair for pair in files if pair.path not in modules),
        source=TreeSource(old, new),
        remarks=remarks,
        messages=_messages(git, base.commit, head.commit),
        unread=(*unread, *(_submodule(path) for path in changed)),
        carried=_carried(git, set(old.entries) | set(new.entries)),
        root=git.root,
        ignored=generated_by_name if git.root is None else git.ignored,
    )


def _messages(git: Git, base: str | None, head: str | None) -> tuple[tuple[str, str], ...]:
    """Messages of the commits that head, or HEAD under a work tree, adds to base; of one range no more than 200."""
    if base is None:
        return ()
    told = git.try_text("log", "--max-count=200", "--format=%H%n%B%x00", f"{base}..{head or 'HEAD'}") or ""
    parts = (part.strip("\n").partition("\n") for part in told.split("\0"))
    return tuple((commit, message) for commit, _, message in parts if commit)


def _submodule(path: str) -> Unread:
    return Unread(
        path=path,
        slug="submodule",
        reason="A submodule now points to another commit.",
        remedy=f"Run `assay check` inside {path}.",
    )


class WorkTree:
    """The work tree as it was when it was opened: HEAD's blobs, and in memory whatever differs from them."""

    def __init__(self, blobs: Blobs, entries: Mapping[str, Entry], altered: Mapping[str, bytes], removed: int) -> None:
        self.entries = entries
        self._blobs = blobs
        self._altered = altered
        self.altered = bool(altered) or removed > 0

    def read(self, path: str) -> bytes:
        """The content on disk when the tree was opened."""
        content = self._altered.get(path)
        return self._blobs.read(self.entries[path].key) if content is None else content

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Files in the order asked for; None for one that a partial clone does not hold."""
        stored = self._blobs.read_several([self.entries[path].key for path in paths if path not in self._altered])
        return ((path, self._altered[path] if path in self._altered else next(stored)) for path in paths)

    def close(self) -> None:
        """End `git cat-file`."""
        self._blobs.close()


def _work_tree(git: Git, head: str) -> tuple[WorkTree, tuple[Unread, ...]]:
    assert git.root is not None
    committed = git.entries(head)
    tracked = set(names(git.run("ls-files", "-z", "--full-name", "--cached", git.everything)))
    absent = {
        line[2:]
        for line in names(git.run("ls-files", "-z", "--full-name", "-t", git.everything))
        if line.startswith("S ")
    }
    others = _written_by_hand(
        names(git.run("ls-files", "-z", "--full-name", "--others", "--exclude-standard", git.everything))
    )
    blobs = Blobs(git)
    entries: dict[str, Entry] = {}
    altered: dict[str, bytes] = {}
    unread: list[Unread] = []
    for path in sorted(tracked.union(others)):
        before = committed.get(path)
        if before is not None and (path in absent or before.kind == "submodule"):
            entries[path] = before
            continue
        found = _on_disk(git.root / path)
        if isinstance(found, str):
            unread.append(Unread(path=path, slug="data", reason=found, remedy="Ignore the file in git, or commit it."))
            entries |= {path: before} if before is not None else {}
        elif found is not None:
            kind, content = found
            key = blob_key(content, algorithm=git.algorithm)
            if before is not None and (key == before.key or _is_same(blobs, before, content, git.algorithm)):
                entries[path] = before
            else:
                entries[path] = Entry(kind, key)
                altered[path] = content
    return WorkTree(blobs, entries, altered, len(committed.keys() - entries.keys())), tuple(unread)


def _written_by_hand(untracked: Sequence[str]) -> list[str]:
    """Untracked files, without caches and virtual environments that nobody told git to ignore."""
    environments = tuple(path.removesuffix("pyvenv.cfg") for path in untracked if path.endswith("/pyvenv.cfg"))
    return [p for p in untracked if not p.startswith(environments) and CACHE_FOLDERS.isdisjoint(p.split("/"))]


def _on_disk(full: Path) -> tuple[EntryKind, bytes] | str | None:
    """Kind and content; a reason why it cannot be read; or None where nothing stands there."""
    try:
        status = full.lstat()
        if stat.S_ISLNK(status.st_mode):
            return "symlink", os.fsencode(full.readlink())
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGEST_BYTES:
            return f"The file is larger than {LARGEST_BYTES >> 20} MiB and was not carried."
        return ("executable" if status.st_mode & 0o100 else "file"), full.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return f"The file cannot be read: {error.strerror}."


def _is_same(blobs: Blobs, before: Entry, content: bytes, algorithm: str) -> bool:
    """Is it the committed content after line ends or large-file storage were applied?"""
    if b"\r\n" in content and blob_key(content.replace(b"\r\n", b"\n"), algorithm=algorithm) == before.key:
        return True
    if len(content) < 1024 or before.kind not in {"file", "executable"}:
        return False
    stored = blobs.read(before.key) if blobs.size(before.key) < 1024 else b""
    return stored.startswith(b"version https://git-lfs") and hashlib.sha256(content).hexdigest().encode() in stored


def _carried(git: Git, known: set[str]) -> tuple[str, ...]:
    """Importable files that git ignores, and compiled translations, where they stand beside files that it knows."""
    if git.root is None:
        return ()
    ignored = git.run(
        "ls-files", "-z", "--full-name", "--others", "--ignored", "--exclude-standard", "--directory", git.everything
    )
    packages = {posixpath.dirname(path) or "." for path in known if path.endswith(".py")}
    inside = {folder for folder in packages if f"{folder}/__init__.py" in known}
    found: list[str] = []
    for path in names(ignored):
        name = path.rstrip("/").rpartition("/")[2]
        parent = str(PurePosixPath(path.rstrip("/")).parent)
        if name.endswith(".egg-info"):
            found += _files_below(git.root, path.rstrip("/"), ())
        elif path.endswith("/") and parent in inside and name not in CACHE_FOLDERS:
            found += _files_below(git.root, path.rstrip("/"), IMPORTABLE)
        elif ((path.endswith(IMPORTABLE) and parent in packages) or _is_translation(path, known)) and (
            git.root / path
        ).is_file():
            found.append(path)
    return tuple(sorted(found))


def _is_translation(path: str, known: set[str]) -> bool:
    """Is it compiled from a file that git knows?"""
    return path.endswith(".mo") and f"{path.removesuffix('.mo')}.po" in known


def _files_below(root: Path, folder: str, suffixes: tuple[str, ...]) -> list[str]:
    full = root / folder
    if full.is_symlink():
        return []
    files = [full] if full.is_file() else sorted(p for p in full.rglob("*") if p.is_file() and not p.is_symlink())
    names = [p.relative_to(root).as_posix() for p in files[:1000]]
    return [n for n in names if (not suffixes or n.endswith(suffixes)) and not CACHE_FOLDERS.intersection(n.split("/"))]
