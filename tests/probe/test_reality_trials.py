"""Calls that reading cannot judge: what a library refuses when it is called for real, against its controls."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask_all
from tests.probe.projects import interpreters
from tests.probe.test_reality_loading import home_with

MILL = {
    "mill/__init__.py": """
import contextlib, enum, warnings

class Grade(enum.Enum):
    FINE = "fine"
    COARSE = "coarse"

class Options:
    def set_speed(self, value): self.speed = value
    def take(self, pair):
        setter = getattr(self, "set_" + pair[0], None)
        if setter is None:
            raise ValueError(f"there is no option {pair[0]!r}")
        setter(pair[1])

def grind(grain=None, **options):
    made = Options()
    list(map(made.take, options.items()))
    return made

def grade(name="fine"):
    return Grade(name)

def table(rules):
    for name, rule in rules.items():
        Grade(rule["grade"])

def task(**options):
    def decorate(function):
        grind(**dict(options))
        return function
    return decorate

@contextlib.contextmanager
def running(*given, **options):
    found = [grind(**dict(options))]
    yield found[0]

def lenient(**options):
    for name in [*options]:
        if not hasattr(Options, "set_" + name):
            warnings.warn(f"unknown option {name}")

def column(data: dict, name="grain"):
    return data[name.strip()]

def known(name):
    if name not in ("left", "right"):
        raise ValueError("a side is 'left' or 'right'")

def side(name="left"):
    return list(map(known, [name]))

def never(name):
    raise ValueError("a side is 'left' or 'right', today neither")

def sided(name):
    return list(map(never, [name]))

def written(name="fine"):
    with open("flour", "w") as file:
        file.write(name)
    return Grade(name)

def unread(value):
    return [*map(str, [value])][0]

def rate(text):
    number, _, span = unread(text).partition(" per ")
    if span not in {"hour": 1, "day": 2}:
        raise ValueError(f"no span matched for {span}")
    return number

def opened(data: dict, mode="r"):
    mode = unread(mode)
    if mode not in set("rw"):
        raise ValueError(f"Invalid mode: {mode}")

def picked(data: dict, name="grain"):
    name = unread(name)
    if name not in set(data):
        raise ValueError(f"Invalid column: {name}")

def driven(app: str, motor=None):
    if motor and unread(motor) not in {"belt", "chain"}:
        raise ValueError("Invalid motor specified")

def drawn(app, motor=None):
    driven(app, motor)

def themed(name="plain"):
    name = unread(name)
    themes = ["plain", "dark"]
    if name not in set(themes):
        raise LookupError(f"Theme {name} does not exist. Available themes: {','.join(themes)}.")

def shelved(name="plain"):
    name = unread(name)
    if name not in set(["oats"]):
        raise ValueError(f"{name} does not exist, there is only flour in the house")

class NotRegisteredError(Exception):
    pass

def registered(name):
    raise NotRegisteredError(f"{name} is not registered")

class Sieve:
    def __init__(self): self.parts = {}
    def part(self, name): return self.parts[name.strip()]

def open_ended(name="fine"):
    while True:
        pass
"""
}


def refused(folder: Path, line: str, *, walls: int = 3, python: str = sys.executable) -> list[tuple[str, str, str]]:
    """Class, certainty and name of what is denied in a function of this one line."""
    judge = home_with(folder, python, MILL)
    text = f"import mill\n\ndef f(grain):\n    {line}\n"
    (answer,) = ask_all(folder, [text], python=judge, walls=walls)
    return [(denial.kind, denial.certainty, denial.name) for denial in answer.found]


@pytest.mark.parametrize("python", list(interpreters().values()), ids=list(interpreters()))
def test_a_keyword_that_the_library_refuses_by_its_name_is_told(python: str, tmp_path: Path) -> None:
    """It ends in the same error with a name that nobody ever heard of, and without it there is none."""
    wrong = refused(tmp_path / "wrong", "mill.grind(grain, spede=1)", python=python)
    assert wrong == [("unknown-parameter", "static", "mill.grind(spede=)")]
    assert refused(tmp_path / "right", "mill.grind(grain, speed=1)", python=python) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("mill.grade('rough')", ("wrong-literal", "suspect", "mill.grade(name='rough')")),
        ("mill.table({'a': {'grade': 'rough'}})", ("wrong-literal", "suspect", "mill.table(rules='rough')")),
        ("mill.side('center')", ("wrong-literal", "suspect", "mill.side(name='center')")),
        ("mill.rate('5 per fortnight')", ("wrong-literal", "suspect", "mill.rate(text='5 per fortnight')")),
        ("mill.opened(dict(grain), 'read+write')", ("wrong-literal", "suspect", "mill.opened(mode='read+write')")),
        ("mill.opened(dict(grain), 'read:all')", ("wrong-literal", "suspect", "mill.opened(mode='read:all')")),
        ("mill.driven(str(grain), motor='wheel')", ("wrong-literal", "suspect", "mill.driven(motor='wheel')")),
        ("mill.themed('bright')", ("wrong-literal", "suspect", "mill.themed(name='bright')")),
        ("mill.lenient(spede=1)", ("unknown-parameter", "ignored", "mill.lenient(spede=)")),
    ],
)
def test_options_inside_constants_and_warnings_count_too(line: str, told: tuple[str, str, str], tmp_path: Path) -> None:
    """A value that a program could have made valid elsewhere is suspected, and never held."""
    assert refused(tmp_path, line) == [told]


def test_what_is_done_with_the_result_at_once_is_part_of_the_call(tmp_path: Path) -> None:
    """A decorator is applied to a function, and a context manager is entered."""
    judge = home_with(tmp_path, sys.executable, MILL)
    text = (
        "import mill\n\n@mill.task(spede=1)\ndef f():\n    with mill.running(spede=2):\n        pass\n"
        "\n@mill.task(speed=1)\ndef g():\n    with mill.running(speed=2):\n        pass\n"
    )
    (answer,) = ask_all(tmp_path, [text], python=judge, walls=3)
    assert [(denial.line, denial.name) for denial in answer.found] == [
        (3, "mill.task(spede=)"),
        (5, "mill.running(spede=)"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "mill.side('right')",
        "mill.sided('center')",
        "mill.column(dict(grain), 'rye')",
        "mill.picked(dict(grain), 'rye')",
        "mill.rate('5 per hour')",
        "mill.opened(dict(grain), 'r')",
        "mill.driven(str(grain), motor='belt')",
        "mill.drawn(grain, motor='wheel')",
        "mill.themed('dark')",
        "mill.shelved('rye')",
        "mill.written('rough')",
        "mill.registered('rough')",
        "mill.open_ended('rough')",
        "mill.Sieve().part('rough')",
        "mill.grade('fine')",
    ],
)
def test_nothing_is_told_where_something_else_may_decide(line: str, tmp_path: Path) -> None:
    """What is looked up in a table that is stood in for, what writes, what an instance or a register lacks, no end."""
    assert refused(tmp_path, line) == []


def test_nothing_is_tried_where_no_wall_stands(tmp_path: Path) -> None:
    """Below L2 a library could write what it likes."""
    assert refused(tmp_path, "mill.grind(grain, spede=1)", walls=1) == []
