"""Real checks that write tests: each runs without Assay, passes on base, fails on head, and reads as a person's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from tests.checking import Repository, Told, new_repository
from tests.probe.projects import INTERPRETERS

pytestmark = pytest.mark.slow

WITHOUT_PYTEST = [path for name, path in INTERPRETERS.items() if "pytest" not in name]
SHOP = """
=== shop.py
import dataclasses


class Refused(ValueError):
    pass


@dataclasses.dataclass
class Item:
    price: int
    taxed: bool = True


class Basket:
    def __init__(self, source):
        self._read = source.items
        self.n = 0

    def total(self, places=2):
        return round(sum(self._read()), places)


def price_of(item, *, factor=1):
    return item.price * factor


def checked(n):
    if n < 0:
        raise Refused(n)
    return n
"""
PYTEST = """
=== tests/test_shop.py
import pytest

from shop import Basket, Item, checked, price_of

PRICES = [1.005, 2.5]


class Source:
    def __init__(self, prices):
        self.prices = prices

    def items(self):
        return list(self.prices)


@pytest.fixture
def source():
    return Source(PRICES)


def test_total(source):
    basket = Basket(source)
    assert basket.n == 0
    assert basket.total() == 3.5


def test_price():
    assert price_of(Item(3)) == 3
    assert checked(1) == 1
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without a commit, on `main`."""
    return new_repository(tmp_path)


def check(repository: Repository, tests: str, old: str, new: str, *, python: str = sys.executable) -> Told:
    """Commit the shop and its tests, alter one text of the shop on a branch, and check that."""
    assert old in SHOP
    repository.commit(SHOP + tests)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(SHOP.replace(old, new))
    written = str(repository.root.parent / "written")
    return repository.check("main..head", "--reproducers", written, "--experiments", "300", python=python)


def the_test(repository: Repository) -> Path:
    """The one file that was written."""
    (path,) = (repository.root.parent / "written").iterdir()
    return path


def ends(repository: Repository, path: Path, *, on: str, command: tuple[str, ...] = ("pytest", "-q")) -> bool:
    """Does the file pass beside the tests of a revision?"""
    repository.git("checkout", "-q", on)
    place = repository.root / "tests" / path.name
    place.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    target = f"tests/{path.name}" if command[0] == "pytest" else f"tests.{path.stem}"
    done = subprocess.run(
        [sys.executable, "-B", "-m", *command, target],
        cwd=repository.root,
        env={**repository.environment(), "PYTHONPATH": str(repository.root)},
        capture_output=True,
        check=False,
    )
    place.unlink()
    return done.returncode == 0


def test_a_call_of_plain_values_is_a_test_of_one_line(repository: Repository) -> None:
    """A dataclass is made by its constructor, and what equals its default is left out."""
    told = check(repository, PYTEST, "item.price * factor", "item.price * factor or None")
    path = the_test(repository)
    assert "import price_of" in path.read_text() or "import Item, price_of" in path.read_text()
    assert "assay" not in path.read_text()
    assert ends(repository, path, on="main")
    assert not ends(repository, path, on="head")
    assert told.report["findings"][0]["reproducer"]["written"] == str(path)


def test_a_live_object_is_made_as_the_test_makes_it(repository: Repository) -> None:
    """The constructor's argument is gone, so the test of base is cut down: fixture, constant and class come along."""
    check(repository, PYTEST, "return round(sum(self._read()), places)", "return round(sum(self._read()), 1)")
    path = the_test(repository)
    text = path.read_text()
    assert "PRICES = [1.005, 2.5]\n" in text
    assert "def source():\n    return Source(PRICES)" in text
    assert "    basket = Basket(source)\n" in text
    assert "assert basket.total" in text
    assert "test_price" not in text
    assert ends(repository, path, on="main")
    assert not ends(repository, path, on="head")


def test_a_refusal_is_expected_with_its_own_exception(repository: Repository) -> None:
    """`pytest.raises` with the project's class."""
    check(repository, PYTEST, "if n < 0:", "if n < -9:")
    path = the_test(repository)
    assert "with pytest.raises(Refused):\n        checked(" in path.read_text()
    assert ends(repository, path, on="main")
    assert not ends(repository, path, on="head")


def test_the_test_is_printed_again(repository: Repository) -> None:
    """From the report that the check left behind."""
    told = check(repository, PYTEST, "if n < 0:", "if n < -9:")
    done = subprocess.run(
        [sys.executable, "-m", "assay", "replay", told.report["findings"][0]["id"], "--as-test"],
        cwd=repository.root,
        env=repository.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == the_test(repository).read_text()


@pytest.mark.skipif(not WITHOUT_PYTEST, reason="every interpreter found here has pytest")
def test_a_project_without_pytest_gets_a_test_of_unittest(repository: Repository) -> None:
    """In the form that its runner runs."""
    tests = """
    === tests/__init__.py
    === tests/test_shop.py
    import unittest

    from shop import checked


    class TestChecked(unittest.TestCase):
        def test_one(self):
            self.assertEqual(checked(1), 1)
    """
    check(repository, dedent(tests), "if n < 0:", "if n < -9:", python=WITHOUT_PYTEST[0])
    path = the_test(repository)
    assert "class TestCheckedStillRefuses(unittest.TestCase):" in path.read_text()
    assert "with self.assertRaises(Refused):" in path.read_text()
    assert ends(repository, path, on="main", command=("unittest", "-q"))
    assert not ends(repository, path, on="head", command=("unittest", "-q"))
