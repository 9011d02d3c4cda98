"""Two steps show what one call does not: a copy that shares, a result that is the argument, a cache that forgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.probe.projects import Told, write
from tests.probe.test_experiments import kinds_on

import assay_probe.interventions as untyped
import assay_probe.operators as untyped_operators
from assay.values.finding import DifferenceKind

interventions: Any = untyped
Context: Any = untyped_operators.Context
NAMES = """
=== m.py
class Names:
    def __init__(self, items):
        self.items = list(items)

    def copy(self):
        return Names(self.items)

    def plus(self, other):
        return Names(self.items + other)

    def put(self, item):
        self.items = self.items + [item]

    def __str__(self):
        return ", ".join(self.items)


class Tree:
    def __init__(self, *leaves):
        self._leaves = list(leaves)

    def copy(self):
        made = Tree()
        made._leaves = list(self._leaves)
        return made

    def append(self, leaf):
        self._leaves.append(leaf)

    def __str__(self):
        return "".join(self._leaves)


class Table:
    def __init__(self):
        self._rows = {}

    def copy(self):
        made = Table()
        made._rows = dict(self._rows)
        return made

    def put(self, name, value):
        self._rows[name] = self._rows.get(name, []) + [value]

    def as_dict(self):
        return dict(self._rows)


class Writer:
    def __init__(self, mark):
        self.restore(mark)

    def write(self, line):
        return self._start() + line

    def restore(self, mark):
        self._mark = mark
        self._start = mark.upper


class Parts:
    def __init__(self, parts):
        self._parts = list(parts)

    def add(self, part):
        self._parts.append(part)

    def __hash__(self):
        return hash(tuple(self._parts))


def plain(rows):
    return [row for row in rows]
=== test_m.py
import unittest
import m


class Facts(unittest.TestCase):
    def test_names(self):
        names = m.Names(["a"])
        self.assertEqual(names.copy().items, ["a"])
        self.assertEqual(names.plus([]).items, ["a"])
        names.put("b")
        self.assertEqual(str(names), "a, b")

    def test_tree(self):
        tree = m.Tree("a")
        self.assertEqual(str(tree.copy()), "a")
        tree.append("b")
        self.assertEqual(str(tree), "ab")

    def test_table(self):
        table = m.Table()
        table.put("a", 1)
        self.assertEqual(table.as_dict(), {"a": [1]})

    def test_writer(self):
        writer = m.Writer("b")
        self.assertEqual(writer.write("a"), "Ba")
        writer.restore("c")

    def test_parts(self):
        self.assertNotEqual(hash(m.Parts(["a"])), 0)

    def test_plain(self):
        self.assertEqual(m.plain([1]), [1])
"""
SHARING: list[tuple[str, str, str, DifferenceKind]] = [
    (
        "return Names(self.items + other)",
        "return Names(self.items + other) if other else self",
        "Names.plus",
        "leaves-arguments-differently",
    ),
    ("return [row for row in rows]", "return rows", "plain", "leaves-arguments-differently"),
    ("self.items = self.items + [item]", "self.items += [item]", "Names.put", "leaves-arguments-differently"),
    ("made._leaves = list(self._leaves)", "made._leaves = self._leaves", "Tree.copy", "answers-differently"),
    (
        "self._start = mark.upper",
        "vars(self).setdefault('_start', mark.upper)",
        "Writer.restore",
        "answers-differently",
    ),
    (
        "self._rows[name] = self._rows.get(name, []) + [value]",
        "self._rows.setdefault(name, []).append(value)",
        "Table.put",
        "answers-differently",
    ),
]


@pytest.mark.parametrize(("old", "new", "name", "kind"), SHARING, ids=[name for _, _, name, _ in SHARING])
def test_what_two_objects_share_is_seen(tmp_path: Path, old: str, new: str, name: str, kind: DifferenceKind) -> None:
    """No single call tells the old code from the new."""
    project = write(tmp_path, NAMES)
    if name == "Names.put":
        text = (project.root / "m.py").read_text(encoding="utf-8")
        (project.root / "m.py").write_text(text.replace("return Names(self.items)\n", SHALLOW), encoding="utf-8")
    planned = project.plan(name, experiments=60, per_call=60)
    assert kind in kinds_on(project, planned, name, old, new)


SHALLOW = "made = Names(())\n        made.items = self.items\n        return made\n"
"""A copy that shares its list until somebody changes it by way of `put`."""


def test_steps_end_alike_on_equal_code(tmp_path: Path) -> None:
    """Each is made again, in another process."""
    project = write(tmp_path, NAMES)
    names = ("Names.copy", "Names.plus", "Names.put", "Tree.copy", "Tree.append", "Table.put", "plain")
    planned = project.plan(*names, experiments=60, per_call=60)
    assert set(planned.endings.values()) == {"passed"}
    assert steps_of(planned) == {"call.first", "copy.first", "then.result", "then.argument", "then.use"}
    assert project.replay(planned, *names, hash_seed=3).outcomes == planned.outcomes


def steps_of(told: Told) -> set[str]:
    """Operators of steps that were taken."""
    operators = {edit.operator for e in told.story.experiments for edit in e.intervention.edits}
    return {name for name in operators if name.startswith(("call.", "copy.", "then."))}


KEPT = """
=== m.py
class Year:
    def __init__(self):
        self.days = {}

    def fill(self, year):
        self.days[year] = 365

    def length(self, year):
        if year not in self.days:
            self.fill(year)
        return self.days[year]

    def copy(self):
        made = Year()
        made.days = dict(self.days)
        return made
