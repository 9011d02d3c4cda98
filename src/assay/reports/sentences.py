"""Words and numbers that every reader of a verdict gets alike. Text of the target is made harmless here."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from assay.evidence.conditions.spelling import altered_words, spell_answer, spell_arguments
from assay.judgement.levels import rule_of
from assay.judgement.verdict import INTERNAL, nothing_established
from assay.values.change import ChangedUnit
from assay.values.experiment import Experiment, Outcome
from assay.values.finding import Condition, Difference, FailingTest, Finding, Gap, Level, Verdict
from assay.values.isolation import Isolation
from assay.values.reality import Denial

DOT = " · "
LONGEST_EDIT = 70
OTHERS_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GapGroup:
    """Gaps with one slug and level, ready to be read."""

    slug: str
    level: Level
    gaps: int
    reasons: tuple[str, ...]
    remedies: tuple[str, ...]
    details: tuple[str, ...]


_ENDINGS = {
    "returned": "returns",
    "raised": "raises",
    "hung": "does not come back in time",
    "died": "the process dies",
    "blocked": "is stopped by the sandbox",
    "pending": "is not finished",
}


def plain(text: str) -> str:
    """The text in one line without anything that a terminal or a reader's eye could obey instead of show.

    Control characters, line ends, bidirectional overrides and lone surrogates appear as escapes.
    """
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def clip(text: str, width: int) -> str:
    """The text in at most `width` characters; what is left out is marked in its middle."""
    if len(text) <= width:
        return text
    left = max(1, (width - 3) // 2)
    right = max(1, width - 3 - left)
    return f"{text[:left]}...{text[-right:]}"


def clip_apart(one: str, other: str, width: int) -> tuple[str, str]:
    """Two texts in at most `width` characters each, from shortly before the place where they part."""
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    start = max(0, same - width // 3) if max(len(one), len(other)) > width else 0
    return _from(one, start, width), _from(other, start, width)


def _from(text: str, start: int, width: int) -> str:
    shown = text if not start else f"...{text[start + 3 :]}"
    return shown if len(shown) <= width else f"{shown[: width - 3]}..."


def count(number: int, noun: str) -> str:
    """`1 unit`, `2 units`, `3,412 experiments`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def coverage(verdict: Verdict) -> str:
    """What was changed, how much of it was observed and what that took."""
    examination = verdict.examination
    change, effort = examination.change, examination.effort
    if not change.units:
        return "no code units changed"
    changed = change.count("changed")
    parts = [f"{count(changed, 'unit')} changed"]
    if changed:
        spent = f"{count(effort.experiments, 'experiment')}, {effort.seconds:.0f} s"
        observed = min(effort.observed_units, changed)
        parts.append(f"{observed} observed ({spent})")
        if observed < changed:
            parts.append(f"{changed - observed} not reached")
    if change.count("added"):
        parts.append(f"{change.count('added')} added (no base to compare)")
    if change.count("removed"):
        parts.append(f"{change.count('removed')} removed")
    return DOT.join(parts)


def subject(finding: Finding, verdict: Verdict) -> str:
    """What a finding is about, as short as its place beside it allows: `Invoice.total()`."""
    name = next(
        (changed.unit.qualname for changed in verdict.examination.change.units if changed.unit.name == finding.unit),
        finding.unit,
    )
    if isinstance(finding.evidence[0], Denial):
        return ""
    return plain(f"{name}()" if isinstance(finding.evidence[0], Difference) else name)


def claim_alone(finding: Finding) -> str:
    """The claim without the name of the unit, which reports show beside it; with the caller where it was seen."""
    claim = finding.claim
    for name in (f"{finding.unit}()", f"{finding.unit.rpartition('.')[2]}()", finding.unit):
        claim = claim.removeprefix(f"{name} ")
    if finding.observed_at not in (finding.unit, "") and finding.observed_at not in claim:
        claim = f"{claim}, seen at {finding.observed_at}()"
    if finding.covers:
        more = f" and {len(finding.covers) - OTHERS_NAMED} more" if len(finding.covers) > OTHERS_NAMED else ""
        claim = f"{claim}; reaches {', '.join(finding.covers[:OTHERS_NAMED])}{more} too"
    return plain(claim)


