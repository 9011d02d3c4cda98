"""The experiments themselves: planned on base, made again on base under another hash seed and on head, and compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.evidence.classify import contrast, silent_at
from assay.evidence.confirm import narrow_to
from assay.evidence.controls import Planted, count_plants
from assay.evidence.differences import Compared, compare_pairs, learn_noise
from assay.evidence.frames import PointFacts, Searched, Story, merged, read_story
from assay.evidence.jobs import Placement, Quota, Scenarios, Window, plan_of, plan_run, replay_run
from assay.evidence.lanes import Lane, in_lanes
from assay.evidence.matching import Matched, match_experiments
from assay.evidence.plausible import Kinds
from assay.evidence.searching import agreeing, count_compared, differing_searches, hints
from assay.values.experiment import Experiment, ExperimentId
from assay.values.lab import Lab, Run

CONTROL_HASH_SEED = 1
SAMPLED = 4
"""One experiment in so many is made on base again, whether it differs on head or not."""
CERTAINTY_PART = 6
MOST_BEYOND = 0.5
"""Beyond this much of the budget again nothing is given more than a moment."""
PLANNING_PART = 0.4
"""Base plans in so much of the time that is left: head makes the same again, and what it does not come to is lost."""
LEAST_S, LEAST_PART = 4.0, 15
"""A run is given this long, or one part in so many of a small budget, however little is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Base in head's place."""

    asked: Mapping[ExperimentId, Experiment]
    """The experiments on base that were to be made again."""
    story: Story


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
    head_complete: bool
    """Did head come to the end of what base had planned?"""


def probe(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    quotas: Mapping[str, Quota],
    corpus: Sequence[str],
    share_s: float,
    kinds: Mapping[str, Kinds],
    more: Sequence[Experiment] = (),
) -> Probed:
    """Make the experiments of `quotas`; base plans for at most `share_s` seconds, the other two get a little more.

    Those of `more` are planned already, and made at the end.

    As a control base makes a sample of them again, and whatever differs on head: only that can be noise.
    """
    plan_s = within_budget(lab, share_s, part=PLANNING_PART)
    window = Window(collect_s=plan_s, deadline_s=plan_s)
    lanes = in_lanes(scenarios, quotas)
    runs = lab.run([plan_run(placements, lane.scenarios, window, lane.quotas, corpus) for lane in lanes])
    took_s = max(run.took_s for run in runs)
    parts = [read_story(run.frames) for run in runs]
    planned = replace(merged(parts), complete=all(part.complete for part in parts))
    lab.say(f"made {len(planned.experiments):,} experiments on base; the same on head, and on base again as a control")
    head, control = _replayed(lab, placements, scenarios, lanes, parts, within_budget(lab, took_s * 2 + 4))
    control, hinted = _controlled(lab, placements, scenarios, planned, head, control, took_s)
    if hinted or more:
        n_kept = f" and {len(more)} calls differ before they are made" if more else ""
        lab.say(f"{len(hinted)} texts hint at a difference{n_kept}; making each in a process of its own")
        base, again, theirs = _make(lab, placements, scenarios, (*hinted, *more), to_be_sure(lab, share_s))
        planned, head = _with(planned, base), _with(head, theirs)
        control = Control(asked={**control.asked, **_by_id(base.experiments)}, story=_with(control.story, again))
    return _evaluate(placements, planned, control, head, kinds)


def _replayed(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    lanes: Sequence[Lane],
    parts: Sequence[Story],
    limit_s: float,
) -> tuple[Story, Control]:
    """The experiments of each lane on head, and a sample of all of them on base again."""
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    sample = _sample([experiment for part in parts for experiment in _unplanted(part)])
    runs = [
        replay_run("head", placements, lane.scenarios, window, plan_of(_unplanted(part)), searches=part.searches)
        for lane, part in zip(lanes, parts, strict=True)
    ]
    runs.append(replace(_control_run(placements, scenarios, window, sample), may_be_kept=True))
    *heads, control = (read_story(run.frames) for run in lab.run(runs))
    told = replace(merged(heads), complete=all(story.complete for story in heads))
    return told, Control(asked=_by_id(sample), story=control)


