"""Which call an experiment is made at on another version, and how little is read to find it."""

from __future__ import annotations

from typing import Any

import assay_probe.encoding as untyped_encoding
import assay_probe.replaying as untyped

encoding: Any = untyped_encoding
replaying: Any = untyped


class Call:
    """A call whose arguments are counted when they are read."""

    def __init__(self) -> None:
        self.read = 0

    def arriving_with(self, value: int) -> Call:
        """The same counter for another call."""
        self.value = value
        return self

    def tree(self) -> Any:
        """The arguments, written down."""
        self.read += 1
        return encoding.encode(self.value)


def planned(n: int, value: int) -> dict[str, Any]:
    """A call that base made experiments at."""
    return {"n": n, "digest": encoding.digest(encoding.encode(value)), "experiments": []}


def test_a_call_is_told_by_its_arguments_and_else_by_its_number() -> None:
    """Head may make one call more before it."""
    plan = [planned(0, 7), planned(2, 9)]
    found = [replaying.entry_for(plan, n, Call().arriving_with(value)) for n, value in ((0, 1), (1, 9), (2, 3))]
    assert [(entry and entry["n"], matched) for entry, _, matched in found] == [
        (0, "order"),
        (2, "digest"),
        (2, "order"),
    ]


def test_an_entry_that_was_used_is_none() -> None:
    """Each experiment is made once."""
    plan = [{**planned(0, 7), "used": True}]
    assert replaying.entry_for(plan, 0, Call().arriving_with(7))[0] is None


def test_arguments_of_calls_far_from_the_plan_are_not_read() -> None:
    """A test may make thousands of calls, of which the first few are those to experiment on."""
    plan, call = [planned(3, 7)], Call()
    for n in range(5000):
        assert replaying.entry_for(plan, n, call.arriving_with(8))[0] in (None, plan[0])
    assert call.read <= 3 + replaying.AWAY + 1
    plan[0]["used"] = True
    replaying.entry_for(plan, 3, call)
    assert call.read <= 3 + replaying.AWAY + 1
