"""Experiments in forks: the parent goes on untouched, and the same experiment ends the same way in another process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

from assay.evidence.classify import contrast
from assay.evidence.controls import count_plants
from assay.evidence.differences import learn_noise
from assay.evidence.jobs import Material
from assay.evidence.matching import match_experiments
from assay.values.finding import DifferenceKind

BILL = """
=== m.py
class Line:
    def __init__(self, name, price, taxed=True):
        self.name, self.price, self.taxed = name, price, taxed

    def __repr__(self):
        return "Line(%r, %r)" % (self.name, self.price)


def total(lines, rate=0.25, currency="EUR"):
    amount = sum(line.price * (1 + rate if line.taxed else 1) for line in lines)
    if currency == "JPY":
        return int(amount)
    return round(amount, 2)


def initials(name):
    return "".join(word[0].upper() for word in name.split())


def group(pairs):
    out = {}
    for key, value in pairs:
        out.setdefault(key, []).append(value)
    return out


def first(items, default=None):
    for item in items:
        return item
    return default


def words(text):
    return {word.lower() for word in text.split()}


def read(mapping, key):
    if key not in mapping:
        raise KeyError(key)
    return mapping.pop(key)


class Refusal(ValueError):
    def __init__(self, at):
        super().__init__("not a digit")
        self.at = at


def digits(text):
    for at, sign in enumerate(text):
        if not sign.isdigit():
            raise Refusal(at)
    return int(text)


def numbers(n):
    for i in range(n):
        yield i * i
=== test_m.py
import unittest
import m


class Bill(unittest.TestCase):
    def test_total(self):
        self.assertEqual(m.total([m.Line("a", 10), m.Line("b", 4, taxed=False)]), 16.5)
        self.assertEqual(m.total([m.Line("a", 10.4)], currency="JPY"), 13)

    def test_initials(self):
        self.assertEqual(m.initials("ada lovelace"), "AL")

    def test_group(self):
        self.assertEqual(m.group([("a", 1), ("b", 2), ("a", 3)]), {"a": [1, 3], "b": [2]})

    def test_first(self):
        self.assertEqual(m.first([3, 4]), 3)

    def test_words(self):
        self.assertEqual(m.words("A b a"), {"a", "b"})

    def test_read(self):
        self.assertEqual(m.read({"a": 1}, "a"), 1)

    def test_digits(self):
        self.assertEqual(m.digits("12"), 12)

    def test_numbers(self):
        self.assertEqual(list(m.numbers(3)), [0, 1, 4])
"""
BILL_NAMES = ("total", "initials", "group", "first", "words", "read", "numbers")
MATERIAL = Material(numbers=(2, 0.25), texts=("JPY", "EUR"), names=("price", "taxed"))


def bill(root: Path, python: str) -> Project:
    """The billing functions with material of their own."""
    project = write(root, BILL).under(python)
    return replace(project, material=MATERIAL, corpus=("ada lovelace", "A b a", "x,y"))


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_equal_code_shows_nothing(tmp_path: Path, python: str) -> None:
    """Every planned experiment ends alike in a fresh process; under another hash seed all but given sets."""
    project = bill(tmp_path, python)
    planned = project.plan(*BILL_NAMES, experiments=50, per_call=40)
    assert set(planned.endings.values()) == {"passed"}, planned.problems
    assert len(planned.outcomes) > 150
    for hash_seed in (0, 3):
        again = project.replay(planned, *BILL_NAMES, hash_seed=hash_seed)
        assert set(again.outcomes) == set(planned.outcomes)
        assert not any(e.aligned for e in again.story.experiments)
        assert {text for text in differing(planned, again) if not (hash_seed and text.endswith(".set"))} == set()


def differing(one: Told, other: Told) -> list[str]:
    """Experiments whose outcomes disagree, by what came of them and by operator."""
    matched = match_experiments({e.id: e for e in one.story.experiments}, {e.id: e for e in other.story.experiments})
    assert matched.n_arguments_differ == 0
    return [
        f"{pair.base.outcome.shown} / {pair.head.outcome.shown}: "
        + ", ".join(edit.operator for edit in pair.base.intervention.edits)
        for pair in matched.pairs
        if contrast(pair.base.outcome, pair.head.outcome) is not None
    ]


def test_what_depends_on_the_hash_seed_is_noise_of_base_itself(tmp_path: Path) -> None:
    """The control runs under another hash seed, so that nobody is blamed for the order of a set."""
    project = write(tmp_path, UNORDERED)
    planned = project.plan("words", experiments=6, per_call=6)
    again = project.replay(planned, "words", hash_seed=3)
    noise = learn_noise({e.id: e for e in planned.made("words")}, {e.id: e for e in again.made("words")})
    assert noise.masks
    assert noise.point_masks == {"m.py::words": {"result[]"}}


UNORDERED = """
=== m.py
def words(text):
    return list(set(text.split()))
