"""The second control: a planted difference must be seen, or silence means nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assay.evidence.classify import contrast
from assay.values.experiment import Experiment, ExperimentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """How many planted differences were made and seen, and the points at which one was not."""

    n: int
    n_seen: int
    unseen: tuple[tuple[str, str], ...]
    """`(point, what was planted)`."""


def count_plants(experiments: Iterable[Experiment]) -> Planted:
    """Compare each planted outcome with the call's own."""
    own: dict[ExperimentId, Experiment] = {}
    plants = []
    for experiment in experiments:
        if experiment.intervention.plant is not None:
            plants.append(experiment)
        elif experiment.id.intervention == 0:
            own[experiment.id] = experiment
    n, seen, unseen = 0, 0, []
    for plant in plants:
        name = plant.id
        call = own.get(ExperimentId(scenario=name.scenario, point=name.point, call=name.call, intervention=0))
        if call is None or call.outcome.kind != "returned":
            continue
        n += 1
        difference = contrast(call.outcome, plant.outcome)
        if difference is not None and any(not item.soft for item in difference.disagreements):
            seen += 1
        else:
            unseen.append((name.point, plant.intervention.plant or ""))
    return Planted(n=n, n_seen=seen, unseen=tuple(unseen))
