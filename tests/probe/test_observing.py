"""What is written down of a call as a test makes it: once, whole, under its own name, and nothing else is disturbed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

from assay.evidence.jobs import Window

SHOP = """
=== m.py
import threading

STOCK = {"a": 1}


def total(prices, *, tax=0.5):
    subtotal = 0
    for price in prices:
        subtotal += price
    return round_up(subtotal * (1 + tax))


def round_up(amount):
    if amount == int(amount):
        return int(amount)
    return int(amount) + 1


def take(name, basket):
    if name not in STOCK:
        raise LookupError("no " + name)
    basket.append(name)
    return basket


def stumble(basket):
    return basket.items


def in_thread(prices):
    out = []
    thread = threading.Thread(target=lambda: out.append(total(prices)))
    thread.start()
    thread.join()
    return out[0]


def walk(node):
    return [node["name"]] + [name for child in node.get("children", ()) for name in walk(child)]


def refuse_badly(name):
    raise ValueError("no {1}".format(name))
=== test_m.py
import unittest
import m

m.round_up(0.5)


class Shop(unittest.TestCase):
    def setUp(self):
        self.basket = m.take("a", [])

    def test_total(self):
        self.assertEqual(m.total([1, 2], tax=1), 6)
        self.assertEqual(m.total([1]), 2)

    def test_take(self):
        self.assertEqual(m.take("a", self.basket), ["a", "a"])
        with self.assertRaises(LookupError):
            m.take("b", self.basket)

    def test_stumble(self):
        with self.assertRaises(AttributeError):
            m.stumble(self.basket)

    def test_refuse_badly(self):
        with self.assertRaises(IndexError):
            m.refuse_badly("a")

    def test_thread(self):
        self.assertEqual(m.in_thread([2]), 3)

    def test_walk(self):
        self.assertEqual(m.walk({"name": 1, "children": [{"name": 2}, {"name": 3}]}), [1, 2, 3])

    def test_often(self):
        self.assertEqual([m.round_up(n) for n in range(100)], list(range(100)))
"""


def lines_of(told: Told, name: str) -> list[str]:
    """Recorded calls as `test[n] arguments -> outcome`."""
    return [
        f"{call.id.scenario.rsplit('.', 1)[-1]}[{call.id.call}] "
        + ", ".join(f"{argument}={literal}" for argument, literal in call.arguments)
        + f" -> {call.outcome.shown}"
        for call in told.called(name)
    ]


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A few functions and their tests."""
    return write(tmp_path, SHOP)


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_a_call_is_written_down_once_with_its_arguments_and_what_it_did(shop: Project, python: str) -> None:
    """Bound by name, defaults applied; inner calls of the same function belong to the outermost one."""
    told = shop.under(python).record("total", "take", "stumble", "walk")
    assert set(told.endings.values()) == {"passed"}
    assert lines_of(told, "total") == [
        "test_thread[0] prices=[2], tax=0.5 -> 3",
        "test_total[0] prices=[1, 2], tax=1 -> 6",
        "test_total[1] prices=[1], tax=0.5 -> 2",
    ]
    assert lines_of(told, "walk") == [
        "test_walk[0] node={'name': 1, 'children': [{'name': 2}, {'name': 3}]} -> [1, 2, 3]"
    ]
    assert lines_of(told, "take")[-1] == "test_walk[0] name='a', basket=[] -> ['a']"
    assert [line for line in lines_of(told, "take") if "test_take" in line] == [
        "test_take[0] name='a', basket=[] -> ['a']",
        "test_take[1] name='a', basket=['a'] -> ['a', 'a']",
        "test_take[2] name='b', basket=['a', 'a'] -> LookupError: no b",
    ]


def test_a_refusal_is_told_from_a_stumble(shop: Project) -> None:
    """The project's own `raise` is purposeful; an attribute that is not there is internal."""
    told = shop.record("take", "stumble")
    refused = next(call.outcome.raised for call in told.called("take") if call.outcome.kind == "raised")
    assert refused is not None
    assert (refused.type, refused.text, refused.purposeful, refused.internal) == (
        "builtins.LookupError", "no b", True, False,
    )  # fmt: skip
    assert refused.where == "m.py:21"
    stumbled = told.called("stumble")[0].outcome.raised
    assert stumbled is not None
    assert (stumbled.purposeful, stumbled.internal, stumbled.where) == (False, True, "m.py:27")


