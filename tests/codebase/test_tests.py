"""Which files are tests, which come first, and which texts they use."""

from __future__ import annotations

import time

import pytest
from tests.change.telling import MemorySource, files

from assay.codebase.pytest_settings import read_pytest_settings
from assay.codebase.tests import corpus, find_tests, rank_tests, texts_of
from assay.values.change import FilePair, Unit

UNIT = Unit(path="src/p/money.py", module="p.money", qualname="Invoice.total", first_line=1, last_line=2)


def source_of(text: str) -> MemorySource:
    """One tree on both sides."""
    return MemorySource(files(text), files(text))


def found_in(text: str) -> tuple[str, ...]:
    source = source_of(text)
    return find_tests(source.paths("base"), read_pytest_settings(source))


def ranked(text: str, **hints: object) -> list[str]:
    source = source_of(text)
    names = hints.get("names", ())
    pairs = hints.get("files", ())
    assert isinstance(names, tuple)
    assert isinstance(pairs, tuple)
    return [path for path, _ in rank_tests(found_in(text), [UNIT], source, files=pairs, names=names)]


TREE = "=== p/__init__.py\n=== p/m.py\n=== tests/test_a.py\n=== tests/b_test.py\n=== tests/conftest.py\n=== tests/check_c.py\n"


def test_tests_are_what_pytest_collects_by_default() -> None:
    assert found_in(TREE) == ("tests/b_test.py", "tests/test_a.py")


@pytest.mark.parametrize(
    "settings",
    [
        "=== pytest.ini\n[pytest]\npython_files = check_*.py\n",
        "=== pyproject.toml\n[tool.pytest.ini_options]\npython_files = ['check_*.py']\n",
        "=== setup.cfg\n[tool:pytest]\npython_files = check_*.py\n",
        "=== tox.ini\n[pytest]\npython_files =\n    check_*.py\n",
    ],
)
def test_the_project_says_how_its_tests_are_called(settings: str) -> None:
    assert found_in(TREE + settings) == ("tests/check_c.py",)


def test_what_a_package_of_tests_gathers_is_tests_whatever_its_name() -> None:
    """As `python -m unittest tests` finds them."""
    gathers = (
        "=== tests/__init__.py\nfrom .models import *\ntry:\n    from .fields import *\nexcept ImportError:\n    pass\n"
    )
    rest = "=== tests/models.py\n=== tests/fields.py\n=== tests/base.py\n=== p/__init__.py\nfrom .core import *\n=== p/core.py\n"
    assert found_in(gathers + rest) == ("tests/fields.py", "tests/models.py")


def test_the_project_says_where_its_tests_are() -> None:
    """Where that folder is gone, tests are sought everywhere."""
    settings = "=== pyproject.toml\n[tool.pytest.ini_options]\ntestpaths = '{}'\n"
    tree = TREE + "=== checks/test_d.py\n"
    assert found_in(tree + settings.format("checks")) == ("checks/test_d.py",)
    assert found_in(tree + settings.format("gone")) == ("checks/test_d.py", "tests/b_test.py", "tests/test_a.py")


def test_the_test_named_after_the_module_comes_first_then_those_that_mention_the_unit() -> None:
    tree = """
        === src/p/money.py
        class Invoice:
            def total(self): return 1
        === tests/test_a.py
        def test(): pass
        === tests/test_b.py
        from p import Invoice
        def test(): Invoice().total()
        === tests/test_c.py
        from p.money import other
        === tests/test_money.py
        from p.money import Invoice
    """
    assert ranked(tree) == ["tests/test_money.py", "tests/test_b.py", "tests/test_c.py", "tests/test_a.py"]


def test_a_test_that_the_change_edits_and_one_that_mentions_a_rare_name_are_near() -> None:
    tree = "".join(f"=== tests/test_{name}.py\nfrom x import y\n" for name in "abcdefgh")
    tree = tree.replace("test_g.py\n", "test_g.py\nround_half\n")
    pair = FilePair(base_path="tests/test_e.py", head_path="tests/test_e.py")
    assert ranked(tree, files=(pair,), names=("round_half", "import"))[:2] == ["tests/test_e.py", "tests/test_g.py"]


def test_ranking_many_tests_is_quick() -> None:
    """600 files of 20 kB, as large code bases have them."""
    text = "import p\ndef test_thing():\n    assert p.thing(1) == 'text'\n" * 350
    tree = {f"p/{n % 30}/tests/test_{n}.py": f"{text}{n}" for n in range(600)}
    source = MemorySource(tree, tree)
    started = time.perf_counter()
    assert len(rank_tests(sorted(tree), [UNIT] * 5, source, names=["thing", "other"])) == 600
    assert time.perf_counter() - started < 4


def test_the_corpus_holds_strings_of_tests_and_paragraphs_of_files_beside_them() -> None:
    """Docstrings, very short and very long strings are left out."""
    source = source_of(
        "=== tests/test_a.py\ndef test():\n    '''A docstring.'''\n    f('select 1')\n    f('ab')\n"
        f"    f('{'x' * 500}')\n    f('a' 'bc')\n=== tests/data/a.txt\nFirst\nparagraph.\n\nSecond.\n"
    )
    assert sorted(corpus(["tests/test_a.py"], source, 10)) == ["First\nparagraph.", "Second.\n", "abc", "select 1"]
    assert corpus(["tests/test_a.py"], source, 10) == corpus(["tests/test_a.py"], source, 10)
    assert len(corpus(["tests/test_a.py"], source, 2)) == 2


NAMED = """
import pytest
@pytest.mark.parametrize("text", ["given to it", "as well"])
def test_one(text):
    "what it is about"
    assert text != "its own"
class TestMany:
    class TestInner:
        def test_two(self): assert "inside"
def test_other(): assert "of another"
"""


def test_texts_of_some_tests_are_theirs_alone_and_come_in_their_order() -> None:
    """What parametrises a test is its own; a name that no file has, or that pytest did not give, has no texts."""
    source = MemorySource({"tests/test_a.py": NAMED}, {})
    tests = ["tests/test_a.py::TestMany::TestInner::test_two", "tests/test_a.py::test_one[as well]", "tests.b.Old.test"]
    found = texts_of([*tests, "tests/test_a.py::test_gone", "tests/none.py::test_x"], source, 10)
    assert found[0] == "inside"
    assert set(found[1:]) == {"text", "given to it", "as well", "its own"}
    assert texts_of(tests, source, 2) == found[:2]
