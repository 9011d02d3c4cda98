"""Many texts or numbers at one call: which hint at a difference, and the experiments that put the hint to the test.

A search runs thousands of them in one process and keeps a digest of each outcome. A digest that base and its control
agree on and head does not is no evidence, only a reason to make that one experiment in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from assay.evidence.frames import Searched
from assay.values.experiment import Edit, Experiment, ExperimentId, Intervention, Outcome, Raised

OF_TEXTS, OF_NUMBERS = "text.search", "number.search"
MOST_HINTS = 30
MOST_AGREEING = 200
FIRST_NUMBER = 1_000_000
"""Numbers of these experiments at a call; all others are smaller."""

_QUOTES = ("'", '"')
_Call = tuple[str, str, int]


def hints(base: Iterable[Searched], control: Iterable[Searched], head: Iterable[Searched]) -> tuple[Experiment, ...]:
    """Experiments for values whose outcome differs on head and not on base again: from each call the shortest first."""
    again, theirs = _by_call(control), _by_call(head)
    queues: list[list[Experiment]] = []
    for search in base:
        call = (search.scenario, search.point, search.call)
        runs = (search.digests, again.get(call, ()), theirs.get(call, ()))
        differing = [
            (len(literal), number, name, literal)
            for number, (name, literal) in enumerate(search.tried)
            if _differs(*(_at(digests, number) for digests in runs))
        ]
        queues.append([_experiment(search, number, name, literal) for _, number, name, literal in sorted(differing)])
    return tuple(_in_turn(queues)[:MOST_HINTS])


def differing_searches(base: Iterable[Searched], head: Iterable[Searched]) -> tuple[Searched, ...]:
    """Those of base in which head gave another digest somewhere."""
    theirs = _by_call(head)
    return tuple(
        search
        for search in base
        if any(
            ours != other
            for ours, other in zip(
                search.digests, theirs.get((search.scenario, search.point, search.call), ()), strict=False
            )
        )
    )


def agreeing(
    base: Iterable[Searched],
    control: Iterable[Searched],
    head: Iterable[Searched],
    own: Mapping[ExperimentId, Experiment],
) -> Iterator[Experiment]:
    """Calls with a text or number of which all runs gave the same digest: a spread of at most 200 of each search.

    A search in which nothing differs on head has no control, and needs none.

    They tell a learner where nothing differs. Of the outcome only its kind and the type of an exception are known.
    """
    again, theirs = _by_call(control), _by_call(head)
    for search in base:
        call = (search.scenario, search.point, search.call)
        first = own.get(ExperimentId(scenario=search.scenario, point=search.point, call=search.call, intervention=0))
        others = [runs[call] for runs in (again, theirs) if call in runs]
        rows = zip(search.tried, search.digests, *others, strict=False)
        alike = [
            (number, *pair, digest)
            for number, (pair, digest, *rest) in enumerate(rows)
            if rest and {digest} == set(rest)
        ]
        for number, name, literal, digest in alike[:: max(1, -(-len(alike) // MOST_AGREEING))]:
            ending = _ending(digest)
            if first is not None and ending is not None:
                made = _experiment(search, number, name, literal)
                arguments = tuple((key, literal if key == name else value) for key, value in first.arguments)
                yield replace(
                    first,
                    id=made.id,
                    intervention=made.intervention,
                    arguments=arguments,
                    arguments_digest=f"text:{name}:{literal}",
                    outcome=ending,
                )


def _ending(digest: str) -> Outcome | None:
    """What a digest tells of the outcome; None where the call neither returned nor raised."""
    kind, _, rest = digest.partition("|")
    exception = rest.rpartition("|")[0]
    if kind == "returned":
        return Outcome(kind="returned")
    if kind != "raised":
        return None
    raised = Raised(type=exception, bases=(exception,), text="", purposeful=False, internal=False, where="")
    return Outcome(kind="raised", raised=raised)


def count_compared(base: Iterable[Searched], head: Iterable[Searched]) -> int:
    """Texts and numbers of which both sides told what came out."""
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


def _experiment(search: Searched, number: int, name: str, literal: str) -> Experiment:
    operator = OF_TEXTS if literal[-1:] in _QUOTES else OF_NUMBERS
    edit = Edit(path=(("arg", name),), operator=operator, literal=literal)
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
