"""Of the field cases that are caught: is the condition right about calls that Assay had not made when it learned it?

    python bench/field/agreement.py --field FIELD [--only TEXT ...] [--seed S] [--budget SECONDS] [--resume]

Each tuning case is checked as usual. Where its truth is held, a second check of the same case, with another seed and
more time, makes calls of its own; the reported condition is asked about those that the first check did not make.
README.md says what counts as right. Writes AGREEMENT.md when every case has a row.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.field.run import STATE, Row, in_a_cell, is_held_out  # noqa: E402 (the folder that holds `bench` is only known now)
from bench.frozen import Subject, frozen  # noqa: E402

Counts: TypeAlias = dict[str, dict[str, int]]
RIGHT, FEWEST = 0.95, 3
"""So much balanced agreement is right; fewer fresh calls on a side show nothing."""


def main() -> int:
    """Measure the cases that were asked for."""
    options = parsed()
    subject = frozen(options.rev, options.state)
    rows = options.state / "agreement" / subject.name
    rows.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(options.field.resolve()))
    score, materialise = importlib.import_module("score"), importlib.import_module("materialise")
    every = [c for c in materialise.load().values() if c["label"] == "harmful" and not is_held_out(c["id"])]
    for case in every if not options.render else ():
        file = rows / f"{case['id']}.json"
        if (options.only and not any(text in case["id"] for text in options.only)) or (
            options.resume and file.exists()
        ):
            continue
        with tempfile.TemporaryDirectory(prefix="agreement-", dir=options.scratch) as folder:
            row = measured(case, Path(folder), subject, options, (score, materialise))
        file.write_text(json.dumps(row), encoding="utf-8")
        print(f"{row['verdict']:10} {case['id']}  {row['text']}  {row['counts']}", flush=True)
    found = [json.loads(f.read_text(encoding="utf-8")) for c in every if (f := rows / f"{c['id']}.json").exists()]
    print("\n".join(summary(found)))
    if len(found) == len(every):
        (HERE / "AGREEMENT.md").write_text(rendered(found, subject, options), encoding="utf-8")
    return 0


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--field", type=Path, required=True, help="the folder with cases.jsonl and score.py")
    parser.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    parser.add_argument("--only", nargs="*", default=[], metavar="TEXT", help="cases with one of these in the id")
    parser.add_argument("--seed", type=int, default=7, help="of the second check")
    parser.add_argument("--first", type=float, default=60, help="seconds of the first check, as users have them")
    parser.add_argument("--budget", type=float, default=120, help="seconds of the second check")
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there for this commit")
    parser.add_argument("--render", action="store_true", help="run nothing")
    parser.add_argument("--state", type=Path, default=STATE, help="where rows and copies of Assay go")
    parser.add_argument("--scratch", type=Path, help="where repositories are put (default: the system's)")
    return parser.parse_args()


def measured(case: Row, folder: Path, subject: Subject, options: argparse.Namespace, field: Sequence[Any]) -> Row:
    """One case: check it, find what gets the credit, and ask its condition about the calls of a second check."""
    score, materialise = field
    place = materialise.materialise(case, str(folder / "repo"), with_venv=False)["dir"]
    python = materialise.venv(case, case.get("test_install", ()))
    launcher = [str(Path(subject.command).with_name("python")), str(HERE / "labelled.py")]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "CI": "true"}

    def check(*before: str, more: Sequence[str]) -> tuple[int, Row]:
        report = folder / "report.json"
        report.unlink(missing_ok=True)
        asked = ["check", "base..head", "--format", "json", "--output", str(report), "--python", python, *more]
        done = subprocess.run(
            [*launcher, *before, *asked], cwd=place, env=environment, capture_output=True, check=False
        )
        return done.returncode, json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}

    first, second = folder / "first.json", folder / "second.json"
    status, report = check(str(first), more=("--budget", str(options.first)))
    result, finding = score.judge(case, status, report, lambda _: True)
    row = {"id": case["id"], "result": result, "claim": "", "text": None, "grade": None, "counts": None}
    if result not in ("caught", "caught?"):
        return {**row, "verdict": "not caught"}
    condition = finding.get("condition") or {}
    row |= {"claim": finding["claim"], "text": condition.get("text"), "grade": condition.get("grade")}
    if not condition:
        return {**row, "verdict": "none"}
    check(str(second), str(first), more=("--seed", str(options.seed), "--budget", str(options.budget)))
    fared = json.loads(second.read_text(encoding="utf-8"))["fared"] if second.exists() else []
    mine = [one for one in fared if one["text"] == condition["text"] and one["observed_at"] == finding["observed_at"]]
    # Tests and generated calls are two campaigns: the one that says more is asked.
    counts = max((one["counts"] for one in mine if "counts" in one), key=lambda c: size(c["all"]), default=None)
    return {**row, "counts": counts, "verdict": "not made" if counts is None else verdict(counts["all"])}


def size(counts: Counts) -> int:
    """How many calls were counted."""
    return sum(sum(side.values()) for side in counts.values())


def verdict(counts: Counts) -> str:
    """`right`, `part` or `wrong` by balanced agreement; `unreadable`, or `few` where the second check shows nothing."""
    if min(sum(side.values()) for side in counts.values()) < FEWEST:
        return "few"
    if all(2 * side["unreadable"] > sum(side.values()) for side in counts.values()):
        return "unreadable"
    agreed = agreement(counts)
    return "right" if agreed >= RIGHT else "part" if agreed > 0.6 else "wrong"


def agreement(counts: Counts) -> float:
    """The mean of the shares of differing and of other calls that are told; what cannot be told is not."""
    sides = [side["right"] / sum(side.values()) for side in counts.values()]
    return sum(sides) / len(sides)


def summary(rows: Sequence[Row]) -> list[str]:
    """How many of those caught are right about when."""
    caught = [row for row in rows if row["verdict"] != "not caught"]
    words = dict.fromkeys(("right", "part", "wrong", "unreadable", "few", "not made", "none"), 0)
    for row in caught:
        words[row["verdict"]] += 1
    told = ", ".join(f"{n} {word}" for word, n in words.items() if n)
    usual = sum(bool(row["counts"]) and verdict(row["counts"]["plausible"]) == "right" for row in caught)
    return [
        f"caught {len(caught)} of {len(rows)}: {told}",
        f"by calls that somebody who uses this code would make, {usual} are right",
    ]


def rendered(rows: Sequence[Row], subject: Subject, options: argparse.Namespace) -> str:
    """AGREEMENT.md."""
    lines = [
        "# Are the conditions of field cases right about calls that were not made yet?",
        "",
        f"Assay at {subject.described}; the first check with `--budget {options.first:g}`,",
        f"the second one with `--seed {options.seed} --budget {options.budget:g}`.",
        "Tuning cases alone. Written by `bench/field/agreement.py`; README.md says how to read it.",
        "",
        "```text",
        *summary(rows),
        "```",
        "",
        "| case | verdict | agreement | differing | others | plausible | grade | what Assay said |",
        "|---|---|--:|--:|--:|---|---|---|",
    ]
    for row in rows:
        counts = row["counts"]
        if row["verdict"] == "not caught":
            continue
        numbers = ["", "", "", ""]
        if counts is not None:
            told = [f"{side['right']} of {sum(side.values())}" for side in counts["all"].values()]
            agreed = f"{agreement(counts['all']):.3f}" if verdict(counts["all"]) not in ("few", "not made") else ""
            numbers = [agreed, *told, verdict(counts["plausible"])]
        said = row["claim"] + (f" when {row['text']}" if row["text"] else "")
        cells = (row["id"], row["verdict"], *numbers, row["grade"] or "", said)
        lines.append("| " + " | ".join(in_a_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
