"""The report as a comment on a pull request: the summary first, within the size that hosts accept."""

from __future__ import annotations

from collections.abc import Iterator

from assay.reports.sentences import (
    again,
    alteration,
    announcement_words,
    because,
    call_words,
    claim_alone,
    condition_counts,
    count,
    coverage,
    excuse,
    gap_groups,
    neighbourhood_words,
    particulars,
    parting_words,
    plain,
    sides,
    still_used,
    tally,
    verdict_words,
    walls,
    when_words,
)
from assay.values.finding import Difference, FailingTest, Finding, Level, Verdict
from assay.values.reality import Denial

LIMIT = 65_536
"""GitHub accepts no longer comment."""

_RESERVE = 400
_SPECIAL = frozenset("\\`*_{}[]+-.|~>=:")


def to_markdown(verdict: Verdict, *, limit: int = LIMIT) -> str:
    """The report in at most `limit` characters. Whole entries are left out where it is longer, and it says how many."""
    summary = "\n".join(_summary(verdict))
    entries = [*(_finding(finding, level) for finding, level in verdict.levels), *_gaps(verdict)]
    foot = (
        f"\n\n<sub>Isolation: {_code(walls(verdict.examination.isolation))}. Exit status {verdict.exit_status}.</sub>\n"
    )
    room = limit - len(summary) - len(foot) - _RESERVE
    kept: list[str] = []
    for entry in entries:
        room -= len(entry) + 2
        if room < 0:
            break
        kept.append(entry)
    cut = len(entries) - len(kept)
    if cut:
        kept.append(
            f"**{count(cut, 'entry') if cut == 1 else f'{cut:,} entries'} of {len(entries):,} are not shown:** "
            "a comment has no more room. `assay check --format json` has all of them."
        )
    return "\n\n".join([summary, *kept])[: limit - len(foot)] + foot


def _summary(verdict: Verdict) -> Iterator[str]:
    yield f"## Assay: {verdict_words(verdict)}"
    yield ""
    yield f"{_text(coverage(verdict))}  "
    yield f"**{_text(tally(verdict))}**"
    if because(verdict):
        yield ""
        yield _text(because(verdict))
    for remark in verdict.examination.change.remarks:
        yield ""
        yield _text(remark)
    for changed in still_used(verdict):
        yield ""
        yield f"Removed {_code(changed.unit.name)} is still used at {', '.join(map(_code, changed.used_by[:5]))}."


def _finding(finding: Finding, level: Level) -> str:
    word = level.word.upper() if level >= Level.HOLD else level.word
    lines = [
        f"### {word}: {_code(finding.unit)} {_text(claim_alone(finding))}",
        "",
        _code(f"{finding.where.path}:{finding.where.line}"),
    ]
    condition = finding.condition
    if condition is not None:
        lines.append(f"when {_code(when_words(finding, condition))} ({condition_counts(condition)})")
    lines.extend(["", *_example(finding), ""])
    said = announcement_words(finding)
    if said:
        lines.append(f"{_text(said)}.  ")
    near = neighbourhood_words(finding)
    if near:
        lines.append(f"{_text(near)}.  ")
    reason = excuse(finding, level)
    if reason:
        lines.append(f"A notice only: {_text(reason)}.  ")
    lines.append(f"See it again: {_code(again(finding))}")
    if finding.remark is not None:
        lines.append(f"\nNoted {_text(finding.remark.at)}: {_text(finding.remark.reason)}")
    if finding.reproducer is not None:
        fence = "`" * max(3, _longest_run(finding.reproducer.text) + 1)
        body = "\n".join(plain(line) for line in finding.reproducer.text.splitlines())
        title = f"<summary>A test that passes on base and fails on head, {finding.reproducer.runs} times</summary>"
        lines.append(f"\n<details>{title}\n\n{fence}python\n{body}\n{fence}\n\n</details>")
    return "\n".join(lines)


def _example(finding: Finding) -> list[str]:
    first = finding.evidence[0]
    match first:
        case Difference():
            base, head = sides(first)
            altered = alteration(first.base)
            body = [
                f"call  {call_words(finding.observed_at, first.base)}",
                f"base  {base}",
                f"head  {head}",
                f"test  {plain(first.base.id.scenario)}{f', with {altered}' if altered else ''}",
                *(f"{'parts' if n == 0 else '     '} {text}" for n, text in enumerate(parting_words(finding))),
            ]
        case Denial():
            body = [f"{label:5} {text}" for label, text in particulars(first)] or [plain(first.text)]
        case FailingTest():
            body = [
                f"test  {plain(first.test)}",
                "base  passes",
                *(f"head  {plain(x)}" for x in first.detail.splitlines()),
            ]
    fence = "`" * max(3, _longest_run("\n".join(body)) + 1)
    return [f"{fence}text", *body, fence]


def _gaps(verdict: Verdict) -> Iterator[str]:
    """One entry for each kind of gap."""
    for group in gap_groups(verdict):
        reasons = " ".join(map(_sentence, group.reasons[:10]))
        more = f" And {len(group.reasons) - 10:,} more." if len(group.reasons) > 10 else ""
        remedies = "".join(f" Next: {_sentence(remedy)}" for remedy in group.remedies[:3])
        yield f"- **gap** {_code(group.slug)}: {reasons}{more}{remedies}"


def _code(text: str) -> str:
    """The text as a code span, whatever backticks it holds."""
    shown = plain(text)
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _text(text: str) -> str:
    """The text as words: no markup, no HTML, and nobody is mentioned or linked."""
    return "".join(_harmless(char) for char in plain(text))


def _harmless(char: str) -> str:
    match char:
        case "&":
            return "&amp;"
        case "<":
            return "&lt;"
        case "@" | "#":
            # An empty comment splits the word, so that no host takes it for a person's name or an issue.
            return f"{char}<!-- -->"
        case _ if char in _SPECIAL:
            return f"\\{char}"
        case _:
            return char


def _sentence(text: str) -> str:
    return f"{_text(text.rstrip('.'))}."


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
