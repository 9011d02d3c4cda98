"""Which calls to experiment on, in which tests, and through which callers to look."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from assay.evidence.frames import RecordedCall
from assay.evidence.jobs import Placement, Quota
from assay.values.experiment import ScenarioResult

MAX_CALLS_A_POINT = 24
MIN_PER_CALL, MAX_PER_CALL = 12, 300
LONG_WORD = 5
STOPPED = "TooSlow: assay: "
"""What the ending of a test says that was stopped for its length; a project may have a TooSlow of its own."""
GRADES_S = (0.1, 0.5, 2.5)
"""A test is quick or slow in steps: what took 3 ms now took 5 ms a minute ago."""
_WORD = re.compile(r"[A-Z]?[a-z]+")

Frame = tuple[str, int, str]
"""`(path, first line, name)` of a function on the stack above a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The calls worth experiments: quotas by point, and the tests that make them, the most telling first."""

    quotas: Mapping[str, Quota]
    tests: tuple[str, ...]


def identifiers(changed: Iterable[Placement]) -> tuple[str, ...]:
    """Names of the units and of what is around them, without those that every class has; and the longer words in them.

    Tests are named after such a word where nobody calls the unit by its name, as pickling calls `__getstate__`.
    """
    names = {part for placement in changed for part in placement.point.name.split(".")[-2:] if part != "<locals>"}
    words = {word.lower() for name in names for word in _WORD.findall(name) if len(word) >= LONG_WORD}
    return tuple(sorted({name for name in names if not name.startswith("_") and len(name) > 2} | words))


def choose_calls(
    calls: Iterable[RecordedCall],
    results: Mapping[str, ScenarioResult],
    budget: Mapping[str, int],
    telling: Mapping[str, frozenset[int]],
) -> Chosen:
    """Choose calls that add an executed line or a shape, those that run changed lines first.

    `telling` gives the changed lines of each point. A call of a passing test goes before one of a failing test, a fast
    test before a slow one.
    """
    by_point: dict[str, list[RecordedCall]] = defaultdict(list)
    for call in calls:
        by_point[call.experiment.id.point].append(call)
    quotas, score = {}, Counter[str]()
    for point, made in by_point.items():
        n = budget.get(point, 0)
        if not n:
            continue
        picked = _pick(
            made, results, telling.get(point, frozenset()), max(1, min(MAX_CALLS_A_POINT, n // MIN_PER_CALL))
        )
        named: dict[str, list[int]] = defaultdict(list)
        for rank, call in enumerate(picked):
            named[call.experiment.id.scenario].append(call.experiment.id.call)
            score[test_of(call.experiment.id.scenario)] += len(picked) - rank
        per_call = max(MIN_PER_CALL, min(MAX_PER_CALL, n // max(1, len(picked))))
        quotas[point] = Quota(
            experiments=n, per_call=per_call, calls={name: tuple(sorted(ns)) for name, ns in named.items()}
        )
    ordered = sorted(score, key=lambda test: (-score[test] / (0.05 + _seconds(results, test)), test))
    return Chosen(quotas=quotas, tests=tuple(ordered))


def _pick(
    made: Sequence[RecordedCall], results: Mapping[str, ScenarioResult], telling: frozenset[int], n: int
) -> list[RecordedCall]:
    """Greedy: new changed lines, then new line sets, then new shapes, then whatever there is."""
    ordered = sorted(made, key=lambda c: (_rank(results, c), _seconds(results, test_of(c.experiment.id.scenario))))
    picked: list[RecordedCall] = []
    chosen: set[int] = set()
    lines: set[int] = set()
    line_sets: set[frozenset[int]] = set()
    shapes: set[str] = set()

    def take(wanted: Callable[[RecordedCall], bool]) -> None:
        for i, call in enumerate(ordered):
            if len(picked) < n and i not in chosen and wanted(call):
                chosen.add(i)
                picked.append(call)
                lines.update(call.experiment.lines)
                line_sets.add(call.experiment.lines)
                shapes.add(call.shape)

    take(lambda call: bool((call.experiment.lines & telling) - lines))
    take(lambda call: call.experiment.lines not in line_sets and bool(call.experiment.lines & telling or not telling))
    take(lambda call: call.shape not in shapes)
    take(lambda call: call.experiment.lines not in line_sets)
    take(lambda _call: True)
    return picked


def _rank(results: Mapping[str, ScenarioResult], call: RecordedCall) -> int:
    scenario = call.experiment.id.scenario
    result = results.get(test_of(scenario))
    return 2 * (result is None or result.outcome != "passed") + (
        "::setup" in scenario or scenario.startswith(("import:", "<import>"))
    )


def test_of(scenario: str) -> str:
    """The test that a scenario belongs to: its own, or the one it is the set-up of."""
    return scenario.removesuffix("::setup")


def file_of(scenario: str) -> str:
    """The file of a test of pytest, or the one that makes the calls while it is imported."""
    return scenario.removeprefix("import:").split("::")[0]


def _seconds(results: Mapping[str, ScenarioResult], test: str) -> float:
    """About how long a test takes, one of few numbers: else the same tests are chosen in another order each time."""
    result = results.get(test)
    taken_s = result.seconds if result else 0.0
    return max((grade for grade in GRADES_S if taken_s >= grade), default=0.0)


def rank_callers(calls: Iterable[RecordedCall], usable: Callable[[Frame], bool]) -> dict[str, tuple[Frame, ...]]:
    """For each point the functions above its calls that can be observed: the nearest and the outermost, by use."""
    near: dict[str, Counter[Frame]] = defaultdict(Counter)
    outer: dict[str, Counter[Frame]] = defaultdict(Counter)
    known: dict[Frame, bool] = {}
    for call in calls:
        frames = []
        for frame in call.chain:
            if frame not in known:
                known[frame] = usable(frame)
            if known[frame]:
                frames.append(frame)
        if frames:
            near[call.experiment.id.point][frames[0]] += 1
            outer[call.experiment.id.point][frames[-1]] += 1
    ranked = {}
    for point, nearest in near.items():
        best = [frame for frame, _ in nearest.most_common(2)] + [frame for frame, _ in outer[point].most_common(2)]
        ranked[point] = tuple(dict.fromkeys(best))
    return ranked


def share_out(total: int, changed: Sequence[str], callers: Sequence[str]) -> dict[str, int]:
    """Divide experiments: two thirds to the changed units, one third to the callers; all where there are no callers."""
    for_changed = 0 if not changed else total * 2 // 3 if callers else total
    shares = {point: max(MIN_PER_CALL * 2, for_changed // len(changed)) for point in changed}
    shares |= {point: max(MIN_PER_CALL, (total - for_changed) // len(callers)) for point in callers}
    return shares
