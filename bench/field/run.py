#!/usr/bin/env python3
"""Run the field cases against one commit of Assay and keep what came of it in RESULTS.md.

The cases and the script that judges them live outside the project (`--field DIR`); that script is called as it is, once
for each case, in a folder that shows it this case alone. Nothing is downloaded or installed: the repositories, the
environments and the source distributions must be there (README.md says how they come there).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.frozen import Subject, frozen  # noqa: E402 (the folder that holds `bench` is only known now)

Case: TypeAlias = dict[str, Any]
Row: TypeAlias = dict[str, Any]
STATE = Path.home() / ".cache" / "assay-bench"
WRONG = ("missed", "open", "elsewhere", "wrong input", "false alarm", "not seen", "error", "not run")
BY_HAND = ("caught?", "edge")
SHOWN_CHARACTERS = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The folder with the cases, what they need, and where their rows are kept."""

    folder: Path
    cases: tuple[Case, ...]
    environment: dict[str, str]
    rows: Path
    lanes: Path

    def row_file(self, case_id: str) -> Path:
        """Where the row of one case stands."""
        return self.rows / f"{case_id}.json"

    def read_rows(self) -> dict[str, Row]:
        """Every row that is there, by case, in the order of the cases."""
        found = {}
        for case in self.cases:
            file = self.row_file(case["id"])
            if file.exists():
                found[case["id"]] = json.loads(file.read_text(encoding="utf-8"))[0]
        return found


def is_held_out(case_id: str) -> bool:
    """Does this case stay unread while Assay is tuned?"""
    return hashlib.sha256(case_id.encode()).hexdigest()[0] in "01234"


def main() -> int:
    """Run the chosen cases, print how they ended, write RESULTS.md when no case is missing."""
    options = parsed()
    subject = chosen_subject(options)
    field = opened(options, subject)
    wanted = [case["id"] for case in selected(field.cases, options)]
    if not options.render:
        have = {i for i, row in field.read_rows().items() if options.resume and row["result"] != "not run"}
        (field.rows / "run.json").write_text(json.dumps(circumstances(options)), encoding="utf-8")
        run_all(field, [i for i in wanted if i not in have], subject, options)
    report(field, subject, wanted, options.results)
    return 0


def parsed() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--field", type=Path, required=True, help="the folder with cases.jsonl and score.py")
    parser.add_argument("--mirror", help="bare repositories (default: $FIELDCASES_MIRROR)")
    parser.add_argument("--venvs", help="environments of the cases (default: $FIELDCASES_VENVS)")
    parser.add_argument("--pyenv", help="interpreters, <version>/bin/python (default: $FIELDCASES_PYENV)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--rev", default="HEAD", help="the commit of Assay that is measured")
    which.add_argument("--assay", metavar="COMMAND", help="measure this command instead; RESULTS.md is not written")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--tuning", action="store_true", help="only the cases that may be read")
    part.add_argument("--held-out", action="store_true", help="only the cases that stay unread")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="TEXT", help="tuning cases with one of these in the id"
    )
    parser.add_argument("--jobs", type=int, default=1, help="cases at once")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one check")
    parser.add_argument("--resume", action="store_true", help="keep the rows that are there for this commit")
    parser.add_argument("--render", action="store_true", help="run nothing, render the rows that are there")
    parser.add_argument("--state", type=Path, default=STATE, help="where rows, copies and scratch folders go")
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    return parser.parse_args()


def chosen_subject(options: argparse.Namespace) -> Subject:
    """The commit, or the command that was given in its place."""
    if options.assay is None:
        return frozen(options.rev, options.state)
    name = "command-" + hashlib.sha256(options.assay.encode()).hexdigest()[:12]
    return Subject(command=options.assay, name=name, described=f"`{options.assay}`")


