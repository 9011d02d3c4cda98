"""Scenarios for what no test reaches: docstring examples, and calls generated from hints and the tests' constructions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

SCRIPTS = """
=== m.py
def doubled(n):
    '''Twice as much.

    >>> doubled(4)
    8
    >>> doubled("ab")
    'abab'
    '''
    return n * 2
def hinted(n: int, text: "str" = "a", *, flag: bool = True):
    return (n, text, flag)
def unhinted(a, b):
    return a, b
def picky(n: int):
    if n < 5:
        raise ValueError(n)
    return n
class Box:
    def __init__(self, n): self.n = n
    def method(self, n: int):
        '''
        >>> Box(1).method(3)
        4
        '''
        return self.n + n
    @staticmethod
    def static(n: int): return n
    @classmethod
    def made(cls, n: int): return cls(n).n
def writes(path: str):
    open(path, "w").write("x")
def leaves(n: int):
    raise SystemExit(n)
=== test_none.py
"""


def scripted(root: Path, *scripts: str, text: str = SCRIPTS) -> Project:
    """Docstring examples and generated calls: `doctest:f`, `calls:f`."""
    triples = tuple((script.partition(":")[0], "m", script.partition(":")[2]) for script in scripts)
    return replace(write(root, text), runner="scripts", scripts=triples)


def calls_of(told: Told, name: str) -> list[tuple[str | None, ...]]:
    """The arguments of its recorded calls, as literals."""
    return [tuple(literal for _, literal in call.arguments) for call in told.called(name)]


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_docstring_examples_are_scenarios(tmp_path: Path, python: str) -> None:
    """Where no test reaches a function, its own examples may."""
    told = (
        scripted(tmp_path, "doctest:doubled", "doctest:Box.method")
        .under(python, "scripts")
        .record("doubled", "Box.method")
    )
    assert calls_of(told, "doubled") == [("4",), ("'ab'",)]
    assert [call.outcome.shown for call in told.called("Box.method")] == ["4"]
    assert {call.id.scenario for call in told.called("doubled")} == {"doctest:m.doubled"}


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_simple_calls_are_generated_from_hints(tmp_path: Path, python: str) -> None:
    """Without hints any plain value; a method is called on an object that is made without arguments, if it can be."""
    names = ("hinted", "unhinted", "picky", "Box.static", "Box.made", "Box.method")
    told = scripted(tmp_path, *(f"calls:{name}" for name in names)).under(python, "scripts").record(*names)
    assert sorted(calls_of(told, "hinted")) == sorted((n, "'a'", "True") for n in ("1", "0", "12", "111", "-3"))
    assert len(calls_of(told, "unhinted")) == 40
    assert len({type(a) for a, _ in calls_of(told, "unhinted")}) >= 1
    assert {call.outcome.kind for call in told.called("picky")} == {"returned", "raised"}
    assert len(calls_of(told, "Box.static")) == len(calls_of(told, "Box.made")) == 5
    assert {call.outcome.kind for call in told.called("Box.method")} <= {"returned", "raised"}


OWNERS = """=== m.py
class Names:
    def __init__(self, first, *, sep=","):
        self.first, self.sep = first, sep
    def __str__(self):
        return self.first + self.sep
    @property
    def size(self):
        return len(self.first)
    def cut(self, n: int):
        return self.first[:n]
=== test_none.py
"""


def test_methods_are_called_on_objects_made_as_tests_make_them(tmp_path: Path) -> None:
    """Properties are read; an object that cannot be made is left out."""
    names = ("Names.__str__", "Names.size", "Names.cut")
    made = ("((), {})", "(('ada',), {})", "(('ada',), {'sep': ';'})")
    project = scripted(tmp_path, *(f"calls:{name}" for name in names), text=OWNERS)
    told = replace(project, constructions=(("Names", made),)).record(*names)
    assert [call.outcome.shown for call in told.called("Names.__str__")] == ["'ada,'", "'ada;'"]
    assert [call.outcome.shown for call in told.called("Names.size")] == ["3", "3"]
    assert {call.outcome.shown for call in told.called("Names.cut")} == {"''", "'a'", "'ada'"}


def test_generated_calls_may_not_touch_the_world(tmp_path: Path) -> None:
    """Nobody meant them to run here."""
    told = scripted(tmp_path, "calls:writes", "calls:leaves", "calls:hinted").record("writes", "leaves", "hinted")
    assert not (tmp_path / "tree" / "a").exists()
    assert len(told.called("hinted")) == 5
    reasons = [frame.get("detail") for frame in told.frames if frame["t"] == "script"]
    assert reasons[0] == "Blocked: open for writing"
    assert str(reasons[1]).startswith("SystemExit: ")


def test_a_generated_call_that_never_ends_ends_the_run(tmp_path: Path) -> None:
    """`while n != 0: n -= 1` is asked for -3."""
    text = "=== m.py\ndef down(n: int):\n    while n != 0: n -= 1\ndef f(n: int): return n\n=== test_none.py\n"
    project = replace(scripted(tmp_path, "calls:down", "calls:f", text=text), limit_s=8.0)
    told = project.record("down", "f")
    # wrong: scripts have no time limit of their own, so nothing is known of any function that comes after.
    assert told.status == -9
    assert not told.called("f")
