"""Which call on head is the same call as one on base?

Outermost calls are paired within a scenario by the digest of their arguments before the call, then aligned by order.
An aligned pair whose arguments differ in more than soft ways belongs to whatever differed before it; it is counted and
compared no further.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
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
    theirs: dict[tuple[str, str, str], deque[Experiment]] = defaultdict(deque)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for call in head:
        name = call.experiment.id
        theirs[name.scenario, name.point, call.experiment.arguments_digest].append(call.experiment)
        counts[name.scenario, name.point] += 1
    pairs, left, n_base = [], 0, 0
    for call in base:
        name = call.experiment.id
        if (name.scenario, name.point) not in counts:
            continue
        n_base += 1
        candidates = theirs[name.scenario, name.point, call.experiment.arguments_digest]
        if candidates:
            pairs.append(Pair(base=call.experiment, head=candidates.popleft()))
        else:
            left += 1
    rest = sum(len(queue) for queue in theirs.values())
    return Matched(pairs=tuple(pairs), n_base=n_base, n_arguments_differ=min(left, rest))


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
        if partner.aligned:
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
    if ours is None or theirs is None or ours.unaltered is None or theirs.unaltered is None:
        return False
    return all(item.soft for item in trees.compare(ours.unaltered, theirs.unaltered))