def opened(options: argparse.Namespace, subject: Subject) -> Field:
    """The folder of the cases with everything they need, or a sentence that says what is missing."""
    environment = dict(os.environ)
    for name in ("mirror", "venvs", "pyenv"):
        variable = f"FIELDCASES_{name.upper()}"
        folder = getattr(options, name) or os.environ.get(variable)
        if not folder or not Path(folder).is_dir():
            sys.exit(
                f"--{name} or ${variable} must name a folder that exists, not {folder!r}; see bench/field/README.md"
            )
        environment[variable] = str(Path(folder).resolve())
    # An environment that is not there is reported as `not run`, never built from here.
    environment["PIP_NO_INDEX"] = "1"
    text = (options.field / "cases.jsonl").read_text(encoding="utf-8")
    rows, lanes = options.state / "rows" / subject.name, options.state / "lanes"
    for folder in (rows, lanes):
        folder.mkdir(parents=True, exist_ok=True)
    cases = tuple(json.loads(line) for line in text.splitlines() if line.strip())
    return Field(folder=options.field.resolve(), cases=cases, environment=environment, rows=rows, lanes=lanes)


def selected(cases: Sequence[Case], options: argparse.Namespace) -> list[Case]:
    """The cases that the command line asks for."""
    if options.only:
        return [c for c in cases if not is_held_out(c["id"]) and any(text in c["id"] for text in options.only)]
    if options.tuning or options.held_out:
        return [c for c in cases if is_held_out(c["id"]) is options.held_out]
    return list(cases)


def circumstances(options: argparse.Namespace) -> dict[str, str]:
    """What a reader of the times must know."""
    return {
        "lanes": str(options.jobs),
        "cores": str(len(os.sched_getaffinity(0))),
        "python": platform.python_version(),
        "timeout": f"{options.timeout:g}",
    }


def run_all(field: Field, wanted: Sequence[str], subject: Subject, options: argparse.Namespace) -> None:
    """Run each case once, `jobs` at a time, and say how each ended as soon as it is known."""
    by_id = {case["id"]: case for case in field.cases}

    def run_one(case_id: str) -> str:
        field.row_file(case_id).unlink(missing_ok=True)
        arguments = ["--assay", subject.command, "--timeout", str(options.timeout)]
        said = call_score(field, [by_id[case_id]], field.row_file(case_id), arguments)
        if not field.row_file(case_id).exists():
            return f"no row       {case_id}: {said[-SHOWN_CHARACTERS:]}"
        row = json.loads(field.row_file(case_id).read_text(encoding="utf-8"))[0]
        return f"{row['result']:12s} {case_id}  {row['seconds']} s" if is_held_out(case_id) else said.splitlines()[0]

    with ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(run_one, case_id) for case_id in wanted]
        try:
            for number, run in enumerate(as_completed(runs), start=1):
                print(f"[{number}/{len(wanted)}] {run.result()}", flush=True)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # Ctrl-C ends the cases under way; those that wait must not begin.
            raise


