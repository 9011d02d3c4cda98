"""Which call on head is the same call as one on base?

Outermost calls are paired within a scenario by the digest of their arguments before the call, then aligned by order.
An aligned pair whose arguments differ in more than soft ways belongs to whatever differed before it; it is counted and
compared no further.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assay.evidence import trees
from assay.evidence.frames import RecordedCall
from assay.values.experiment import Experiment, ExperimentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One experiment on both sides."""

    base: Experiment
    head: Experiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What could be paired, and what could not."""

    pairs: tuple[Pair, ...]
    n_base: int
    n_arguments_differ: int
    """Aligned calls whose arguments differed before the call: something earlier differs."""

    @property
    def fraction(self) -> float:
        """Paired or explained, of all that ran on base."""
        return (len(self.pairs) + self.n_arguments_differ) / self.n_base if self.n_base else 1.0


def match_calls(base: Iterable[RecordedCall], head: Iterable[RecordedCall]) -> Matched:
    """Pair recorded calls with equal arguments, scenario by scenario; the rest is aligned by order and counted."""
    theirs: dict[tuple[str, str], list[Experiment]] = defaultdict(list)
    for call in head:
        theirs[call.experiment.id.scenario, call.experiment.id.point].append(call.experiment)
    ours: dict[tuple[str, str], list[Experiment]] = defaultdict(list)
    for call in base:
        ours[call.experiment.id.scenario, call.experiment.id.point].append(call.experiment)
    pairs: list[Pair] = []
    n_base = differing = 0
    for name, made in ours.items():
        if name in theirs:
            found, n_left = _pair_up(made, theirs[name])
            pairs += found
            differing += n_left
            n_base += len(made)
    return Matched(pairs=tuple(pairs), n_base=n_base, n_arguments_differ=differing)


def _pair_up(base: Sequence[Experiment], head: Sequence[Experiment]) -> tuple[list[Pair], int]:
    """Pair by digest, then by order where the arguments differ in soft ways only; count the other aligned ones."""
    waiting: dict[str, deque[Experiment]] = defaultdict(deque)
    for experiment in head:
        waiting[experiment.arguments_digest].append(experiment)
    pairs, left = [], []
    for experiment in base:
        if waiting[experiment.arguments_digest]:
            pairs.append(Pair(base=experiment, head=waiting[experiment.arguments_digest].popleft()))
        else:
            left.append(experiment)
    rest = {experiment.id: experiment for queue in waiting.values() for experiment in queue}
    differing = 0
    for experiment in left:
        partner = rest.get(experiment.id)
        if partner is not None and _softly_equal(experiment, partner):
            pairs.append(Pair(base=experiment, head=partner))
        else:
            differing += partner is not None
    return pairs, differing


def _softly_equal(base: Experiment, head: Experiment) -> bool:
    if base.unaltered is None or head.unaltered is None:
        return False
    return all(item.soft for item in trees.compare(base.unaltered, head.unaltered))


def match_experiments(base: Mapping[ExperimentId, Experiment], head: Mapping[ExperimentId, Experiment]) -> Matched:
    """Pair experiments by identity; aligned ones only where their unaltered arguments agree in all that is not soft."""
    pairs, differing, n_base = [], 0, 0
    verdicts: dict[tuple[str, str, int], bool] = {}
    for name, experiment in base.items():
        if experiment.intervention.plant is not None:
            continue
        n_base += 1
        partner = head.get(name)
        if partner is None:
            continue
        # Where all arguments were given as base has them, the calls are the same whatever the test gave.
        if partner.aligned and partner.arguments_digest != experiment.arguments_digest:
            call = (name.scenario, name.point, name.call)
            if call not in verdicts:
                verdicts[call] = _alike(base, head, name)
            if not verdicts[call]:
                differing += 1
                continue
        pairs.append(Pair(base=experiment, head=partner))
    return Matched(pairs=tuple(pairs), n_base=n_base, n_arguments_differ=differing)


def _alike(
    base: Mapping[ExperimentId, Experiment], head: Mapping[ExperimentId, Experiment], name: ExperimentId
) -> bool:
    first = ExperimentId(scenario=name.scenario, point=name.point, call=name.call, intervention=0)
    ours, theirs = base.get(first), head.get(first) or head.get(name)
    return ours is not None and theirs is not None and _softly_equal(ours, theirs)
