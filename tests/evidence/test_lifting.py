"""What differs inside shows at a public caller that is given the same value, in whatever way it takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tests.evidence.making import POINT, TEST, FakeLab, difference, edit, experiment, placement, returned, tree

from assay.evidence.jobs import Placement, Scenarios
from assay.evidence.lifting import show_at_callers
from assay.values.experiment import Edit
from assay.values.finding import Difference
from assay.values.lab import Frame, Run

TABLE = "table.py::Table.text"
RULES = (("arg", "options"), ("key", "rules"))
SETTER = [["arg", "self"], ["set", "rules"]]


def caller(*parameters: str) -> Placement:
    """A public method above the unit."""
    made = placement(TABLE, changed=False)
    return replace(made, point=replace(made.point, parameters=parameters))


def hidden(literal: str, *, n: int = 0, path: tuple[tuple[str, str | int], ...] = RULES) -> Difference:
    """A private difference that its own test's public caller did not show."""
    altered: Edit = edit(path, "number.constant", literal=literal)
    return difference(
        base=experiment(returned(1), altered, n=n, m=int(literal)),
        head=experiment(returned(2), altered, n=n, m=int(literal)),
        confirmed=True,
        needs_caller=True,
    )


def setting(accepted: str) -> Any:
    """A probe whose caller takes one value by its property, and answers otherwise on head when it holds it."""

    def frames(run: Run) -> Iterator[Frame]:
        job: Any = run.job
        for made in job["plan"][TEST][TABLE]:
            for number, edits, _ in made["experiments"]:
                if any(each["path"] != SETTER or each["literal"] != accepted for each in edits):
                    continue
                yield {
                    "t": "experiment", "test": TEST, "point": TABLE, "n": made["n"], "m": number, "plan": edits,
                    "before": "d", "digest": str(edits), "matched": "digest", "edits": [], "args": [],
                    "lines": [], "touched": [],
                    "outcome": {"kind": "returned", "value": tree((run.side, bool(edits)) if edits else 0)},
                }  # fmt: skip
        yield {"t": "done", "complete": True}

    return lambda run: list(frames(run))


def shown(accepted: str, groups: Sequence[Difference], differences: Sequence[Difference], at: Placement) -> int:
    """How many of the groups are shown at the caller."""
    lab = FakeLab(answer=setting(accepted))
    return len(show_at_callers(lab, groups, differences, [at], [at], Scenarios(runner="pytest", tests=(TEST,)), 5.0))


def test_an_option_in_a_mapping_is_set_on_the_object_that_hands_it_down() -> None:
    """By a property of the option's name: that is how callers say what they want."""
    one = hidden("2")
    assert one.base.id.point == POINT
    assert shown("2", [one], [one], caller("self")) == 1
    assert shown("2", [one], [one], caller("table")) == 0
    inside = hidden("2", path=(("arg", "options"), ("key", "rules"), ("item", 0)))
    assert shown("2", [inside], [inside], caller("self")) == 0


def test_another_value_of_the_group_may_be_one_that_the_property_takes() -> None:
    """What an inner function is given nobody checked."""
    one, other = hidden("13"), hidden("2", n=1)
    assert shown("2", [one], [one], caller("self")) == 0
    assert shown("2", [one], [one, other], caller("self")) == 1
