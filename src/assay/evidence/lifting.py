"""Does a difference at a private function show at a public caller, when the caller is given the same alteration?

The same edit is made at calls of each public caller that has a parameter of the same name, in the same scenario. What
was altered in an object or in a mapping of options is also set on the caller's own object, by a property of that name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from assay.evidence.classify import contrast, silent_at
from assay.evidence.confirm import narrow_to
from assay.evidence.differences import alternatives, may_hold
from assay.evidence.frames import read_story
from assay.evidence.jobs import Placement, Scenarios, Window, plan_of, replay_run
from assay.evidence.matching import match_experiments
from assay.values.experiment import Edit, Experiment, ExperimentId, Intervention, Outcome
from assay.values.finding import Difference
from assay.values.lab import Lab

CALLS = 4
"""So many calls of a caller in the scenario are tried, from the first on."""
MOST = 6
OTHERS = 4
"""So many other members of a group are tried too: not every value passes the checks of a public caller."""


def show_at_callers(
    lab: Lab,
    groups: Sequence[Difference],
    differences: Sequence[Difference],
    placements: Sequence[Placement],
    callers: Sequence[Placement],
    scenarios: Scenarios,
    limit_s: float,
) -> frozenset[ExperimentId]:
    """Those of the hidden differences that a public caller shows too, they or others of their groups."""
    hidden = [d for d in groups if d.needs_caller and d.confirmed and may_hold(d)][:MOST]
    public = [caller for caller in callers if caller.point.public]
    planned: dict[ExperimentId, Difference] = {}
    experiments: list[Experiment] = []
    for difference in hidden:
        members = [difference, *alternatives(difference, differences, OTHERS)]
        for member, caller in product(members, public):
            for edits, call in product(_edits_at(member, caller), range(CALLS)):
                made = _at(member, caller, call, len(planned) + 1, edits)
                planned[made.id] = difference
                experiments += [_at(member, caller, call, 0, ()), made]
    if not planned:
        return frozenset()
    lab.say(f"looking for {len(hidden)} differences at public callers")
    narrow = narrow_to(scenarios, (d.base.id.scenario for d in planned.values()))
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    plan = plan_of({e.id: e for e in experiments}.values())
    runs = lab.run([replay_run(side, placements, narrow, window, plan) for side in ("base", "head")])
    base, head = ({e.id: e for e in read_story(run.frames).experiments} for run in runs)
    shown = set()
    for pair in match_experiments(base, head).pairs:
        hidden_one = planned.get(pair.base.id)
        seen = contrast(pair.base.outcome, pair.head.outcome, silent_at(pair.base.id.point))
        if hidden_one is not None and seen is not None and not all(item.soft for item in seen.disagreements):
            shown.add(hidden_one.base.id)
    return frozenset(shown)


def _edits_at(difference: Difference, caller: Placement) -> Iterator[tuple[Edit, ...]]:
    """The difference's edits at parameters of the same names, and at properties of the caller's own object."""
    edits, parameters = difference.base.intervention.edits, caller.point.parameters
    if {edit.path[0][1] for edit in edits} <= set(parameters):
        yield edits
    if parameters[:1] == ("self",) and all(edit.path[-1][0] in ("key", "attr") for edit in edits):
        names = [str(edit.path[-1][1]).lstrip("_") for edit in edits]
        yield tuple(
            replace(edit, path=(("arg", "self"), ("set", name))) for edit, name in zip(edits, names, strict=True)
        )


def _at(difference: Difference, caller: Placement, call: int, number: int, edits: tuple[Edit, ...]) -> Experiment:
    """The difference's call at another function; number 0 is the call as it is, by which sides are matched."""
    return Experiment(
        id=ExperimentId(scenario=difference.base.id.scenario, point=caller.point.id, call=call, intervention=number),
        intervention=Intervention(edits=edits),
        arguments_digest="",
        arrived_digest="",
        arguments=(),
        outcome=Outcome(kind="returned"),
    )
