"""The same pairs for Assay and for its peers: who finds the difference, who says when it shows, and in which time.

    python bench/explain/run.py --peers PEERS/bin/python [NAME ...] [--every N] [--limit S] [--budget S]

The pairs are those of `bench/conditions`. Each peer gets `--limit` seconds a pair, Assay gets `--budget` (and three
ordinary calls as tests, as a project would have them). One after the other, so that nobody waits for anybody. Writes
RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import typing
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "conditions"))

import hidden
import later
import material
import run as conditions

HERE = Path(__file__).parent
PEERS = ("hypothesis", "crosshair", "pynguin")
TOOLS = ("assay", *PEERS, "random")
Pair = tuple[str, str, str]
GOOD = ("exact", "right")


@dataclass(frozen=True)
class Row:
    """What one tool made of one pair."""

    tool: str
    found: bool
    told: str
    """The condition (Assay) or the example (everybody else)."""
    verdict: str
    """How the condition fares on calls that nobody saw; empty where a tool tells none."""
    seconds: float
    """Of the processor, its children included: how busy a shared machine is does not change them much."""


def processor_s() -> float:
    """Spent so far by processes that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def by_assay(name: str, pair: Pair, budget_s: float) -> Row:
    """`assay check --trees` on a project of one module and one file of tests."""
    base, head, _ = pair
    names = conditions.load(base)
    hints = typing.get_type_hints(names["f"])
    parameters = names["f"].__code__.co_varnames[: names["f"].__code__.co_argcount]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        conditions.project(place, base, head, material.tests([hints[p] for p in parameters]))
        command = [sys.executable, "-m", "assay", "check", "--trees", str(place / "base"), str(place / "head")]
        command += ["--format", "json", "--output", str(place / "report.json"), "--budget", str(budget_s)]
        begun = processor_s()
        subprocess.run([*command, "--python", sys.executable], capture_output=True, check=False, cwd=place, timeout=600)
        seconds = processor_s() - begun
        report = json.loads((place / "report.json").read_text(encoding="utf-8"))
    read = conditions.read(name, pair, report, seconds)
    return Row("assay", bool(report["findings"]), read.told, read.verdict, seconds)


def by_peer(tool: str, pair: Pair, peers: str, limit_s: float) -> Row:
    """One of the peers, in its own environment."""
    begun = processor_s()
    with tempfile.TemporaryDirectory() as folder:
        for side, text in zip(("base", "head"), pair[:2], strict=True):
            (Path(folder) / f"{side}_subject.py").write_text(text, encoding="utf-8")
        command = [peers, str(HERE / "peers.py"), tool, folder, str(limit_s)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=limit_s * 40)
    seconds = processor_s() - begun
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        return Row(tool, found=False, told=done.stderr.strip()[-160:], verdict="failed", seconds=seconds)
    answer = json.loads(lines[-1])
    return Row(tool, found=answer["found"], told=answer["example"], verdict="", seconds=seconds)


def by_chance(pair: Pair, limit_s: float) -> Row:
    """Values drawn by the types of the parameters, with the generator that this bench judges conditions with."""
    base, head = conditions.load(pair[0]), conditions.load(pair[1])
    hints = typing.get_type_hints(base["f"])
    parameters = base["f"].__code__.co_varnames[: base["f"].__code__.co_argcount]
    draw, begun = random.Random(0), time.process_time()  # noqa: S311 - nothing secret
    while time.process_time() < begun + limit_s:
        call = material.call([hints[p] for p in parameters], draw, None)
        one, other = conditions.outcome(base["f"], call), conditions.outcome(head["f"], call)
        if one is not None and other is not None and one != other:
            return Row("random", found=True, told=repr(call)[:200], verdict="", seconds=time.process_time() - begun)
    return Row("random", found=False, told="", verdict="", seconds=time.process_time() - begun)


def measured(name: str, pair: Pair, options: argparse.Namespace) -> list[Row]:
    """All tools on one pair."""
    rows = [by_assay(name, pair, options.budget)]
    rows += [by_peer(tool, pair, options.peers, options.limit) for tool in PEERS]
    return [*rows, by_chance(pair, options.limit)]


def main() -> None:
    """Measure, and write what came of it after each pair."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--peers", required=True, help="a Python that has what requirements.txt names")
    parser.add_argument("--every", type=int, default=1, help="only each N-th pair, in the order of their names")
    parser.add_argument("--limit", type=float, default=10.0)
    parser.add_argument("--budget", type=float, default=20.0)
    options = parser.parse_args()
    signal.signal(signal.SIGVTALRM, conditions._alarm)  # noqa: SLF001 - the same clock for one call
    pairs = sorted({**hidden.PAIRS, **later.PAIRS}.items())
    chosen = [(n, p) for n, p in pairs if not options.names or any(n.startswith(o) for o in options.names)]
    results: dict[str, list[Row]] = {}
    for name, pair in chosen[:: options.every]:
        results[name] = measured(name, pair, options)
        for row in results[name]:
            words = f"{row.tool:10} {'found' if row.found else '-':5} {row.verdict:6} {row.seconds:6.1f} s"
            print(f"{name:14} {words}", flush=True)
        (HERE / "RESULTS.md").write_text(told(results, options, len(pairs)), encoding="utf-8")


def told(results: dict[str, list[Row]], options: argparse.Namespace, n_pairs: int) -> str:
    """RESULTS.md."""
    git = ("git", "-C", str(HERE), "log", "-1", "--format=%h of %cs")
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    at = sys.argv.index("--peers")
    words = " ".join(["python bench/explain/run.py", *sys.argv[1:at], "--peers PEERS/bin/python", *sys.argv[at + 2 :]])
    lines = [
        "# Who finds the difference, and who says when it shows",
        "",
        f"{len(results)} of the {n_pairs} pairs of `bench/conditions`, at commit {commit}: `{words}`.",
        f"Each peer had {options.limit:g} s a pair, Assay a budget of {options.budget:g} s and three ordinary calls",
        "as tests. Time is that of the processor, as a ratio to the Hypothesis loop (medians): the machine was shared.",
        "",
        "| tool | found | says when | right about when | processor time, Hypothesis = 1 | alone in finding |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    yardstick = statistics.median(row.seconds for rows in results.values() for row in rows if row.tool == "hypothesis")
    for tool in TOOLS:
        rows = {name: next(row for row in every if row.tool == tool) for name, every in results.items()}
        found = [name for name, row in rows.items() if row.found]
        alone = [n for n in found if not any(row.found for row in results[n] if row.tool != tool)]
        says = [row for row in rows.values() if tool == "assay" and row.told]
        right = sum(row.verdict in GOOD for row in says)
        ratio = statistics.median(row.seconds for row in rows.values()) / yardstick
        when = (str(len(says)), str(right)) if tool == "assay" else ("none", "none")
        lines.append(f"| {tool} | {len(found)} | {when[0]} | {when[1]} | {ratio:.1f} | {len(alone)} |")
    lines += ["", "| pair | what differs, as a person said it | " + " | ".join(TOOLS) + " | when, as Assay says it |"]
    lines.append("|---|---|" + "---|" * len(TOOLS) + "---|")
    truths = {**hidden.PAIRS, **later.PAIRS}
    for name, rows in results.items():
        cells = [f"{'found' if row.found else 'no'}{f', {row.verdict}' if row.verdict else ''}" for row in rows]
        lines.append(f"| {name} | {truths[name][2]} | {' | '.join(cells)} | `{rows[0].told.replace('|', '/')}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
