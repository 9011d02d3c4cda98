"""From paired experiments to differences: noise taken out, kinds told apart, groups made, the simplest case first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from assay.evidence.classify import Contrast, contrast, is_comparable, is_defined, noise, silent_at
from assay.evidence.matching import Matched, Pair
from assay.evidence.plausible import Kinds, implausible_because
from assay.values.experiment import Experiment, ExperimentId, ObservationPoint
from assay.values.finding import Difference, DifferenceKind, Disagreement

_ROOTS = frozenset({"result", "output", "text", "exception", "exception text", "effect"})
_RANK: Mapping[DifferenceKind, int] = {
    "raises-instead": 0,
    "breaks-inside": 0,
    "hangs-instead": 0,
    "answers-differently": 1,
    "leaves-arguments-differently": 2,
    "writes-differently": 2,
    "accepts-instead": 3,
    "tells-otherwise": 3,
    "iterator-instead": 4,
    "raises-otherwise": 5,
    "details": 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """What base does not agree with itself about."""

    lost: frozenset[ExperimentId]
    """Experiments whose two runs on base end differently, or that only one of them has."""
    masks: Mapping[ExperimentId, frozenset[str]]
    point_masks: Mapping[str, frozenset[str]]
    n_compared: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The outcome of a comparison at all points."""

    differences: tuple[Difference, ...]
    agreeing: Counter[str]
    """How many comparable experiments agreed, by point."""
    noisy: Counter[str]
    masked: Counter[str]
    compared: Counter[str]
    agreed: tuple[Experiment, ...] = ()
    """Those on base that agreed."""
    masks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Paths that are noise, by point."""


def learn_noise(first: Mapping[ExperimentId, Experiment], second: Mapping[ExperimentId, Experiment]) -> Noise:
    """Compare base with base. A path that is noisy once below the result is masked at the whole point."""
    lost, masks = set(), {}
    by_point: dict[str, set[str]] = defaultdict(set)
    n_compared = 0
    for name, experiment in first.items():
        if experiment.intervention.plant is not None:
            continue
        n_compared += 1
        again = second.get(name)
        paths = None if again is None else noise(experiment.outcome, again.outcome)
        if paths is None:
            lost.add(name)
        elif paths:
            masks[name] = paths
            by_point[name.point] |= paths - _ROOTS
    return Noise(
        lost=frozenset(lost),
        masks=masks,
        point_masks={point: frozenset(paths) for point, paths in by_point.items()},
        n_compared=n_compared,
    )


def compare_pairs(
    matched: Matched, noise_seen: Noise, points: Mapping[str, ObservationPoint], kinds: Mapping[str, Kinds]
) -> Compared:
    """Contrast every pair that is not noise. Pure; the order of the pairs is kept."""
    found: list[Difference] = []
    agreeing: Counter[str] = Counter()
    noisy: Counter[str] = Counter()
    masked: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    agreed: list[Experiment] = []
    for pair in matched.pairs:
        name = pair.base.id
        if name in noise_seen.lost:
            noisy[name.point] += 1
            continue
        mask = noise_seen.masks.get(name, frozenset()) | noise_seen.point_masks.get(name.point, frozenset())
        seen = contrast(pair.base.outcome, pair.head.outcome, mask | silent_at(name.point))
        if seen is None and not (is_comparable(pair.base) and is_comparable(pair.head)):
            continue
        compared[name.point] += 1
        masked[name.point] += bool(mask)
        if seen is None:
            agreeing[name.point] += 1
            agreed.append(pair.base)
        else:
            found.append(difference_of(pair, seen, points[name.point], kinds.get(name.point, {})))
    return Compared(
        differences=tuple(found),
        agreeing=agreeing,
        noisy=noisy,
        masked=masked,
        compared=compared,
        agreed=tuple(agreed),
        masks=noise_seen.point_masks,
    )


def difference_of(pair: Pair, seen: Contrast, point: ObservationPoint, kinds: Kinds) -> Difference:
    """A difference with what decides its weight: is base defined, is the input plausible, was the call altered?"""
    reason = implausible_because(pair.base, point, kinds)
    return Difference(
        kind=seen.kind,
        base=pair.base,
        head=pair.head,
        disagreements=seen.disagreements,
        defined=is_defined(pair.base.outcome),
        plausible=not reason,
        implausible_because=reason,
        unperturbed=pair.base.intervention.is_none,
    )


def with_messages_soft(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences; one that only carries a sentence which an exception tells otherwise is a detail.

    A form collects the messages of its validators, a command prints what it caught: sentences are for people there too.
    """
    found = tuple(differences)
    told = {(d.base, d.head) for difference in found if _both_refuse(difference) for d in _sentences(difference)}
    return tuple(_softened(difference, told) for difference in found) if told else found


