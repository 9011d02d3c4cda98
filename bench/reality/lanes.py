"""Running the tools over the cases and over clean code, and keeping what they said by content."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from bench.reality.cases import Case
from bench.reality.environments import site_packages
from bench.reality.tools import Said, Tool, ask

Finding: TypeAlias = tuple[int, str, str]  # line, rule, message
DIFF_FILES = 8
TIMED_DIFFS = 3
# Installed packages whose sources serve as clean code: released, tested, and mostly users of the other packages here.
CLEAN = (
    *(
        "boto3",
        "click",
        "fastapi",
        "flask",
        "flask_sqlalchemy",
        "httpx",
        "jsonschema",
        "jwt",
        "marshmallow",
        "requests",
    ),
    *("rest_framework", "s3transfer", "sqlmodel", "starlette", "structlog", "tenacity", "typer"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The environments, and where trees and answers are kept."""

    tools: Path
    homes: dict[str, Path]
    state: Path

    def answers(self, tool: Tool, version: str) -> Answers:
        """What this version of this tool has said so far."""
        file = self.state / "said" / f"{tool.name}-{version}.json"
        return Answers(file=file, **on_disk(file))

    def tree(self, environment: str, side: str) -> Path:
        """The folder that holds one form of every case of an environment."""
        return self.state / "trees" / f"{environment}-{side}" / "src"

    def clean(self, package: str) -> Path:
        """A folder with nothing but this package, copied from the environment, without its tests."""
        root = self.state / "clean" / package / "src"
        if not root.exists():
            skipped = shutil.ignore_patterns("__pycache__", "tests", "testing", "test_*", "*.so")
            shutil.copytree(site_packages(self.homes["now"]) / package, root / package, ignore=skipped)
        return root


@dataclass(slots=True, kw_only=True)
class Answers:
    """What one version of one tool said, by content of the case, by package, by size of a change."""

    file: Path
    cases: dict[str, list[Finding]] = field(default_factory=dict)
    clean: dict[str, Any] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def save(self) -> None:
        """Write everything down, with what another run has added; a run that is stopped goes on from here."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        there = on_disk(self.file)
        self.cases = there["cases"] | self.cases
        self.clean = there["clean"] | self.clean
        self.times = there["times"] | self.times
        text = json.dumps({"cases": self.cases, "clean": self.clean, "times": self.times})
        part = self.file.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(self.file)

    def said_of(self, case: Case, side: str) -> list[Finding] | None:
        """The findings for one form of a case; None when the tool was not asked, or failed."""
        found = self.cases.get(key(case, side))
        return None if found is None else [(line, rule, message) for line, rule, message in found]


def on_disk(file: Path) -> dict[str, dict[str, Any]]:
    """What is written in a file of answers."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: kept.get(name, {}) for name in ("cases", "clean", "times")}


def key(case: Case, side: str) -> str:
    """The content of one form of a case, and the environment it is judged in."""
    told = f"{case.environment}\0{case.folder}\0{case.file}\0{text_of(case, side)}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def text_of(case: Case, side: str) -> str:
    """One form of a case."""
    return case.wrong if side == "wrong" else case.twin


def materialise(bench: Bench, cases: Iterable[Case]) -> None:
    """Write both forms of every case into the trees; what is there and belongs to no case goes."""
    wanted: dict[Path, dict[str, str]] = defaultdict(dict)
    for case in cases:
        for side in ("wrong", "twin"):
            wanted[bench.tree(case.environment, side)][f"{case.folder}/{case.file}"] = text_of(case, side)
    for root, files in wanted.items():
        for old in root.glob("c_*/*.py"):
            if old.relative_to(root).as_posix() not in files:
                old.unlink()
        for path, text in files.items():
            file = root / path
            if not file.exists() or file.read_text(encoding="utf-8") != text:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")


def ask_cases(bench: Bench, tool: Tool, answers: Answers, cases: Sequence[Case], at_once: int) -> None:
    """Ask for what is not known, `at_once` files in one process. Other files of the tree stand beside them."""
    for environment, home in bench.homes.items():
        for side in ("wrong", "twin"):
            open_ = [c for c in cases if c.environment == environment and answers.said_of(c, side) is None]
            for start in range(0, len(open_), at_once):
                batch = open_[start : start + at_once]
                ask_batch(bench, tool, answers, batch, (home, bench.tree(environment, side), side))
                answers.save()
                tell(f"{tool.name} {environment} {side}: {start + len(batch)} of {len(open_)}")


def ask_batch(bench: Bench, tool: Tool, answers: Answers, batch: Sequence[Case], place: tuple[Path, Path, str]) -> None:
    """One process; when it fails, halves, so that one file that a tool cannot take costs that file only."""
    home, root, side = place
    paths = {f"{case.folder}/{case.file}": case for case in batch}
    said = ask(tool, bench.tools, home, root, list(paths))
    if said.trouble and len(batch) > 1:
        middle = len(batch) // 2
        ask_batch(bench, tool, answers, batch[:middle], place)
        ask_batch(bench, tool, answers, batch[middle:], place)
        return
    if said.trouble:
        tell(f"{tool.name} on {next(iter(paths))}: {said.trouble}")
        return
    for path, case in paths.items():
        answers.cases[key(case, side)] = [row[1:] for row in said.rows if row[0] == path]


def ask_clean(bench: Bench, tool: Tool, answers: Answers) -> None:
    """What the tool says of released packages, each alone in a folder."""
    for package in CLEAN:
        if package not in answers.clean:
            said = ask(tool, bench.tools, bench.homes["now"], bench.clean(package), [package])
            if said.trouble:
                tell(f"{tool.name} on {package}: {said.trouble}")
                continue
            answers.clean[package] = {"rows": said.rows, "cpu_s": round(said.cpu_s, 2)}
            answers.save()
            tell(f"{tool.name} {package}: {len(said.rows)}, {said.cpu_s:.1f} s")


def ask_times(bench: Bench, tools: dict[str, Tool], answers: Answers, cases: Sequence[Case]) -> None:
    """What a small change costs: a few files, some times, with each way of asking in `tools`."""
    diffs = list(timed_diffs(cases))
    for name, tool in tools.items():
        taken = answers.times.setdefault(name, [])
        for number in range(len(taken), TIMED_DIFFS):
            said: Said = ask(tool, bench.tools, bench.homes["now"], bench.tree("now", "twin"), diffs[number])
            if said.trouble:
                tell(f"{tool.name} timed: {said.trouble}")
                break
            taken.append(round(said.cpu_s, 2))
            answers.save()


def timed_diffs(cases: Iterable[Case]) -> Iterator[list[str]]:
    """The files of some small changes, picked by hash."""
    chosen = sorted((case for case in cases if case.environment == "now"), key=lambda case: key(case, "twin"))
    for number in range(TIMED_DIFFS):
        some = chosen[number * DIFF_FILES : (number + 1) * DIFF_FILES]
        yield [f"{case.folder}/{case.file}" for case in some]


def tell(words: str) -> None:
    """Say how far it is."""
    print(words, file=sys.stderr, flush=True)


def k_loc(bench: Bench, package: str) -> float:
    """Thousands of lines that are not blank."""
    files = bench.clean(package).rglob("*.py")
    return sum(1 for file in files for line in file.read_text("utf-8", "replace").splitlines() if line.strip()) / 1000
