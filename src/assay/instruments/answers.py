"""What the installed packages answered about a file or a name before, for every door that asks them.

An answer is kept by all that it hangs on: the interpreter and the distributions installed for it, Assay itself, the
text of the file, what the type checker claims of it, and, where the probe looked for something there, the Python files
of the project around it. What cannot be told for certain is neither kept nor found. Writing is atomic, so checks that
run at the same time do each other no harm.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assay.instruments.prints import MOST_FILES, environment_print, own_print
from assay.values.lab import Completed, Frame, Memo, Run, RunResult

_ANY_TREE = ""
_OF_ALL_FILES = ("first_party", "denied", "reproduce", "judges_project", "gone")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that hang on one environment, and maybe on one tree."""

    memo: Memo
    environment: str
    tree: Callable[[], str | None]
    """What tells the tree from others; None where it cannot be told. Asked where an answer may hang on it."""

    def before(self, run: Run) -> tuple[tuple[Frame, ...], Run | None]:
        """The answers that are known, and the run that is left to be made, if any."""
        frames: list[Frame] = []
        left: list[object] = []
        for file in _files(run):
            known = self._known(run, file)
            if known is not None:
                frames.append({**known, "path": file["path"]})
            else:
                left.append(file)
        question, lookup = run.job.get("question"), None
        if question:
            lookup = self._known(run, question)
        if lookup is not None:
            frames.append(lookup)
            question = None
        if not (left or question or run.job.get("lines") or run.job.get("distributions")):
            return (*frames, {"t": "done"}), None
        return tuple(frames), replace(run, job={**run.job, "files": left, "question": question})

    def keep(self, run: Run, result: RunResult) -> None:
        """Keep what a run answered to its end, and nothing of one that came to harm."""
        if not any(frame.get("t") == "done" for frame in result.frames) or result.completed.timed_out:
            return
        told = {str(frame["path"]): frame for frame in result.frames if frame.get("t") == "file" and "path" in frame}
        for file in _files(run):
            frame = told.get(str(file["path"]))
            if frame is not None and "error" not in frame:
                self._put(run, file, frame)
        for frame in result.frames:
            if frame.get("t") == "lookup" and not frame.get("error"):
                self._put(run, run.job["question"], frame)

    def _known(self, run: Run, asked: object) -> Mapping[str, object] | None:
        for tree in (lambda: _ANY_TREE, self.tree):
            around = tree()
            known = None if around is None else self.memo.get(self._key(run, asked, around))
            if isinstance(known, dict):
                return known
        return None

    def _put(self, run: Run, asked: object, frame: Frame) -> None:
        around = _ANY_TREE if frame.get("asks_project") is False else self.tree()
        if around is not None:
            self.memo.put(self._key(run, asked, around), dict(frame))

    def _key(self, run: Run, asked: object, around: str) -> str:
        manner = [run.job.get(name) for name in _OF_ALL_FILES]
        told = json.dumps([manner, asked], sort_keys=True, default=str)
        return f"answer\0{self.environment}\0{around}\0{told}"


def answers_in(memo: Memo, python: str, tree: Path, more: Iterable[object]) -> Answers | None:
    """The answers of this interpreter about files in this tree; None where it cannot be told what they hang on."""
    installed = environment_print(python)
    if installed is None:
        return None
    environment = "\0".join([own_print(), installed, *map(repr, more)])
    return Answers(memo, environment, functools.cache(lambda: _tree_print(tree)))


def merged(known: Sequence[Frame], result: RunResult | None) -> RunResult:
    """What was known and what a run added."""
    if result is None:
        return RunResult(frames=tuple(known), completed=Completed(status=0, timed_out=False, output=""))
    return replace(result, frames=(*known, *result.frames))


def _files(run: Run) -> list[Mapping[str, object]]:
    files = run.job.get("files")
    return [file for file in files if isinstance(file, dict)] if isinstance(files, list) else []


def _tree_print(tree: Path) -> str | None:
    """The content of the Python files of a tree, which may say that a name is there after all."""
    told = hashlib.sha256()
    paths = sorted(path for path in tree.rglob("*.py*") if path.suffix in (".py", ".pyi"))
    if len(paths) > MOST_FILES:
        return None
    try:
        for path in paths:
            told.update(f"{path.relative_to(tree)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    except OSError:
        return None
    return told.hexdigest()
