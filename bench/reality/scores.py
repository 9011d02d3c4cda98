"""From what the tools said to the tables.

A wrong call counts as seen when the tool says something of the wrong form that it does not say of the twin: the two
differ in the call alone, so it was the call that made it speak, on whatever line and by whatever rule. A twin counts as
flagged when anything at all is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median
from typing import TypeAlias

from bench.reality.cases import CLASSES, Case
from bench.reality.lanes import CLEAN, Answers, Bench, Finding, k_loc
from bench.reality.tools import is_about_names, is_not_installed

Column: TypeAlias = tuple[str, Answers]
STOPPING = ("hold", "block")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one tool made of one case; None where it was not asked or failed."""

    seen: bool | None
    flagged: bool | None


def verdict(answers: Answers, case: Case) -> Verdict:
    """Was the wrong form seen, was the twin flagged?"""
    wrong, twin = answers.said_of(case, "wrong"), answers.said_of(case, "twin")
    seen = None if wrong is None or twin is None else bool(only_in_first(wrong, twin))
    return Verdict(seen=seen, flagged=None if twin is None else bool(twin))


def only_in_first(first: Iterable[Finding], second: Iterable[Finding]) -> list[Finding]:
    """The findings of the first that the second does not have, whatever their lines."""
    others = Counter((rule, words) for _, rule, words in second)
    found = []
    for line, rule, words in first:
        if others[rule, words]:
            others[rule, words] -= 1
        else:
            found.append((line, rule, words))
    return found


def recall_table(columns: Sequence[Column], cases: Sequence[Case]) -> Iterator[str]:
    """Recall by part, by class, and in cases of two versions."""
    held_back = [case for case in cases if case.is_held_back]
    tuning = [case for case in cases if not case.is_held_back]
    yield f"| wrong calls | cases | {' | '.join(name for name, _ in columns)} | peers together |"
    yield f"|---|--:|{'--:|' * len(columns)}--:|"
    yield recall_line("**tuning part**", tuning, columns, percent)
    yield recall_line("**held-back part**", held_back, columns, percent)
    yield recall_line("**all**", cases, columns, percent)
    for kind in CLASSES:
        yield recall_line(kind, [case for case in cases if case.kind == kind], columns, counted)
    for kind in ("forwarded keyword", "literal", "configuration"):
        yield recall_line(
            f"held back: {kind} (goal 95 %)", [case for case in held_back if case.kind == kind], columns, counted
        )
    skew = [case for case in cases if case.is_skew]
    old = [case for case in skew if case.environment == "then"]
    new = [case for case in skew if case.environment == "now"]
    yield recall_line("two versions, wrong in the new one", new, columns, counted)
    yield recall_line("two versions, wrong in the old one", old, columns, counted)


def recall_line(label: str, cases: Sequence[Case], columns: Sequence[Column], show: Callable[[int, int], str]) -> str:
    """One line: how many of these cases each tool saw."""
    cells = []
    together: set[str] = set()
    for name, answers in columns:
        verdicts = [(case, verdict(answers, case).seen) for case in cases]
        seen = {case.name for case, was_seen in verdicts if was_seen}
        together |= seen if name != "Assay" else set()
        asked = sum(was_seen is not None for _, was_seen in verdicts)
        cells.append(show(len(seen), asked) + ("" if asked == len(cases) else f" of {asked} asked"))
    return f"| {label} | {len(cases)} | {' | '.join(cells)} | {show(len(together), len(cases))} |"