def test_a_stumble_over_the_words_of_a_refusal_is_a_stumble(shop: Project) -> None:
    """The line says `raise`, and another exception than the one it names came of it."""
    (call,) = shop.record("refuse_badly").called("refuse_badly")
    raised = call.outcome.raised
    assert raised is not None
    assert (raised.type, raised.purposeful, raised.internal) == ("builtins.IndexError", False, True)


def test_changed_arguments_are_kept_as_they_were_and_as_they_are(shop: Project) -> None:
    """A call that leaves its arguments alone keeps neither."""
    told = shop.record("take", "total")
    taken = told.called("take")[0].outcome
    assert (taken.before is None, taken.after is None) == (False, False)
    assert taken.before != taken.after
    summed = told.called("total")[0].outcome
    assert (summed.before, summed.after) == (None, None)


def test_executed_lines_and_touched_units_are_those_of_the_call_alone(shop: Project) -> None:
    """By them calls are chosen that run what changed."""
    told = shop.record("total", "round_up")
    _, first, second = told.called("total")
    assert first.touched == {"m.py::round_up"}  # what it reached beside itself
    assert sorted(first.lines ^ second.lines) == [15, 16]
    assert first.lines & second.lines == {7, 8, 9, 10, 14}
    rounded = [call for call in told.called("round_up") if call.id.scenario.endswith("test_often")]
    assert {frozenset(call.lines) for call in rounded} == {frozenset({14, 15})}
    assert {call.touched for call in rounded} == {frozenset()}


def test_the_project_functions_above_a_call_are_named_innermost_first(shop: Project) -> None:
    """Through them a unit can be observed where its own result says nothing."""
    told = shop.record("round_up")
    chains = {call.experiment.id.scenario: call.chain for call in told.story.calls}
    inner = [(path, name) for path, _, name in chains["test_m.Shop.test_total"]]
    assert inner == [("m.py", "total"), ("test_m.py", "test_total")]


def test_many_calls_of_one_test_are_not_all_written_down(shop: Project) -> None:
    """The first forty of a test say what a loop of a hundred would."""
    told = shop.record("round_up")
    often = [call.id.call for call in told.called("round_up") if call.id.scenario.endswith("test_often")]
    assert often == list(range(40))
    facts = told.story.points["m.py::round_up"]
    assert facts.calls == 1 + 2 + 100 + 1, facts
    assert dict(facts.kinds)["amount"] == {"int", "float"}


def test_calls_in_other_threads_are_seen_too(shop: Project) -> None:
    """Web frameworks run what they are asked in a thread of their own."""
    told = shop.record("total", "in_thread")
    assert told.endings["test_thread"] == "passed"
    assert [call.outcome.shown for call in told.called("total") if call.id.scenario.endswith("test_thread")] == ["3"]
    assert len(told.called("in_thread")) == 1
    planned = shop.plan("total", experiments=12, per_call=6)
    assert planned.endings["test_thread"] == "passed"
    assert [e for e in planned.made("total") if e.id.scenario.endswith("test_thread")]


def test_after_the_deadline_calls_pass_unseen(shop: Project) -> None:
    """No further test begins, and the story says that it is not whole."""
    told = replace(shop, window=Window(collect_s=30.0, deadline_s=0.0)).record("total")
    assert not told.story.calls
    assert not told.story.complete
    assert len(told.endings) <= 1
    assert shop.record("total").story.complete


def test_the_same_run_tells_the_same_story_under_another_hash_seed(shop: Project) -> None:
    """Digests and outcomes of both recordings agree call by call."""
    stories = [shop.record("total", "round_up", "take", "stumble", "walk", hash_seed=seed).story for seed in (0, 1, 7)]
    told = [
        [(c.experiment.id, c.experiment.arguments_digest, c.experiment.outcome, c.shape) for c in story.calls]
        for story in stories
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) > 40


