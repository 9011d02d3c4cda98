"""From the rows of the checks to a table that people read."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
ENOUGH = 0.7
"""Share of the reached units about which a check must establish something."""
NOT_REACHED = ("not-reached",)
SHOWN = 200


def reached(row: Row) -> tuple[int, int]:
    """`(established, reached)` units among those that both sides have; reached means: by base's tests."""
    report = row["report"] or {}
    unreached = {gap["unit"] for gap in report.get("gaps", ()) if gap["slug"] in NOT_REACHED}
    units = [unit for unit in report.get("change", {}).get("units", ()) if unit["kind"] == "changed"]
    return (
        sum(unit["established"] for unit in units),
        sum(unit["established"] or unit["unit"] not in unreached for unit in units),
    )


def establishes(row: Row) -> bool:
    """Did the check establish something for enough of the units that it could? Nothing to establish is enough."""
    established, of = reached(row)
    return row["report"] is not None and established >= ENOUGH * of


def held(row: Row) -> list[Mapping[str, Any]]:
    """Findings that hold or block."""
    return [finding for finding in (row["report"] or {}).get("findings", ()) if finding["level"] in {"hold", "block"}]


def has_traceback(row: Row) -> bool:
    """Did Assay itself fail?"""
    internal = any(gap["slug"] == "internal" for gap in (row["report"] or {}).get("gaps", ()))
    return internal or "Traceback" in row["stderr"] or "Assay itself failed" in row["stderr"] or row["status"] == 3


def summary(rows: Sequence[Row]) -> str:
    """The figures of the issue, one to a line."""
    n = len(rows)
    if not n:
        return "no rows"
    stages: Counter[str] = Counter()
    for row in rows:
        stages.update({s["name"]: s["seconds"] for s in ((row["report"] or {}).get("effort") or {}).get("stages", ())})
    gaps = Counter(gap["slug"] for row in rows for gap in (row["report"] or {}).get("gaps", ()))
    seconds = sorted(row["seconds"] for row in rows)
    verdicts = Counter(verdict_of(row) for row in rows)
    lines = [
        f"checks                 {n} of {len({row['repository'] for row in rows})} repositories",
        f"verdicts               {_counts(verdicts)}",
        f"establish enough       {sum(map(establishes, rows))} of {n}",
        f"held                   {sum(bool(held(row)) for row in rows)} of {n}",
        f"tracebacks             {sum(map(has_traceback, rows))}",
        f"left something behind  {sum(bool(row['left']) for row in rows)}",
        f"seconds                median {seconds[n // 2]:.0f}, most {seconds[-1]:.0f}",
        f"seconds by stage       {', '.join(f'{name} {s / n:.1f}' for name, s in stages.items())} (mean)",
        f"gaps                   {_counts(gaps)}",
    ]
    return "\n".join(lines)


def verdict_of(row: Row) -> str:
    """The verdict in a word, or that there is none."""
    report = row["report"]
    if report is None:
        return f"no report ({row['status']})"
    return "want of evidence" if report["want_of_evidence"] else str(report["verdict"])


def rendered(rows: Sequence[Row], subject: str, repositories: Sequence[Any], folder: Path) -> str:
    """RESULTS.md."""
    readings = read_readings(folder)
    under = readings.get("measured", {}).get("under", "")
    order = {repository.name: n for n, repository in enumerate(repositories)}
    lines = [
        "# What came of the last merged changes of public repositories",
        "",
        f"Assay at {subject}. Written by `bench/repositories/run.py`; README.md says how to read it.",
        "",
        *([under, ""] if under else []),
        "```text",
        summary(rows),
        readings_of(rows, readings),
        "```",
        "",
        "| repository | change | verdict | established / reached | s | experiments | matched | gaps | held |",
        "|---|---|---|---|--:|--:|--:|---|---|",
    ]
    ordered = sorted(rows, key=lambda row: (order.get(row["repository"], 99), row["repository"]))
    lines += [table_line(row, readings) for row in ordered]
    return "\n".join(lines) + "\n"


def read_readings(folder: Path) -> dict[str, dict[str, str]]:
    """What a person said of each held check: `regression`, `intended` or `noise`, and why; `measured`: how they ran."""
    path = folder / "readings.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def readings_of(rows: Sequence[Row], readings: Mapping[str, Mapping[str, str]]) -> str:
    """Held checks by what a person said of them."""
    said = Counter(readings.get(key_of(row), {}).get("is", "not read yet") for row in rows if held(row))
    return f"held, as read          {_counts(said)}"


def key_of(row: Row) -> str:
    """The name of a check in readings.toml."""
    return f"{row['repository']}-{row['commit'][:10]}"


def table_line(row: Row, readings: Mapping[str, Mapping[str, str]]) -> str:
    """One check."""
    effort = (row["report"] or {}).get("effort") or {}
    gaps = Counter(gap["slug"] for gap in (row["report"] or {}).get("gaps", ()))
    claims = "; ".join(finding["claim"] for finding in held(row))
    reading = readings.get(key_of(row), {})
    told = f"{reading.get('is', '*not read yet*')}: {reading.get('why', '')} — {claims}" if claims else ""
    remarks = "".join((" (traceback)" * has_traceback(row), " (left files behind)" * bool(row["left"])))
    established, of = reached(row)
    cells = (
        row["repository"],
        f"`{row['commit'][:10]}` {row['subject']}",
        verdict_of(row) + remarks,
        f"{established} / {of}",
        f"{row['seconds']:.0f}",
        effort.get("experiments", ""),
        effort.get("matched", ""),
        _counts(gaps),
        told,
    )
    return "| " + " | ".join(_in_a_cell(str(cell)) for cell in cells) + " |"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counter.most_common()) or "none"


def _in_a_cell(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= SHOWN else line[:SHOWN] + " ..."
