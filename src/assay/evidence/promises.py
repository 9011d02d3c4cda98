"""What base's own tests promise: which of them pass on base and fail on head."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assay.evidence.frames import RecordedCall, Story
from assay.values.experiment import ScenarioResult

_REMOVED = re.compile(
    r"cannot import name '([^']+)'|module '[^']+' has no attribute '([^']+)'|No module named '([^']+)'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A promise that head does not keep."""

    test: str
    path: str
    line: int
    detail: str
    units: frozenset[str]
    """Points of the changed units that the test reaches on base."""
    removed_name: str | None = None


def find_broken(base: Story, head: Story) -> tuple[Broken, ...]:
    """Tests that passed on base and failed on head, and files that no longer import there."""
    reached = reach_by_test(base.calls)
    on_head = {result.id: result for result in head.tests}
    broken = [
        Broken(
            test=result.id,
            path=result.path,
            line=result.line,
            detail=_last_line(on_head[result.id].detail),
            units=reached.get(result.id, frozenset()),
        )
        for result in base.tests
        if result.outcome == "passed" and result.id in on_head and on_head[result.id].outcome in ("failed", "error")
    ]
    known = {path for path, _ in base.uncollected}
    for path, detail in head.uncollected:
        if path not in known:
            found = _REMOVED.search(detail)
            name = next((part for part in found.groups() if part), None) if found else None
            units = frozenset().union(
                *(points for test, points in reached.items() if test.startswith(path)), frozenset()
            )
            broken.append(
                Broken(test=path, path=path, line=1, detail=_last_line(detail), units=units, removed_name=name)
            )
    return tuple(broken)


def reach_by_test(calls: Iterable[RecordedCall]) -> Mapping[str, frozenset[str]]:
    """The observation points that each test reaches, fixtures included."""
    reached: dict[str, set[str]] = {}
    for call in calls:
        test = call.experiment.id.scenario.removesuffix("::setup")
        reached.setdefault(test, set()).update(call.experiment.touched, {call.experiment.id.point})
    return {test: frozenset(points) for test, points in reached.items()}


def failing_on_base(results: Iterable[ScenarioResult]) -> tuple[ScenarioResult, ...]:
    """Tests that say nothing, because they fail before anything was changed."""
    return tuple(result for result in results if result.outcome in ("failed", "error"))


def _last_line(detail: str) -> str:
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("E ")] or lines
    return (telling[0] if telling else "").removeprefix("E").strip()[:300]
