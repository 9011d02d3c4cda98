"""The chosen calls in two parts that run side by side.

Planning experiments is one process's work, and most machines have more than one core. There are always two lanes,
whatever the machine has, so that the same seed makes the same experiments everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from assay.evidence.jobs import Quota, Scenarios
from assay.evidence.selection import MIN_PER_CALL, file_of, test_of

LANES = 2

_Call = tuple[str, str, int]
"""`(scenario, point, number)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one process is to do."""

    scenarios: Scenarios
    quotas: Mapping[str, Quota]


def in_lanes(scenarios: Scenarios, quotas: Mapping[str, Quota]) -> tuple[Lane, ...]:
    """Divide by tests, or the calls of a single test.

    Where the probe itself is to choose calls of a point, it chooses among those of the tests of its lane.
    """
    calls = _calls(quotas)
    if scenarios.tests is None or len(calls) < LANES:
        return (Lane(scenarios=scenarios, quotas=quotas),)
    shares = _divided(calls, scenarios.tests, quotas)
    tests_of = [{test_of(scenario) for scenario, _, _ in share} for share in shares]
    is_disjoint = not tests_of[0] & tests_of[1]
    searched = {point: number % LANES for number, point in enumerate(quotas)}
    lanes = []
    for number, share in enumerate(shares):
        own = Counter(point for _, point, _ in share)
        part = {}
        for point, quota in quotas.items():
            if quota.calls is not None:
                fraction = Fraction(own[point], sum(map(len, quota.calls.values())))
            else:
                fraction = Fraction(1, LANES) if is_disjoint else Fraction(number == 0)
            if fraction:
                is_searched = fraction == 1 or searched[point] == number
                part[point] = _part(
                    quota, [call for call in share if call[1] == point], fraction, is_searched=is_searched
                )
        tests = tuple(test for test in scenarios.tests if test in tests_of[number])
        lanes.append(Lane(scenarios=replace(scenarios, tests=tests, files=_files(scenarios, tests)), quotas=part))
    return tuple(lanes)


def _calls(quotas: Mapping[str, Quota]) -> list[_Call]:
    return [
        (scenario, point, number)
        for point, quota in quotas.items()
        for scenario, numbers in (quota.calls or {}).items()
        for number in numbers
    ]


def _divided(calls: Sequence[_Call], tests: Sequence[str], quotas: Mapping[str, Quota]) -> list[list[_Call]]:
    """The calls of one test stay together unless there is no other test; each goes where there is least to do."""
    by_test: dict[str, list[_Call]] = {test: [] for test in tests}
    for call in calls:
        by_test.setdefault(test_of(call[0]), []).append(call)
    groups = [made for made in by_test.values() if made]
    if len(groups) < LANES:
        groups = [[call] for made in groups for call in made]
    shares: list[list[_Call]] = [[] for _ in range(LANES)]
    load = [0] * LANES
    for made in groups:
        lane = load.index(min(load))
        shares[lane] += made
        load[lane] += sum(quotas[point].per_call for _, point, _ in made)
    return shares


def _part(quota: Quota, calls: Sequence[_Call], fraction: Fraction, *, is_searched: bool) -> Quota:
    """This much of a quota; texts at a point are searched in one lane only."""
    named: dict[str, list[int]] = {}
    for scenario, _, number in calls:
        named.setdefault(scenario, []).append(number)
    return replace(
        quota,
        experiments=max(MIN_PER_CALL, round(quota.experiments * fraction)),
        untouched=round(quota.untouched * fraction),
        calls=None if quota.calls is None else {scenario: tuple(sorted(ns)) for scenario, ns in named.items()},
        texts=quota.texts if is_searched else 0,
    )


def _files(scenarios: Scenarios, tests: Sequence[str]) -> tuple[str, ...]:
    if scenarios.runner != "pytest":
        return scenarios.files
    wanted = {file_of(test) for test in tests}
    return tuple(file for file in scenarios.files if file in wanted) or scenarios.files
