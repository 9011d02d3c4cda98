"""Around what head's tests show to be mended: what still fails the same way, and what was right and is wrong now.

The calls of tests that fail on base and pass on head are altered like any other, in trees where head's tests stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.change.project import Project
from assay.evidence.announced import Measured, Shown, ending_of
from assay.evidence.campaign import Seen
from assay.evidence.conditions.answers import Answers
from assay.evidence.conditions.explain import (
    Hypothesis,
    Labelled,
    condition_of,
    kind_of,
    learn_from,
    observe,
)
from assay.evidence.conditions.pools import pool_for
from assay.evidence.conditions.testing import explain
from assay.evidence.confirm import confirm, narrow_to
from assay.evidence.differences import group, may_hold
from assay.evidence.head_tests import HeadTests
from assay.evidence.jobs import Placement, Quota
from assay.evidence.matching import Pair
from assay.evidence.plausible import implausible_because
from assay.evidence.probing import Probed, join_kinds, probe
from assay.evidence.standing import Standing
from assay.evidence.ways import Way
from assay.values.experiment import Experiment, ExperimentId, Raised
from assay.values.finding import Condition, Difference, Explanation, Finding, Neighbourhood
from assay.values.lab import Lab

EXPERIMENTS, MOST_CENTRES, MOST_OVERSHOOTS = 240, 4, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What was seen around mended calls."""

    groups: tuple[Difference, ...] = ()
    """Mended calls that no group spoke for, and kinds of difference that only show around them."""
    explanations: Mapping[ExperimentId, Explanation] = field(default_factory=dict)
    measured: Measured = field(default_factory=lambda: Measured(differences=()))
    incomplete: Mapping[tuple[str, ...], Neighbourhood] = field(default_factory=dict)
    """By the kind of the mended difference."""


def search_around(
    lab: Lab,
    tests: HeadTests,
    shown: Sequence[Shown],
    seen: Seen,
    way_of: Callable[[Difference], Way],
    corpus: Sequence[str],
    limit_s: float,
) -> Around:
    """Alter the calls that head's tests show to be mended; base plans for at most a third of `limit_s` seconds."""
    centres = list(_centres(shown, seen, way_of))
    if not centres:
        return Around()
    inside = Standing(lab, tests.files)
    lab.say(f"looking around {len(centres)} calls that head's tests show to be mended")
    placements = list({d.base.id.point: seen.placements[d.base.id.point] for _, d in centres}.values())
    scenarios = narrow_to(tests.scenarios, (d.base.id.scenario for _, d in centres))
    kinds = join_kinds(seen.probed.kinds if seen.probed else {}, tests.base.points)
    probed = probe(inside, placements, scenarios, _quotas(centres), corpus, limit_s / 3, kinds)
    differences = tuple(replace(d, in_head_tests=True) for d in probed.compared.differences)
    known = {kind_of(d) for d in seen.groups}
    own = {kind_of(d) for _, d in centres}
    others = [d for d in group(differences, probed.compared.agreeing) if kind_of(d) not in known | own and may_hold(d)]
    sure = confirm(inside, placements, scenarios, others[:MOST_OVERSHOOTS], limit_s / 3)
    fresh = tuple(d for d in sure if d.confirmed)
    mended = tuple(
        replace(d, in_head_tests=True, confirmed=_shows_again(d, differences))
        for _, d in {kind_of(d): (test, d) for test, d in reversed(centres)}.values()
        if kind_of(d) not in known
    )
    labelled = Labelled(
        differences=differences, agreed=probed.compared.agreed, kinds=probed.kinds, masks=probed.compared.masks
    )
    told = explain(inside, fresh, labelled, seen.placements, scenarios, limit_s / 3)
    return Around(
        groups=(*told.groups, *mended),
        explanations=told.told,
        measured=Measured(differences=differences, agreed=probed.compared.agreed),
        incomplete=dict(_incomplete(lab, centres, probed, seen)),
    )


def with_neighbourhood(
    findings: Sequence[Finding], shown: Sequence[Shown], around: Around, placements: Mapping[str, Placement]
) -> tuple[Finding, ...]:
    """The findings, with what lies around what head's tests mend: it still fails there, or was right before."""
    mends: dict[tuple[str, str], str] = {}
    for one in shown:
        if one.difference is not None:
            base, head = one.difference.base, one.difference.head
            # A caller that many units share ties only those together that run in the mended call.
            for unit in {base.id.point} | base.touched | head.touched:
                if unit in placements:
                    place = placements[unit]
                    names = (placements[base.id.point].point.name, place.subject or place.point.name)
                    mends.setdefault(names, one.test)
    return tuple(_told(finding, mends, around) for finding in findings)


