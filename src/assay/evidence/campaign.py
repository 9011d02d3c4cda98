"""From recorded calls to confirmed differences, for one way of getting the program to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from assay.codebase.tests import texts_of
from assay.evidence.conditions.explain import Labelled
from assay.evidence.conditions.testing import Explained, explain
from assay.evidence.confirm import confirm, confirm_recorded, rerun
from assay.evidence.differences import (
    Compared,
    Noise,
    alternatives,
    compare_pairs,
    group,
    learn_noise,
    may_hold,
    with_messages_soft,
)
from assay.evidence.faults import attempt
from assay.evidence.frames import RecordedCall, Story
from assay.evidence.jobs import Placement, Quota, Scenarios
from assay.evidence.kept import with_arguments_of_base
from assay.evidence.lifting import show_at_callers
from assay.evidence.matching import Matched, match_calls
from assay.evidence.plausible import Kinds
from assay.evidence.probing import Probed, join_kinds, probe, to_be_sure, within_budget
from assay.evidence.promises import Broken, find_broken
from assay.evidence.reach import Recorded
from assay.evidence.selection import MIN_PER_CALL, choose_calls, file_of, share_out, test_of
from assay.values.experiment import Experiment, ExperimentId
from assay.values.finding import Difference, Explanation, Gap
from assay.values.lab import Lab

CONFIRMED_GROUPS = 14
OTHER_EXAMPLES = 3
"""So many other examples of a group are made again where its first one does not show a second time."""
MAX_TESTS_AGAIN = 24
CALLER_PER_CALL = 16
TEXTS, TEXTS_PART = 800, 0.3
"""Texts tried at one call in one process, and the part of the planning time for all that one process tries."""
NEAR_TEXTS = 120
"""Texts of tests that reach the units: they come before those of other tests."""
UNTOUCHED_PART = 0.3
"""Part of a caller's experiments at calls that run no changed unit: its result may be kept from an earlier call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that one campaign showed."""

    recorded: Recorded
    calls: Matched
    unperturbed: Compared
    probed: Probed | None
    """None where nothing was reached, so that there was nothing to experiment on."""
    groups: tuple[Difference, ...]
    broken: tuple[Broken, ...]
    explanations: Mapping[ExperimentId, Explanation]
    """When the groups show and where the ways part, by the experiment that speaks for each."""
    runs: Mapping[str, int]
    """How often each broken test was seen to pass on base and to fail on head."""
    placements: Mapping[str, Placement]
    faults: tuple[Gap, ...] = ()
    """What could not be explained, for a fault of ours or for want of time."""
    labelled: Labelled = field(default_factory=Labelled)
    """The calls that say when the groups show: those that differed and those that agreed."""