def _both_refuse(difference: Difference) -> bool:
    return difference.kind == "details" and difference.base.outcome.kind == difference.head.outcome.kind == "raised"


def _sentences(difference: Difference) -> Iterable[Disagreement]:
    """Texts of several words that two exceptions of one class tell otherwise, as they are shown inside other values."""
    for place in difference.disagreements:
        if place.kind == "value" and " " in place.base and " " in place.head:
            yield place
            yield replace(place, base=repr(place.base), head=repr(place.head))


def _softened(difference: Difference, told: Container[tuple[str, str]]) -> Difference:
    hard = [place for place in difference.disagreements if not place.soft]
    if not hard or any(place.kind != "value" or (place.base, place.head) not in told for place in hard):
        return difference
    soft = tuple(replace(place, soft=True) for place in difference.disagreements)
    return replace(difference, kind="details", disagreements=soft)


def group(differences: Iterable[Difference], agreeing: Mapping[str, int]) -> tuple[Difference, ...]:
    """One difference for each (point, kind, exception, weight): the simplest, with its counts; gravest first."""
    groups: dict[tuple[object, ...], list[Difference]] = defaultdict(list)
    for difference in differences:
        groups[_key(difference)].append(difference)
    out = []
    for members in groups.values():
        simplest = min(members, key=_simplicity)
        point = simplest.base.id.point
        out.append(replace(simplest, n_differing=len(members), n_agreeing=agreeing.get(point, 0)))
    return tuple(sorted(out, key=lambda d: (not may_hold(d), _RANK[d.kind], -d.n_differing, _simplicity(d))))


def alternatives(difference: Difference, differences: Iterable[Difference], most: int) -> tuple[Difference, ...]:
    """Other members of a difference's group, the simplest first: one of each other call, then any."""
    members = sorted((d for d in differences if _key(d) == _key(difference)), key=_simplicity)
    elsewhere: dict[tuple[str, int], Difference] = {}
    for member in members:
        elsewhere.setdefault(_call_of(member), member)
    elsewhere.pop(_call_of(difference), None)
    first = [d.base.id for d in elsewhere.values()]
    rest = [d for d in members if d.base.id not in first and d.base.id != difference.base.id]
    return tuple([*elsewhere.values(), *rest][:most])


def _call_of(difference: Difference) -> tuple[str, int]:
    return difference.base.id.scenario, difference.base.id.call


def may_hold(difference: Difference) -> bool:
    """Could this difference weigh more than a notice, once it is confirmed?"""
    return (
        difference.plausible
        and difference.defined
        and difference.kind not in ("details", "raises-otherwise", "iterator-instead")
    )


def _key(difference: Difference) -> tuple[object, ...]:
    head = difference.head.outcome
    exception = head.raised.type if head.raised is not None else ""
    return (difference.base.id.point, difference.kind, exception, difference.plausible, difference.defined)


def _simplicity(difference: Difference) -> tuple[int, int, int, int]:
    experiment = difference.base
    edits = experiment.intervention.edits
    literal = sum(text is not None for _, text in experiment.arguments)
    size = sum(len(text or "") for _, text in experiment.arguments)
    return (len(edits), -literal, size, sum(len(edit.path) for edit in edits))