=== test_m.py
import unittest, m
class Words(unittest.TestCase):
    def test_words(self): self.assertEqual(len(m.words("one two three four five")), 5)
"""


HARMFUL: list[tuple[str, str, str, DifferenceKind]] = [
    ('currency == "JPY"', 'currency in ("JPY", None)', "total", "answers-differently"),
    ("if line.taxed else 1", "if line.taxed in (True, None) else 1", "total", "answers-differently"),
    ("name.split()", 'name.split(" ")', "initials", "raises-instead"),
    ("for item in items:", "for item in items[:1]:", "first", "raises-instead"),
    ("if key not in mapping:", "if not mapping:", "read", "raises-otherwise"),
    ("mapping.pop(key)", "mapping[key]", "read", "leaves-arguments-differently"),
    ("Refusal(at)", "Refusal(at + 1)", "digits", "tells-otherwise"),
    ("setdefault(key, [])", "setdefault(key and key, [])", "group", "details"),
]
"""Old text, new text, function, and a kind of difference that must be seen; `details`: none but that."""


@pytest.mark.parametrize(("old", "new", "name", "kind"), HARMFUL, ids=[new for _, new, _, _ in HARMFUL])
def test_a_difference_that_the_tests_do_not_assert_is_seen(
    tmp_path: Path, old: str, new: str, name: str, kind: DifferenceKind
) -> None:
    """Planned on the old code and made again on the new: one of the alterations tells them apart."""
    project = bill(tmp_path, EVERY_PYTHON[0])
    planned = project.plan(name, experiments=160, per_call=80)
    kinds = kinds_on(project, planned, name, old, new)
    assert kind in kinds or (kind == "details" and not kinds), kinds


def kinds_on(project: Project, planned: Told, name: str, old: str, new: str) -> set[DifferenceKind]:
    """Kinds of the differences that show when one text is put in place of another."""
    source = (project.root / "m.py").read_text(encoding="utf-8")
    assert source.count(old) == 1
    (project.root / "m.py").write_text(source.replace(old, new), encoding="utf-8")
    theirs = {e.id: e for e in project.replay(planned, name).made(name)}
    pairs = [(own, theirs[own.id]) for own in planned.made(name) if own.id in theirs]
    assert len(pairs) == len(planned.made(name))  # no test asserts it, so all of them go on
    return {seen.kind for one, other in pairs if (seen := contrast(one.outcome, other.outcome)) is not None}


NUMERIC = [
    ("round(amount, 2)", "round(amount, 1)", "total"),
    ("yield i * i", "yield i * i if i < 9 else 80", "numbers"),
]


@pytest.mark.parametrize(("old", "new", "name"), NUMERIC, ids=[new for _, new, _ in NUMERIC])
def test_a_difference_that_only_another_number_shows(tmp_path: Path, old: str, new: str, name: str) -> None:
    """Numbers are altered whether or not the unit has a numeric constant."""
    project = bill(tmp_path, EVERY_PYTHON[0])
    planned = project.plan(name, experiments=200, per_call=100)
    assert any(e.operator.startswith("number") for x in planned.made(name) for e in x.intervention.edits)
    assert "answers-differently" in kinds_on(project, planned, name, old, new)


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_planted_differences_are_seen(tmp_path: Path, python: str) -> None:
    """A result, an argument or an exception altered a little: silence at a point means something."""
    planned = bill(tmp_path, python).plan(*BILL_NAMES, experiments=3, per_call=2)
    counted = count_plants(planned.story.experiments)
    assert counted.n >= 14
    assert counted.unseen == ()


MODULE_FIRST = """
=== m.py
def register(namespace, options):
    return namespace.__name__
