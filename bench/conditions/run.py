"""How often is a hidden condition learned? Each pair becomes a project with ordinary tests; Assay checks it as it is.

    python bench/conditions/run.py [NAME ...] [--jobs N] [--experiments N] [--rows FILE]

For each pair: `assay check --trees base head` on a project of one module and one test file, whose calls are chosen by
the types of the parameters and not by the condition. What the findings that hold say together is then asked, by Assay's
own reader of predicates, about calls of another generator that Assay never saw, and compared with what the two versions
really do. *exact*: not one of them wrong. *right*: at least 95 % balanced agreement. Writes RESULTS.md.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
import typing
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import hidden
import later
import material

from assay.change.project import Project
from assay.evidence.conditions.bodies import ModuleScope
from assay.evidence.conditions.language import NotInLanguageError
from assay.evidence.conditions.learner import Observed, judge

HERE = Path(__file__).parent
HELD_OUT, LIMIT_S = 1200, 0.25
VERDICTS = ("exact", "right", "part", "wrong", "none", "missed", "unmeasured")


@dataclass(frozen=True)
class Result:
    """What came of one pair."""

    name: str
    verdict: str
    """`exact`, `right`, `part`, `wrong`, `none` (found, no condition), `missed` or `unmeasured` (no call differs)."""
    told: str
    grade: str
    truth: str
    agreement: float
    seconds: float


class TooSlow(BaseException):
    """A call that takes too long."""


def _alarm(*_: object) -> None:
    raise TooSlow


class Files:
    """The one module of a pair."""

    def __init__(self, text: str) -> None:
        self._text = text

    def paths(self, _side: str) -> list[str]:
        """Its path."""
        return ["subject.py"]

    def text(self, _side: str, path: str) -> str | None:
        """Its text."""
        return self._text if path == "subject.py" else None


def load(source: str) -> dict[str, typing.Any]:
    """The names of one version."""
    names: dict[str, typing.Any] = {"__name__": "subject"}
    exec(compile(source, "subject.py", "exec", dont_inherit=True), names)  # noqa: S102 - our own pairs
    return names


def outcome(function: Callable[..., object], call: tuple[object, ...]) -> object:
    """What one version does, told so that two can be compared."""
    given = copy.deepcopy(call)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
    try:
        value = function(*given)
        return "returned", type(value).__name__, repr(value), repr(given)
    except TooSlow:
        return None
    except Exception as error:  # noqa: BLE001 - whatever a version raises is its outcome
        return "raised", type(error).__name__, "", repr(given)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def held_out(base: dict[str, typing.Any], head: dict[str, typing.Any], seed: int) -> list[Observed]:
    """Calls that Assay never saw, with what the versions do."""
    function = base["f"]
    hints = typing.get_type_hints(function)
    names = list(function.__code__.co_varnames[: function.__code__.co_argcount])
    draw, seen, out = random.Random(seed), set(), []  # noqa: S311 - nothing secret
    known: list[tuple[object, ...]] = []
    told: list[tuple[object, ...]] = []
    for n in range(HELD_OUT):
        start = draw.choice(told if told and draw.random() < 0.5 else known) if known and n % 2 else None
        call = material.call([hints[name] for name in names], draw, start)
        if repr(call) in seen:
            continue
        seen.add(repr(call))
        known.append(call)
        one, other = outcome(function, call), outcome(head["f"], call)
        if one is None or other is None:
            continue
        differs = one != other
        told += [call] if differs else []
        values = {name: material.seen_as(value) for name, value in zip(names, call, strict=True)}
        out.append(Observed(values=values, differs=differs, key=repr(call)))
    return out


def project(folder: Path, base: str, head: str, tests: str) -> None:
    """Two trees that differ in one module."""
    for side, source in (("base", base), ("head", head)):
        (folder / side).mkdir(parents=True)
        (folder / side / "subject.py").write_text(source, encoding="utf-8")
        (folder / side / "test_subject.py").write_text(tests, encoding="utf-8")


def check(folder: Path, n: int) -> dict[str, typing.Any]:
    """The report of one check."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "assay", "check", "--trees", str(folder / "base"), str(folder / "head")]
    command += ["--format", "json", "--output", str(report), "--experiments", str(n), "--python", sys.executable]
    subprocess.run(command, capture_output=True, check=False, cwd=folder, timeout=900)
    return typing.cast("dict[str, typing.Any]", json.loads(report.read_text(encoding="utf-8")))


