"""Git as a store that is only ever read: commits, trees and blobs. Nothing that a repository configures is run."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.errors import GitFailed, UsageError
from assay.instruments.tree import Entry, EntryKind

LONGEST_S = 120
_AT_ONCE = 100
"""So many names fit into a pipe, however long git takes to read them."""
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}
_KINDS: dict[str, EntryKind] = {
    "100644": "file",
    "100664": "file",
    "100755": "executable",
    "120000": "symlink",
    "160000": "submodule",
}


class CommitTree:
    """The files of a commit, read as blobs."""

    def __init__(self, blobs: Blobs, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._blobs = blobs

    def read(self, path: str) -> bytes:
        """The content as it is stored, without any filter."""
        return self._blobs.read(self.entries[path].key)

    def read_several(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        """Files in the order asked for; None for one that a partial clone does not hold."""
        return zip(paths, self._blobs.read_several([self.entries[path].key for path in paths]), strict=True)

    def close(self) -> None:
        """End `git cat-file`."""
        self._blobs.close()


def names(output: bytes) -> list[str]:
    """Paths as `git -z` prints them."""
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def shallow(what: str) -> GitFailed:
    """The error that a shallow clone deserves."""
    return GitFailed(
        what, why="The clone is shallow.", next_step="Fetch the rest: `git fetch --unshallow` (in CI: fetch-depth: 0)."
    )


@dataclass(slots=True)
class Git:
    """Runs git beside the user's files, with nothing of the repository's own configuration that executes code."""

    cwd: Path
    directory: str = ""
    root: Path | None = None
    everything: str = ":/"
    algorithm: str = "sha1"

    def find_repository(self) -> None:
        """Find the repository around `cwd`, its work tree and its kind of names."""
        found = self._run(("rev-parse", "--absolute-git-dir", "--is-bare-repository", "--is-inside-work-tree"))
        if found.returncode:
            why = found.stderr.decode(errors="replace").strip()
            step = "Run Assay inside a git repository, or compare two directories with `--trees OLD NEW`."
            if "dubious ownership" in why:
                raise GitFailed(
                    f"Git does not trust {self.cwd}.",
                    why=why,
                    next_step="Follow what git suggests about safe.directory.",
                )
            raise UsageError(f"{self.cwd} is not inside a git repository.", why=why.partition("\n")[0], next_step=step)
        self.directory, _, inside = found.stdout.decode(errors="surrogateescape").splitlines()[:3]
        if inside == "true":
            self.root = Path(self.text("rev-parse", "--show-toplevel").rstrip("\n"))
        self.algorithm = (self.try_text("rev-parse", "--show-object-format") or "sha1").strip()

    def run(self, *arguments: str) -> bytes:
        """What git prints; a failure is an error."""
        done = self._run(arguments)
        if done.returncode:
            why = done.stderr.decode(errors="replace").strip()
            raise GitFailed(
                f"git {arguments[0]} failed in {self.cwd}.", why=why, next_step="Run the command by hand to see more."
            )
        return done.stdout

    def text(self, *arguments: str) -> str:
        """As `run`, decoded."""
        return os.fsdecode(self.run(*arguments))

    def try_text(self, *arguments: str) -> str | None:
        """As `text`, or None where git says no."""
        done = self._run(arguments)
        return None if done.returncode else os.fsdecode(done.stdout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A git process that is asked through pipes."""
        return subprocess.Popen(
            ["git", *_SAFE, *arguments],
            cwd=self.cwd,
            env=os.environ | _ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def commit(self, word: str) -> str:
        """The full name of the commit that `word` means."""
        found = self.try_text("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}")
        if found is not None:
            return found.strip()
        if self.try_text("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is None and not self.try_text(
            "for-each-ref", "--count=1"
        ):
            raise UsageError(
                "This repository has no commits.", why=f"So {word} names nothing.", next_step="Commit a first state."
            )
        if (self.try_text("rev-parse", "--is-shallow-repository") or "").strip() == "true":
            raise shallow(f"{word} is not in this clone.")
        step = "See `git log` and `git branch --all`; in CI, fetch the branch first."
        raise UsageError(f"{word} names no commit.", why=f"Git knows no such revision in {self.cwd}.", next_step=step)

    def merge_base(self, one: str, base: str, other: str, head: str) -> str:
        """The commit at which `other` left `one`."""
        found = self.try_text("merge-base", base, head)
        if found is not None:
            return found.strip()
        if (self.try_text("rev-parse", "--is-shallow-repository") or "").strip() == "true":
            raise shallow(f"Where {other} left {one} is not in this clone.")
        step = f"Compare them as they are: `assay check {one} {other}`."
        raise GitFailed(
            f"{one} and {other} have no common ancestor.", why="Their histories are unrelated.", next_step=step
        )

    def default_branch(self) -> str | None:
        """`origin/main`, `main` or whatever this repository starts branches from."""
        remote = self.try_text("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
        for name in ((remote or "").strip(), "main", "master", "origin/main", "origin/master"):
            if name and self.try_text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}") is not None:
                return name
        return None

    def entries(self, commit: str | None) -> dict[str, Entry]:
        """All paths of a commit; none of the empty tree."""
        entries: dict[str, Entry] = {}
        for line in self.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0") if commit else ():
            head, _, name = line.partition(b"\t")
            if name:
                mode, _, key = head.decode().split(" ")
                entries[os.fsdecode(name)] = Entry(_KINDS.get(mode, "file"), key)
        return dict(sorted(entries.items()))

    def ignored(self, paths: Sequence[str]) -> frozenset[str]:
        """Which of these paths, relative to the root of the work tree, the project tells git to ignore."""
        if not paths or self.root is None:
            return frozenset()
        done = subprocess.run(
            ["git", *_SAFE, "check-ignore", "-z", "--no-index", "--stdin"],
            cwd=self.root,
            env=os.environ | _ENVIRONMENT,
            input=b"".join(os.fsencode(path) + b"\0" for path in paths),
            capture_output=True,
            check=False,
            timeout=LONGEST_S,
        )
        return frozenset(names(done.stdout))

    def _run(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        try:
            command = ["git", *_SAFE, *arguments]
            return subprocess.run(
                command,
                cwd=self.cwd,
                env=os.environ | _ENVIRONMENT,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                check=False,
                timeout=LONGEST_S,
            )
        except subprocess.TimeoutExpired as error:
            why = f"It took longer than {LONGEST_S} seconds."
            raise GitFailed(f"git {arguments[0]} did not end.", why=why, next_step="Run it by hand.") from error
        except FileNotFoundError as error:
            if not self.cwd.is_dir():
                raise UsageError(f"{self.cwd} is no directory.", next_step="Check the path.") from error
            step = "Install git, or compare two directories with `--trees OLD NEW`."
            raise GitFailed("git was not found.", why=str(error), next_step=step) from error


class Blobs:
    """One `git cat-file --batch`, started at the first question. Thread-safe."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def size(self, key: str) -> int:
        """Bytes of a blob."""
        return int(self._git.text("cat-file", "-s", key))

    def read(self, key: str) -> bytes:
        """A blob as it is stored.

        Raises:
            GitFailed: the repository does not hold it.
        """
        (content,) = self.read_several([key])
        if content is None:
            why = "The clone is partial, or the repository is damaged."
            raise GitFailed(f"Object {key} is missing.", why=why, next_step="Run `git fetch --refetch` or `git fsck`.")
        return content

    def read_several(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        """Blobs in the order asked for, many to one question; None for one that is missing."""
        for start in range(0, len(keys), _AT_ONCE):
            yield from self._read_some(keys[start : start + _AT_ONCE])

    def _read_some(self, keys: Sequence[str]) -> list[bytes | None]:
        """Answers for as many keys as fit into a pipe. Some versions of git end at the first missing object."""
        answers: list[bytes | None] = []
        with self._lock:
            while len(answers) < len(keys):
                if self._process is None:
                    self._process = self._git.start("cat-file", "--batch")
                answers += self._ask(self._process, keys[len(answers) :])
                if len(answers) < len(keys):
                    answers.append(None)
                    self._process.communicate()
                    self._process = None
        return answers

    def _ask(self, process: subprocess.Popen[bytes], keys: Sequence[str]) -> list[bytes | None]:
        """Answers until the process ends."""
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write("".join(f"{key}\n" for key in keys).encode())
            process.stdin.flush()
        except BrokenPipeError as error:
            raise GitFailed("git cat-file ended early.", why=str(error), next_step="Run `git fsck`.") from error
        answers: list[bytes | None] = []
        for _ in keys:
            words = process.stdout.readline().split()
            if not words:
                break
            answers.append(process.stdout.read(int(words[2])) if len(words) == 3 else None)
            if len(words) == 3:
                process.stdout.read(1)
        return answers

    def close(self) -> None:
        """End the process, if one was started."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.communicate()
