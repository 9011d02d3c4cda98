"""Which fresh experiments are made for one group: calls that could refute its formula, and smaller examples. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from assay.evidence.conditions.explain import Fresh, Hypothesis, Labelled
from assay.evidence.conditions.generic import Constants
from assay.evidence.conditions.language import compile_text
from assay.evidence.conditions.proposals import (
    Carrier,
    Proposal,
    around,
    between,
    proposals,
    recombined,
    repr_of,
    smaller,
)
from assay.evidence.conditions.things import read_call
from assay.evidence.jobs import Placement
from assay.values.experiment import Experiment, ExperimentId, Intervention, Outcome
from assay.values.finding import Difference

MOST_CARRIERS = 3
PROPOSED, MADE, MADE_SMALLER, SPLITTING, MOST_UNSURE = 1200, 280, 90, 60, 80
MADE_AROUND, ENOUGH, DRAWN_AGAIN = 90, 70, 3
"""Calls are proposed again, near those of the rarer side, until the formula says yes and no to enough of them."""
FIRST, OF_A_CASE = 100_000, 10_000
"""Numbers of fresh experiments begin here, beyond all that the probe gives; each group has its own."""


@dataclass(slots=True)
class Case:
    """One group on its way."""

    group: Difference
    hypothesis: Hypothesis
    placement: Placement
    carriers: list[Carrier]
    experiments: tuple[Experiment, ...]
    """Everything at the point whose edits could be made again, differing experiments first."""
    number: int = 0
    """Which of the groups that are tested together: experiments of two groups at one point are told apart by it."""
    witnesses: tuple[Experiment, ...] = ()
    """Calls of the carriers' test that differ as the group does; the example comes first."""
    fresh: Fresh = field(default_factory=Fresh)
    smallest: Difference | None = None
    """The smallest example so far."""
    sure: Difference | None = None
    """The smallest that was seen twice, in different processes."""

    @property
    def is_settled(self) -> bool:
        """Is no example waiting to be seen for the second time?"""
        return self.smallest is self.sure


def ask(case: Case, seed: int, round_number: int) -> list[Experiment]:
    """Fresh experiments for one group, with the calls as they are, by which the sides are matched."""
    constants = Constants(numbers=case.placement.material.numbers, texts=case.placement.material.texts)
    best = case.smallest or case.group
    proposed = [] if best.unperturbed else list(islice(smaller(case.carriers[0], read_call(best.base)), MADE_SMALLER))
    wide = _proposed(case, constants, seed)
    made = [experiment for experiment in case.experiments if experiment.intervention.edits]
    mixed = islice(recombined(case.carriers, made, seed), MOST_UNSURE)
    proposed += _telling([*wide, *mixed], case.hypothesis, MADE)
    first = FIRST * (round_number + 1) + OF_A_CASE * case.number
    fresh = [_experiment(p.carrier, case.placement, first + n, p) for n, p in enumerate(proposed)]
    if case.smallest is not None and not case.is_settled:
        fresh.append(case.smallest.base)
    return [*(_experiment(c.experiment, case.placement, 0, None) for c in case.carriers), *fresh] if fresh else []


def carriers_for(group: Difference, seen: Labelled) -> list[Carrier]:
    """Calls as tests make them on which fresh arguments can be set: the example's own first, then of its test."""
    own = group.base.id
    found: dict[tuple[str, int], Carrier] = {}
    every = [group.base, *(d.base for d in seen.differences), *seen.agreed]
    for experiment in every:
        name = experiment.id
        if name.point == own.point and experiment.intervention.is_none and name.scenario == own.scenario:
            carrier = Carrier(experiment=experiment, values=read_call(experiment))
            found.setdefault((name.scenario, name.call), carrier)
    ordered = sorted(found.values(), key=lambda carrier: carrier.experiment.id.call != own.call)
    return ordered[:MOST_CARRIERS]


def _proposed(case: Case, constants: Constants, seed: int) -> list[Proposal]:
    """Calls beside the witnesses and far from them, until the formula says yes and no to enough of them."""
    hypothesis = case.hypothesis
    known = [call.values for call in hypothesis.calls]
    starts = [call.values for call in hypothesis.calls if call.differs]
    beside = [
        *between(case.carriers, hypothesis.calls, constants),
        *islice(around(case.witnesses, known, seed), MADE_AROUND),
    ]
    found, seen = list[Proposal](), {repr_of(values) for values in known}
    for again in range(DRAWN_AGAIN):
        drawn = proposals(case.carriers, known, starts, constants, seed + again * DRAWN_AGAIN, PROPOSED)
        for proposal in (*beside, *drawn) if not again else drawn:
            key = repr_of(proposal.values)
            if key not in seen:
                seen.add(key)
                found.append(proposal)
        if not hypothesis.formulas:
            break
        answers = _answered(found, hypothesis, 0)
        yes, no = ([p for p, told in zip(found, answers, strict=True) if told is side] for side in (True, False))
        if min(len(yes), len(no)) >= ENOUGH:
            break
        starts = [p.values for p in min(yes, no, key=len)] or starts
    return found


def _answered(proposed: Sequence[Proposal], hypothesis: Hypothesis, rank: int) -> list[bool | None]:
    """What one of the formulas says of calls that were not made yet."""
    names = frozenset(name for call in hypothesis.calls for name in call.values)
    rival = compile_text(hypothesis.formulas[rank].text, names, hypothesis.pool.scope)
    return list(hypothesis.answers.ask(rival.text, rival.names, [p.values for p in proposed], rival.holds))


def _telling(proposed: Sequence[Proposal], hypothesis: Hypothesis, n: int) -> list[Proposal]:
    """First those about which rivals disagree, then as many that satisfy the best formula as violate it."""
    asked = [_answered(proposed, hypothesis, rank) for rank in range(len(hypothesis.formulas))]
    if not asked:
        return list(proposed[:n])
    sides: dict[object, list[Proposal]] = defaultdict(list)
    splitting: list[Proposal] = []
    for proposal, *answers in zip(proposed, *asked, strict=True):
        if len(set(answers)) > 1 and len(splitting) < SPLITTING:
            splitting.append(proposal)
        else:
            sides[answers[0]].append(proposal)
    half = (n - len(splitting)) // 2
    yes, no, unsure = sides[True], sides[False], sides[None]
    return [
        *splitting,
        *yes[: max(half, n - len(splitting) - len(no))],
        *no[: max(half, n - len(splitting) - len(yes))],
        *unsure[:MOST_UNSURE],
    ]


def _experiment(carrier: Experiment, placement: Placement, number: int, proposal: Proposal | None) -> Experiment:
    name = carrier.id
    return Experiment(
        id=ExperimentId(scenario=name.scenario, point=placement.point.id, call=name.call, intervention=number),
        intervention=Intervention(edits=proposal.edits if proposal else ()),
        arguments_digest="",
        arrived_digest=carrier.arrived_digest,
        arguments=(),
        outcome=Outcome(kind="returned"),
    )
