#!/usr/bin/env python3
"""Does Assay hold bug fixes of public repositories that are taken back?

`fixes.toml` names the fixes. Each is made into a repository below `--state`, checked with an empty cache, and its
answer is kept as a row of that commit of Assay; an interrupted run goes on where it stopped. `--render` writes
RESULTS.md from the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.reversed.cases import Case, Fix, make  # noqa: E402

Row: TypeAlias = dict[str, Any]
STATE = Path.home() / ".cache" / "assay-bench" / "reversed"
ANSWERS = ("caught", "elsewhere", "noticed", "missed", "open", "error")


def main() -> int:
    """Check the chosen cases and print how each ended, or render the rows that are there."""
    options = _parsed()
    fixes = [fix for fix in _fixes() if any(text in f"{fix.drawn} {fix.id}" for text in options.only or [""])]
    subject = (
        Subject(command=options.assay, name="trial", described="a trial")
        if options.assay
        else frozen(options.rev, options.state)
    )
    rows = options.state / "rows" / subject.name
    if not options.render:
        rows.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(options.jobs) as pool:
            for row in pool.map(lambda fix: _row(fix, subject, rows, options), fixes):
                print(f"{row['id']:34} {row['answer']:9} {row['seconds']:6.1f} s  {row['claim']}", flush=True)
    if not options.assay:
        kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in rows.glob("*.json")}
        (HERE / "RESULTS.md").write_text(_rendered(subject, kept), encoding="utf-8")
    return 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path, required=True, help="bare repositories, OWNER+NAME/repo")
    parser.add_argument("--python", required=True, help="an interpreter with what the repositories' tests need")
    measured = parser.add_mutually_exclusive_group()
    measured.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    measured.add_argument("--assay", help="measure this command instead; RESULTS.md is not written")
    parser.add_argument("--only", nargs="*", metavar="TEXT", help="fixes with one of these in set or id")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--render", action="store_true", help="run nothing, render the rows that are there")
    parser.add_argument("--state", type=Path, default=STATE, help="where cases and rows go")
    return parser.parse_args()


def _fixes() -> list[Fix]:
    table = tomllib.loads((HERE / "fixes.toml").read_text(encoding="utf-8"))
    return [
        Fix(drawn=drawn, repository=repository, commit=commit)
        for drawn, repositories in table.items()
        for repository, commits in repositories.items()
        for commit in commits
    ]


def _row(fix: Fix, subject: Subject, rows: Path, options: argparse.Namespace) -> Row:
    """What came of one fix; from an earlier run of the same commit where there is one."""
    kept = rows / f"{fix.id}.json"
    if kept.exists() and not options.assay:
        known: Row = json.loads(kept.read_text(encoding="utf-8"))
        return known
    with tempfile.TemporaryDirectory(dir=options.state) as scratch:
        case = make(fix, options.mirror, Path(scratch) / "case")
        row = {"id": fix.id, "drawn": fix.drawn, "subject": case.subject, **_checked(case, subject, options.python)}
    kept.write_text(json.dumps(row, indent=1), encoding="utf-8")
    return row


def _checked(case: Case, subject: Subject, python: str) -> Row:
    report, cache = case.folder.parent / "report.json", case.folder.parent / "cache"
    began_s = time.monotonic()
    done = subprocess.run(
        [subject.command, "check", "base..head", "--format", "json", "--output", str(report), "--python", python],
        cwd=case.folder,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - began_s
    shutil.rmtree(cache, ignore_errors=True)
    if not report.exists():
        return {"answer": "error", "seconds": seconds, "claim": done.stderr.strip()[-200:], "gaps": []}
    told = json.loads(report.read_text(encoding="utf-8"))
    held = [f for f in told["findings"] if f["level"] in ("hold", "block") and not f.get("announced")]
    right = [f for f in held if _is_at(f, case.functions)]
    near = [f for f in told["findings"] if _is_at(f, case.functions)]
    quiet = "missed" if done.returncode == 0 else "open"
    return {
        "answer": "caught" if right else "elsewhere" if held else "noticed" if near else quiet,
        "seconds": seconds,
        "claim": (right or held or near or [{"claim": ""}])[0]["claim"],
        "gaps": sorted({gap["slug"] for gap in told["gaps"]}),
    }


def _is_at(finding: Row, functions: Iterable[str]) -> bool:
    """Is it about one of the mended functions? A test that fails names the changed functions that it reaches."""
    named = [finding.get("unit"), finding.get("observed_at"), *(finding.get("covers") or [])]
    names = [str(name).replace("<locals>.", "") for name in named if name]
    return any(name.endswith(function) or function.endswith(f".{name}") for name in names for function in functions)


def _rendered(subject: Subject, rows: Mapping[str, Row]) -> str:
    lines = [
        "# Reversed fixes: results",
        "",
        f"Measured at {subject.described} by `bench/reversed/run.py`. README.md says what was tuned on which set.",
        "",
        "| set | " + " | ".join(ANSWERS) + " | not run |",
        "|---|" + "---|" * (len(ANSWERS) + 1),
    ]
    fixes = _fixes()
    for drawn in dict.fromkeys(fix.drawn for fix in fixes):
        own = [fix for fix in fixes if fix.drawn == drawn]
        counted = Counter(rows[fix.id]["answer"] if fix.id in rows else "" for fix in own)
        lines.append(f"| {drawn} | " + " | ".join(str(counted[answer]) for answer in (*ANSWERS, "")) + " |")
    lines += ["", "| fix | set | answer | seconds | claim | gaps |", "|---|---|---|---|---|---|"]
    for fix in fixes:
        if fix.id in rows:
            row = rows[fix.id]
            claim, gaps = row["claim"].replace("|", "\\|").replace("\n", " "), ", ".join(row["gaps"])
            lines.append(f"| {fix.id} | {fix.drawn} | {row['answer']} | {row['seconds']:.0f} | {claim} | {gaps} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
