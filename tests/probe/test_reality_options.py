"""Options that only the library can judge, and what is used up the first time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask, denied
from tests.probe.test_reality_loading import home_with

PARSER = "import argparse\nparser = argparse.ArgumentParser()\n"
CONFIG = (
    "import logging.config\nSETTINGS = {'version': 1, 'handlers': {'file': {'class': 'logging.%s'}}, "
    "'root': {'handlers': ['file']}}\nlogging.config.dictConfig(SETTINGS)\n"
)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("parser.add_argument('-n', type=int, default_value=1)", "parser.add_argument('-n', type=int, default=1)"),
        ("parser.add_argument('-n', action='boolean')", "parser.add_argument('-n', action='store_true')"),
        ("parser.add_argument('-n', action='store_true', type=int)", "parser.add_argument('-n', type=int)"),
        (
            "parser.add_argument_group('a').add_argument('-n', nargs='many')",
            "parser.add_argument_group('a').add_argument('-n', nargs='*')",
        ),
    ],
)
def test_arguments_of_a_parser_are_given_to_a_real_one(wrong: str, right: str, tmp_path: Path) -> None:
    """It knows which options go together."""
    assert len(ask(tmp_path / "wrong", PARSER + wrong).found) == 1
    assert ask(tmp_path / "right", PARSER + right).found == ()


def test_a_parser_is_not_asked_where_the_file_adds_to_it(tmp_path: Path) -> None:
    """Registered actions, other prefixes, actions and options that are not written down."""
    for line in (
        "parser.register('action', 'boolean', print)\nparser.add_argument('-n', action='boolean')",
        "parser.add_argument('+n', dest='n')",
        "def add(name, kind): parser.add_argument(name, action=kind)",
        "def add(**more): parser.add_argument('-n', **more)",
    ):
        assert denied(tmp_path, f"{PARSER}{line}\n") == []


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("csv.reader(lines, dialect='tsv')", "csv.reader(lines, dialect='excel-tab')"),
        (
            "datetime.datetime.now().isoformat(timespec='second')",
            "datetime.datetime.now().isoformat(timespec='seconds')",
        ),
        ("f'{1.5:,.2c}'", "f'{1.5:,.2f}'"),
        ("f'{len(lines):.2d}'", "f'{len(lines):2d}'"),
    ],
)
def test_literals_of_the_standard_library_are_tried(wrong: str, right: str, tmp_path: Path) -> None:
    """Each on a sample of its kind."""
    head = "import csv, datetime\nlines = ['a']\n"
    assert [one.kind for one in ask(tmp_path / "wrong", head + wrong).found] == ["wrong-literal"]
    assert ask(tmp_path / "right", head + right).found == ()


def test_a_dialect_that_the_file_registers_is_known(tmp_path: Path) -> None:
    """It is not there when the file is read alone."""
    assert denied(tmp_path, "import csv\ncsv.register_dialect('tsv')\ncsv.reader([], dialect='tsv')\n") == []


def test_a_number_said_to_be_a_float_may_be_an_int(tmp_path: Path) -> None:
    """A specification that either takes is right."""
    assert denied(tmp_path, "def show(amount: float): return f'{amount:d}'\n") == []
    assert len(denied(tmp_path, "def show(amount: float): return f'{amount:,.2c}'\n")) == 1


def test_a_named_dictionary_is_a_constant_until_something_alters_it(tmp_path: Path) -> None:
    """`dictConfig` is executed with it."""
    assert len(denied(tmp_path, CONFIG % "StreamHandlers")) == 1
    assert denied(tmp_path, CONFIG % "StreamHandler") == []
    altered = (CONFIG % "StreamHandlers").replace("logging.config.dictConfig(", "SETTINGS['handlers'] = {}\nprint(")
    assert denied(tmp_path, altered) == []


LINES = """import csv, itertools, re
def lines(names):
    for name in names:
        yield name