def _told(finding: Finding, mends: Mapping[tuple[str, str], str], around: Around) -> Finding:
    first = finding.evidence[0]
    if not isinstance(first, Difference):
        return finding
    still = around.incomplete.get(kind_of(first))
    if finding.announced and still is not None:
        return replace(finding, neighbourhood=still)
    test = mends.get((finding.observed_at, finding.unit))
    if test is None or finding.announced or not may_hold(first) or ending_of(first.base.outcome)[0] != "returned":
        return finding
    tried = first.n_differing + first.n_agreeing
    return replace(
        finding, neighbourhood=Neighbourhood(kind="overshoot", test=test, found=first.n_differing, tried=tried)
    )


def _centres(
    shown: Sequence[Shown], seen: Seen, way_of: Callable[[Difference], Way]
) -> Iterator[tuple[str, Difference]]:
    """Mended calls, one for each way and kind of outcome; at changed units before their callers."""
    found: dict[object, tuple[str, Difference]] = {}
    for one in shown:
        if one.difference is not None and one.difference.kind != "details":
            found.setdefault((kind_of(one.difference), way_of(one.difference)), (one.test, one.difference))
    ordered = sorted(found.values(), key=lambda pair: not seen.placements[pair[1].base.id.point].point.changed)
    yield from ordered[:MOST_CENTRES]


def _quotas(centres: Sequence[tuple[str, Difference]]) -> dict[str, Quota]:
    calls: dict[str, dict[str, tuple[int, ...]]] = {}
    for _, difference in centres:
        name = difference.base.id
        own = calls.setdefault(name.point, {})
        own[name.scenario] = (*own.get(name.scenario, ()), name.call)
    each = EXPERIMENTS // len(centres)
    return {
        point: Quota(experiments=each * sum(map(len, made.values())), per_call=each, calls=made)
        for point, made in calls.items()
    }


def _shows_again(difference: Difference, differences: Sequence[Difference]) -> bool:
    """Was the very call seen to differ again, in the processes of the experiments around it?"""
    digest = difference.base.arguments_digest
    return any(d.base.arguments_digest == digest and kind_of(d) == kind_of(difference) for d in differences)


def _incomplete(
    lab: Lab, centres: Sequence[tuple[str, Difference]], probed: Probed, seen: Seen
) -> Iterator[tuple[tuple[str, ...], Neighbourhood]]:
    """Calls around a mended failure that fail on both sides as it failed on base."""
    for test, centre in centres:
        failure, point = centre.base.outcome.raised, centre.base.id.point
        if failure is None or failure.purposeful:
            # A refusal by design says nothing: around it there are always calls that are rightly refused.
            continue
        placement, kinds = seen.placements[point], probed.kinds.get(point, {})
        pairs = [
            pair
            for pair in probed.matched.pairs
            if pair.base.id.point == point and not implausible_because(pair.base, placement.point, kinds)
        ]
        still = [pair.base for pair in pairs if _still_fails(pair, failure)]
        if still:
            others = [pair.base for pair in pairs if not _still_fails(pair, failure)]
            smallest = min(still, key=lambda e: (len(e.intervention.edits), sum(len(t or "") for _, t in e.arguments)))
            yield (
                kind_of(centre),
                Neighbourhood(
                    kind="incomplete",
                    test=test,
                    failure=smallest.outcome.shown,
                    example=smallest.arguments,
                    condition=_condition(lab, placement, still, others),
                    found=len(still),
                    tried=len(pairs),
                ),
            )


def _still_fails(pair: Pair, failure: Raised) -> bool:
    """Does it fail on base where the mended call failed, and on head with the same exception?"""
    base, head = pair.base.outcome.raised, pair.head.outcome.raised
    if base is None or head is None or head.purposeful:
        return False
    return (base.type, base.where) == (failure.type, failure.where) and head.type == failure.type


def _condition(
    lab: Lab, placement: Placement, still: Sequence[Experiment], others: Sequence[Experiment]
) -> Condition | None:
    """When it still fails, as far as the experiments tell."""
    calls = observe(still, others)
    pool = pool_for(placement, (Project(lab.source, "base"), Project(lab.source, "head")), calls)
    answers = Answers()
    hypothesis = Hypothesis(formulas=learn_from(calls, pool, answers), calls=tuple(calls), pool=pool, answers=answers)
    return condition_of(hypothesis) if hypothesis.formulas else None
