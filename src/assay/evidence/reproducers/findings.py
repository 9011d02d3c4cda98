"""Which findings get a test of their own, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.evidence.again import placed
from assay.evidence.differences import may_hold
from assay.evidence.jobs import Material, Placement
from assay.evidence.points import Places, place_caller, place_changed
from assay.evidence.reproducers.writing import Wanted, reproduce
from assay.values.change import Change
from assay.values.experiment import Experiment, ExperimentId, Intervention, Outcome
from assay.values.finding import Difference, FailingTest, Finding, Reproducer
from assay.values.lab import Lab
from assay.values.record import CallReplay, FailureReplay, LineReplay, RecordedFinding

MOST = 8
LEAST_PART = 6
"""Tests are given one part in so many of the budget beyond the findings, where nothing of it is left."""
PATIENCE_S = 600.0


def with_reproducers(
    lab: Lab, change: Change, findings: Sequence[Finding], *, patient: bool = False
) -> tuple[Finding, ...]:
    """The findings with a test for each that may hold the change, as far as time allows."""
    now_s = lab.clock.elapsed_s()
    patient = patient or lab.experiments is not None
    until_s = now_s + PATIENCE_S if patient else max(lab.budget_s, now_s + lab.budget_s / LEAST_PART)
    places = Places(lab.source, change.files, lab.source_roots)
    wanted = [one for finding in findings for one in [_wanted(finding, change, places)] if one is not None][:MOST]
    answers = reproduce(lab, wanted, until_s) if wanted else {}
    out = []
    for finding in findings:
        if _is_tested(finding):
            assert finding.announcement is not None
            out.append(replace(finding, no_reproducer=f"the change brings one: {finding.announcement.source}"))
            continue
        match answers.get(finding.id), finding.evidence[0]:
            case Reproducer() as found, _:
                out.append(replace(finding, reproducer=found))
            case str() as why, _:
                out.append(replace(finding, no_reproducer=why))
            case _, Difference(in_head_tests=True, base=made):
                out.append(replace(finding, no_reproducer=f"a test of head makes the call: {made.id.scenario}"))
            case _, FailingTest(test=test):
                out.append(replace(finding, no_reproducer=f"the test is there: {test}"))
            case _:
                out.append(finding)
    return tuple(out)


def reproduce_recorded(lab: Lab, finding: RecordedFinding, base: str, head: str) -> Reproducer | str:
    """A test for a finding of a report; it takes the time it takes."""
    match finding.replay:
        case CallReplay(in_head_tests=True, scenario=scenario):
            return f"a test of head makes the call: {scenario}"
        case CallReplay() as asked:
            experiment = Experiment(
                id=ExperimentId(
                    scenario=asked.scenario, point=asked.point, call=asked.call, intervention=asked.intervention
                ),
                intervention=Intervention(edits=asked.edits),
                arguments_digest=asked.arguments_digest,
                arrived_digest=asked.arrived_digest,
                arguments=(),
                outcome=Outcome(kind=asked.base.kind),
            )
            one = Wanted(
                id=finding.id,
                title=_title(finding.claim, base, head),
                kind=asked.difference,
                experiment=experiment,
                placement=placed(lab, asked),
            )
            return reproduce(lab, [one], lab.clock.elapsed_s() + PATIENCE_S)[finding.id]
        case LineReplay(line=line):
            return f"one line shows it: {line}" if line else "what is installed denies it; no line shows it alone"
        case FailureReplay(scenario=scenario):
            return f"the test is there: {scenario}"


def _is_tested(finding: Finding) -> bool:
    """Does a test of head announce it, so that there is one that tells the two sides apart?"""
    return finding.announced and finding.announcement is not None and finding.announcement.by == "test"


def _wanted(finding: Finding, change: Change, places: Places) -> Wanted | None:
    first = finding.evidence[0]
    if _is_tested(finding):
        return None
    if not isinstance(first, Difference) or not first.confirmed or not may_hold(first) or first.in_head_tests:
        return None
    placement = _place(first.base.id.point, change, places)
    if placement is None:
        return None
    return Wanted(
        id=finding.id,
        title=_title(finding.claim, change.base.label, change.head.label),
        kind=first.kind,
        experiment=first.base,
        placement=placement,
    )


def _place(point: str, change: Change, places: Places) -> Placement | None:
    path, _, name = point.partition("::")
    qualname, _, ordinal = name.partition("#")
    function = places.named("base", path, qualname, int(ordinal or 1))
    if function is None:
        return None
    for unit in change.comparable:
        if unit.base is not None and (unit.base.path, unit.base.first_line) == (path, function.first_line):
            return place_changed(places, unit, Material())
    return place_caller(places, path, function.first_line, Material())


def _title(claim: str, base: str, head: str) -> str:
    """The first line of the file; quotes and backslashes of the target would end it."""
    words = f"{claim}: passes on {base}, fails on {head}."
    return "".join(char if char.isprintable() and char not in '"\\' else "'" for char in words)