def run_campaign(
    lab: Lab,
    recorded: Recorded,
    changed: Sequence[Placement],
    callers: Sequence[Placement],
    corpus: Sequence[str],
    n_experiments: int,
    share_s: float,
) -> Seen:
    """Experiment where the recorded scenarios reach the points, and see again what matters.

    `share_s` bounds the planning run in seconds; the runs that follow it take about three times as long together.
    """
    changed, callers = (_with_untested_branches(some, recorded.base.calls) for some in (changed, callers))
    placements = {placement.point.id: placement for placement in (*changed, *callers)}
    points = {name: placement.point for name, placement in placements.items()}
    kinds = join_kinds({}, recorded.base.points)
    calls = match_calls(recorded.base.calls, recorded.head.calls)
    raw = compare_pairs(calls, _SILENCE, points, kinds)
    broken = find_broken(recorded.base, recorded.head)
    again = _record_again(lab, recorded, raw.differences, broken, changed, share_s)
    steady = _steady(raw.differences, recorded, again)
    probed = _probe(lab, recorded, changed, callers, corpus, n_experiments, share_s)
    differences = with_messages_soft([*steady, *(probed.compared.differences if probed else ())])
    agreeing = raw.agreeing + (probed.compared.agreeing if probed else raw.agreeing.__class__())
    sure_s = to_be_sure(lab, share_s)
    groups = _confirm(lab, group(differences, agreeing), differences, recorded.scenarios, placements, sure_s)
    groups = _weigh_private(groups, differences, placements, _below_public(recorded.base.calls, callers))
    watched, limit_s = tuple(placements.values()), within_budget(lab, share_s)
    lifted = show_at_callers(lab, groups, differences, watched, callers, recorded.scenarios, limit_s)
    groups = tuple(replace(d, needs_caller=False) if d.base.id in lifted else d for d in groups)
    labelled = _labelled(differences, raw, probed, kinds)
    limit_s = to_be_sure(lab, share_s)
    promised = frozenset[str]().union(*(promise.units for promise in broken))
    faults: list[Gap] = []
    explained = attempt(
        "Learning when the versions differ",
        lambda: explain(lab, groups, labelled, placements, recorded.scenarios, limit_s, promised),
        Explained(groups=groups, told={}),
        faults,
    )
    if explained.n_untold:
        faults.append(_no_time(explained.n_untold))
    return Seen(
        recorded=recorded,
        calls=calls,
        unperturbed=raw,
        probed=probed,
        groups=explained.groups,
        explanations=explained.told,
        broken=tuple(promise for promise in broken if all(_breaks(promise, *stories) for stories in again[:2])),
        runs={promise.test: 1 + sum(_breaks(promise, *stories) for stories in again[:2]) for promise in broken},
        placements=placements,
        faults=tuple(faults),
        labelled=explained.seen or labelled,
    )


def _labelled(
    differences: tuple[Difference, ...], raw: Compared, probed: Probed | None, kinds: Mapping[str, Kinds]
) -> Labelled:
    """What says when the groups show: the tests' own calls, and the experiments where there were any."""
    if probed is None:
        return Labelled(differences=differences, agreed=raw.agreed, kinds=kinds)
    agreed = raw.agreed + probed.compared.agreed
    return Labelled(differences=differences, agreed=agreed, kinds=probed.kinds, masks=probed.compared.masks)


def _with_untested_branches(some: Sequence[Placement], calls: Sequence[RecordedCall]) -> tuple[Placement, ...]:
    """The placements with those branches only that none of base's own calls runs."""
    ran = frozenset[int]().union(*(call.experiment.lines for call in calls))
    return tuple(replace(p, point=replace(p.point, branches=p.point.branches - ran)) for p in some)


def _no_time(n_untold: int) -> Gap:
    noun = "difference shows" if n_untold == 1 else "differences show"
    return Gap(
        slug="explaining",
        reason=f"There was no time left to learn when {n_untold} {noun}.",
        remedy="Give more time with --budget.",
    )