def percent(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    if not whole:
        return "-"
    share, z = part / whole, 1.96
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / (1 + z * z / whole)
    return f"{100 * share:.1f} % ({100 * (middle - half):.0f}-{100 * (middle + half):.0f})"


def counted(part: int, _: int) -> str:
    """A plain number."""
    return str(part)


def twin_table(columns: Sequence[Column], cases: Sequence[Case]) -> Iterator[str]:
    """Clean twins that a tool says something of."""
    yield f"| clean twins flagged | twins | {' | '.join(name for name, _ in columns)} |"
    yield f"|---|--:|{'--:|' * len(columns)}"
    parts = {"tuning part": False, "held-back part": True}
    for label, is_held_back in parts.items():
        chosen = [case for case in cases if case.is_held_back == is_held_back]
        yield twin_line(label, chosen, columns, lambda _: True)
    yield twin_line("all, by rules about names alone", cases, columns, lambda finding: is_about_names(finding[1]))
    yield twin_line("all, at a level that stops (Assay)", cases, columns, stops)


def twin_line(label: str, cases: Sequence[Case], columns: Sequence[Column], counts: Callable[[Finding], bool]) -> str:
    """One line: twins with a finding that counts."""
    cells = []
    for name, answers in columns:
        if counts is stops and name != "Assay":
            cells.append("-")
            continue
        said = [answers.said_of(case, "twin") for case in cases]
        asked = sum(findings is not None for findings in said)
        number = sum(any(map(counts, findings or ())) for findings in said)
        cells.append(f"{number}" + ("" if asked == len(cases) else f" of {asked} asked"))
    return f"| {label} | {len(cases)} | {' | '.join(cells)} |"


def stops(finding: Finding) -> bool:
    """Would this finding hold or block a change? Peers have no such level."""
    return finding[2].startswith(STOPPING)


def noise_table(columns: Sequence[Column], bench: Bench) -> Iterator[str]:
    """Findings for each thousand lines of released packages, and what they cost."""
    sizes = {package: k_loc(bench, package) for package in CLEAN}
    yield f"| clean code, {sum(sizes.values()):.1f} kLOC | {' | '.join(name for name, _ in columns)} |"
    yield f"|---|{'--:|' * len(columns)}"
    kinds: dict[str, Callable[[str, str], bool]] = {
        "about names, without packages that are not installed": lambda rule, words: (
            is_about_names(rule) and not is_not_installed(rule, words)
        ),
        "packages that are not installed": is_not_installed,
        "about types and everything else": lambda rule, _: not is_about_names(rule),
        "at a level that stops (Assay)": lambda _, words: words.startswith(STOPPING),
    }
    for label, counts in kinds.items():
        cells = [
            rate(answers, sizes, counts) if name == "Assay" or "Assay" not in label else "-"
            for name, answers in columns
        ]
        yield f"| {label} | {' | '.join(cells)} |"
    costs = [sum(said["cpu_s"] for said in answers.clean.values()) for _, answers in columns]
    yield f"| CPU seconds for all of it, a package at a time | {' | '.join(f'{cost:.0f}' for cost in costs)} |"


def rate(answers: Answers, sizes: dict[str, float], counts: Callable[[str, str], bool]) -> str:
    """How many, and how many for each thousand lines."""
    asked = [package for package in CLEAN if package in answers.clean]
    lines = sum(sizes[package] for package in asked)
    if not lines:
        return "-"
    number = sum(counts(row[2], row[3]) for package in asked for row in answers.clean[package]["rows"])
    return f"{number} ({number / lines:.2f}/kLOC)" + ("" if len(asked) == len(CLEAN) else f", {len(asked)} packages")


def time_table(columns: Sequence[Column]) -> Iterator[str]:
    """What a small change costs."""
    yield f"| CPU seconds for 8 files, median of 3 | {' | '.join(name for name, _ in columns)} |"
    yield f"|---|{'--:|' * len(columns)}"
    for kind in ("cold", "warm"):
        cells = [f"{median(answers.times[kind]):.2f}" if answers.times.get(kind) else "-" for _, answers in columns]
        yield f"| {kind} | {' | '.join(cells)} |"


def case_lines(answers: Answers, cases: Sequence[Case]) -> Iterator[str]:
    """What Assay missed and which twins it flagged, in the tuning part."""
    tuning = [case for case in cases if not case.is_held_back]
    for case in tuning:
        seen = verdict(answers, case).seen
        if not seen:
            why = "not answered" if seen is None else "missed"
            text = case.wrong.splitlines()
            lines = "; ".join(text[number - 1].strip() for number in case.wrong_lines)
            yield f"- {why}: `{case.name}` ({case.kind}, {case.environment}): `{lines}`"
    for case in tuning:
        for line, rule, words in answers.said_of(case, "twin") or ():
            yield f"- twin flagged: `{case.name}` ({case.environment}), line {line}, {rule}: {words}"


def clean_lines(answers: Answers) -> Iterator[str]:
    """What Assay says of clean code, for every second package; the others stay unread."""
    for package in CLEAN[::2]:
        for path, line, rule, words in answers.clean.get(package, {}).get("rows", ()):
            yield f"- {path}:{line} {rule}: {words}"
