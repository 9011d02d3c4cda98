"""The probe's real process asked about a file: no sandbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.probe.projects import write

from assay.evidence.reality import Asked, denials_of
from assay.values.lab import Run
from assay.values.reality import Denial, Denials


def ask(folder: Path, text: str, *, python: str = sys.executable, first_party: Sequence[str] = ()) -> Denials:
    """What the interpreter denies in one file."""
    (answer,) = ask_all(folder, [text], python=python, first_party=first_party)
    return answer


def ask_all(
    folder: Path,
    texts: Sequence[str],
    *,
    python: str = sys.executable,
    first_party: Sequence[str] = (),
    walls: int = 0,
    name: str = "file.py",
) -> list[Denials]:
    """What the interpreter denies in each of some files, one after the other; `walls` is the rung it is told of."""
    asked = [Asked(path=f"{n}/{name}", text=text) for n, text in enumerate(texts)]
    job = {"mode": "reality", "files": [{"path": one.path, "text": one.text} for one in asked]}
    told = (
        write(folder, "=== empty.py\n")
        .under(python)
        .run(Run(side="head", job={**job, "first_party": list(first_party), "walls": walls}, time_limit_s=60.0))
    )
    answers = [denials_of(frame) for frame in told.frames if frame.get("t") == "file"]
    assert len(answers) == len(texts), told.output
    assert not any(answer.unread for answer in answers), answers
    return answers


def denied(folder: Path, text: str, *, python: str = sys.executable, first_party: Sequence[str] = ()) -> list[str]:
    """`line class name` of each denial."""
    found = ask(folder, text, python=python, first_party=first_party).found
    return [f"{denial.line} {denial.kind} {denial.name}" for denial in found]


def only(folder: Path, text: str) -> Denial:
    """The one denial in a file."""
    (found,) = ask(folder, text).found
    return found