def _probe(
    lab: Lab,
    recorded: Recorded,
    changed: Sequence[Placement],
    callers: Sequence[Placement],
    corpus: Sequence[str],
    n_experiments: int,
    share_s: float,
) -> Probed | None:
    seen = {call.experiment.id.point for call in recorded.base.calls}
    reached = [placement.point.id for placement in changed if placement.point.id in seen and placement.head is not None]
    if not reached and not callers:
        return None
    budget = share_out(n_experiments, reached, [placement.point.id for placement in callers])
    results = {result.id: result for result in recorded.base.tests}
    telling = {placement.point.id: placement.telling for placement in changed}
    # A function that only one side has is no place for experiments, but tests that call it are those to look at.
    one_sided = {p.point.id: MIN_PER_CALL for p in changed if p.base is None or p.head is None}
    added = [call for call in recorded.head.calls if call.experiment.id.point in one_sided.keys() - seen]
    calls = (*_with_lines_of_head(recorded), *added)
    chosen = choose_calls(calls, results, {**one_sided, **budget}, telling)
    quotas = {point: quota for point, quota in chosen.quotas.items() if point not in one_sided}
    outside = [placement.point for placement in (*changed, *callers) if placement.point.public]
    for placement in callers:
        n = budget[placement.point.id]
        quotas[placement.point.id] = Quota(
            experiments=n,
            per_call=max(MIN_PER_CALL, min(CALLER_PER_CALL, n // 4)),
            untouched=n if placement.above <= one_sided.keys() else int(n * UNTOUCHED_PART),
        )
    for point in outside:
        if point.id in quotas:
            quotas[point.id] = replace(quotas[point.id], texts=TEXTS, texts_s=share_s * TEXTS_PART)
    scenarios = recorded.scenarios
    if scenarios.runner != "scripts":
        files = {file_of(test) for test in chosen.tests} if scenarios.runner == "pytest" else set(scenarios.files)
        kept = tuple(file for file in scenarios.files if file in files) or scenarios.files
        scenarios = replace(scenarios, tests=chosen.tests, files=kept)
    near = texts_of(
        dict.fromkeys((*chosen.tests, *(test_of(call.experiment.id.scenario) for call in recorded.base.calls))),
        lab.source,
        NEAR_TEXTS,
    )
    corpus = tuple(dict.fromkeys((*near, *corpus)))[: max(NEAR_TEXTS, len(corpus))]
    more = with_arguments_of_base(recorded.base.calls, recorded.head.calls)
    kinds = join_kinds({}, recorded.base.points)
    return probe(lab, (*changed, *callers), scenarios, quotas, corpus, share_s, kinds, more)


def _with_lines_of_head(recorded: Recorded) -> tuple[RecordedCall, ...]:
    """Base's calls with the lines that the same call runs on head, as negative numbers."""
    lines = {call.experiment.id: frozenset(-line for line in call.experiment.lines) for call in recorded.head.calls}
    return tuple(
        replace(
            call,
            experiment=replace(
                call.experiment, lines=call.experiment.lines | lines.get(call.experiment.id, frozenset())
            ),
        )
        for call in recorded.base.calls
    )


def _record_again(
    lab: Lab,
    recorded: Recorded,
    differences: Sequence[Difference],
    broken: Sequence[Broken],
    changed: Sequence[Placement],
    share_s: float,
) -> tuple[tuple[Story, Story], ...]:
    """Two more recordings of both sides, of the tests in which something differs; none where nothing does."""
    promised = [promise.test for promise in broken]
    tests = list(dict.fromkeys([*promised, *_telling_tests(differences)]))[:MAX_TESTS_AGAIN]
    if not tests:
        return ()
    lab.say(f"{len(tests)} tests differ on head; running them again")
    limit_s = to_be_sure(lab, share_s)
    some = [tests, promised[:MAX_TESTS_AGAIN]] if broken else [tests]
    again = rerun(lab, changed, recorded.scenarios, some, limit_s, whole_files=False)
    if not _is_steady([d for d in differences if d.base.id.scenario in tests], again[0]):
        again += rerun(lab, changed, recorded.scenarios, [tests], limit_s, whole_files=True)
    return tuple(again)


def _telling_tests(differences: Sequence[Difference]) -> Iterator[str]:
    """Tests in which something differs: the first of each point and kind, then the second, and so on."""
    by_kind: dict[tuple[str, str], dict[str, None]] = {}
    for difference in differences:
        name = difference.base.id
        by_kind.setdefault((name.point, difference.kind), {})[name.scenario] = None
    for row in zip_longest(*by_kind.values()):
        yield from (test for test in row if test is not None)


def _is_steady(differences: Sequence[Difference], stories: tuple[Story, Story]) -> bool:
    """Did every difference show again?"""
    return all(difference.confirmed for difference in confirm_recorded(differences, *stories))


def _steady(
    differences: Sequence[Difference], recorded: Recorded, again: Sequence[tuple[Story, Story]]
) -> list[Difference]:
    """Differences between the tests' own calls that show again, without those that base has with itself."""
    if not again:
        return []
    steady: dict[ExperimentId, Difference] = {}
    for base, head in again:
        pairs = match_calls(recorded.base.calls, base.calls).pairs
        noise = learn_noise(_by_id(recorded.base.calls), {pair.base.id: pair.head for pair in pairs})
        quiet = [d for d in differences if d.base.id not in noise.lost and d.base.id not in noise.masks]
        for difference in confirm_recorded(quiet, base, head):
            if difference.confirmed:
                steady.setdefault(difference.base.id, difference)
    return list(steady.values())


def _confirm(
    lab: Lab,
    groups: Sequence[Difference],
    differences: Sequence[Difference],
    scenarios: Scenarios,
    placements: Mapping[str, Placement],
    share_s: float,
) -> tuple[Difference, ...]:
    """Make the examples of all groups that could hold some change again; the others stay as they are.

    Where an example does not show again, others of its group speak for it if they do: a call may have shown what an
    earlier one in its process left behind.
    """
    wanted = [
        difference
        for difference in groups
        if difference.plausible and difference.kind != "details" and not difference.confirmed
    ][:CONFIRMED_GROUPS]
    if not wanted:
        return tuple(groups)
    lab.say(f"making {len(wanted)} differing experiments again in fresh processes")
    points = tuple(placements.values())
    seen = dict(zip((d.base.id for d in wanted), confirm(lab, points, scenarios, wanted, share_s), strict=True))
    others = {d.base.id: alternatives(d, differences, OTHER_EXAMPLES) for d in seen.values() if not d.confirmed}
    for other in confirm(lab, points, scenarios, [d for some in others.values() for d in some], share_s):
        first = next(name for name, some in others.items() if any(d.base.id == other.base.id for d in some))
        if other.confirmed and not seen[first].confirmed:
            counted = seen[first]
            seen[first] = replace(other, n_differing=counted.n_differing, n_agreeing=counted.n_agreeing)
    return tuple(seen.get(difference.base.id, difference) for difference in groups)


def _below_public(calls: Iterable[RecordedCall], callers: Sequence[Placement]) -> frozenset[tuple[str, str]]:
    """`(scenario, point)` of calls that came by way of a public caller that is observed."""
    public = {(c.base.path, c.base.first_line) for c in callers if c.point.public and c.base is not None}
    return frozenset(
        (call.experiment.id.scenario, call.experiment.id.point)
        for call in calls
        if any((path, line) in public for path, line, _ in call.chain)
    )


def _weigh_private(
    groups: Sequence[Difference],
    differences: Iterable[Difference],
    placements: Mapping[str, Placement],
    below_public: frozenset[tuple[str, str]],
) -> tuple[Difference, ...]:
    """Mark what shows at a private unit only, although the call came through a public caller that is observed."""
    shown: set[str] = set()
    for difference in differences:
        if may_hold(difference) and placements[difference.base.id.point].point.public:
            shown |= difference.base.touched | difference.head.touched
    out = []
    for difference in groups:
        point = placements[difference.base.id.point].point
        name = difference.base.id
        hidden = not point.public and (name.scenario, name.point) in below_public and point.id not in shown
        out.append(replace(difference, needs_caller=hidden))
    return tuple(out)


def _breaks(promise: Broken, base: Story, head: Story) -> bool:
    """Does the same test, or file, pass on base and fail on head in this recording too?"""
    if promise.test == promise.path:
        return any(path == promise.path for path, _ in head.uncollected) and not any(
            path == promise.path for path, _ in base.uncollected
        )
    ours = {result.id: result.outcome for result in base.tests}
    theirs = {result.id: result.outcome for result in head.tests}
    return ours.get(promise.test) == "passed" and theirs.get(promise.test) in ("failed", "error")


def _by_id(calls: Iterable[RecordedCall]) -> dict[ExperimentId, Experiment]:
    return {call.experiment.id: call.experiment for call in calls}


_SILENCE = Noise(lost=frozenset(), masks={}, point_masks={}, n_compared=0)
