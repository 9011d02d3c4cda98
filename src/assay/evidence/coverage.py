"""What was not looked at, unit by unit, and what it cost to look at the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from assay.evidence.campaign import Seen
from assay.evidence.causes import gaps_of_tests
from assay.evidence.classify import is_comparable
from assay.evidence.jobs import Placement
from assay.evidence.matching import Pair
from assay.evidence.scripts import is_generated
from assay.values.change import Change
from assay.values.experiment import Effort
from assay.values.finding import Gap

MATCHED_AT_LEAST = 0.8
LOST_AT_MOST = 0.1
NOISE_AT_MOST = 0.1


def gaps_of(
    changed: Sequence[Placement], seen: Sequence[Seen], unimported: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Gap]:
    """Yield what stands between the evidence and certainty about each changed unit.

    `unimported` are modules that cannot be imported by themselves, with what their import says.
    """
    for placement in changed:
        yield from _gaps_of_unit(placement, seen, unimported)
    for one in seen:
        yield from gaps_of_tests(one.recorded)


def observed_units(changed: Sequence[Placement], seen: Sequence[Seen]) -> frozenset[str]:
    """Dotted names of the changed units about which something was established."""
    return frozenset(p.point.name for p in changed if any(_is_compared(p.point.id, one) for one in seen))


def _is_compared(point: str, seen: Seen) -> bool:
    return any(is_comparable(pair.base) and is_comparable(pair.head) for pair in _pairs_at(point, seen))


def _pairs_at(point: str, seen: Seen) -> Iterator[Pair]:
    probed = () if seen.probed is None else seen.probed.matched.pairs
    return (pair for pair in (*seen.calls.pairs, *probed) if pair.base.id.point == point or point in pair.base.touched)


def _gaps_of_unit(placement: Placement, seen: Sequence[Seen], unimported: Mapping[str, str]) -> Iterator[Gap]:
    point, name = placement.point.id, placement.point.name
    reasons = dict(entry for one in seen for entry in (*one.recorded.base.unobserved, *one.recorded.head.unobserved))
    if point in reasons:
        yield Gap(
            slug="unobservable",
            unit=name,
            reason=f"{name} {reasons[point]}.",
            remedy="Test it through a caller that can be observed.",
        )
        return
    if not any(_is_compared(point, one) for one in seen):
        yield _not_reached(placement, seen, unimported)
        return
    yield from _generated_only(placement, seen)
    for one in seen:
        if one.probed is not None:
            yield from _gaps_of_probing(placement, one)


def _generated_only(placement: Placement, seen: Sequence[Seen]) -> Iterator[Gap]:
    """A unit that only generated calls reach, where they show no difference: their values are nobody's."""
    name = placement.point.name
    pairs = [
        pair
        for one in seen
        for pair in _pairs_at(placement.point.id, one)
        if is_comparable(pair.base) and is_comparable(pair.head)
    ]
    differing = {point for one in seen for d in one.groups for point in (d.base.id.point, *d.base.touched)}
    if placement.point.id in differing or not all(is_generated(pair.base.id.scenario) for pair in pairs):
        return
    answered = sum(pair.base.outcome.kind == "returned" for pair in pairs)
    noun = "experiment" if len(pairs) == 1 else "experiments"
    yield Gap(
        slug="generated-only",
        unit=name,
        reason=f"No test or docstring example calls {name}; no difference in {len(pairs)} {noun} with generated "
        f"values, of which base answered {answered}.",
        remedy="Add a test that calls it with the values that its callers give.",
    )


def _not_reached(placement: Placement, seen: Sequence[Seen], unimported: Mapping[str, str]) -> Gap:
    name = placement.point.name
    silent = [pair for one in seen for pair in _pairs_at(placement.point.id, one)]
    if silent:
        ends = Counter(pair.base.outcome.shown or pair.base.outcome.kind for pair in silent)
        return Gap(
            slug="no-answer",
            unit=name,
            reason=f"No call of {name} came to an end that can be compared: {ends.most_common(1)[0][0]}.",
            remedy="Test it through a call that answers by itself, without the world outside.",
        )
    calls = sum(call.experiment.id.point == placement.point.id for one in seen for call in one.recorded.base.calls)
    foreign = next(
        (
            one.recorded.base.origins.get(_module(placement))
            for one in seen
            if one.recorded.base.origins.get(_module(placement))
        ),
        None,
    )
    if calls:
        return _without_partner(placement, calls, seen)
    if foreign and placement.base is not None and not str(foreign).endswith(placement.base.path):
        return Gap(
            slug="wrong-origin",
            unit=name,
            reason=f"The tests import {_module(placement)} from {foreign}, not from the tree under test.",
            remedy="Uninstall that copy, or install the project in editable mode.",
        )
    error = unimported.get(_module(placement))
    if error is not None and not foreign:
        return Gap(
            slug="not-reached",
            unit=name,
            reason=f"Nothing reaches {name}: {_module(placement)} cannot be imported ({error}).",
            remedy="Install what it needs into the environment of the tests, or have one made with --build-env."
            if error.startswith(("ModuleNotFoundError", "ImportError"))
            else "Import it by hand in that environment, and add a test that imports it as its users do.",
        )
    exhausted = all(one.recorded.exhausted for one in seen)
    return Gap(
        slug="not-reached",
        unit=name,
        reason=f"No test, docstring example or simple generated call reaches {name}"
        + ("." if exhausted else " in the time given."),
        remedy="Add a test that calls it."
        if exhausted
        else "Give more time with --budget, or add a test that calls it.",
    )


