"""The report as a person reads it in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from assay.reports.sentences import (
    DOT,
    again,
    alteration,
    announcement_words,
    because,
    call_words,
    claim_alone,
    clip,
    clip_apart,
    condition_counts,
    controls,
    count,
    coverage,
    excuse,
    gap_groups,
    neighbourhood_words,
    outcome_words,
    particulars,
    parting_words,
    plain,
    rewritten,
    sides,
    still_used,
    subject,
    tally,
    unestablished,
    verdict_words,
    walls,
    walls_by_state,
    when_words,
)
from assay.values.finding import Difference, FailingTest, Finding, Level, Verdict
from assay.values.options import ReplayAnswer
from assay.values.reality import Denial
from assay.values.record import CallReplay, FailureReplay, LineReplay, RecordedFinding

INDENT = " " * 8
NOTICES_WHOLE, NOTICES_SHOWN = 3, 8
"""Where nothing holds the first notices are shown whole; others have a line each."""
REASONS_SHOWN = 6
PLACES_SHOWN = 3
LEAST_SHOWN = 24

_RESET = "\x1b[0m"
_BOLD, _DIM, _RED, _GREEN, _YELLOW, _CYAN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
_LEVEL_COLOURS = {Level.CLEAR: _GREEN, Level.NOTICE: _CYAN, Level.HOLD: _BOLD + _YELLOW, Level.BLOCK: _BOLD + _RED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the report is shown, as opposed to what it says."""

    colour: bool
    width: int
    verbose: bool

    def paint(self, text: str, code: str) -> str:
        return f"{code}{text}{_RESET}" if self.colour and text else text

    def clip(self, text: str, taken: int) -> str:
        return text if self.verbose else clip(text, max(LEAST_SHOWN, self.width - taken))

    def clip_apart(self, one: str, other: str, taken: int) -> tuple[str, str]:
        return (one, other) if self.verbose else clip_apart(one, other, max(LEAST_SHOWN, self.width - taken))


def render(verdict: Verdict, *, colour: bool, width: int, verbose: bool) -> str:
    """The whole report, ending in a line end. Text of the target is shown, never obeyed."""
    look = _Look(colour=colour, width=max(60, width), verbose=verbose)
    blocks = [_opening(verdict, look)]
    blocks.extend(_findings(verdict, look))
    blocks.extend(_gaps(verdict, look))
    if verbose:
        blocks.append(_account(verdict, look))
    blocks.append(_closing(verdict, look))
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def render_replay(finding: RecordedFinding, answer: ReplayAnswer, *, colour: bool, width: int) -> str:
    """Both outcomes of one experiment, one under the other, and whether the difference is still there."""
    look = _Look(colour=colour, width=max(60, width), verbose=True)
    replay = finding.replay
    lines = [f"{plain(finding.path)}:{finding.line}  {plain(finding.claim)}"]
    match replay:
        case CallReplay():
            edits = ", ".join(plain(edit.shown or edit.operator) for edit in replay.edits)
            lines.append(
                _labelled("from", plain(replay.scenario) + (f", with {edits}" if edits else ", as it is"), look)
            )
        case LineReplay():
            lines.append(_labelled("line", plain(replay.line), look))
            lines.append(_labelled("said", plain(replay.output), look))
        case FailureReplay():
            lines.append(_labelled("from", plain(replay.scenario), look))
    sides_seen = () if isinstance(replay, LineReplay) else (("base", answer.base), ("head", answer.head))
    lines.extend(
        _labelled(side, outcome_words(outcome) if outcome else "nothing to see", look) for side, outcome in sides_seen
    )
    if answer.note:
        lines.append(_labelled("note", plain(answer.note), look))
    says = look.paint("the difference is there", _BOLD + _YELLOW)
    lines.append("")
    lines.append(says if answer.differs else look.paint("the difference is gone", _GREEN))
    return "\n".join(lines) + "\n"


def _opening(verdict: Verdict, look: _Look) -> list[str]:
    examination = verdict.examination
    left = look.paint(coverage(verdict), _BOLD)
    right = f"isolation: {walls(examination.isolation)}"
    room = look.width - len(coverage(verdict)) - len(right)
    lines = [left + " " * room + right] if room >= 2 else [left, right]
    lines.extend(plain(remark) for remark in examination.change.remarks)
    for changed in still_used(verdict):
        places = ", ".join(map(plain, changed.used_by[:PLACES_SHOWN]))
        more = len(changed.used_by) - PLACES_SHOWN
        lines.append(
            f"removed {plain(changed.unit.name)}() is still used: {places}{f' and {more} more' if more > 0 else ''}"
        )
    if controls(verdict):
        lines.append(look.paint(controls(verdict), _DIM))
    if examination.isolation is not None and examination.isolation.properties:
        lines.append(look.paint(walls_by_state(examination.isolation), _DIM))
    return lines