"""


@pytest.mark.parametrize(
    "body",
    [
        "pairs = zip(names, names)\n    width = max(len(a) for a, _ in pairs)\n    return [a + b for a, b in pairs], width",
        "found = (len(name) for name in names)\n    return sum(found) / max(found)",
        "found = map(len, names)\n    for one in found:\n        print(one)\n    return sorted(found)",
        "rows = csv.reader(names)\n    header = next(rows)\n    print(len(list(rows)))\n    return [header, *rows]",
        "rows = csv.DictReader(names)\n    n = sum(1 for _ in rows)\n    for row in rows:\n        print(row, rows.fieldnames)",
        "found = re.finditer('a', names)\n    for one in found:\n        print(one)\n    return list(found)",
        "with open(names) as file:\n        n = len(list(file))\n        for line in file:\n            print(n, line)",
        "found = lines(names)\n    if names:\n        n = len(list(found))\n        return n, list(found)",
        "found = itertools.chain(names, names)\n    for n, one in enumerate(found):\n        print(n)\n    return list(found)",
    ],
)
def test_an_iterator_that_is_used_up_twice_is_told(body: str, tmp_path: Path) -> None:
    """The second use sees nothing, and nothing says so."""
    (found,) = ask(tmp_path, f"{LINES}def show(names):\n    {body}\n").found
    assert (found.kind, found.certainty) == ("misuse", "suspect")


@pytest.mark.parametrize(
    "body",
    [
        "found = [len(name) for name in names]\n    return sum(found) / max(found)",
        "found = map(len, names)\n    if names:\n        return list(found)\n    return sorted(found)",
        "found = iter(names)\n    for one in found:\n        if one:\n            break\n    return list(found)",
        "found = map(len, names)\n    found = list(found)\n    return sum(found), max(found)",
        "found = iter(names)\n    return next(found), list(found)",
        "found = iter(names)\n    return list(zip(found, found))",
        "with open(names) as file:\n        n = len(list(file))\n        file.seek(0)\n        return n, list(file)",
        "found = lines(names)\n    if names:\n        return list(found)\n    else:\n        return set(found)",
        "found = range(3)\n    return list(found), sum(found)",
        "rows = csv.reader(names)\n    for a in rows:\n        for b in rows:\n            print(a, b)",
        "found = dict.fromkeys(names).items()\n    return list(found), len(list(found))",
    ],
)
def test_an_iterator_that_is_read_on_is_not(body: str, tmp_path: Path) -> None:
    """Other branches, a loop that is left, a new binding, and reading two at a time."""
    assert denied(tmp_path, f"{LINES}def show(names):\n    {body}\n") == []


def test_an_iterator_of_a_module_is_told_where_only_the_module_uses_it(tmp_path: Path) -> None:
    """A function that uses it may run first, or never."""
    text = "import csv, sys\nrows = csv.reader(sys.stdin)\nn = len(list(rows))\nprint(n, list(rows))\n"
    (found,) = ask(tmp_path, text).found
    assert (found.line, found.name) == (4, "rows")
    assert denied(tmp_path / "read", f"{text}def read():\n    return rows\n") == []


def test_an_asynchronous_generator_is_not_awaited(tmp_path: Path) -> None:
    """A coroutine function is, and so is one whose decorator may make it something else."""
    text = "{head}async def rows():\n    {body}\nasync def total(): return sum(await rows())\n"
    (found,) = ask(tmp_path, text.format(head="", body="yield 1")).found
    assert (found.line, found.kind) == (3, "misuse")
    assert denied(tmp_path, text.format(head="", body="return [1]")) == []
    assert denied(tmp_path, text.format(head="@wrapped\n", body="yield 1")) == []


def test_the_types_of_a_handler_are_asked_for(tmp_path: Path) -> None:
    """They are looked up when something is raised, in production."""
    text = "import json\ntry:\n    json.dumps('')\nexcept json.DecodeError:\n    pass\n"
    assert denied(tmp_path, text) == ["4 missing-attribute json.DecodeError"]


def test_a_context_manager_that_is_not_entered_does_nothing(tmp_path: Path) -> None:
    """Made in a line of its own, it is dropped; entered or kept, it is none of our business."""
    text = "import contextlib\ncontextlib.suppress(OSError)\nwith contextlib.suppress(OSError): pass\nkept = contextlib.nullcontext(1)\n"
    assert denied(tmp_path, text) == ["2 misuse contextlib.suppress"]


BROKER = {
    "broker/__init__.py": """
