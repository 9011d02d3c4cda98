"""Assay's command line, which also writes down what its conditions stand on: `labelled.py OUT [TOLD] check ...`.

OUT gets each condition that was learned, and the digests of all calls that were made. Where TOLD names the OUT of an
earlier check, its conditions are asked about the calls of this one that the earlier one did not make: OUT then also has
how they fared. Both are done with Assay's own functions, and neither changes what the check does or reports.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from assay.change.project import Project
from assay.cli import main
from assay.evidence.campaign import Seen
from assay.evidence.conditions.explain import has_steps, kind_of, observe
from assay.evidence.conditions.language import NotInLanguageError, Scope, compile_text
from assay.evidence.conditions.learner import Observed
from assay.evidence.conditions.pools import pool_for
from assay.evidence.plausible import implausible_because
from assay.investigators import behaviour
from assay.values.experiment import Experiment
from assay.values.finding import Condition, Difference
from assay.values.lab import Lab

Told: TypeAlias = dict[str, Any]
SIDES = ("differing", "others")


def keeping(
    campaign: Callable[..., Seen], out: Path, told: Sequence[Told], known: Mapping[str, Iterable[str]]
) -> Callable[..., Seen]:
    """The campaign as it is, which writes to `out` when it is over. A check may have two: both are kept."""
    kept: dict[str, Any] = {"told": [], "known": {}, "fared": []}

    def run(lab: Lab, *rest: object) -> Seen:
        seen = campaign(lab, *rest)
        for group in seen.groups:
            explanation = seen.explanations.get(group.base.id)
            if explanation is not None:
                kept["told"].append(written(seen, group, explanation.condition))
        labelled = seen.labelled
        for experiment in (*(d.base for d in labelled.differences), *labelled.agreed):
            kept["known"].setdefault(experiment.id.point, []).append(experiment.arguments_digest)
        projects = (Project(lab.source, "base"), Project(lab.source, "head"))
        kept["fared"] += [fared(one, seen, projects, set(known.get(one["point"], ()))) for one in told]
        out.write_text(json.dumps(kept), encoding="utf-8")
        return seen

    return run


def written(seen: Seen, group: Difference, condition: Condition | None) -> Told:
    """One group with what was said of it; where nothing was said, it says so."""
    point = seen.placements[group.base.id.point].point
    return {
        "point": point.id,
        "observed_at": point.name,
        "kind": list(kind_of(group)),
        "ending": ending(group.base),
        "steps": has_steps(group.base),
        "text": None if condition is None else condition.text,
        "expression": None if condition is None else condition.expression,
        "grade": None if condition is None else condition.grade,
        "learned_from": None if condition is None else [condition.differing, condition.others],
    }


def ending(experiment: Experiment) -> list[str]:
    """How a call ended on base: calls that end in other ways on both sides are no counter-examples."""
    raised = experiment.outcome.raised
    return [experiment.outcome.kind, "" if raised is None else raised.type]


def fared(told: Told, seen: Seen, projects: Sequence[Project], known: set[str]) -> Told:
    """How a condition of another check fares on calls of this one, counted by side: right, wrong, cannot be told.

    `all` are calls of the same kind at the same point; `plausible` are those that somebody who uses this code makes.
    """
    point, labelled = told["point"], seen.labelled
    placement = seen.placements.get(point)
    if placement is None or told["text"] is None:
        return told
    kinds = labelled.kinds.get(point, {})
    alike = [d for d in labelled.differences if list(kind_of(d)) == told["kind"]]
    agreed = [e for e in labelled.agreed if e.id.point == point and ending(e) == told["ending"]]
    usual = [e for e in agreed if not implausible_because(e, placement.point, kinds)]
    scope = pool_for(placement, projects, ()).scope
    counts = {}
    for name, ours, theirs in (("all", alike, agreed), ("plausible", [d for d in alike if d.plausible], usual)):
        calls = [call for call in observe([d.base for d in ours], theirs, steps=told["steps"]) if call.key not in known]
        answers = answered(told, calls, scope)
        counts[name] = {
            side: {
                "right": sum(c.differs is wanted and a is wanted for c, a in zip(calls, answers, strict=True)),
                "wrong": sum(c.differs is wanted and a is (not wanted) for c, a in zip(calls, answers, strict=True)),
                "unreadable": sum(c.differs is wanted and a is None for c, a in zip(calls, answers, strict=True)),
            }
            for side, wanted in zip(SIDES, (True, False), strict=True)
        }
    return {**told, "counts": counts}


def answered(told: Told, calls: Sequence[Observed], scope: Scope | None) -> list[bool | None]:
    """Does the condition hold in each call? None where that cannot be told."""
    if told["expression"] == "True":
        return [True] * len(calls)
    if told["expression"] is None:
        return [told["text"] in call.altered for call in calls]
    answers: list[bool | None] = []
    for call in calls:
        try:
            answers.append(compile_text(told["expression"], frozenset(call.values), scope).holds(call.values))
        except NotInLanguageError:
            answers.append(None)
    return answers


if __name__ == "__main__":
    where, *command = sys.argv[1:]
    earlier: dict[str, Any] = {"told": [], "known": {}}
    if command[0] != "check":
        earlier = json.loads(Path(command.pop(0)).read_text(encoding="utf-8"))
    behaviour.run_campaign = keeping(behaviour.run_campaign, Path(where), earlier["told"], earlier["known"])
    sys.exit(main(command))
