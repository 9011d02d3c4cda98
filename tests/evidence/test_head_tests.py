"""What tests of head show: calls that end otherwise on the two sides."""

from __future__ import annotations

from tests.evidence.making import TEST, call, placement, raised, returned, story

from assay.evidence.head_tests import HeadTests, shown_by
from assay.evidence.jobs import Scenarios

HASH, EQUAL = "bill.py::Bill.__hash__", "bill.py::Bill.__eq__"


def test_which_number_a_hash_is_is_shown_by_no_test() -> None:
    """It would be looked around, and held where nothing announces it. That it raises now is shown, and any other answer."""
    base = [call(returned(1), point=HASH), call(returned(1), point=HASH, n=1), call(returned(1), point=EQUAL)]
    head = [call(returned(2), point=HASH), call(raised(), point=HASH, n=1), call(returned(2), point=EQUAL)]
    tests = HeadTests(
        scenarios=Scenarios(runner="pytest", files=("t.py",)),
        files=(),
        base=story(calls=tuple(base)),
        head=story(calls=tuple(head)),
        announcing=frozenset({TEST}),
    )
    shown = shown_by(tests, {name: placement(name) for name in (HASH, EQUAL)})
    assert [(each.call.id.point, each.call.id.call) for each in shown if each.difference] == [(HASH, 1), (EQUAL, 0)]
