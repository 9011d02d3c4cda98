"""The first line that one version runs in the example and the other does not, with the test that led there."""

from __future__ import annotations

from dataclasses import replace

from tests.evidence.making import FakeSource, difference, experiment, placement, returned

from assay.change.project import Project
from assay.evidence.conditions.parting import parting_of
from assay.values.change import Unit
from assay.values.finding import Parting

BASE = "LIMIT = 10\n\n\ndef total(amount):\n    if amount > LIMIT:\n        return LIMIT\n    return amount\n"
HEAD = "LIMIT = 10\n\n\ndef total(amount):\n    if amount >= LIMIT + 1:\n        return None\n    return amount\n"


def parting(amount: str, base_lines: set[int], head_lines: set[int]) -> Parting | None:
    """Of one example, by the lines that ran."""
    source = FakeSource(base={"bill.py": BASE}, head={"bill.py": HEAD})
    unit = Unit(path="bill.py", module="bill", qualname="total", first_line=4, last_line=7)
    seen = replace(
        difference(),
        base=experiment(returned(1), arguments=(("amount", amount),), lines=frozenset(base_lines)),
        head=experiment(returned(2), arguments=(("amount", amount),), lines=frozenset(head_lines)),
    )
    placed = replace(placement("bill.py::total"), base=unit, head=unit)
    return parting_of(seen, placed, (Project(source, "base"), Project(source, "head")))


def test_the_first_unlike_line_of_each_side_is_shown() -> None:
    """The rewritten test itself, on both sides."""
    found = parting("12", {5, 6}, {5, 6})
    assert found is not None
    assert (found.base, found.head) == ("bill.py:5  if amount > LIMIT:", "bill.py:5  if amount >= LIMIT + 1:")
    decided = "`amount > LIMIT` is true on base and `amount >= LIMIT + 1` is true on head, "
    assert found.decided == f"{decided}where amount is 12, LIMIT is 10, LIMIT + 1 is 11"


def test_equal_lines_do_not_part() -> None:
    """And where no line is known nothing is said."""
    assert parting("12", set(), {5}) is None
    assert parting("3", {7}, {7}) is None
