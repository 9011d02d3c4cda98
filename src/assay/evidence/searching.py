"""Many texts at one call: which of them hint at a difference, and the experiments that put the hint to the test.

A search runs thousands of texts in one process and keeps a digest of each outcome. A digest that base and its control
agree on and head does not is no evidence, only a reason to make that one experiment in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from assay.evidence.frames import Searched
from assay.values.experiment import Edit, Experiment, ExperimentId, Intervention, Outcome

OPERATOR = "text.search"
MOST_HINTS = 30
FIRST_NUMBER = 100_000
"""Numbers of these experiments at a call; those of the plan are smaller."""

_Call = tuple[str, str, int]


def hints(base: Iterable[Searched], control: Iterable[Searched], head: Iterable[Searched]) -> tuple[Experiment, ...]:
    """Experiments for texts whose outcome differs on head and not on base again: from each call the shortest first."""
    again, theirs = _by_call(control), _by_call(head)
    queues: list[list[Experiment]] = []
    for search in base:
        call = (search.scenario, search.point, search.call)
        runs = (search.digests, again.get(call, ()), theirs.get(call, ()))
        differing = [
            (len(text), number, name, text)
            for number, (name, text) in enumerate(search.tried)
            if _differs(*(_at(digests, number) for digests in runs))
        ]
        queues.append([_experiment(search, number, name, text) for _, number, name, text in sorted(differing)])
    return tuple(_in_turn(queues)[:MOST_HINTS])


def count_compared(base: Iterable[Searched], head: Iterable[Searched]) -> int:
    """Texts of which both sides told what came out."""
    theirs = _by_call(head)
    return sum(
        min(len(search.digests), len(theirs.get((search.scenario, search.point, search.call), ()))) for search in base
    )


def _by_call(searches: Iterable[Searched]) -> Mapping[_Call, tuple[str, ...]]:
    return {(search.scenario, search.point, search.call): search.digests for search in searches}


def _at(digests: Sequence[str], number: int) -> str | None:
    return digests[number] if number < len(digests) else None


def _differs(base: str | None, again: str | None, head: str | None) -> bool:
    return base is not None and head is not None and base == again and base not in (head, "lost")


def _experiment(search: Searched, number: int, name: str, text: str) -> Experiment:
    edit = Edit(path=(("arg", name),), operator=OPERATOR, literal=repr(text))
    return Experiment(
        id=ExperimentId(
            scenario=search.scenario, point=search.point, call=search.call, intervention=FIRST_NUMBER + number
        ),
        intervention=Intervention(edits=(edit,)),
        arguments_digest="",
        arrived_digest=search.arrived_digest,
        arguments=(),
        outcome=Outcome(kind="returned"),
    )


def _in_turn(queues: Sequence[Sequence[Experiment]]) -> list[Experiment]:
    longest = max(map(len, queues), default=0)
    return [queue[i] for i in range(longest) for queue in queues if i < len(queue)]
