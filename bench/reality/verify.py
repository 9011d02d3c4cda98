#!/usr/bin/env python3
"""Ask the installed packages whether every label is true; prints what is not, exit status 1 when something is not.

Each form of each case is executed in its environment. The wrong form must show what the case says, the twin must not,
and may end in no other exception than the one it is allowed, nor be deprecated itself. In a case of two versions the
wrong form must be right in the other environment. Answers are kept by content, so a second run is quick.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.reality.cases import Case, marked, read_cases  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.reality.environments import environment  # noqa: E402 (likewise)

STATE = Path.home() / ".cache" / "assay-bench" / "reality"


def main() -> int:
    """Verify every case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--state", type=Path, default=STATE, help="where environments and answers are kept")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once")
    parser.add_argument("--cases", type=Path, default=HERE / "cases", help="the folder of the cases")
    parser.add_argument("--only", nargs="*", default=[], metavar="TEXT", help="cases with one of these in the name")
    options = parser.parse_args()
    every = read_cases(options.cases)
    cases = [case for case in every if not options.only or any(text in case.name for text in options.only)]
    needed = {name for case in cases for name in (case.environment, case.other) if name}
    homes = {name: environment(name, options.state) for name in sorted(needed)}
    kept = Kept(options.state / "truth", homes)
    kept.ask(cases, options.jobs)
    problems = [list(untrue(case, kept)) for case in cases]
    for case, found in zip(cases, problems, strict=True):
        for problem in found:
            print(f"{case.name}: {problem}")
    counts = Counter(case.kind for case in cases)
    skew = sum(case.is_skew for case in cases)
    held_back = sum(case.is_held_back for case in cases)
    wrong = sum(bool(found) for found in problems)
    print(f"{len(cases)} cases, {skew} of them of two versions, {held_back} held back; {wrong} not true")
    print(", ".join(f"{number} {kind}" for kind, number in counts.most_common()))
    return 1 if wrong else 0


@dataclass(frozen=True, slots=True)
class Kept:
    """The answers of the installed packages, kept by content."""

    folder: Path
    homes: dict[str, Path]

    def file(self, case: Case, name: str) -> Path:
        """Where the answer of one environment to one case stands."""
        told = [self.homes[name].name, shared_imports(case), job(case), (HERE / "truth.py").read_text("utf-8")]
        return self.folder / f"{hashlib.sha256(json.dumps(told).encode()).hexdigest()}.json"

    def answers(self, case: Case, name: str) -> tuple[list[str], list[str]]:
        """How both forms end in this environment."""
        wrong, twin = json.loads(self.file(case, name).read_text(encoding="utf-8"))
        return wrong, twin

    def ask(self, cases: Sequence[Case], lanes: int) -> None:
        """Get every answer that is not there, one interpreter for all cases that begin with the same imports."""
        self.folder.mkdir(parents=True, exist_ok=True)
        groups = defaultdict(list)
        for case in cases:
            for name in filter(None, (case.environment, case.other)):
                if not self.file(case, name).exists():
                    groups[name, tuple(shared_imports(case))].append(case)
        with ThreadPoolExecutor(lanes) as pool:
            list(pool.map(lambda group: self.ask_group(group[0][0], group[0][1], group[1]), groups.items()))

    def ask_group(self, name: str, shared: Sequence[str], cases: Sequence[Case]) -> None:
        """Run `truth.py` in an empty folder."""
        with tempfile.TemporaryDirectory(prefix="assay-truth-") as folder:
            done = subprocess.run(
                [str(self.homes[name] / "bin" / "python"), str(HERE / "truth.py")],
                input=json.dumps({"shared": shared, "jobs": [job(case) for case in cases]}),
                cwd=folder,
                env={"PATH": "/usr/bin:/bin", "HOME": folder, "AWS_EC2_METADATA_DISABLED": "true"},
                capture_output=True,
                text=True,
                check=False,
            )
        lines = done.stdout.splitlines()
        if len(lines) != len(cases):
            sys.exit(f"truth.py in {name} answered {len(lines)} of {len(cases)} jobs: {done.stderr[-500:]}")
        for case, line in zip(cases, lines, strict=True):
            self.file(case, name).write_text(line, encoding="utf-8")


def job(case: Case) -> dict[str, object]:
    """What `truth.py` has to know of a case."""
    return {
        "sources": [case.wrong, case.twin],
        "file": case.file,
        "after": case.after,
        "question": case.question,
    }


def untrue(case: Case, kept: Kept) -> Iterator[str]:
    """What the installed packages say against the case."""
    if case.wrong == case.twin or not case.shows:
        yield "it has no wrong form, or no truth"
        return
    wrong, twin = kept.answers(case, case.environment)
    if not any(found(case.shows, words) for words in wrong):
        yield f"the wrong form in {case.environment} shows {wrong[:3]}, not {case.shows!r}"
    yield from faults(case, twin, f"the twin in {case.environment}")
    if case.other is not None:
        elsewhere, _ = kept.answers(case, case.other)
        # Deprecated there and gone here is right there.
        said = [words for words in elsewhere if words.startswith("raised") or found(case.shows, words)]
        yield from faults(case, said, f"the wrong form in {case.other}")


def faults(case: Case, said: list[str], who: str) -> Iterator[str]:
    """Why this outcome is not that of right code."""
    for words in said:
        allowed = case.may_raise and found(case.may_raise, words)
        if found(case.shows, words) and not (allowed and words.startswith("raised")):
            yield f"{who} shows it too: {words}"
        elif re.match(r"raised|warned here \w*(Deprecat|FutureWarning)", words) and not allowed:
            yield f"{who} {words}"


def found(pattern: str, words: str) -> bool:
    """Does the pattern occur? Messages have many lines."""
    return re.search(pattern, words, re.DOTALL) is not None


def shared_imports(case: Case) -> list[str]:
    """The modules that both forms import by whole lines at the top."""
    common = [line for is_own, line in marked(case.wrong, case.twin) if not is_own]
    names: list[str] = []
    for line in common:
        if line.startswith(("import ", "from ")) and "noqa" not in line:
            statement = ast.parse(line).body[0]
            if isinstance(statement, ast.Import):
                names += [alias.name for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom) and statement.module:
                names.append(statement.module)
    return names


if __name__ == "__main__":
    sys.exit(main())
