#!/usr/bin/env python3
"""How long does a verdict take on a real one-function commit, with nothing known and with what an earlier check left?

Times `assay check C~1..C` for the newest commits of four libraries that change exactly one function: once with an
empty cache folder (cold), then another attempt at the same function, with one more statement in it (next), and the
commit once more (warm), both with what is in the cache folder by then. Prints two tables, for the libraries and for the
stages. The bare repositories and one environment with the test dependencies of all four must be there; nothing is
installed, and nothing but Assay runs their code.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen, git  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.speed.commits import OneFunction, attempted_again, newest  # noqa: E402 (likewise)

Row: TypeAlias = dict[str, Any]
STATE = Path.home() / ".cache" / "assay-bench"
LIMITS_S = {"cold": 60, "next": 15, "warm": 15}
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")


def main() -> int:
    """Time every commit, then print the tables."""
    options = parsed()
    if options.assay is None:
        subject = frozen(options.rev, options.state)
    else:
        subject = Subject(command=options.assay, name="command", described=f"`{options.assay}`")
    rows_file = options.state / "speed" / f"{subject.name}.json"
    rows_file.parent.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    if options.resume and rows_file.exists():
        rows = json.loads(rows_file.read_text(encoding="utf-8"))
    for row in timed(options, subject, {row["commit"] for row in rows}):
        rows.append(row)
        rows_file.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        times = "  ".join(f"{kind} {row[kind]['seconds']:5.1f} s exit {row[kind]['status']}" for kind in LIMITS_S)
        print(f"{row['library']:15s} {row['commit'][:10]}  {times}  {row['function']}", file=sys.stderr, flush=True)
    print("\n".join(rendered(rows, subject, options)))
    return 0


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mirror = os.environ.get("FIELDCASES_MIRROR")
    parser.add_argument("--mirror", type=Path, default=mirror, required=not mirror, help="folder of bare repositories")
    parser.add_argument("--python", type=Path, required=True, help="interpreter with the libraries' test dependencies")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    which.add_argument("--assay", metavar="COMMAND", help="measure this command instead")
    parser.add_argument("--library", nargs="*", default=[], help="only these")
    parser.add_argument("--commits", type=int, default=20, help="newest commits of each library")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one check")
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there for this commit of Assay")
    parser.add_argument("--state", type=Path, default=STATE, help="where rows, copies and scratch folders go")
    return parser.parse_args()


def timed(options: argparse.Namespace, subject: Subject, have: set[str]) -> Iterator[Row]:
    """One row for each commit that has none."""
    libraries = tomllib.loads((HERE / "libraries.toml").read_text(encoding="utf-8"))
    for name, library in libraries.items():
        mirror = options.mirror / library["mirror"]
        if options.library and name not in options.library:
            continue
        if not mirror.is_dir():
            sys.exit(f"{mirror} is not there; see bench/field/README.md")
        for chosen in newest(mirror, options.commits):
            if chosen.commit in have:
                continue
            scratch = Path(tempfile.mkdtemp(dir=options.state, prefix="speed-"))
            try:
                clone, span, next_span = cloned(chosen, mirror, library.get("generated", {}), scratch)
                row: Row = {"library": name, "commit": chosen.commit, "function": chosen.function}
                for kind in LIMITS_S:
                    row[kind] = one_check(clone, next_span if kind == "next" else span, scratch, options, subject)
                yield row
            finally:
                shutil.rmtree(scratch, ignore_errors=True)


def cloned(chosen: OneFunction, mirror: Path, generated: dict[str, str], scratch: Path) -> tuple[Path, str, str]:
    """A clone with the commit checked out, and the ranges to check in it: the commit, and another attempt."""
    clone = scratch / "repository"
    git("clone", "-q", "--shared", "--no-checkout", str(mirror), str(clone), at=scratch)
    base, head = f"{chosen.commit}~1", chosen.commit
    if generated:
        base = with_files(clone, base, generated, parent=None)
        head = with_files(clone, head, generated, parent=base)
    git("checkout", "-q", "-f", "--detach", head, at=clone)
    path, _, function = chosen.function.partition(":")
    text = attempted_again(git("show", f"{head}:{path}", at=clone).decode(), function)
    other = with_files(clone, head, {path: text}, parent=base)
    return clone, f"{base}..{head}", f"{base}..{other}"


def with_files(clone: Path, revision: str, files: dict[str, str], *, parent: str | None) -> str:
    """A commit with the tree of `revision` and `files` in it, on top of `parent` or of nothing."""
    git("read-tree", revision, at=clone)
    for path, text in files.items():
        blob = clone.parent / "blob"
        blob.write_text(text, encoding="utf-8")
        name = git("hash-object", "-w", "--", str(blob), at=clone).decode().strip()
        git("update-index", "--add", "--cacheinfo", f"100644,{name},{path}", at=clone)
    tree = git("write-tree", at=clone).decode().strip()
    above = ("-p", parent) if parent else ()
    return git(*IDENTITY, "commit-tree", tree, *above, "-m", "With the files of a build", at=clone).decode().strip()


def one_check(clone: Path, span: str, scratch: Path, options: argparse.Namespace, subject: Subject) -> Row:
    """Run one check; the cache folder keeps what it leaves for the next one in the same scratch folder."""
    report_file = scratch / "report.json"
    report_file.unlink(missing_ok=True)
    command = [*shlex.split(subject.command), "check", span, "--format", "json", "--output", str(report_file)]
    environment = {**os.environ, "XDG_CACHE_HOME": str(scratch / "cache"), "CI": "true"}
    started = time.monotonic()
    try:
        status = subprocess.run(
            [*command, "--python", str(options.python)],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=options.timeout,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        status = -1
    seconds = time.monotonic() - started
    report = json.loads(report_file.read_text(encoding="utf-8")) if report_file.exists() else {}
    effort = report.get("effort") or {}
    return {
        "seconds": round(seconds, 2),
        "status": status,
        "experiments": effort.get("experiments") or 0,
        "stages": {stage["name"]: stage["seconds"] for stage in effort.get("stages", [])},
        "gaps": [gap.get("slug") for gap in report.get("gaps", [])],
    }


def rendered(rows: Sequence[Row], subject: Subject, options: argparse.Namespace) -> list[str]:
    """The tables, as Markdown."""
    cores = len(os.sched_getaffinity(0))
    lines = [
        f"Assay at {subject.described}; {len(rows)} one-function commits on {cores} cores; target {options.python}.",
        "",
        f"| library | commits | {' | '.join(f'{kind}, median s | slowest' for kind in LIMITS_S)} | exp./s | exits |",
        f"|---|--:|{'--:|--:|' * len(LIMITS_S)}--:|---|",
    ]
    names = dict.fromkeys(row["library"] for row in rows)
    lines += [library_line(name, [row for row in rows if row["library"] == name]) for name in names]
    if rows:
        lines += [library_line("all", rows), ""]
        lines += [limit_line(kind, rows) for kind in LIMITS_S]
        heads = " | ".join(f"{kind}, median s | share" for kind in LIMITS_S)
        lines += ["", f"| stage | {heads} |", f"|---|{'--:|--:|' * len(LIMITS_S)}"]
        lines += stage_lines(rows)
    return lines


def library_line(name: str, rows: Sequence[Row]) -> str:
    """One line of the first table."""
    seconds = [[row[kind]["seconds"] for row in rows] for kind in LIMITS_S]
    experiments = sum(row[kind]["experiments"] for row in rows for kind in LIMITS_S)
    exits = Counter(row["cold"]["status"] for row in rows)
    counts = ", ".join(f"{number}x {status}" for status, number in sorted(exits.items()))
    times = " | ".join(f"{median(some):.1f} | {max(some):.1f}" for some in seconds)
    return f"| {name} | {len(rows)} | {times} | {experiments / sum(map(sum, seconds)):.0f} | {counts} |"


def limit_line(kind: str, rows: Sequence[Row]) -> str:
    """How the median stands to what the project promises."""
    seconds = median(row[kind]["seconds"] for row in rows)
    limit = LIMITS_S[kind]
    within = sum(row[kind]["seconds"] <= limit for row in rows)
    part = f"{within} of {len(rows)} within it"
    return f"- {kind}: median {seconds:.1f} s, {seconds / limit:.2f} of the limit of {limit} s; {part}."


def stage_lines(rows: Sequence[Row]) -> list[str]:
    """The second table: what each stage takes of a check."""
    names = dict.fromkeys(stage for row in rows for kind in LIMITS_S for stage in row[kind]["stages"])
    lines = []
    for name in names:
        cells = []
        for kind in LIMITS_S:
            spent = [row[kind]["stages"].get(name, 0.0) for row in rows]
            whole = sum(row[kind]["seconds"] for row in rows)
            cells.append(f"{median(spent):.2f} | {100 * sum(spent) / whole:.0f} %")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