def test_a_function_that_is_not_there_is_observed_nowhere(shop: Project) -> None:
    """A wrong line does no harm, and is told."""
    told = shop.record_at([shop.placement_at("total", 99)])
    assert set(told.endings.values()) == {"passed"}
    assert not told.story.calls
    assert [point for point, _ in told.story.unobserved] == ["m.py::total"]


def test_each_module_says_from_where_it_was_loaded(shop: Project) -> None:
    """A copy installed elsewhere is not the tree under test."""
    assert shop.record("total").story.origins == {"m": str(shop.root / "m.py")}


DELICATE = """
=== m.py
class Sly:
    @property
    def __class__(self):
        raise RuntimeError("do not look")


class Lazy:
    def __init__(self, make):
        self.__dict__["_make"] = make

    @property
    def __class__(self):
        return type(self._make())


class Named:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return "Named(%r)" % self.name

    def greet(self, other):
        return self.name


def one(x):
    return 1
=== test_m.py
import unittest, m
class Delicate(unittest.TestCase):
    def test_sly(self):
        self.assertEqual(m.one(m.Sly()), 1)
    def test_lazy(self):
        made = []
        def make():
            made.append(1)
            return 5
        m.one(m.Lazy(make))
        self.assertEqual(made, [])
    def test_named(self):
        self.assertEqual(m.Named("a").greet(m.Named("b")), "a")
"""


def test_objects_that_do_not_want_to_be_looked_at_are_looked_at(tmp_path: Path) -> None:
    """Lazy objects of web frameworks answer for their `__class__` by doing their work."""
    project = write(tmp_path, DELICATE)
    assert set(project.record().endings.values()) == {"passed"}
    assert set(project.record("one").endings.values()) == {"passed"}
    assert set(project.plan("one").endings.values()) == {"passed"}


def test_the_probe_calls_no_repr_of_the_target_while_it_writes_down(tmp_path: Path) -> None:
    """A changed `__repr__` that no test calls is not reached."""
    told = write(tmp_path, DELICATE).record("Named.__repr__", "Named.greet")
    assert [call.id.call for call in told.called("Named.greet")] == [0]
    assert told.called("Named.__repr__") == []


SHARED_SET_UP = """
=== m.py
def f(x):
    return x
=== test_m.py
import unittest, m
class A(unittest.TestCase):
    def test_a(self): m.f("a")
class B(unittest.TestCase):
    @classmethod
    def setUpClass(cls): m.f("class B")
    def test_b(self): m.f("b")
"""


def test_calls_of_a_class_set_up_are_ascribed_to_the_test_before(tmp_path: Path) -> None:
    """`unittest` says nothing when a class begins."""
    told = write(tmp_path, SHARED_SET_UP).record("f")
    # wrong: `class B` is B's own; when only B runs it is called by `<import>`, so the two runs do not match.
    assert lines_of(told, "f") == [
        "test_a[0] x='a' -> 'a'",
        "test_a[1] x='class B' -> 'class B'",
        "test_b[0] x='b' -> 'b'",
    ]
    only_b = replace(write(tmp_path, SHARED_SET_UP), tests=("test_m.B.test_b",)).record("f")
    assert [call.id.scenario for call in only_b.called("f")] == ["<import>", "test_m.B.test_b"]


OWN_ERROR = """=== m.py
import contextlib


class Refused(ValueError):
    pass


def parse(text):
    stack = contextlib.ExitStack()
    stack.enter_context(_refusing(text))
    with stack:
        return int(text)


def _refusing(text):
    return contextlib.suppress() if text.isdigit() else _Throwing()


class _Throwing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return next((x for x in ()), _throw(Refused("no number")))


def _throw(error):
    (lambda: (_ for _ in ()).throw(error))().__next__()
=== test_m.py
import unittest, m


class Facts(unittest.TestCase):
    def test_parse(self):
        with self.assertRaises(m.Refused):
            m.parse("x")
"""


def test_an_exception_of_the_project_is_no_accident_wherever_it_was_raised(tmp_path: Path) -> None:
    """Helpers such as `six.raise_from` raise for it."""
    told = write(tmp_path, OWN_ERROR).record("parse")
    refused = told.called("parse")[0].outcome.raised
    assert refused is not None
    assert (refused.type, refused.purposeful, refused.internal) == ("m.Refused", True, False)
