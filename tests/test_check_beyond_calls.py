"""Real checks of what no single call of a test shows: objects of the run, a state kept by base, effects on the world."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.checking import Repository, new_repository

pytestmark = pytest.mark.slow


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without a commit, on `main`."""
    return new_repository(tmp_path)


BOX = """=== box.py
import dataclasses, typing


@dataclasses.dataclass
class Box:
    name: str
    content: typing.Any = None


def replaced(box, **changes):
    for field in ("name", "content"):
        if field not in changes:
            changes[field] = getattr(box, field)
    return Box(**changes)
=== test_box.py
import pytest
from box import Box, replaced


@pytest.mark.parametrize("content", [1, "a", [2], None, 2.5])
def test_replaced(content):
    assert replaced(Box("a", content), content=3) == Box("a", 3)
"""
STATE = """=== word.py
class Word:
    def __init__(self, text):
        self.text = text

    def __getstate__(self):
        return (self.text,)

    def __setstate__(self, state):
        self.text = state[0]
=== test_word.py
import pickle
from word import Word


def test_word():
    assert pickle.loads(pickle.dumps(Word("a"))).text == "a"
"""
REPORT = """=== report.py
import os


def save(folder, rows):
    os.makedirs(os.path.join(folder, "out"), exist_ok=True)
    with open(os.path.join(folder, "out", "rows.csv"), "w") as file:
        for row in rows:
            file.write(",".join(row) + "\\n")


def store(database, rows):
    database.executemany("insert into names values (?)", [row[:1] for row in rows])
=== test_report.py
import sqlite3
from report import save, store


def test_save(tmp_path):
    save(str(tmp_path), [["a", "b"], ["c", "d"]])
    assert (tmp_path / "out" / "rows.csv").exists()


def test_store():
    database = sqlite3.connect(":memory:")
    database.execute("create table names (name)")
    store(database, [["a", "b"]])
"""
FOUND = {
    "a field holds an object": (
        BOX,
        (
            "            changes[field] = getattr(box, field)\n",
            (
                "            changes[field] = getattr(box, field)\n"
                "        elif isinstance(getattr(box, field), Box):\n"
                "            changes[field] = replaced(getattr(box, field), **changes[field])\n"
            ),
        ),
        "hold box.replaced: replaced() raises TypeError where it returned",
    ),
    "base's state is read by head": (
        STATE.replace("return (self.text,)", "return (self.text,)  # kept"),
        ("return (self.text,)  # kept", 'return {"text": self.text}'),
        "hold word.Word.__setstate__: __setstate__() raises TypeError where it returned",
    ),
    "a file has other content": (
        REPORT,
        ('",".join(row)', '";".join(row)'),
        "hold report.save: save() writes something else",
    ),
    "another statement": (
        REPORT,
        ("insert into names", "insert or ignore into names"),
        "hold report.store: store() writes something else",
    ),
}


@pytest.mark.parametrize(("base", "replacement", "finding"), FOUND.values(), ids=FOUND)
def test_what_is_held(repository: Repository, base: str, replacement: tuple[str, str], finding: str) -> None:
    """All tests of the project pass on both sides."""
    old, new = replacement
    head = base.replace(old, new)
    if "__setstate__" in finding:
        head = head.replace("self.text = state[0]", 'self.text = state["text"]')
    assert finding in held(repository, base, head)


def held(repository: Repository, base: str, head: str) -> Sequence[str]:
    """The findings of a check of these two versions, which ends with status 1."""
    repository.commit(base)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(head)
    told = repository.check("main..head")
    assert told.status == 1
    return told.findings


def test_another_way_to_write_the_same_passes(repository: Repository) -> None:
    """Through a file of another name that takes the place of the old one, row by row or at once."""
    repository.commit(REPORT)
    repository.git("checkout", "-q", "-b", "head")
    text = 'file.write(",".join(row) + "\\n")'
    assert REPORT.count(text) == 1
    atomic = REPORT.replace('"rows.csv"), "w")', '"rows.new"), "w")').replace(
        text + "\n",
        text + '\n    os.replace(os.path.join(folder, "out", "rows.new"), os.path.join(folder, "out", "rows.csv"))\n',
    )
    repository.commit(atomic)
    told = repository.check("main..head")
    assert told.status == 0, told.findings


MAIL = """=== mail.py
def send(address, strict=True):
    return "@" in address or not strict


def check(address, **options):
    if address is None:
        return False
    if options.get("domains") and address.split("@")[1] not in options["domains"]:
        raise ValueError("not one of the domains")
    return "@" in address


def listed(address, **options):
    return options.get("domains", [])
=== test_mail.py
from mail import check, listed, send


def test_check():
    assert check("a@b.test")
    assert send("a@b.test")


def test_listed():
    assert listed("a@b.test", domains=["c.test"]) == ["c.test"]
"""


TAKEN = {
    "a parameter that is gone": (
        ("address, strict=True):", "address):"),
        ("not strict", "False"),
        "hold mail.send: send() raises TypeError where it returned",
    ),
    "a keyword that the code names": (
        ('if options.get("domains")', 'if options.get("domain")'),
        "hold mail.check: check() accepts what it refused with ValueError",
    ),
    "a kind that the code asks about": (
        ("    if address is None:\n        return False\n", ""),
        "hold mail.check: check() raises TypeError where it returned",
    ),
}


@pytest.mark.parametrize("case", TAKEN.values(), ids=TAKEN)
def test_what_no_test_gives_but_the_code_takes(repository: Repository, case: tuple[Any, ...]) -> None:
    """The parameter, the keyword or the value stands in base's code; none but callers elsewhere give it."""
    *replacements, finding = case
    head = MAIL
    for old, new in replacements:
        assert old in head
        head = head.replace(old, new)
    assert finding in held(repository, MAIL, head)


SHAPES = """=== shapes.py
class Shape:
    def name(self, size):
        return "shape"

    def show(self, size):
        return self.name(size) + "!"


class Square(Shape):
    def name(self, size):
        return "square" if size < 10 else "huge square"
=== test_shapes.py
import shapes


def test_show():
    assert shapes.Square().show(3).endswith("!")
"""
TESTS_OF_SHAPES = "=== test_shapes.py" + SHAPES.partition("=== test_shapes.py")[2]
WITHOUT = SHAPES.partition('    def name(self, size):\n        return "square"')[0] + "    pass\n"


@pytest.mark.parametrize(
    ("base", "head"), [(SHAPES, WITHOUT), (WITHOUT + TESTS_OF_SHAPES, SHAPES)], ids=["removed", "added"]
)
def test_a_method_that_only_one_side_has_is_seen_through_what_calls_it(
    repository: Repository, base: str, head: str
) -> None:
    """Nobody names it: the class above it, or a registry, decides what is called."""
    expected = "hold shapes.Square.name: name() answers differently, seen through shapes.Shape.show()"
    assert held(repository, base, head)[0] == expected


LACKING = """=== codec.py
import a_package_that_nobody_has


def encode(value):
    return value
=== shop.py
def total(amount):
    return amount
=== test_shop.py
from shop import total


def test_total():
    assert total(3) == 3
"""


def test_a_module_that_cannot_be_imported_is_told_by_its_import(repository: Repository) -> None:
    """More time, or another test, would not help."""
    repository.commit(LACKING)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(LACKING.replace("return value", "return str(value)"))
    told = repository.check("main..head")
    gap = next(gap for gap in told.report["gaps"] if gap["unit"] == "codec.encode")
    assert "No module named 'a_package_that_nobody_has'" in gap["reason"]
    assert gap["remedy"].startswith("Install what it needs")
