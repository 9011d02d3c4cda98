"""The cases: a wrong call and its clean twin in one text, and what the installed packages say of both.

A case begins with `=== id | class | environment [second environment] [| file name]`. Its lines are Python; a line that
begins with `-` stands in the wrong form only, one with `+` in the twin only. After the code come lines that a person
reads as the truth and `truth.py` verifies:

    : CODE   run after the module, before the question
    ? CALL   the question: an expression
    ! WORDS  pattern that the outcome of the wrong form must show, and the twin's must not
    ~ WORDS  pattern of an exception that the twin may end with (nobody listens at the other end)
    !! WORDS in a case with two environments: what the twin's form shows in the second one

With two environments the wrong form is wrong in the first and right in the second. With `!!` the case counts twice.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
HELD_BACK = "012345"
CLASSES = (
    "package",
    "module",
    "import name",
    "attribute",
    "method",
    "keyword",
    "forwarded keyword",
    "arity",
    "removed",
    "deprecated",
    "literal",
    "configuration",
    "service model",
    "misuse",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One wrong call, its twin, and the questions that tell them apart."""

    name: str
    family: str
    kind: str
    environment: str
    other: str | None
    file: str
    wrong: str
    twin: str
    after: str
    question: str
    shows: str
    shows_back: str | None
    may_raise: str | None

    @property
    def is_held_back(self) -> bool:
        """Is what the tools say of this case shown as a count only? Both directions of a case go together."""
        return hashlib.sha256(self.family.encode()).hexdigest()[0] in HELD_BACK

    @property
    def is_skew(self) -> bool:
        """Is the wrong form right in another version?"""
        return self.other is not None

    @property
    def folder(self) -> str:
        """A folder of its own, so that two files of one name never meet."""
        return "c_" + re.sub(r"\W", "_", self.name)

    @property
    def wrong_lines(self) -> tuple[int, ...]:
        """The lines of the wrong form that the twin does not have."""
        return tuple(number for number, (mark, _) in enumerate(marked(self.wrong, self.twin), 1) if mark)


def marked(left: str, right: str) -> Iterator[tuple[bool, str]]:
    """The lines of `left`, with whether they are missing in `right`."""
    others = right.splitlines()
    for line in left.splitlines():
        if line in others:
            others.remove(line)
            yield False, line
        else:
            yield True, line


def read_cases(folder: Path = HERE / "cases") -> tuple[Case, ...]:
    """Every case in every file of the folder, both directions of those that count twice."""
    found: list[Case] = []
    for file in sorted(folder.glob("*.txt")):
        for part in re.split(r"^=== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            found += both_directions(one_case(part))
    names = [case.name for case in found]
    if len(set(names)) != len(names):
        raise ValueError(f"names that occur twice: {sorted({name for name in names if names.count(name) > 1})}")
    return tuple(found)


def one_case(text: str) -> Case:
    """The case that `text` describes, without the marker before its first line."""
    head, _, body = text.partition("\n")
    name, kind, environments, *file = (word.strip() for word in head.split("|"))
    if kind not in CLASSES:
        raise ValueError(f"{name}: there is no class {kind!r}")
    environment, *other = environments.split()
    wrong: list[str] = []
    twin: list[str] = []
    told: dict[str, list[str]] = {mark: [] for mark in (":", "?", "!", "~", "!!")}
    for line in body.rstrip().splitlines():
        truth = re.match(r"(!!|[:?!~]) (.*)", line)
        if truth:
            told[truth[1]].append(truth[2])
        else:
            wrong += [line.removeprefix("-")] if not line.startswith("+") else []
            twin += [line.removeprefix("+")] if not line.startswith("-") else []
    return Case(
        name=name,
        family=name,
        kind=kind,
        environment=environment,
        other=other[0] if other else None,
        file=file[0] if file else "case.py",
        wrong="\n".join(wrong).rstrip() + "\n",
        twin="\n".join(twin).rstrip() + "\n",
        after="\n".join(told[":"]),
        question="".join(told["?"]),
        shows="|".join(told["!"]),
        shows_back="|".join(told["!!"]) or None,
        may_raise="|".join(told["~"]) or None,
    )


def both_directions(case: Case) -> list[Case]:
    """The case, and the other way round when its twin is wrong in the second environment."""
    if case.shows_back is None or case.other is None:
        return [case]
    back = replace(
        case,
        name=f"{case.name}-back",
        environment=case.other,
        other=case.environment,
        wrong=case.twin,
        twin=case.wrong,
        shows=case.shows_back,
        shows_back=None,
    )
    return [case, back]
