"""Calls that differ for one reason go one way through both versions, however else they go."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence.making import FakeSource, experiment, placement, returned

from assay.evidence.ways import Way, Ways
from assay.values.change import Unit

BASE = """def fee(days, items):
    total = 0
    for item in items:
        total += item
    if days < 0:
        return 0
    if total > 100:
        return 1
    return 2
"""
HEAD = BASE.replace("days < 0", "days <= 0")


def way(base: set[int], head: set[int]) -> Way:
    """Of a call, by the lines that ran on each side."""
    unit = Unit(path="bill.py", module="bill", qualname="fee", first_line=1, last_line=9)
    placed = replace(placement("bill.py::fee"), base=unit, head=unit, telling=frozenset({5, -5}))
    ways = Ways([placed], FakeSource(base={"bill.py": BASE}, head={"bill.py": HEAD}))
    return ways.of(
        experiment(returned(2), lines=frozenset(base)), replace(experiment(returned(0)), lines=frozenset(head))
    )


def test_calls_that_part_at_one_place_go_one_way() -> None:
    """Whether there were items is told by lines that both versions ran, and is no part of it."""
    assert way({2, 3, 5, 7, 9}, {2, 3, 5, 6}) == way({2, 3, 4, 5, 7, 8}, {2, 3, 4, 5, 6})


def test_calls_that_part_elsewhere_go_another_way() -> None:
    """The same lines on base, and other ones on head."""
    assert way({2, 3, 5, 7, 9}, {2, 3, 5, 6}) != way({2, 3, 5, 7, 9}, {2, 3, 5, 7, 8})


def test_where_no_line_is_known_there_is_no_way() -> None:
    """Nothing is equal to nothing here: such a call is announced by no way."""
    assert way(set(), {2}) == ()