def measure(pair: tuple[str, str, str], n: int) -> tuple[dict[str, typing.Any], float]:
    """Check one pair; returns its report and how long it took."""
    base, head, _ = pair
    names = load(base)
    hints = typing.get_type_hints(names["f"])
    parameters = names["f"].__code__.co_varnames[: names["f"].__code__.co_argcount]
    with tempfile.TemporaryDirectory() as folder:
        project(Path(folder), base, head, material.tests([hints[p] for p in parameters]))
        begun = time.monotonic()
        report = check(Path(folder), n)
        return report, time.monotonic() - begun


def read(name: str, pair: tuple[str, str, str], report: dict[str, typing.Any], seconds: float) -> Result:
    """Compare what was said with what the versions do."""
    base, head, truth = pair
    calls = held_out(load(base), load(head), 987)
    found = [f for f in report["findings"] if f["level"] in ("hold", "block")] or report["findings"]
    told = [f["condition"] for f in found if f.get("condition")]
    texts = list(dict.fromkeys(c["expression"] for c in told if c["expression"]))
    verdict, agreement = ("none" if found else "missed"), 0.0
    whole = " or ".join(f"({text})" for text in texts) if len(texts) > 1 else "".join(texts)
    if whole:
        source = Project(Files(head), "head")
        module = source.module("subject.py")
        assert module is not None
        try:
            fared = judge(whole, calls, ModuleScope(source, module))
        except NotInLanguageError:
            return Result(name, "unreadable", whole, "", truth, 0.0, seconds)
        recall = fared.held_differing / max(1, fared.differing)
        agreement = (recall + 1 - fared.held_others / max(1, fared.others)) / 2
        verdict = "exact" if fared.fits else "right" if agreement >= 0.95 else "part" if agreement > 0.6 else "wrong"
        verdict = verdict if fared.differing else "unmeasured"
    return Result(name, verdict, whole, "/".join(c["grade"] for c in told), truth, agreement, seconds)


def main() -> Iterator[Result]:
    """Measure the pairs that were asked for; those that `--rows` holds are not measured again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--experiments", type=int, default=300)
    parser.add_argument("--rows", type=Path, help="keep results there as they come, and go on where it stopped")
    options = parser.parse_args()
    known = read_rows(options.rows)
    signal.signal(signal.SIGVTALRM, _alarm)
    pairs = {**hidden.PAIRS, **later.PAIRS}
    chosen = {n: p for n, p in pairs.items() if not options.names or any(n.startswith(o) for o in options.names)}
    with ThreadPoolExecutor(options.jobs) as pool:
        waiting = {n: pool.submit(measure, pair, options.experiments) for n, pair in chosen.items() if n not in known}
        yield from (known[name] for name in chosen if name in known)
        for name, future in waiting.items():
            report, seconds = future.result()
            result = read(name, chosen[name], report, seconds)
            if options.rows is not None:
                with options.rows.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(result)) + "\n")
            print(
                f"{result.verdict:7} {name:14} {result.agreement:.3f} {result.grade or '-'} {result.seconds:5.1f} s  "
                f"{result.told}   [{result.truth}]",
                flush=True,
            )
            yield result


def read_rows(file: Path | None) -> dict[str, Result]:
    """Results of an earlier run that stopped."""
    if file is None or not file.exists():
        return {}
    rows = (Result(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines())
    return {row.name: row for row in rows}


def write(results: list[Result]) -> None:
    """RESULTS.md, the two sets apart."""
    lines = [
        "# Hidden conditions, learned by `assay check`",
        "",
        "Written by `bench/conditions/run.py`; README.md says how to read it.",
        "",
    ]
    for title, names in (("The 36 pairs of the research note", hidden.PAIRS), ("24 later pairs", later.PAIRS)):
        rows = [r for r in results if r.name in names]
        counts = {v: sum(r.verdict == v for r in rows) for v in VERDICTS}
        lines += [f"## {title}", "", "```text"]
        lines += [
            f"{counts['exact']} exact and {counts['right']} right of {len(rows)}: "
            + ", ".join(f"{n} {v}" for v, n in counts.items() if n)
        ]
        lines += [
            "```",
            "",
            "| pair | result | grade | agreement | s | what Assay says | what a person said |",
            "|---|---|---|--:|--:|---|---|",
        ]
        for r in rows:
            said, truth = (text.replace("|", "\\|") for text in (r.told, r.truth))
            lines.append(
                f"| {r.name} | {r.verdict} | {r.grade} | {r.agreement:.3f} | {r.seconds:.0f} | `{said}` | {truth} |"
            )
        lines.append("")
    (HERE / "RESULTS.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    measured = list(main())
    if len(measured) == len(hidden.PAIRS) + len(later.PAIRS):
        write(measured)
