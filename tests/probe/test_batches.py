"""Several experiments in one child see what each would have seen in a child of its own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

from assay.evidence.jobs import Window
from assay.evidence.tree_nodes import read
from assay.values.experiment import Experiment

SHOP = """
=== m.py
from time import process_time as PROCESS_TIME

KEPT = []


class Shelf:
    _widest = 0


SHELF = Shelf()


class Rates:
    high = 9

    def __init__(self):
        self.low, self.seen, self.source = 2, [], None

    def pick(self, n):
        return self.low if n < 5 else self.high

    def note(self, n):
        self.seen.append(n)
        return len(self.seen)

    def remember(self, n):
        KEPT.append(n)
        return len(KEPT)

    def widen(self, n):
        SHELF._widest = max(SHELF._widest, n)
        return SHELF

    def next_of(self, n):
        return next(self.source)

    def print(self, n):
        self.source.write("text")
        return self.source.tell()

    def wait(self, n):
        until = PROCESS_TIME() + 0.4
        while PROCESS_TIME() < until:
            pass
        return self.low

    def hang(self, n):
        until = PROCESS_TIME() + 2.2
        while PROCESS_TIME() < until:
            pass

    def up_to(self, n, steps):
        for step in steps:
            yield step + min(n, self.high)
=== test_m.py
import io
import os
import sys
import unittest

import m

FORKS = []
os.register_at_fork(before=lambda: FORKS.append(1))


class TestShop(unittest.TestCase):
    def setUp(self):
        FORKS.clear()
        self.rates = m.Rates()

    def tearDown(self):
        sys.stderr.write("%s: %d forks;" % (self._testMethodName, len(FORKS)))

    def test_pick(self):
        self.assertEqual(self.rates.pick(3), 2)

    def test_note(self):
        self.assertEqual(self.rates.note(3), 1)

    def test_remember(self):
        self.assertEqual(self.rates.remember(3), 1)

    def test_widen(self):
        self.assertIs(self.rates.widen(3), m.SHELF)

    def test_next_of(self):
        self.rates.source = iter("abc")
        self.assertEqual(self.rates.next_of(3), "a")

    def test_print(self):
        self.rates.source = io.StringIO()
        self.assertEqual(self.rates.print(3), 4)

    def test_wait(self):
        self.assertEqual(self.rates.wait(3), 2)

    def test_hang(self):
        self.rates.hang(3)

    def test_up_to(self):
        self.assertEqual(list(self.rates.up_to(3, [1, 2])), [4, 5])
"""


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    return write(tmp_path, SHOP)


def forks(told: Told, name: str) -> int:
    found = re.search(rf"test_{name}: (\d+) forks", told.output)
    assert found is not None, told.output
    return int(found.group(1))


def answers(made: list[Experiment]) -> set[str]:
    return {experiment.outcome.shown for experiment in made if experiment.outcome.kind == "returned"}


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_calls_that_leave_nothing_behind_share_a_child(tmp_path: Path, python: str) -> None:
    """Altered attributes and flags of the class are put back before the next one."""
    told = write(tmp_path, SHOP).under(python).plan("Rates.pick", experiments=60, per_call=60)
    made = told.made("Rates.pick")
    assert len(made) > 30
    assert forks(told, "pick") < len(made) / 2
    others = [e for e in made if all(len(edit.path) == 1 and edit.path[0][1] == "n" for edit in e.intervention.edits)]
    assert len(others) > 10
    assert answers(others) <= {"2", "9"}


def test_generators_over_lists_share_a_child_too(shop: Project) -> None:
    """Whoever read the last one to its end left the list as it was."""
    told = shop.plan("Rates.up_to", experiments=60, per_call=60)
    made = told.made("Rates.up_to")
    assert len(made) > 30
    assert forks(told, "up_to") < len(made) / 2
    steps = [e for e in made if all(edit.path[0][1] == "n" and len(edit.path) == 1 for edit in e.intervention.edits)]
    assert len(steps) > 10
    assert {read(e.outcome.value).tag for e in steps if e.outcome.kind == "returned"} == {"iter"}


def test_what_a_call_changed_is_put_back_before_the_next(shop: Project) -> None:
    """Nobody meets a list that is longer than the test made it, and they share a child all the same."""
    told = shop.plan("Rates.note", experiments=60, per_call=60)
    assert forks(told, "note") < len(told.made("Rates.note")) / 2
    plain = [e for e in told.made("Rates.note") if {edit.path for edit in e.intervention.edits} <= {(("arg", "n"),)}]
    once = [e for e in plain if all(edit.operator != "call.first" for edit in e.intervention.edits)]
    assert len(once) > 10
    assert answers(once) == {"1"}


def test_what_no_argument_shows_is_noticed_by_calling_again(shop: Project) -> None:
    """A module's own list grows with each call: then every experiment has a child of its own."""
    told = shop.plan("Rates.remember", experiments=60, per_call=60)
    made = [
        e for e in told.made("Rates.remember") if all(edit.operator != "call.first" for edit in e.intervention.edits)
    ]
    assert len(made) > 10
    assert answers(made) == {"1"}
    assert forks(told, "remember") >= len(made)