def _without_partner(placement: Placement, calls: int, seen: Sequence[Seen]) -> Gap:
    """Base called it and head did not, or never with the same arguments."""
    name, point = placement.point.name, placement.point.id
    times = "once" if calls == 1 else f"{calls} times"
    if any(call.experiment.id.point == point for one in seen for call in one.recorded.head.calls):
        reason = f"{name} was called {times} on base, but no call on head has the same arguments."
        remedy = "Look at the first finding before it: what differs there changes every later call."
    else:
        reason = f"{name} was called {times} on base, and its body never ran on head in the same tests."
        remedy = (
            "Look at the findings before it, and whether it became a generator: one that nobody reads never begins."
        )
    return Gap(slug="not-comparable", unit=name, reason=reason, remedy=remedy)


def _module(placement: Placement) -> str:
    return "" if placement.base is None else placement.base.module


def _gaps_of_probing(placement: Placement, seen: Seen) -> Iterator[Gap]:
    point, name = placement.point.id, placement.point.name
    probed = seen.probed
    assert probed is not None
    made, matched = probed.by_point.get(point, (0, 0))
    if not made:
        if not probed.complete and any(call.experiment.id.point == point for call in seen.recorded.base.calls):
            yield Gap(
                slug="budget",
                unit=name,
                reason=f"Time was over before the first experiment at {name}.",
                remedy="Give more time with --budget.",
            )
        return
    if matched < MATCHED_AT_LEAST * made and not probed.head_complete:
        yield Gap(
            slug="budget",
            unit=name,
            reason=f"Time was over when head had made {matched} of {made} experiments at {name}.",
            remedy="Give more time with --budget.",
        )
    elif matched < MATCHED_AT_LEAST * made:
        yield Gap(
            slug="unmatched",
            unit=name,
            reason=f"Only {matched} of {made} experiments at {name} have a partner on head.",
            remedy="Something earlier differs, or head calls it less; see the findings before it.",
        )
    noisy = probed.compared.noisy[point]
    if noisy > NOISE_AT_MOST * made:
        yield Gap(
            slug="noise",
            unit=name,
            reason=f"{noisy} of {made} experiments at {name} end differently each time on base itself.",
            remedy="Make the code or its tests independent of time, hash seed and randomness.",
        )
    if any(blind == point for blind, _ in probed.planted.unseen):
        planted = sorted({what for blind, what in probed.planted.unseen if blind == point})
        yield Gap(
            slug="blind",
            unit=name,
            reason=f"A planted difference ({', '.join(planted)}) at {name} was not seen, so silence means nothing.",
            remedy="Report this to the authors of Assay with the unit's source.",
        )
    facts = probed.points.get(point)
    lost = sum(n for _, n in facts.faults) if facts is not None else 0
    if facts is not None and lost > LOST_AT_MOST * made:
        yield Gap(
            slug="lost",
            unit=name,
            reason=f"{lost} experiments at {name} were lost beside {made} that were made: {facts.faults[0][0]}.",
            remedy="This is a fault of Assay; report it with the unit's source.",
        )
    if facts is not None and not probed.complete and facts.pairs_tried < facts.pairs_known:
        yield Gap(
            slug="budget",
            unit=name,
            reason=f"Time was over after {facts.pairs_tried} of {facts.pairs_known} kinds of alteration at {name}.",
            remedy="Give more time with --budget.",
        )


def effort_of(
    changed: Sequence[Placement], seen: Sequence[Seen], stages: Sequence[tuple[str, float]], seconds: float
) -> Effort:
    """The counts that the verdict stands on."""
    probed = [one.probed for one in seen if one.probed is not None]
    operators: Counter[str] = Counter()
    for one in probed:
        operators.update(one.by_operator)
    observed = observed_units(changed, seen)
    return Effort(
        experiments=sum(one.n_experiments for one in probed) + sum(one.calls.n_base for one in seen),
        matched=sum(len(one.matched.pairs) for one in probed) + sum(len(one.calls.pairs) for one in seen),
        compared=sum(sum(one.compared.compared.values()) for one in probed)
        + sum(sum(one.unperturbed.compared.values()) for one in seen),
        searched=sum(one.n_searched for one in probed),
        noisy=sum(sum(one.compared.noisy.values()) for one in probed),
        masked=sum(sum(one.compared.masked.values()) for one in probed),
        seconds=seconds,
        plants=sum(one.planted.n for one in probed),
        plants_seen=sum(one.planted.n_seen for one in probed),
        observed_units=len(observed),
        stages=tuple(stages),
        by_operator=tuple(operators.most_common()),
        observed=observed,
    )


def gaps_of_change(change: Change) -> Iterator[Gap]:
    """Files and parts of files whose effect nobody looked at."""
    for unread in change.unread:
        yield Gap(slug=unread.slug, reason=f"{unread.path}: {unread.reason}", remedy=unread.remedy)