def call_score(field: Field, cases: Iterable[Case], out: Path, arguments: Sequence[str]) -> str:
    """What score.py prints when `cases` are all it knows; its rows go to `out`.

    The script is a link in a folder of its own, beside which it finds the other files of the field and these cases.
    """
    lane = Path(tempfile.mkdtemp(dir=field.lanes, prefix="lane-"))
    try:
        for entry in field.folder.iterdir():
            if entry.name not in ("cases.jsonl", "__pycache__"):
                (lane / entry.name).symlink_to(entry)
        (lane / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
        (lane / "work").mkdir()
        command = [sys.executable, str(lane / "score.py"), "--work", str(lane / "work"), "--out", str(out), *arguments]
        done = subprocess.run(
            command, env=field.environment, capture_output=True, text=True, errors="replace", check=False
        )
        return done.stdout if done.returncode == 0 else done.stderr.strip()
    finally:
        shutil.rmtree(lane, ignore_errors=True)


def report(field: Field, subject: Subject, wanted: Sequence[str], results: Path) -> None:
    """Print the summary of each part; write RESULTS.md when every case has a row of this commit."""
    rows = field.read_rows()
    reasons = read_written("reasons")
    for title, ids in parts(wanted):
        print(f"\n{title}\n{summary(field, [rows[i] for i in ids if i in rows])}")
    unexplained = [i for i, row in rows.items() if needs_reason(row) and i not in reasons and not is_held_out(i)]
    stale = [i for i in reasons if i in rows and not needs_reason(rows[i])]
    silent = [i for i, row in rows.items() if wrote_nothing(row)]
    told = (
        ("without a report", silent),
        ("without a reason in reasons.toml", unexplained),
        ("right, but with an old reason", stale),
    )
    for words, ids in told:
        if ids:
            print(f"{len(ids)} {words}: {', '.join(ids)}")
    if subject.name.startswith("command-") or len(rows) < len(field.cases):
        print(
            f"{len(rows)} of {len(field.cases)} cases have a row of {subject.described}; {results.name} stays as it is"
        )
        return
    results.write_text(rendered(field, subject, rows, reasons), encoding="utf-8")
    print(f"wrote {results}")


def parts(ids: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The tuning cases and the held-out ones, apart, empty parts left out."""
    of: dict[bool, list[str]] = {False: [], True: []}
    for case_id in ids:
        of[is_held_out(case_id)].append(case_id)
    return [(title, of[apart]) for title, apart in (("Tuning cases", False), ("Held-out cases", True)) if of[apart]]


def summary(field: Field, rows: Sequence[Row]) -> str:
    """The table that score.py itself prints for `rows`, and what they cost."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(rows, file)
        file.flush()
        said = call_score(field, [], Path(file.name), ["--assay", "none", "--resume"]).strip()
    experiments = sum(row["experiments"] or 0 for row in rows)
    seconds = sum(row["seconds"] for row in rows)
    return f"{said}\ncost      {experiments} experiments in {seconds:.0f} s"


def wrote_nothing(row: Row) -> bool:
    """Did the check end without a report? Its exit status then says nothing about the change."""
    return row["experiments"] is None


def needs_reason(row: Row) -> bool:
    """Is the answer wrong, or one that a person has to judge?"""
    return row["label"] != "edge" and (row["result"] in WRONG or row["result"] in BY_HAND)


def read_written(table: str) -> dict[str, str]:
    """What a person wrote down: `reasons` by case, and under which circumstances was `measured`, by commit."""
    with (HERE / "reasons.toml").open("rb") as file:
        return dict(tomllib.load(file).get(table, {}))


def rendered(field: Field, subject: Subject, rows: dict[str, Row], reasons: dict[str, str]) -> str:
    """RESULTS.md."""
    how = json.loads((field.rows / "run.json").read_text(encoding="utf-8"))
    lines = [
        "# What came of the field cases",
        "",
        f"Assay at {subject.described}; {len(rows)} cases, {how['lanes']} at a time on {how['cores']} cores.",
        f"Each ran cold, with at most {how['timeout']} s for a check and Assay itself on CPython {how['python']}.",
        "Written by `bench/field/run.py`; README.md says how to read it.",
        *(text for commit, text in read_written("measured").items() if subject.name.startswith(commit)),
    ]
    for title, ids in parts(rows):
        lines += ["", f"## {title}", "", "```text", summary(field, [rows[i] for i in ids]), "```", "", *HEADER]
        lines += [table_line(rows[i], reasons) for i in ids]
    return "\n".join(lines) + "\n"


HEADER = (
    "| case | label | result | s | experiments | matched | gaps | what Assay said | reason |",
    "|---|---|---|--:|--:|--:|---|---|---|",
)


def table_line(row: Row, reasons: dict[str, str]) -> str:
    """One case; of a held-out one only how it ended."""
    reason = reasons.get(row["id"], "*not written down yet*") if needs_reason(row) else ""
    said = ""
    if is_held_out(row["id"]):
        reason = reasons.get(row["id"], "") if needs_reason(row) else ""
    else:
        finding = row["finding"]
        condition = (finding.get("condition") or {}).get("text")
        said = (finding.get("claim") or row["tail"] or "") + (f" when {condition}" if condition else "")
    gaps = ", ".join(dict.fromkeys(slug for slug in row["gaps"] if slug))
    remarks = (" (no report)" if wrote_nothing(row) else "") + (" (left files behind)" if row["left_behind"] else "")
    numbers = (row["seconds"], row["experiments"], row["matched"])
    cells = (row["id"], row["label"], row["result"] + remarks, *numbers, gaps, said, reason)
    return "| " + " | ".join(in_a_cell("" if cell is None else str(cell)) for cell in cells) + " |"


def in_a_cell(text: str) -> str:
    """`text` on one line that a Markdown table can carry."""
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= 2 * SHOWN_CHARACTERS else line[: 2 * SHOWN_CHARACTERS] + " ..."


if __name__ == "__main__":
    sys.exit(main())