def condition_counts(condition: Condition) -> str:
    """How a condition fared, and how far it may be trusted: `41 of 41 differing, 0 of 902 others`."""
    counts = (
        f"{condition.held_differing:,} of {condition.differing:,} differing, "
        f"{condition.held_others:,} of {condition.others:,} others"
    )
    if condition.grade == "exact":
        return f"{counts}; stood up to {condition.fresh:,} fresh experiments"
    return f"{counts}; approximate" if condition.grade == "approximate" else counts


def when_words(finding: Finding, condition: Condition) -> str:
    """The condition; where it is about calls of a unit that a broken test makes, that is said."""
    if isinstance(finding.evidence[0], FailingTest):
        return plain(f"{finding.observed_at.rpartition('.')[2]}() differs when {condition.text}")
    return plain(condition.text)


def unestablished(seen: Difference) -> str:
    """What is said where no condition is; a call without arguments has none to be said over."""
    if seen.base.arguments:
        return "not established"
    return "not established: the call has no arguments, so what decides lies outside of it"


def particulars(denial: Denial) -> Iterator[tuple[str, str]]:
    """What a reader needs to believe a denial and to mend it, each with its label."""
    if denial.nearest:
        yield "near", ", ".join(map(plain, denial.nearest))
    if len(denial.chain) > 1:
        yield "way", " -> ".join(map(plain, denial.chain))
    yield from (("when", plain(told)) for told in denial.versions)
    if denial.reproducer and denial.output:
        line = denial.reproducer.replace("\\", "\\\\").replace('"', '\\"')
        yield "again", plain(f'python -c "{line}"')
        yield "says", plain(denial.output)


def gap_groups(verdict: Verdict) -> tuple[GapGroup, ...]:
    """Gaps by slug, those that count first; equal reasons and remedies are told once."""
    groups: dict[tuple[Level, str], list[Gap]] = {}
    for gap, level in verdict.gap_levels:
        groups.setdefault((level, gap.slug), []).append(gap)
    ordered = sorted(groups.items(), key=lambda entry: (-entry[0][0], entry[0][1]))
    return tuple(_group(slug, level, gaps) for (level, slug), gaps in ordered)


def _group(slug: str, level: Level, gaps: list[Gap]) -> GapGroup:
    units: dict[str, list[str]] = {}
    for gap in gaps:
        units.setdefault(gap.reason, []).extend([gap.unit] if gap.unit and gap.unit not in gap.reason else [])
    reasons = (reason if not names else f"{', '.join(names)}: {reason}" for reason, names in units.items())
    remedies = dict.fromkeys(gap.remedy for gap in gaps if gap.remedy)
    return GapGroup(
        slug=plain(slug),
        level=level,
        gaps=len(gaps),
        reasons=tuple(map(plain, reasons)),
        remedies=tuple(map(plain, remedies)),
        details=tuple(gap.detail for gap in gaps if gap.detail),
    )


def still_used(verdict: Verdict) -> tuple[ChangedUnit, ...]:
    """Removed units whose names are still used at head."""
    return tuple(changed for changed in verdict.examination.change.units if changed.used_by)


def walls(isolation: Isolation | None) -> str:
    """The isolation in a word: its rung and mechanisms."""
    if isolation is None:
        return "none was needed"
    return f"{isolation.name} {'+'.join(isolation.mechanisms)}".rstrip()


def walls_by_state(isolation: Isolation) -> str:
    """How many properties of the sandbox were proven, and which were not; nothing where there are none."""
    proven = sum(wall.state == "proven" for wall in isolation.properties)
    parts = [f"{count(proven, 'wall')} proven"] if isolation.properties else []
    for state in ("assumed", "open"):
        names = [plain(wall.name) for wall in isolation.properties if wall.state == state]
        parts.extend([f"{state}: {', '.join(names)}"] if names else [])
    return DOT.join(parts)