import copy
from dataclasses import dataclass, replace

class Client:
    DEFAULTS = {"hosts": "", "size": 1}
    OLD = ("ssl",)

    def __init__(self, **given):
        self.config = copy.copy(self.DEFAULTS)
        names = set(given.keys())
        for key in self.config:
            if key in given:
                self.config[key] = given.pop(key)
        for key in self.OLD:
            given.pop(key, None)
        if given:
            raise ValueError("unknown: %s" % (given,))
        self.is_big = "size" in names

class Open:
    DEFAULTS = {"hosts": ""}

    def __init__(self, **given):
        self.config = dict(self.DEFAULTS)
        for key in given.keys():
            self.config[key] = given[key]

@dataclass(frozen=True)
class Node:
    value: int

    def but(self, **changes):
        return replace(self, **changes)
"""
}


def test_keywords_that_a_loop_over_a_table_takes_out_are_all_there_are(tmp_path: Path) -> None:
    """The table of the class, or a copy of it; a class that keeps whatever it is given takes anything."""
    judge = home_with(tmp_path, sys.executable, BROKER)
    text = "import broker\nbroker.Client(hosts='a', size=2, ssl=1)\nbroker.Client(batch=1)\nbroker.Open(batch=1)\n"
    assert denied(tmp_path / "asked", text, python=judge) == ["3 unknown-parameter broker.Client(batch=)"]


def test_what_replaces_fields_takes_fields(tmp_path: Path) -> None:
    """`dataclasses.replace(self, **changes)` makes another object of the same class."""
    judge = home_with(tmp_path, sys.executable, BROKER)
    text = "import broker\ndef f(node: broker.Node):\n    node.but(value=1)\n    node.but(name=1)\n"
    assert denied(tmp_path / "asked", text, python=judge) == ["4 unknown-parameter broker.Node.but(name=)"]


GUARDED = {
    "vault/__init__.py": """
import functools

class Odd:
    def __eq__(self, other):
        raise RuntimeError("no equal")
    __hash__ = None

ODD = Odd()

class Box:
    @functools.lru_cache
    def __enter__(self):
        return self
    def __exit__(self, *about):
        pass
    @functools.lru_cache
    def inner(self, deep=False):
        return Box()
    def keep(self, mode):
        if check(ODD, mode):
            return None
        raise ValueError(mode)

def check(odd, mode):
    return use(odd, mode)

def use(odd, mode):
    return list((odd, mode))
"""
}


def test_what_a_compiled_wrapper_stands_around_is_read(tmp_path: Path) -> None:
    """`functools.lru_cache` and wrappers made by Cython: what they give, and how they are called."""
    judge = home_with(tmp_path, sys.executable, GUARDED)
    text = "import vault\nwith vault.Box() as box:\n    box.inner(deep=True).inner().opened\n    box.inner(wide=1)\n    box.shut()\n"
    assert denied(tmp_path / "asked", text, python=judge) == [
        "3 missing-attribute vault.Box.opened",
        "4 unknown-parameter vault.Box.inner(wide=)",
        "5 missing-attribute vault.Box.shut",
    ]


def test_objects_of_a_library_are_not_compared(tmp_path: Path) -> None:
    """One that cannot be compared costs nothing."""
    judge = home_with(tmp_path, sys.executable, GUARDED)
    assert denied(tmp_path / "asked", "import vault\nvault.Box().keep('w')\n", python=judge) == []
