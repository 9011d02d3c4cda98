"""The experiments themselves: planned on base, made again on base under another hash seed and on head, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assay.evidence.confirm import narrow_to
from assay.evidence.controls import Planted, count_plants
from assay.evidence.differences import Compared, compare_pairs, learn_noise
from assay.evidence.frames import PointFacts, Story, read_story
from assay.evidence.jobs import Placement, Quota, Scenarios, Window, plan_of, plan_run, replay_run
from assay.evidence.matching import Matched, match_experiments
from assay.evidence.plausible import Kinds
from assay.evidence.searching import agreeing, count_compared, hints
from assay.values.experiment import Experiment, ExperimentId
from assay.values.lab import Lab

CONTROL_HASH_SEED = 1
CERTAINTY_PART = 6
LEAST_S, LEAST_PART = 4.0, 15
"""A run is given this long, or one part in so many of a small budget, however little is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the experiments at one set of scenarios showed."""

    compared: Compared
    matched: Matched
    planted: Planted
    n_experiments: int
    by_operator: Counter[str]
    points: Mapping[str, PointFacts]
    kinds: Mapping[str, Kinds]
    by_point: Mapping[str, tuple[int, int]]
    """`(experiments on base, matched)` of each point."""
    n_searched: int
    """Texts tried in one process on both sides."""
    complete: bool
    """Did base come to the end of its quotas before its deadline?"""


def probe(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    quotas: Mapping[str, Quota],
    corpus: Sequence[str],
    share_s: float,
    kinds: Mapping[str, Kinds],
) -> Probed:
    """Make the experiments of `quotas`; base plans for at most `share_s` seconds, the other two get a little more."""
    window = Window(collect_s=share_s, deadline_s=share_s)
    before = lab.clock.elapsed_s()
    planned = read_story(lab.run([plan_run(placements, scenarios, window, quotas, corpus)])[0].frames)
    took_s = lab.clock.elapsed_s() - before
    own = {experiment.id: experiment for experiment in planned.experiments}
    again = plan_of(e for e in planned.experiments if e.intervention.plant is None)
    lab.say(f"made {len(own):,} experiments on base; the same on head, and on base again as a control")
    limit_s = within_budget(lab, took_s * 2 + 4)
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    runs = lab.run(
        [
            replay_run(
                "base", placements, scenarios, window, again, searches=planned.searches, hash_seed=CONTROL_HASH_SEED
            ),
            replay_run("head", placements, scenarios, window, again, searches=planned.searches),
        ]
    )
    control, head = (read_story(run.frames) for run in runs)
    hinted = hints(planned.searches, control.searches, head.searches)
    if hinted:
        lab.say(f"{len(hinted)} texts hint at a difference; making each in a process of its own")
        stories = _make(lab, placements, scenarios, hinted, to_be_sure(lab, share_s))
        planned, control, head = (
            replace(story, experiments=story.experiments + more.experiments)
            for story, more in zip((planned, control, head), stories, strict=True)
        )
    return _evaluate(placements, planned, control, head, kinds)


def _make(
    lab: Lab, placements: Sequence[Placement], scenarios: Scenarios, experiments: Sequence[Experiment], limit_s: float
) -> tuple[Story, Story, Story]:
    """The experiments on base, on base again as a control, and on head."""
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    plan = plan_of(experiments)
    narrow = narrow_to(scenarios, (experiment.id.scenario for experiment in experiments))
    runs = lab.run(
        [
            replay_run("base", placements, narrow, window, plan),
            replay_run("base", placements, narrow, window, plan, hash_seed=CONTROL_HASH_SEED),
            replay_run("head", placements, narrow, window, plan),
        ]
    )
    base, control, head = (read_story(run.frames) for run in runs)
    return base, control, head


def within_budget(lab: Lab, wanted_s: float, *, part: float = 0.75) -> float:
    """At most this part of what is left of the budget, but never so little that nothing can run."""
    if lab.experiments is not None:
        return wanted_s
    least_s = min(LEAST_S, lab.budget_s / LEAST_PART)
    return max(least_s, min(wanted_s, (lab.budget_s - lab.clock.elapsed_s()) * part))


def has_time(lab: Lab) -> bool:
    """Is enough of the budget left for a look that nothing depends on?"""
    return lab.experiments is not None or lab.budget_s - lab.clock.elapsed_s() > lab.budget_s / CERTAINTY_PART


def to_be_sure(lab: Lab, wanted_s: float) -> float:
    """Seconds for seeing again what was found, even beyond the budget: a finding lost for want of them is worse."""
    return max(within_budget(lab, wanted_s), lab.budget_s / CERTAINTY_PART)


def _evaluate(
    placements: Sequence[Placement],
    planned: Story,
    control: Story,
    head: Story,
    kinds: Mapping[str, Kinds],
) -> Probed:
    own = {experiment.id: experiment for experiment in planned.experiments}
    points = {placement.point.id: placement.point for placement in placements}
    seen = join_kinds(kinds, planned.points)
    matched = match_experiments(own, _by_id(head))
    compared = compare_pairs(matched, learn_noise(own, _by_id(control)), points, seen)
    texts = agreeing(planned.searches, control.searches, head.searches, own)
    compared = replace(compared, agreed=(*compared.agreed, *texts))
    operators = Counter(edit.operator.split(":")[0] for e in own.values() for edit in e.intervention.edits)
    operators["as the tests call it"] = sum(e.intervention.is_none for e in own.values())
    made = Counter(e.id.point for e in own.values() if e.intervention.plant is None)
    partnered = Counter(pair.base.id.point for pair in matched.pairs)
    return Probed(
        compared=compared,
        matched=matched,
        planted=count_plants(own.values()),
        n_experiments=matched.n_base,
        by_operator=operators,
        points=planned.points,
        kinds=seen,
        by_point={point: (n, partnered[point]) for point, n in made.items()},
        n_searched=count_compared(planned.searches, head.searches),
        complete=planned.complete,
    )


def join_kinds(kinds: Mapping[str, Kinds], facts: Mapping[str, PointFacts]) -> dict[str, Kinds]:
    """Kinds seen in several runs, together."""
    joined: dict[str, dict[str, frozenset[str]]] = {point: dict(seen) for point, seen in kinds.items()}
    for point, fact in facts.items():
        known = joined.setdefault(point, {})
        for words, names in fact.kinds:
            known[words] = known.get(words, frozenset()) | names
    return dict(joined)


def _by_id(story: Story) -> dict[ExperimentId, Experiment]:
    return {experiment.id: experiment for experiment in story.experiments}