def _findings(verdict: Verdict, look: _Look) -> Iterator[list[str]]:
    """Those that hold one by one; then notices, a line each unless nothing holds or everything is wanted."""
    heavy = [(finding, level) for finding, level in verdict.levels if level >= Level.HOLD]
    light = [(finding, level) for finding, level in verdict.levels if level < Level.HOLD]
    for finding, level in heavy:
        yield _finding(finding, level, verdict, look)
    whole = len(light) if look.verbose else 0 if heavy else NOTICES_WHOLE
    for finding, level in light[:whole]:
        yield _finding(finding, level, verdict, look)
    shown = light[whole : whole + NOTICES_SHOWN]
    brief = [_brief(finding, level, verdict, look) for finding, level in shown]
    more = len(light) - whole - len(shown)
    if more > 0:
        brief.append(f"notice  {count(more, 'more notice')} (--verbose shows them)")
    yield brief


def _brief(finding: Finding, level: Level, verdict: Verdict, look: _Look) -> str:
    """A notice in one line: where, what, and the id by which `assay replay` shows the rest."""
    label = look.paint(level.word, _LEVEL_COLOURS[level]) + " " * (8 - len(level.word))
    told = f"{plain(finding.where.path)}:{finding.where.line}  {subject(finding, verdict)}  {claim_alone(finding)}"
    reason = excuse(finding, level)
    room = max(24, look.width - 24)
    if finding.announced:
        told = f"{clip(told, max(24, room - len(reason) - 4))}  ({reason})"
    elif reason and len(told) + len(reason) + 4 <= room:
        told += f"  ({reason})"
    return label + clip(told, room) + look.paint(f"  [{finding.id[:12]}]", _DIM)


def _finding(finding: Finding, level: Level, verdict: Verdict, look: _Look) -> list[str]:
    word = level.word.upper() if level >= Level.HOLD else level.word
    place = f"{plain(finding.where.path)}:{finding.where.line}"
    title = "  ".join(filter(None, (place, subject(finding, verdict), claim_alone(finding))))
    lines = [look.paint(word, _LEVEL_COLOURS[level]) + " " * (8 - len(word)) + title]
    condition = finding.condition
    if condition is not None:
        counts = look.paint(f"({condition_counts(condition)})", _DIM)
        lines.append(_labelled("when", f"{when_words(finding, condition)}      {counts}", look))
        if condition.borders:
            lines.append(_labelled("border", look.clip(plain(", ".join(condition.borders)), len(INDENT) + 7), look))
    first = finding.evidence[0]
    if condition is None and level >= Level.HOLD and isinstance(first, Difference):
        lines.append(_labelled("when", unestablished(first), look))
    match first:
        case Difference():
            lines.extend(_difference(first, finding, look))
        case FailingTest():
            lines.extend(_failing_test(first, look))
        case Denial():
            lines.extend(_labelled(label, look.clip(text, len(INDENT) + 7), look) for label, text in particulars(first))
    lines.extend(_parting(finding, look))
    said = announcement_words(finding)
    if said:
        lines.extend(_told("said", said, look))
    near = neighbourhood_words(finding)
    if near:
        lines.extend(_told("near", near, look))
    reason = excuse(finding, level)
    if reason:
        lines.append(_labelled("why", reason, look))
    lines.append(_labelled("again", again(finding), look))
    if finding.remark is not None:
        lines.append(_labelled("noted", f"{plain(finding.remark.reason)} ({plain(finding.remark.at)})", look))
    return lines


def _parting(finding: Finding, look: _Look) -> Iterator[str]:
    """Where the two runs of the example part, and what decided it."""
    for n, text in enumerate(parting_words(finding)):
        yield from _told("" if n else "parts", text, look)


def _difference(seen: Difference, finding: Finding, look: _Look) -> Iterator[str]:
    base, head = sides(seen)
    taken = len(INDENT) + 7
    yield _labelled("call", look.clip(call_words(finding.observed_at, seen.base), taken), look)
    if len(base) + len(head) + 40 <= look.width:
        gap = " " * max(8, 28 - len(base))
        yield _labelled("base", f"{base}{gap}{look.paint('head', _DIM)}   {head}", look)
    else:
        for side, text in zip(("base", "head"), look.clip_apart(base, head, taken), strict=True):
            yield _labelled(side, text, look)
        for place in [place for place in seen.disagreements if place.path][:PLACES_SHOWN]:
            room = (look.width - taken - len(place.path) - len(":  -> ")) // 2
            ours, theirs = clip_apart(plain(place.base), plain(place.head), max(LEAST_SHOWN, room))
            yield _labelled("at", look.clip(f"{plain(place.path)}: {ours} -> {theirs}", taken), look)
    altered = alteration(seen.base)
    test = plain(seen.base.id.scenario)
    told = f"{test}, with {altered}" if altered else f"{test} makes this call as it is"
    yield _labelled("test", look.clip(told, taken), look)
    if seen.implausible_because:
        yield _labelled("input", plain(seen.implausible_because), look)