def controls(verdict: Verdict) -> str:
    """What the two controls said, and how much of what ran could be compared."""
    effort = verdict.examination.effort
    parts = [f"{effort.plants_seen:,} of {effort.plants:,} planted differences seen"] if effort.plants else []
    if effort.experiments:
        parts.append(f"{effort.matched:,} of {effort.experiments:,} experiments matched")
    if effort.searched:
        parts.append(f"{effort.searched:,} values tried")
    if effort.kept_runs:
        parts.append(f"{count(effort.kept_runs, 'run')} of base kept from an earlier check")
    if effort.noisy or effort.masked:
        parts.append(f"{effort.noisy:,} dropped and {effort.masked:,} masked as noise")
    return DOT.join(parts)


def tally(verdict: Verdict) -> str:
    """`1 block · 1 hold · 2 notices · 2 gaps`, without what there is none of."""
    weights = [level for _, level in verdict.levels]
    parts = [count(weights.count(level), level.word) for level in (Level.BLOCK, Level.HOLD, Level.NOTICE)]
    parts.append(count(len(verdict.gap_levels), "gap"))
    return DOT.join(part for part in parts if not part.startswith("0 ")) or "nothing found"


def verdict_words(verdict: Verdict) -> str:
    """The verdict's level; a hold says when it is one for want of evidence."""
    return f"{verdict.level.word} for want of evidence" if verdict.want_of_evidence else verdict.level.word


def because(verdict: Verdict) -> str:
    """One sentence that says why the verdict is what it is, where the findings do not say it themselves."""
    examination = verdict.examination
    changed = examination.change.count("changed")
    if any(level >= Level.HOLD for _, level in verdict.levels):
        return "Held because it is announced as a refactoring." if verdict.expect_same else ""
    if any(gap.slug == INTERNAL for gap, _ in verdict.gap_levels):
        return "A part of Assay itself failed, so what it looks for may be there."
    if nothing_established(examination):
        if not changed:
            return "The changed code could not be read, so nothing could be established about it."
        announced = any(finding.announcement is not None for finding in examination.findings)
        beginning = "Beyond what it announces, nothing" if announced else "Nothing"
        return f"{beginning} could be established about the {count(changed, 'changed unit')}."
    counted = sorted({gap.slug for gap, level in verdict.gap_levels if level >= Level.HOLD})
    if counted:
        return f"Policy does not let a change pass with these gaps: {', '.join(counted)}."
    if not examination.change.units:
        return "This change touches no code units, so there was nothing to run."
    if not changed:
        return "Units were only added or removed; no function above them was seen to answer otherwise."
    return _stood_up_to(verdict) if verdict.expect_same else ""


def _stood_up_to(verdict: Verdict) -> str:
    """How much a claimed refactoring withstood, by kind of experiment."""
    effort = verdict.examination.effort
    kinds = ", ".join(f"{number:,} {operator}" for operator, number in effort.by_operator)
    return f"The claim that nothing changed stood up to {count(effort.experiments, 'experiment')}" + (
        f": {kinds}." if kinds else "."
    )


def outcome_words(outcome: Outcome) -> str:
    """An outcome in one line for people."""
    ending = _ENDINGS[outcome.kind]
    shown = plain(outcome.shown or spell_answer(outcome))
    if not shown and outcome.raised is not None:
        shown = plain(f"{outcome.raised.type}: {outcome.raised.text}")
    if outcome.kind in ("returned", "raised"):
        return shown or ending
    return f"{ending} ({shown})" if shown else ending


def sides(difference: Difference) -> tuple[str, str]:
    """What base and head did, told so that the two texts differ wherever anything at all can be shown."""
    base, head = outcome_words(difference.base.outcome), outcome_words(difference.head.outcome)
    if base != head or not difference.disagreements:
        return base, head
    first = min(difference.disagreements, key=lambda place: place.soft)
    where = f"{plain(first.path)}: " if first.path else ""
    return f"{where}{plain(first.base)}", f"{where}{plain(first.head)}"


