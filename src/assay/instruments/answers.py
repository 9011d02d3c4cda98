"""What the installed packages answered about a file or a name before, for every door that asks them.

An answer is kept by all that it hangs on: the interpreter and the distributions installed for it, Assay itself, the
text of the file, what the type checker claims of it, and the Python files of the project around it. What cannot be told
for certain is neither kept nor found. Writing is atomic, so checks that run at the same time do each other no harm.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assay.instruments.prints import MOST_FILES, environment_print, own_print
from assay.values.lab import Completed, Frame, Memo, Run, RunResult

_OF_ALL_FILES = ("first_party", "denied", "reproduce", "judges_project", "gone")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that hang on one environment and one tree."""

    memo: Memo
    context: str

    def before(self, run: Run) -> tuple[tuple[Frame, ...], Run | None]:
        """The answers that are known, and the run that is left to be made, if any."""
        frames: list[Frame] = []
        left: list[object] = []
        for file in _files(run):
            known = self.memo.get(self._key(run, file))
            if isinstance(known, dict):
                frames.append({**known, "path": file["path"]})
            else:
                left.append(file)
        question, lookup = run.job.get("question"), None
        if question:
            lookup = self.memo.get(self._key(run, question))
        if isinstance(lookup, dict):
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
                self.memo.put(self._key(run, file), dict(frame))
        for frame in result.frames:
            if frame.get("t") == "lookup" and not frame.get("error"):
                self.memo.put(self._key(run, run.job["question"]), dict(frame))

    def _key(self, run: Run, asked: object) -> str:
        manner = [run.job.get(name) for name in _OF_ALL_FILES]
        return "\0".join(["answer", self.context, json.dumps([manner, asked], sort_keys=True, default=str)])


def answers_in(memo: Memo, python: str, tree: Path, more: Iterable[object]) -> Answers | None:
    """The answers of this interpreter about files in this tree; None where it cannot be told what they hang on."""
    installed, around = environment_print(python), _tree_print(tree)
    if installed is None or around is None:
        return None
    return Answers(memo, "\0".join([own_print(), installed, around, *map(repr, more)]))


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