=== test_m.py
import unittest
import m


class TestYear(unittest.TestCase):
    def test_length(self):
        self.assertEqual(m.Year().length(2024), 365)
"""


def test_what_the_first_of_two_calls_ran_counts_as_run(tmp_path: Path) -> None:
    """The second finds the answer kept: without the first, no changed function had a part in it."""
    made = write(tmp_path, KEPT).plan("Year.length", "Year.fill").made("Year.length")
    after = [e for e in made if [edit.operator for edit in e.intervention.edits] == ["call.first", "copy.first"]]
    assert after
    assert all("m.py::Year.fill" in experiment.touched for experiment in after)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("return hash(tuple(self._parts))", "another answer"),
        ("return vars(self).setdefault('_hash', hash(tuple(self._parts)))", "as before"),
    ],
)
def test_a_call_is_made_again_after_its_object_was_used(tmp_path: Path, body: str, told: str) -> None:
    """Whether it answers otherwise is the same in every process; what it answers is not, where it is a hash."""
    project = write(tmp_path, NAMES.replace("return hash(tuple(self._parts))", body))
    made = project.plan("Parts.__hash__", experiments=60, per_call=60).made("Parts.__hash__")
    used = [e.outcome.text for e in made if [edit.operator for edit in e.intervention.edits] == ["then.use"]]
    assert used
    assert all(text.endswith(f"made again: {told}") for text in used)


MARKED = """
=== m.py
class Marker:
    def __init__(self, schema, default=None):
        self.schema, self.default = schema, default
=== test_m.py
import unittest, m
class Marking(unittest.TestCase):
    def test_marker(self): self.assertEqual(m.Marker("a").schema, "a")
"""


@pytest.mark.parametrize("more", ["None", "[schema]"])
def test_an_attribute_more_is_no_difference_in_the_others(tmp_path: Path, more: str) -> None:
    """The first attribute by name was changed afterwards, which is another one where head has one before it."""
    project = write(tmp_path, MARKED)
    planned = project.plan("Marker.__init__", experiments=60, per_call=60)
    assert "then.argument" in steps_of(planned)
    old = "self.schema, self.default = schema, default"
    assert kinds_on(project, planned, "Marker.__init__", old, f"self.candidates = {more}; {old}") <= {"details"}


class Bag:
    """An object that can be used."""

    def __init__(self) -> None:
        self.items: list[object] = [1]

    def put(self, item: object) -> None:
        """What changes it."""
        self.items.append(item)


def test_at_a_hash_the_object_is_used_before_anything_else() -> None:
    """Which number it is says nothing; whether it is kept where it should not be does."""
    planner = interventions.Planner(0)

    def choose(call: str) -> Any:
        return planner.choose("m.py::Bag.__hash__", call, {"self": Bag()}, Context(), frozenset(), None, 3)

    chosen = choose("test|0")
    assert "then.use" in {edit.operator for _, edits in chosen for edit in edits}
    for key, _ in chosen:
        planner.note(key)
    assert "then.use" not in {edit.operator for _, edits in choose("test|1") for edit in edits}