def _controlled(
    lab: Lab,
    placements: Sequence[Placement],
    scenarios: Scenarios,
    planned: Story,
    head: Story,
    control: Control,
    took_s: float,
) -> tuple[Control, tuple[Experiment, ...]]:
    """The control, grown by all that differs on head; and the texts that hint at a difference."""
    differing = [
        pair.base
        for pair in match_experiments(_by_id(_unplanted(planned)), _by_id(head.experiments)).pairs
        if pair.base.id not in control.asked
        and contrast(pair.base.outcome, pair.head.outcome, silent_at(pair.base.id.point)) is not None
    ]
    searches = differing_searches(planned.searches, head.searches)
    if not differing and not searches:
        return control, ()
    limit_s = to_be_sure(lab, took_s + 2)
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    run = _control_run(placements, scenarios, window, differing, searches)
    more = read_story(lab.run([run])[0].frames)
    grown = Control(
        asked={**control.asked, **_by_id(differing)},
        story=replace(merged((control.story, more)), searches=more.searches),
    )
    return grown, hints(searches, more.searches, head.searches)


def _control_run(
    placements: Sequence[Placement],
    scenarios: Scenarios,
    window: Window,
    experiments: Sequence[Experiment],
    searches: Sequence[Searched] = (),
) -> Run:
    """Experiments on base again, under another hash seed."""
    narrow = narrow_to(scenarios, [*(e.id.scenario for e in experiments), *(s.scenario for s in searches)])
    plan = plan_of(experiments)
    return replay_run("base", placements, narrow, window, plan, searches=searches, hash_seed=CONTROL_HASH_SEED)


def _with(story: Story, more: Story) -> Story:
    return replace(story, experiments=story.experiments + more.experiments)


def _unplanted(story: Story) -> list[Experiment]:
    return [experiment for experiment in story.experiments if experiment.intervention.plant is None]


def _sample(experiments: Sequence[Experiment]) -> list[Experiment]:
    """One experiment in `SAMPLED`: all at one call in so many, or, where a point has fewer calls, some at each."""
    calls: dict[str, dict[tuple[str, int], None]] = {}
    for experiment in experiments:
        calls.setdefault(experiment.id.point, {})[experiment.id.scenario, experiment.id.call] = None
    few = {point for point, made in calls.items() if len(made) < SAMPLED}
    wanted = {(point, *call) for point, made in calls.items() for call in list(made)[:: 1 if point in few else SAMPLED]}
    return [
        e
        for e in experiments
        if (e.id.point, e.id.scenario, e.id.call) in wanted
        and (e.id.point not in few or e.id.intervention % SAMPLED == 0)
    ]


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
    """Seconds for seeing again what was found, even beyond the budget: a finding lost for want of them is worse.

    Each such look may go beyond it, and there are many; all together they may take half of the budget again.
    """
    within_s = within_budget(lab, wanted_s)
    left_s = lab.budget_s * (1 + MOST_BEYOND) - lab.clock.elapsed_s()
    return max(within_s, min(lab.budget_s / CERTAINTY_PART, left_s))


def _evaluate(
    placements: Sequence[Placement],
    planned: Story,
    control: Control,
    head: Story,
    kinds: Mapping[str, Kinds],
) -> Probed:
    own = _by_id(planned.experiments)
    points = {placement.point.id: placement.point for placement in placements}
    seen = join_kinds(kinds, planned.points)
    matched = match_experiments(own, _by_id(head.experiments))
    compared = compare_pairs(matched, learn_noise(control.asked, _by_id(control.story.experiments)), points, seen)
    texts = agreeing(planned.searches, control.story.searches, head.searches, own)
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
        head_complete=head.complete,
    )


def join_kinds(kinds: Mapping[str, Kinds], facts: Mapping[str, PointFacts]) -> dict[str, Kinds]:
    """Kinds seen in several runs, together."""
    joined: dict[str, dict[str, frozenset[str]]] = {point: dict(seen) for point, seen in kinds.items()}
    for point, fact in facts.items():
        known = joined.setdefault(point, {})
        for words, names in fact.kinds:
            known[words] = known.get(words, frozenset()) | names
    return dict(joined)


def _by_id(experiments: Iterable[Experiment]) -> dict[ExperimentId, Experiment]:
    return {experiment.id: experiment for experiment in experiments}
