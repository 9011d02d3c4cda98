"""A probe without processes: two versions of functions of one number, the calls that tests make, and the same frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from tests.evidence.making import arguments, tree

from assay.values.lab import Frame, Run

Version = Callable[[int], object]
Chain = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A test calls a point with a number, through other functions."""

    point: str
    amount: int
    chain: Chain = ()


@dataclass
class FakeProbe:
    """Answers `record`, `plan` and `replay` as the probe does."""

    base: Mapping[str, Version]
    head: Mapping[str, Version]
    tests: Mapping[str, Sequence[Call]]
    edits: Sequence[int] = (0, -1, 100)
    touches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Points that run while another one does."""
    endings: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """How a test ends on a side, by `(side, test)`; else it passes."""
    kinds: Sequence[str] = ("int",)
    complete: bool = True
    n_runs: int = 0

    def __call__(self, run: Run) -> Sequence[Frame]:
        """The frames of one run."""
        self.n_runs += 1
        job = cast("dict[str, Any]", run.job)
        frames = list(self._frames(run, job))
        points = [
            {
                "t": "point",
                "point": point,
                "calls": 1,
                "experiments": 1,
                "kinds": {"amount": list(self.kinds)},
                "pairs": [len(self.edits), len(self.edits)],
            }
            for point in self.base
        ]
        return [*frames, *points, {"t": "done", "complete": self.complete}]

    def _frames(self, run: Run, job: dict[str, Any]) -> Iterator[Frame]:
        observed = {point["id"] for point in job["points"]}
        for test, calls in self.tests.items():
            if job["tests"] is not None and test not in job["tests"]:
                continue
            seen: dict[str, int] = {}
            for call in calls:
                if call.point in observed:
                    n = seen[call.point] = seen.get(call.point, -1) + 1
                    yield from self._call(run, job, test, n, call)
            ending = self.endings.get((run.side, test), "passed")
            yield {
                "t": "test",
                "test": test,
                "outcome": ending,
                "seconds": 0.01,
                "detail": "E   boom",
                "path": "t.py",
                "line": 1,
            }

    def _call(self, run: Run, job: dict[str, Any], test: str, n: int, call: Call) -> Iterator[Frame]:
        common: dict[str, Any] = {"test": test, "point": call.point, "n": n}
        if job["mode"] == "record":
            yield {
                **common,
                "t": "call",
                "digest": str(call.amount),
                "chain": [list(frame) for frame in call.chain],
                "shape": "s",
                **self._made(run, call.point, call.amount),
            }
            return
        for number, edits, plant in _wanted(job, test, n, call, self.edits):
            amount = int(edits[0]["literal"]) if edits else call.amount
            yield {
                **common,
                "t": "experiment",
                "m": number,
                "plan": edits,
                "plant": plant,
                "before": str(call.amount),
                "digest": str(amount),
                "matched": "digest",
                "tree": arguments(amount=call.amount),
                "edits": [["int", "int", f"amount: {call.amount} -> {amount}", {"amount": ["int"]}] for _ in edits],
                **(_planted() if plant else self._made(run, call.point, amount)),
            }

    def _made(self, run: Run, point: str, amount: int) -> dict[str, Any]:
        function = (self.base if run.side == "base" else self.head)[point]
        outcome: dict[str, Any]
        try:
            value = function(amount)
            outcome = {"kind": "returned", "value": tree(value), "text": "", "shown": repr(value)}
        except ValueError as error:
            described = {"type": "builtins.ValueError", "bases": [], "text": str(error), "where": "bill.py:1"}
            outcome = {
                "kind": "raised",
                "shown": f"ValueError: {error}",
                "raised": {**described, "purposeful": True, "internal": False},
            }
        touched = list(self.touches.get(point, ()))
        literal = [["amount", repr(amount), repr(amount)]]
        return {"outcome": outcome, "args": literal, "lines": [1], "touched": touched}


def _wanted(
    job: dict[str, Any], test: str, n: int, call: Call, edits: Sequence[int]
) -> Iterator[tuple[int, list[dict[str, Any]], str | None]]:
    """`(number, edits, plant)` of the experiments at one call."""
    if job["mode"] == "replay":
        for entry in job["plan"].get(test, {}).get(call.point, ()):
            if entry["n"] == n:
                yield from entry["experiments"]
        return
    quota = job["quota"].get(call.point)
    if quota is None or n not in quota.get("calls", {test: [n]}).get(test, ()):
        return
    yield 0, [], None
    yield -1, [], "result"
    for number, amount in enumerate(edits, 1):
        yield number, [{"path": [["arg", "amount"]], "op": "number.edge", "variant": 0, "literal": str(amount)}], None


def _planted() -> dict[str, Any]:
    outcome = {"kind": "returned", "value": tree("planted"), "text": "", "shown": "'planted'"}
    return {"outcome": outcome, "args": [], "lines": [], "touched": []}
