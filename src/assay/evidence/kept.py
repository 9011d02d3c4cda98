"""What base wrote, given to head: experiments for calls whose plain arguments differ between the versions.

The streams of calls diverge where something earlier differs. A state, a file or a message that base wrote is then never
read by head in any test, though it is in the field. Here the call is made with base's arguments on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assay.evidence.frames import RecordedCall
from assay.values.experiment import Edit, Experiment, Intervention

OPERATOR = "argument.kept"
NUMBER = 2_000_000
"""Number of this experiment at its call; all others are smaller."""
MOST_AT_A_POINT = 12


def with_arguments_of_base(base: Iterable[RecordedCall], head: Iterable[RecordedCall]) -> tuple[Experiment, ...]:
    """For calls of base in whose place head brings another plain argument, the same with every plain one given.

    At most twelve at a point, each with arguments of its own.
    """
    theirs = {call.experiment.id: dict(call.experiment.arguments) for call in head}
    chosen: dict[str, dict[object, Experiment]] = {}
    for call in base:
        own = call.experiment
        other = theirs.get(own.id, {})
        known = chosen.setdefault(own.id.point, {})
        diverges = any(literal is not None and other.get(name, literal) != literal for name, literal in own.arguments)
        if diverges and own.arguments not in known and len(known) < MOST_AT_A_POINT:
            known[own.arguments] = _experiment(own)
    return tuple(experiment for known in chosen.values() for experiment in known.values())


def _experiment(own: Experiment) -> Experiment:
    edits = tuple(
        Edit(path=(("arg", name),), operator=OPERATOR, literal=literal)
        for name, literal in own.arguments
        if literal is not None
    )
    return replace(own, id=replace(own.id, intervention=NUMBER), intervention=Intervention(edits=edits))
