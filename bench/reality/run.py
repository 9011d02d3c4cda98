#!/usr/bin/env python3
"""Five checkers and Assay side by side: what they see of wrong calls, what they say of right ones, and the cost.

Makes the pinned environments where they are missing, asks every tool what it has not been asked before, and writes
RESULTS.md. Answers are kept by content of the case and by version of the tool, so a run that is stopped goes on, and a
new case costs only itself. README.md says what is compared and which part is not to be read.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.reality import scores  # noqa: E402 (likewise)
from bench.reality.cases import Case, read_cases  # noqa: E402 (likewise)
from bench.reality.environments import PINS, environment  # noqa: E402 (likewise)
from bench.reality.lanes import Bench, ask_cases, ask_clean, ask_times, materialise  # noqa: E402 (likewise)
from bench.reality.tools import PEERS, Tool, assay  # noqa: E402 (likewise)

STATE = Path.home() / ".cache" / "assay-bench" / "reality"


def main() -> int:
    """Ask, then write the tables."""
    options = parsed()
    cases = read_cases(options.cases)
    bench = Bench(
        tools=environment("tools", options.state),
        homes={name: environment(name, options.state) for name in needed(cases)},
        state=options.state,
    )
    materialise(bench, cases)
    subject = None if options.peers_only else chosen(options)
    columns = []
    for tool, version, ways in lanes(bench, subject, options):
        answers = bench.answers(tool, version)
        if not options.render and (not options.ask or tool.name in options.ask):
            asked = [case for case in cases if options.part in (None, "held-back" if case.is_held_back else "tuning")]
            ask_cases(bench, tool, answers, asked, 40 if tool.name == "Assay" else 400)
            if not options.no_clean:
                ask_times(bench, ways, answers, cases)
                ask_clean(bench, tool, answers)
        columns.append((tool.name, answers))
    text = "\n".join(rendered(bench, columns, cases, subject)) + "\n"
    options.results.write_text(text, encoding="utf-8")
    print(text)
    return 0


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    which.add_argument("--assay", metavar="COMMAND", help="measure this command instead")
    which.add_argument("--peers-only", action="store_true", help="leave Assay out")
    parser.add_argument("--ask", nargs="*", metavar="TOOL", help="ask only these, render the answers of all")
    parser.add_argument("--cases", type=Path, default=HERE / "cases", help="the folder of the cases")
    parser.add_argument("--part", choices=("tuning", "held-back"), help="leave the other part out")
    parser.add_argument("--no-clean", action="store_true", help="leave the clean code and the times out")
    parser.add_argument("--render", action="store_true", help="ask nothing, render the answers that are there")
    parser.add_argument("--state", type=Path, default=STATE, help="where environments, trees and answers are kept")
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    return parser.parse_args()


def needed(cases: Sequence[Case]) -> tuple[str, ...]:
    """The environments that the cases are judged in, and the one that the clean code comes from."""
    return tuple(sorted({"now", *(name for case in cases for name in (case.environment, case.other) if name)}))


def chosen(options: argparse.Namespace) -> Subject:
    """The commit, or the command that was given in its place."""
    if options.assay is None:
        return frozen(options.rev, options.state)
    name = "command-" + hashlib.sha256(options.assay.encode()).hexdigest()[:12]
    return Subject(command=options.assay, name=name, described=f"`{options.assay}`")


def lanes(
    bench: Bench, subject: Subject | None, options: argparse.Namespace
) -> Iterator[tuple[Tool, str, dict[str, Tool]]]:
    """Each tool with its version, and the ways in which its time is taken."""
    pins = bench.tools.name.rpartition("-")[2]
    for tool in PEERS:
        yield tool, pins, {"cold": tool}
    if subject is not None:
        command = shlex.split(subject.command)
        cache = options.state / "cache" / subject.name
        known = assay(["env", f"XDG_CACHE_HOME={cache}", *command], ())
        cold = Path(tempfile.mkdtemp(prefix="assay-cold-"))
        fresh = f'd=$(mktemp -d -p {shlex.quote(str(cold))}); XDG_CACHE_HOME="$d" exec "$@"'
        try:
            yield known, subject.name, {"cold": assay(["sh", "-c", fresh, "cold", *command], ()), "warm": known}
        finally:
            shutil.rmtree(cold, ignore_errors=True)


def rendered(
    bench: Bench, columns: Sequence[scores.Column], cases: Sequence[Case], subject: Subject | None
) -> Iterator[str]:
    """RESULTS.md."""
    skew, held_back = sum(case.is_skew for case in cases), sum(case.is_held_back for case in cases)
    pins = [line for line in (PINS / "tools.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
    names = tuple(tool.name + "==" for tool in PEERS)
    yield "# Calls that do not exist: five checkers and Assay side by side"
    yield ""
    yield f"Assay at {subject.described}." if subject else "The peers alone; Assay was not asked."
    yield f"Peers: {', '.join(pin for pin in pins if pin.startswith(names))}. {datetime.now(UTC):%Y-%m-%d},"
    yield f"CPython {platform.python_version()}, {len(os.sched_getaffinity(0))} cores."
    yield f"{len(cases)} wrong calls with a clean twin each, {skew} of them right in another version; every label was"
    yield "executed (`verify.py`). Written by `run.py`; README.md says what is compared. Whoever tunes Assay reads the"
    yield f"tuning part alone; what Assay says of the {held_back} cases of the held-back part is counted and not shown."
    assay_answers = dict(columns).get("Assay")
    for table in (
        scores.recall_table(columns, cases),
        scores.twin_table(columns, cases),
        scores.noise_table(columns, bench),
        scores.time_table(columns),
    ):
        yield ""
        yield from table
    if assay_answers is not None:
        yield "\n## What Assay missed in the tuning part, and what it said of clean twins\n"
        yield from list(scores.case_lines(assay_answers, cases)) or ["Nothing."]
        yield "\n## What Assay said of clean code (every second package)\n"
        yield from list(scores.clean_lines(assay_answers)) or ["Nothing."]


if __name__ == "__main__":
    sys.exit(main())
