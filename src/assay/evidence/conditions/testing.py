"""Hypotheses meet fresh experiments: calls that satisfy them and calls that violate them, on both sides.

At most three rounds, and none where the last left nothing open. What refutes a formula is learned from; what does not
is counted. The same experiments make the example of a group smaller - fewest altered slots first, then the simplest
values - and a smaller example takes the place of the old one when it differs in the same kind of way twice, in
different processes. A change without a confirmed difference costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from assay.change.project import Project
from assay.evidence.classify import contrast, is_comparable
from assay.evidence.conditions.asking import Case, ask, carriers_for
from assay.evidence.conditions.explain import (
    Fresh,
    Hypothesis,
    Labelled,
    calls_like,
    condition_of,
    grown,
    hypotheses,
    kind_of,
    learn_about,
)
from assay.evidence.conditions.learner import judge
from assay.evidence.conditions.parting import parting_of
from assay.evidence.conditions.things import read_literal
from assay.evidence.confirm import narrow_to
from assay.evidence.differences import difference_of, may_hold
from assay.evidence.frames import read_story
from assay.evidence.jobs import Placement, Scenarios, Window, plan_of, replay_run
from assay.evidence.matching import match_experiments
from assay.values.experiment import Experiment, ExperimentId
from assay.values.finding import Difference, Explanation
from assay.values.lab import Lab

MOST_GROUPS, MOST_LIGHT, MOST_TESTED, MOST_WITNESSES, ROUNDS = 8, 2, 3, 6, 3
LEAST_S, LIGHT_S, NEEDED_S, AGAIN_S, FIRST_PART = 6.0, 1.5, 2.5, 3.0, 0.5
"""A first round begins where `NEEDED_S` are left, and may take `LEAST_S`; later ones where there is time for as long a
round as the last. The weightiest group has `FIRST_PART` of the time to be learned about."""
UNWRITTEN = 40
"""An argument that is no literal counts as one of so many characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Groups with their smallest examples, when they show, and where the ways part."""

    groups: tuple[Difference, ...]
    told: Mapping[ExperimentId, Explanation]
    n_untold: int = 0
    """Groups for which there was no time to learn when they show."""
    seen: Labelled | None = None
    """All calls, those that tested what was learned among them; None where nothing was tested."""


def explain(
    lab: Lab,
    groups: Sequence[Difference],
    seen: Labelled,
    placements: Mapping[str, Placement],
    scenarios: Scenarios,
    limit_s: float,
    promised: frozenset[str] = frozenset(),
) -> Explained:
    """Learn when each group shows, and test that of the weightiest, for at most `limit_s` seconds.

    What shows at private points only weighs where it breaks a test: `promised` are the points that broken tests reach.
    """
    if not groups:
        return Explained(groups=(), told={})
    projects = (Project(lab.source, "base"), Project(lab.source, "head"))
    weighty = [g for g in groups if may_hold(g) and (not g.needs_caller or g.base.id.point in promised)]
    heavy, until_s = weighty[:MOST_GROUPS], lab.clock.elapsed_s() + limit_s
    light = [group for group in groups if group not in weighty][:MOST_LIGHT]

    # The weightiest group comes first, and no learning eats the time in which what was learned is tested.
    learned = hypotheses(heavy[:1], seen, placements, projects, _until(lab, until_s - limit_s * (1 - FIRST_PART)))
    has_time = _until(lab, until_s - min(LEAST_S, limit_s * (1 - FIRST_PART)))
    learned |= hypotheses(heavy[1:], seen, placements, projects, has_time)
    cut = [] if has_time() else [group for group in heavy if not _is_told(learned.get(group.base.id))]
    cases = list(_cases(groups, learned, seen, placements))
    every = _test(lab, cases, placements, seen, projects, scenarios, until_s)
    # What stops nobody is worth a moment of learning, no more.
    light_until_s = min(until_s, lab.clock.elapsed_s() + LIGHT_S)
    learned |= hypotheses(light, seen, placements, projects, _until(lab, light_until_s))
    by_group = {case.group.base.id: case for case in cases}
    out: list[Difference] = []
    explanations: dict[ExperimentId, Explanation] = {}
    for group in groups:
        case = by_group.get(group.base.id)
        told = group if case is None else _told(case)
        if any(told.base.id == other.base.id and told.kind == other.kind for other in out):
            continue
        out.append(told)
        hypothesis = case.hypothesis if case else learned.get(group.base.id)
        condition = None if hypothesis is None else condition_of(hypothesis, case.fresh if case else None)
        placement = placements.get(told.base.id.point)
        parting = None if placement is None or case is None else parting_of(told, placement, projects)
        explanations[told.base.id] = Explanation(condition=condition, parting=parting)
    return Explained(groups=tuple(out), told=explanations, n_untold=len(cut), seen=every)


def _until(lab: Lab, end_s: float) -> Callable[[], bool]:
    return lambda: lab.experiments is not None or lab.clock.elapsed_s() < end_s


def _is_told(hypothesis: Hypothesis | None) -> bool:
    return hypothesis is not None and hypothesis.is_right


def _told(case: Case) -> Difference:
    """The group with its smallest example, once that was seen twice."""
    group = case.group
    if case.sure is None:
        return group
    return replace(
        case.sure,
        confirmed=True,
        needs_caller=group.needs_caller,
        n_differing=group.n_differing,
        n_agreeing=group.n_agreeing,
    )


def _cases(
    groups: Sequence[Difference],
    learned: Mapping[ExperimentId, Hypothesis],
    seen: Labelled,
    placements: Mapping[str, Placement],
) -> Iterable[Case]:
    """The groups worth testing: those that may hold a change, each kind once."""
    kinds: set[tuple[str, ...]] = set()
    for group in groups:
        hypothesis, kind = learned.get(group.base.id), kind_of(group)
        if hypothesis is None or kind in kinds or len(kinds) >= MOST_TESTED or not may_hold(group):
            continue
        carriers = carriers_for(group, seen)
        if group.confirmed and carriers:
            kinds.add(kind)
            point = group.base.id.point
            alike = [d.base for d in seen.differences if kind_of(d) == kind]
            others = [e for e in seen.agreed if e.id.point == point]
            witnesses = [e for e in (group.base, *alike) if e.id.scenario == group.base.id.scenario]
            first = tuple({e.id: e for e in witnesses}.values())[:MOST_WITNESSES]
            every = (*alike, *others)
            yield Case(group, hypothesis, placements[point], carriers, every, len(kinds) - 1, witnesses=first)


def _test(
    lab: Lab,
    cases: Sequence[Case],
    placements: Mapping[str, Placement],
    seen: Labelled,
    projects: Sequence[Project],
    scenarios: Scenarios,
    until_s: float,
) -> Labelled:
    """Rounds of fresh experiments; returns what was seen before and what they showed."""
    needed_s = NEEDED_S
    for round_number in range(ROUNDS):
        began_s = lab.clock.elapsed_s()
        if lab.experiments is None and until_s - began_s < needed_s:
            break
        open_cases = [case for case in cases if not case.fresh.is_enough or not case.is_settled]
        asked = {id(case): ask(case, lab.seed + round_number, round_number) for case in open_cases}
        if not any(asked.values()):
            break
        if not round_number:
            lab.say(f"testing when {len(cases)} differences show, with fresh experiments")
        experiments = [experiment for each in asked.values() for experiment in each]
        left_s = max(LEAST_S, until_s - lab.clock.elapsed_s())
        answered = _run(lab, placements, scenarios, experiments, left_s, seen)
        seen = Labelled(
            differences=(*seen.differences, *answered.differences),
            agreed=(*seen.agreed, *answered.agreed),
            kinds=seen.kinds,
            masks=seen.masks,
        )
        for case in cases:
            # What was refuted is learned again even where time is over: a refuted condition would say nothing.
            case.hypothesis.answers.has_time = _until(lab, max(until_s, lab.clock.elapsed_s() + AGAIN_S))
            _take_in(case, answered, seen, projects)
        needed_s = lab.clock.elapsed_s() - began_s
    return seen


def _run(
    lab: Lab,
    placements: Mapping[str, Placement],
    scenarios: Scenarios,
    experiments: Sequence[Experiment],
    limit_s: float,
    seen: Labelled,
) -> Labelled:
    """Make the experiments on both sides and compare them. All points are observed, as when they were confirmed."""
    window = Window(collect_s=limit_s, deadline_s=limit_s)
    plan = plan_of({e.id: e for e in experiments}.values())
    narrow = narrow_to(scenarios, (e.id.scenario for e in experiments))
    runs = lab.run([replay_run(side, tuple(placements.values()), narrow, window, plan) for side in ("base", "head")])
    base, head = ({e.id: e for e in read_story(run.frames).experiments} for run in runs)
    differences: list[Difference] = []
    agreed: list[Experiment] = []
    for pair in match_experiments(base, head).pairs:
        point = pair.base.id.point
        if point not in placements or not is_comparable(pair.base) or not is_comparable(pair.head):
            continue
        told = contrast(pair.base.outcome, pair.head.outcome, seen.masks.get(point, frozenset()))
        if told is None:
            agreed.append(pair.base)
        else:
            differences.append(difference_of(pair, told, placements[point].point, seen.kinds.get(point, {})))
    return Labelled(differences=tuple(differences), agreed=tuple(agreed), kinds=seen.kinds, masks=seen.masks)


def _take_in(case: Case, answered: Labelled, seen: Labelled, projects: Sequence[Project]) -> None:
    """Count what did not refute the formula, or learn again; keep the smallest example."""
    group, hypothesis = case.group, case.hypothesis
    alike = [d for d in answered.differences if kind_of(d) == kind_of(group)]
    known = {call.key for call in hypothesis.calls}
    calls = calls_like(group, alike, answered, case.placement, plausible_only=hypothesis.plausible_only)
    calls = [call for call in calls if call.key not in known]
    if not calls:
        _take_smaller(case, alike)
        return
    standing = tuple(f for f in (judge(r.text, calls, hypothesis.pool.scope) for r in hypothesis.formulas) if f.fits)
    differing = sum(call.differs for call in calls)
    if hypothesis.is_right and standing and standing[0].text == hypothesis.formulas[0].text:
        case.hypothesis = grown(hypothesis, calls)
        others = case.fresh.others + len(calls) - differing
        case.fresh = Fresh(differing=case.fresh.differing + differing, others=others)
    else:
        case.hypothesis, case.fresh = _learned_again(case, seen, projects), Fresh()
    _take_smaller(case, alike)


def _learned_again(case: Case, seen: Labelled, projects: Sequence[Project]) -> Hypothesis:
    """Learned from all calls; where there was no time for a formula, the old one with its counts over all of them."""
    old = case.hypothesis
    every = [d for d in seen.differences if kind_of(d) == kind_of(case.group)]
    new = learn_about(case.group, every, seen, case.placement, projects, old.answers)
    if new.formulas:
        return new
    return replace(new, formulas=tuple(judge(f.text, new.calls, new.pool.scope, f.cost) for f in old.formulas[:1]))


def _take_smaller(case: Case, alike: Sequence[Difference]) -> None:
    """Note when the smallest example is seen for the second time; keep a smaller one that differs as the group does."""
    group = case.group
    if case.smallest is not None and any(d.base.id == case.smallest.base.id for d in alike):
        case.sure = case.smallest
    weighty = [d for d in alike if (d.plausible, d.defined) == (group.plausible, group.defined)]
    small = min(weighty, key=size_of, default=None)
    is_smaller = small is not None and size_of(small) < size_of(case.sure or group)
    case.smallest = small if is_smaller else case.sure


def size_of(difference: Difference) -> tuple[int, int, float, int]:
    """The order of examples: fewest altered slots, the shortest values, those nearest to zero, the shortest edits."""
    edits = difference.base.intervention.edits
    literals = [text for _, text in difference.base.arguments]
    written = sum(len(text) if text is not None else UNWRITTEN for text in literals)
    numbers = [read_literal(text) for text in literals if text is not None]
    away = sum(min(abs(n), 1e30) for n in numbers if isinstance(n, (int, float)))
    return (len(edits), written, away, sum(len(edit.literal or edit.shown) for edit in edits))
