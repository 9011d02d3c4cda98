"""What a library's own code refuses, read with the constants of the call put in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask, denied
from tests.probe.test_reality_loading import home_with


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("shutil.make_archive(name, 'tar.gz')", "shutil.make_archive(name, 'gztar')"),
        ("multiprocessing.get_context('threads')", "multiprocessing.get_context('spawn')"),
        ("statistics.quantiles(name, method='linear')", "statistics.quantiles(name, method='inclusive')"),
        ("gzip.open(name, 'rw')", "gzip.open(name, 'rb')"),
        (
            "decimal.Decimal(name).quantize(name, rounding='UP')",
            "decimal.Decimal(name).quantize(name, rounding='ROUND_UP')",
        ),
    ],
)
def test_a_value_that_leads_to_a_raise_is_refused(wrong: str, right: str, tmp_path: Path) -> None:
    """Tables, comparisons and methods of the library decide; nothing of it is run."""
    text = "import decimal, gzip, multiprocessing, shutil, statistics\ndef f(name):\n    "
    assert [line.split()[:2] for line in denied(tmp_path / "wrong", text + wrong)] == [["3", "wrong-literal"]]
    assert ask(tmp_path / "right", text + right).found == ()


def test_a_condition_over_something_else_leaves_both_ways_open(tmp_path: Path) -> None:
    """What a value that nobody knows decides is not told."""
    text = "import tarfile\ndef f(name, mode, again):\n    tarfile.open(name, mode)\n    tarfile.open(name, 'r:*')\n"
    assert denied(tmp_path, text) == []


def test_keywords_for_a_callable_among_the_arguments_are_held_against_it(tmp_path: Path) -> None:
    """`asyncio.to_thread` hands everything on."""
    text = (
        "import asyncio, shutil\nasync def f(a, b):\n"
        "    await asyncio.to_thread(shutil.copyfile, a, b, follow=True)\n"
        "    await asyncio.to_thread(shutil.copyfile, a, b, follow_symlinks=True)\n"
    )
    assert denied(tmp_path, text) == ["3 unknown-parameter shutil.copyfile(follow=)"]


LIBRARY = {
    "sieve/__init__.py": """
from typing import Literal, get_args

Joins = Literal["inner", "outer"]

def join(how):
    if how not in get_args(Joins):
        raise ValueError(how)

def parse(name):
    parts = name.split("_")
    parts.pop(0)
    if len(parts) == 2:
        raise ValueError(name)

def loaded(parts):
    try:
        return open(parts)
    except OSError:
        return None

def load(name):
    parts = name.lower()
    found = loaded(parts)
    if found is not None:
        return found
    raise LookupError(name)

def stored(name):
    parts = name.split("_")
    parts[0] = ""
    if parts[0]:
        raise ValueError(name)

def several(thing):
    if thing:
        return ("a",)
    return ()

def known(name, thing=...):
    if name not in several(open(thing)):
        raise ValueError(name)
"""
}


def test_what_a_value_itself_may_lead_out_of_is_no_refusal(tmp_path: Path) -> None:
    """Lists that are changed on the way, a look-up that may succeed, a function that may give one thing or another."""
    judge = home_with(tmp_path, sys.executable, LIBRARY)
    text = "import sieve\nsieve.parse('de_DE')\nsieve.load('de')\nsieve.stored('a_b')\nsieve.known('a')\nsieve.join('outer')\n"
    assert denied(tmp_path / "right", text, python=judge) == []
    assert denied(tmp_path / "wrong", "import sieve\nsieve.join('union')\n", python=judge) == [
        "2 wrong-literal sieve.join(how='union')"
    ]


HOUSE = {
    "house/__init__.py": """
import types

_ROOMS = {}
rooms = types.MappingProxyType(_ROOMS)
doors = {}
stairs = {"up": 1}

def add(name):
    _ROOMS[name] = 1
    doors[name] = 1

def room(name):
    if name not in rooms:
        add(name)
    return rooms[name]

def door(name):
    add(name)
    return doors[name]

def climb(name):
    return stairs[name]

def address(text=None, **parts):
    if "place" in parts:
        if "town" in parts:
            raise TypeError("a place is a town")
        parts["town"] = parts.pop("place")
    return format(text, **parts)

def lock(key=None, **options):
    if "bolt" in options:
        raise TypeError("bolts are gone")
    return format(key, **options)

def knock(door, **rest):
    assert len(rest) == 0, f"unknown: {list(rest)}"
    return format(door, **rest)
"""
}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("house.room('attic')", []),
        ("house.door('front')", []),
        ("house.climb('sideways')", [("wrong-literal", "static")]),
        ("house.address(town='Ur')", []),
        ("house.lock(bolt=1)", [("unknown-parameter", "static")]),
        ("house.knock(1, loudly=1)", [("unknown-parameter", "static")]),
        ("house.knock(1)", []),
    ],
)
def test_only_what_every_run_ends_in_is_refused(line: str, told: list[tuple[str, str]], tmp_path: Path) -> None:
    """A table may be filled on the way, a keyword refused beside another only; what is read is held, never blocked."""
    judge = home_with(tmp_path, sys.executable, HOUSE)
    answer = ask(tmp_path, f"import house\n\n{line}\n", python=judge)
    assert [(denial.kind, denial.certainty) for denial in answer.found] == told