def _failing_test(seen: FailingTest, look: _Look) -> Iterator[str]:
    yield _labelled("test", plain(seen.test), look)
    yield _labelled("base", "passes", look)
    lines = [plain(line) for line in seen.detail.splitlines() if line.strip()] or ["fails"]
    errors = [line for line in lines if line.startswith("E ")]
    shown = lines if look.verbose else errors[:PLACES_SHOWN] or lines[-PLACES_SHOWN:]
    yield _labelled("head", look.clip(shown[0], len(INDENT) + 7), look)
    for line in shown[1:]:
        yield _labelled("", look.clip(line, len(INDENT) + 7), look)
    if seen.removed_name:
        yield _labelled("gone", plain(seen.removed_name), look)
    yield _labelled("seen", count(seen.runs, "time"), look)
    for sign, line in rewritten(seen):
        yield _labelled(sign, look.clip(line, len(INDENT) + 7), look)


def _told(label: str, text: str, look: _Look) -> Iterator[str]:
    """A sentence of some length, over as many lines as it takes."""
    width = look.width - len(INDENT) - 7
    for n, line in enumerate(textwrap.wrap(text, width, break_on_hyphens=False)):
        yield _labelled("" if n else label, line, look)


def _labelled(label: str, text: str, look: _Look) -> str:
    return f"{INDENT}{look.paint(label, _DIM)}{' ' * (7 - len(label))}{text}"


def _gaps(verdict: Verdict, look: _Look) -> Iterator[list[str]]:
    """Each kind of gap once: its reasons, then what would help."""
    block: list[str] = []
    for group in gap_groups(verdict):
        label = look.paint("gap", _LEVEL_COLOURS[group.level]) + "     "
        counts = " (policy counts it)" if group.level >= Level.HOLD else ""
        shown = group.reasons if look.verbose else group.reasons[:REASONS_SHOWN]
        more = len(group.reasons) - len(shown)
        if len(group.reasons) == 1:
            block.extend(_wrapped(f"{group.slug}{counts}  {shown[0]}", look, label))
        else:
            block.append(f"{label}{group.slug}{counts}  {count(group.gaps, 'gap')}")
            block.extend(line for reason in shown for line in _wrapped(reason, look))
        block.extend([f"{INDENT}and {more:,} more (--verbose shows them)"] if more else [])
        block.extend(line for remedy in group.remedies[:PLACES_SHOWN] for line in _wrapped(f"next   {remedy}", look))
        if look.verbose:
            block.extend(f"{INDENT}| {plain(line)}" for detail in group.details for line in detail.splitlines())
    yield block


def _wrapped(text: str, look: _Look, label: str = INDENT) -> list[str]:
    lines = textwrap.wrap(text, look.width - len(INDENT), break_long_words=False, break_on_hyphens=False)
    return [(label if number == 0 else INDENT) + line for number, line in enumerate(lines)]


def _account(verdict: Verdict, look: _Look) -> list[str]:
    """What it cost and how it was done, for `--verbose`."""
    examination = verdict.examination
    effort = examination.effort
    lines = [f"stage   {plain(name)} {seconds:.1f} s" for name, seconds in effort.stages]
    if effort.seconds > 0:
        lines.append(
            f"rate    {effort.experiments / effort.seconds:,.0f} experiments a second{DOT}seed {examination.seed}"
        )
    if effort.by_operator:
        kinds = ", ".join(f"{plain(name)} {number:,}" for name, number in effort.by_operator)
        lines.extend(_wrapped(kinds, look, "kinds   "))
    target = examination.target
    if target is not None:
        lines.append(f"python  {plain(target.version)}  {plain(target.python)}  ({plain(target.found_by)})")
        if target.head_python:
            lines.append(f"         head: {plain(target.head_python)}")
        lines.append(f"roots   {', '.join(map(plain, target.source_roots)) or 'the tree itself'}")
    isolation = examination.isolation
    lines.extend(
        f"wall    {plain(wall.name)}: {wall.state} ({plain(wall.mechanism)}) {plain(wall.detail)}".rstrip()
        for wall in (isolation.properties if isolation else ())
    )
    sides_of_change = (("base", examination.change.base), ("head", examination.change.head))
    lines.extend(
        f"{side}    {plain(revision.label)}  {revision.commit or 'not a commit'}" for side, revision in sides_of_change
    )
    return lines


def _closing(verdict: Verdict, look: _Look) -> list[str]:
    reason = because(verdict)
    words = verdict_words(verdict)
    left = f"verdict  {words}   {tally(verdict)}"
    painted = f"verdict  {look.paint(words, _LEVEL_COLOURS[verdict.level])}   {tally(verdict)}"
    right = f"exit status {verdict.exit_status}"
    room = max(2, look.width - len(left) - len(right))
    return [*([reason] if reason else []), painted + " " * room + right]