def call_words(name: str, experiment: Experiment) -> str:
    """The call as Python would spell it; what is no literal is shown by what is known of it, else as `...`."""
    arguments = ", ".join(f"{key}={value}" for key, value in spell_arguments(experiment))
    return plain(f"{name.rpartition('.')[2]}({arguments})")


def alteration(experiment: Experiment) -> str:
    """What was altered in the test's own call, or nothing."""
    edits = experiment.intervention.edits
    told = (plain(altered_words(e) or e.shown or f"{e.operator} at {_steps(e.path)}") for e in edits)
    return ", ".join(clip(text, LONGEST_EDIT) for text in told)


def _steps(path: tuple[tuple[str, str | int], ...]) -> str:
    return ".".join(str(step) for _, step in path)


def again(finding: Finding) -> str:
    """How to see it again: by which command, by which test, or why there is no test."""
    command = f"assay replay {finding.id[:12]}"
    written = finding.reproducer
    if written is not None and written.written is not None:
        return f"{command}{DOT}pytest {plain(written.written)}"
    if written is not None:
        return f"{command}{DOT}{command} --as-test > {plain(written.name)}"
    return f"{command}{DOT}no test: {plain(finding.no_reproducer)}" if finding.no_reproducer else command


def announcement_words(finding: Finding) -> str:
    """How what was measured lies to what the change says of itself; nothing where it says nothing about it."""
    said = finding.announcement
    if said is None:
        return ""
    if said.by == "claim":
        source = f"{plain(said.source)} (when {plain(said.says)})"
    elif said.by == "data":
        source = f"{plain(said.source)}, which the change edits and the answer gives back"
    else:
        source = f"{plain(said.source)}, which fails on base"
    covered = f"{said.covered:,} of {count(said.differing, 'differing call')}"
    if said.standing == "inside":
        case = f", such as {plain(said.case)}" if said.case else ""
        return f"announced by the change itself: {source}; {covered}{case}"
    return f"beyond what the change announces: {source} covers {covered}, and not {plain(said.case)}"


def neighbourhood_words(finding: Finding) -> str:
    """What lies around an input that head's tests show to be mended; nothing where nothing is known."""
    around = finding.neighbourhood
    if around is None:
        return ""
    if around.kind == "overshoot":
        return f"overshoot: base answered here; it came with what {plain(around.test)} shows to be mended"
    arguments = ", ".join(f"{name}={'...' if value is None else value}" for name, value in around.example)
    case = f"{finding.observed_at.rpartition('.')[2]}({arguments})"
    condition = around.condition
    when = f", when {condition.text} ({condition_counts(condition)})" if condition is not None else ""
    failing = f"{around.found:,} of {count(around.tried, 'call')} around it still fail that way"
    return plain(f"incomplete fix: {failing}, such as {case}: {around.failure}{when}")


def parting_words(finding: Finding) -> tuple[str, ...]:
    """Where the two runs of the example part: the line of each side, then what decided it."""
    parting = finding.parting
    if parting is None:
        return ()
    return tuple(plain(text) for text in (parting.base, parting.head, parting.decided) if text)


def rewritten(seen: FailingTest) -> tuple[tuple[str, str], ...]:
    """The lines by which head's form of a test differs from base's: `("-", line)` and `("+", line)`, at most twelve."""
    if not seen.before or not seen.edited_by_head:
        return ()
    if not seen.after:
        return (("-", "head deleted it"),)
    lines = difflib.unified_diff(seen.before.splitlines(), seen.after.splitlines(), n=0, lineterm="")
    return tuple((line[0], plain(line[1:].strip())) for line in list(lines)[2:] if line[0] in "+-")[:12]


def excuse(finding: Finding, level: Level) -> str:
    """Why a finding is no more than a notice; nothing for those that hold."""
    if level > Level.NOTICE:
        return ""
    if finding.announced:
        return "announced by the change itself"
    return rule_of(finding.evidence[0]).says