def test_what_only_private_attributes_keep_is_no_reason_for_a_child_each(shop: Project) -> None:
    """Objects that many calls give back work things out once; a difference there is made again in a fresh process."""
    told = shop.plan("Rates.widen", experiments=60, per_call=60)
    assert forks(told, "widen") < len(told.made("Rates.widen")) / 2


def test_a_child_whose_arguments_cannot_be_put_back_is_not_used_again(shop: Project) -> None:
    """A text in memory was written to: nobody meets what the one before him wrote."""
    told = shop.plan("Rates.print", experiments=60, per_call=60)
    plain = [e for e in told.made("Rates.print") if {edit.path for edit in e.intervention.edits} <= {(("arg", "n"),)}]
    once = [e for e in plain if all(edit.operator != "call.first" for edit in e.intervention.edits)]
    assert len(once) > 10
    assert answers(once) == {"4"}


def test_a_batch_ends_with_the_time(shop: Project) -> None:
    """Calls that take long do not hold up the run until all of them are made."""
    window = Window(collect_s=10.0, deadline_s=10.0)
    told = replace(shop, window=window).plan("Rates.wait", experiments=60, per_call=60)
    made = told.made("Rates.wait")
    assert len(made) < 58
    assert "2" in answers(made)
    assert told.story.points["m.py::Rates.wait"].experiments == len(made)


def test_what_is_used_up_is_never_shared(shop: Project) -> None:
    told = shop.plan("Rates.next_of", experiments=60, per_call=60)
    made = [e for e in told.made("Rates.next_of") if {edit.path for edit in e.intervention.edits} <= {(("arg", "n"),)}]
    once = [e for e in made if all(edit.operator != "call.first" for edit in e.intervention.edits)]
    assert len(once) > 5
    assert answers(once) == {"'a'"}


def test_head_makes_them_again_in_the_same_way(shop: Project) -> None:
    planned = shop.plan("Rates.pick", experiments=60, per_call=60)
    again = shop.replay(planned, "Rates.pick")
    ours = {e.id: e.outcome for e in planned.made("Rates.pick") if e.intervention.plant is None}
    assert {e.id: e.outcome for e in again.made("Rates.pick")} == ours
    assert forks(again, "pick") < len(ours) / 2


def test_a_call_that_hangs_as_it_is_gets_no_further_experiments(shop: Project) -> None:
    """Each of them would wait as long."""
    told = shop.plan("Rates.hang", experiments=20, per_call=20)
    assert [e.outcome.kind for e in told.made("Rates.hang")] == ["hung"]


LEAVING = """
=== m.py
class Usage(SystemExit):
    pass


def parse(text, argv=()):
    if argv:
        raise Usage("Usage: " + text)
    return text
=== test_m.py
import unittest, m
class Parsing(unittest.TestCase):
    def test_parse(self): self.assertRaises(SystemExit, m.parse, "prog", ("-x",))
"""


def test_an_earlier_call_that_ends_the_program_says_nothing_of_the_experiment_after_it(tmp_path: Path) -> None:
    """`SystemExit` is no `Exception`; it was taken for the end of the child, and the next experiment for what died."""
    planned = write(tmp_path, LEAVING).plan("parse", experiments=60, per_call=30)
    assert any(edit.operator == "call.first" for e in planned.made("parse") for edit in e.intervention.edits)
    assert {e.outcome.kind for e in planned.made("parse")} == {"returned", "raised"}
    assert [facts.faults for facts in planned.story.points.values()] == [()]
