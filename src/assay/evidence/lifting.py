"""Does a difference at a private function show at a public caller, when the caller is given the same alteration?

The same edit is made at calls of each public caller that has a parameter of the same name, in the same scenario.
"""

from __future__ import annotations

from collections.abc import Sequence

from assay.evidence.classify import contrast
from assay.evidence.confirm import narrow_to
from assay.evidence.differences import may_hold
from assay.evidence.frames import read_story
from assay.evidence.jobs import Placement, Scenarios, Window, plan_of, replay_run
from assay.evidence.matching import match_experiments
from assay.values.experiment import Experiment, ExperimentId, Intervention, Outcome
from assay.values.finding import Difference
from assay.values.lab import Lab

CALLS = 4
"""So many calls of a caller in the scenario are tried, from the first on."""
MOST = 6


def show_at_callers(
    lab: Lab, groups: Sequence[Difference], callers: Sequence[Placement], scenarios: Scenarios, limit_s: float
) -> frozenset[ExperimentId]:
    """Those of the hidden differences that a public caller shows too."""
    hidden = [d for d in groups if d.needs_caller and d.confirmed and may_hold(d)][:MOST]
    public = [caller for caller in callers if caller.point.public]
    planned: dict[ExperimentId, Difference] = {}
    experiments: list[Experiment] = []
    for number, difference in enumerate(hidden, 1):
        for caller in public:
            names = {edit.path[0][1] for edit in difference.base.intervention.edits}
            if names <= set(caller.point.parameters):
                for call in range(CALLS):
                    made = _lifted(difference, caller, call, number)
                    planned[made.id] = difference
                    experiments += [_lifted(difference, caller, call, 0), made]
    if not planned:
        return frozenset()
    lab.say(f"looking for {len(hidden)} differences at public callers")
    narrow = narrow_to(scenarios, (d.base.id.scenario for d in planned.values()))
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    plan = plan_of({e.id: e for e in experiments}.values())
    runs = lab.run([replay_run(side, public, narrow, window, plan) for side in ("base", "head")])
    base, head = ({e.id: e for e in read_story(run.frames).experiments} for run in runs)
    shown = set()
    for pair in match_experiments(base, head).pairs:
        hidden_one = planned.get(pair.base.id)
        seen = contrast(pair.base.outcome, pair.head.outcome)
        if hidden_one is not None and seen is not None and not all(item.soft for item in seen.disagreements):
            shown.add(hidden_one.base.id)
    return frozenset(shown)


def _lifted(difference: Difference, caller: Placement, call: int, number: int) -> Experiment:
    """The difference's edits at another function; number 0 is the call as it is, by which sides are matched."""
    edits = difference.base.intervention.edits if number else ()
    return Experiment(
        id=ExperimentId(scenario=difference.base.id.scenario, point=caller.point.id, call=call, intervention=number),
        intervention=Intervention(edits=edits),
        arguments_digest="",
        arrived_digest="",
        arguments=(),
        outcome=Outcome(kind="returned"),
    )