=== test_m.py
import unittest, json, m
class Registering(unittest.TestCase):
    def test_register(self): self.assertEqual(m.register(json, {"a": 1}), "json")
"""


def test_a_difference_is_planted_where_it_can_be_seen(tmp_path: Path) -> None:
    """Of a module only the name is written down, so the change goes into the next argument."""
    planned = write(tmp_path, MODULE_FIRST).plan("register", experiments=3, per_call=2)
    counted = count_plants(planned.story.experiments)
    assert (counted.n, counted.unseen) == (3, ())


@pytest.mark.parametrize("result", ["float('inf')", "float('nan')", "-float('inf')", "1e300", "2.5", "10**400", "True"])
def test_a_difference_is_planted_in_any_number(tmp_path: Path, result: str) -> None:
    """One more than infinity is infinity."""
    code = f"=== m.py\ndef f(x): return {result}\n"
    test = "=== test_m.py\nimport unittest, m\nclass T(unittest.TestCase):\n    def test_f(self): m.f(1)\n"
    counted = count_plants(write(tmp_path, code + test).plan("f", experiments=3, per_call=2).story.experiments)
    assert counted.n == 2
    assert counted.unseen == ()


ASYNCHRONOUS = """
=== m.py
import asyncio


async def at_once(x):
    return x + 1


async def waits(x):
    await asyncio.sleep(0)
    return x + 1


async def sleeps(x):
    await asyncio.gather(asyncio.sleep(3000), asyncio.wait_for(waits(x), 7000))
    return x + 1


async def works_aside(x):
    return await asyncio.get_running_loop().run_in_executor(None, lambda: x + 1)


async def items(x):
    yield x
    await asyncio.sleep(0)
    yield x + 1


async def forever(x):
    await asyncio.Event().wait()
=== test_m.py
import asyncio, unittest, m
class Asynchronous(unittest.IsolatedAsyncioTestCase):
    async def test_at_once(self): self.assertEqual(await m.at_once(1), 2)
    async def test_waits(self): self.assertEqual(await m.waits(1), 2)
    async def test_works_aside(self): self.assertEqual(await m.works_aside(1), 2)
    async def test_items(self): self.assertEqual([item async for item in m.items(1)], [1, 2])
    async def test_sleeps(self):
        asyncio.sleep, real = (lambda seconds: real(0)), asyncio.sleep
        self.assertEqual(await m.sleeps(1), 2)
        asyncio.sleep = real
    async def test_forever(self):
        task = asyncio.ensure_future(m.forever(1))
        await asyncio.sleep(0)
        task.cancel()
"""


def test_of_a_coroutine_the_answer_is_seen(tmp_path: Path) -> None:
    """The child goes on with the test's loop, on a selector of its own, with a clock that jumps."""
    project = write(tmp_path, ASYNCHRONOUS)
    names = ("at_once", "waits", "sleeps", "works_aside", "items")
    planned = project.plan(*names, "forever", experiments=6, per_call=6)
    assert {name: planned.made(name)[0].outcome.shown for name in names[:4]} == {
        "at_once": "2",
        "waits": "2",
        "sleeps": "2",
        "works_aside": "2",
    }
    assert planned.made("items")[0].outcome.value == ["iter", "async_generator", [1, 2], "", {}]
    assert {e.outcome.kind for e in planned.made("forever")} == {"pending"}
    assert count_plants(planned.story.experiments).unseen == ()
    told = project.record(*names, "forever")
    assert set(told.endings.values()) == {"passed"}
    assert {name: told.called(name)[0].outcome.value for name in names[:4]} == dict.fromkeys(names[:4], 2)
    assert told.called("items")[0].outcome.value == ["iter", "async_generator", [1, 2], "", {}]
    assert [call.outcome.shown for call in told.called("forever")] == ["CancelledError: "]
