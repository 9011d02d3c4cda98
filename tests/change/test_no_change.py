"""What no run can notice is no change."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.change.telling import assert_told, change_of


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("def f(a):\n    return a + 1\n", "def f( a ):  # adds\n\n    return (a +\n        1)\n"),
        ("def f():\n    return 'a'\n", 'def f():\n    """Say a."""\n    return "a"\n'),
        ("def f(a):\n    return u'x'\n", "def f(a: int) -> str:\n    return 'x'\n"),
        ("def f():\n    n = 1\n    return n\n", "def f():\n    n: int = 1\n    return n\n"),
        ("def f():\n    pass\n", "def f():\n    '''Nothing.'''\n"),
        ("X = {'b', 'a'}\ndef f():\n    return X\n", "X = {'a', 'b'}\ndef f():\n    return X\n"),
        ("import os\ndef f(): return 1\n", "def f(): return 1\n"),
        ("from m2 import a, b\ndef f(): return a, b\n", "from m2 import b\nfrom m2 import a\ndef f(): return a, b\n"),
        ("class C:\n    x: int\n    def f(self): return 1\n", "class C:\n    x: str\n    def f(self): return 1\n"),
        (
            "class C:\n    def f(self): return 1\n",
            "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass C(Generic[T]):\n    def f(self): return 1\n",
        ),
        (
            "def f(): return 1\n",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\ndef f(): return 1\n",
        ),
        ("__all__ = ['f']\ndef f(): return 1\n", "__all__ = ['f', 'g']\ndef f(): return 1\n"),
        (
            "from typing import overload\n@overload\ndef f(a: int): ...\ndef f(a): return a\n",
            "from typing import overload\n@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): return a\n",
        ),
        (
            "from typing import Optional, NamedTuple\nclass C(NamedTuple):\n    a: Optional[int] = 1\ndef f(): return C()\n",
            "from typing import NamedTuple\nclass C(NamedTuple):\n    a: 'int | None' = 1\ndef f(): return C()\n",
        ),
        (
            "from typing import TypedDict\nclass C(TypedDict):\n    a: int\n    b: int\n",
            "from typing import TypedDict\nclass C(TypedDict):\n    a: int\n",
        ),
    ],
    ids=range(15),
)
def test_what_no_run_can_notice_is_no_change(base: str, head: str) -> None:
    assert_told(base, head)


MODERN = """
from __future__ import annotations
from typing import Callable, Dict, Iterator, List, Optional, Tuple, Union, cast
Names = Union[str, List[str]]
Found = Dict[str, Optional["C"]]
class C:
    names: Optional[Names] = None
    def f(self, x): return cast(Tuple[Optional["C"], ...], self.names or x)
    def g(self, x): return isinstance(x, Iterator) and cast("Optional[Found]", x)
"""


def test_types_spelled_in_the_newer_way_are_no_change() -> None:
    """In annotations, aliases and the first argument of `cast`; wherever abstract classes are imported from."""
    head = MODERN.replace("Iterator, ", "").replace("from typing", "from collections.abc import Iterator\nfrom typing")
    head = (
        head.replace("Union[str, List[str]]", "str | list[str]").replace("Dict[", "dict[").replace("Tuple[", "tuple[")
    )
    head = head.replace('"Optional[Found]"', '"Found | None"').replace(": Optional[Names]", ": Names | None")
    assert_told(MODERN, head)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('Tuple[Optional["C"], ...]', "Tuple[Optional[C], ...]"),
        ('Tuple[Optional["C"], ...]', 'Tuple["C" | None, ...]'),
        ("self.names or x", "x or self.names"),
        ("= None\n    def", "= ''\n    def"),
    ],
)
def test_types_that_may_break_where_they_are_computed_are_a_change(before: str, after: str) -> None:
    """A name without its quotes may be there for type checkers only; a text has no `|`; a value is no type."""
    assert before in MODERN
    assert "m.C.f" in [unit.unit.name for unit in change_of(MODERN, MODERN.replace(before, after)).units]


def test_an_import_of_the_same_thing_by_another_way_is_no_change() -> None:
    """The package hands on what the module defines."""
    around = "=== p/__init__.py\nfrom p.inner import limit\n=== p/inner.py\nlimit = 3\n"
    assert_told(
        around + "=== p/user.py\nfrom p.inner import limit\ndef f(): return limit\n",
        around + "=== p/user.py\nfrom . import limit\ndef f(): return limit\n",
    )


@pytest.mark.parametrize(
    "path",
    [
        *("README.md", "docs/index.rst", "docs/conf.py", "examples/run.py", "LICENSE", ".github/workflows/ci.yml"),
        *("releasenotes/notes/fix-1a2b.yaml", "newsfragments/12.bugfix"),
        *("noxfile.py", "benchmarks/speed.py", "CHANGES.txt", "requirements-dev.txt", "p/py.typed", "p/stubs.pyi"),
        *("Makefile", "tox.ini", "asv.conf.json", "p.egg-info/PKG-INFO"),
    ],
)
def test_files_around_the_code_are_nothing(path: str) -> None:
    """Prose, documentation, examples, tools of developers."""
    code = "=== p/__init__.py\ndef f(): return 1\n"
    assert_told(f"{code}=== {path}\na = 1\n", f"{code}=== {path}\na = 2\n")


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ("[tool.ruff]\nline-length = 88\n", "[tool.ruff]\nline-length = 100\n"),
        ("[project]\nversion = '1'\n", "[project]\nversion = '2'\n"),
        ("[project.optional-dependencies]\ndev = ['a']\n", "[project.optional-dependencies]\ndev = ['b']\n"),
        ("[dependency-groups]\ntests = ['a']\n", "[dependency-groups]\ntests = ['b']\n"),
    ],
)
def test_settings_of_tools_and_descriptions_are_nothing(base: str, head: str) -> None:
    """Linters, versions and what developers install steer no code under test."""
    assert_told(f"=== pyproject.toml\n{base}", f"=== pyproject.toml\n{head}")


def test_a_release_that_only_counts_its_version_up_in_setup_py_is_nothing() -> None:
    """The same holds for the extras that developers install."""
    setup = "=== setup.py\nfrom setuptools import setup\nsetup(name='x', version='{}', extras_require={{'tests': ['{}']}})\n"
    assert_told(setup.format("1", "pytest"), setup.format("2", "pytest<9"))


def test_a_name_handed_on_by_a_star_is_still_there() -> None:
    """The package exports the same things as before."""
    around = "=== p/inner.py\nlimit = 3\ndef f(): return 1\n=== p/__init__.py\n"
    assert_told(f"{around}from p.inner import f, limit\n", f"{around}from p.inner import *\n")
    assert_told(f"{around}from p.inner import *\n", f"{around}from p.inner import f, limit\n")


def test_a_release_is_a_remark_and_changes_no_unit() -> None:
    """What prints the version does as it did; a plain number may mean anything."""
    text = "__version__ = {0!r}\nversion_info = ({1}, 0)\nversion = {1}\ndef f(): return __version__, version_info\n"
    text += "def g(): return version\n"
    change = change_of(text.format("1.0", 1), text.format("2.0", 2))
    assert [unit.unit.name for unit in change.units] == ["m.g"]
    assert change.remarks == (
        "m.__version__ went from '1.0' to '2.0'; what only shows it does not count as changed.",
        "m.version_info went from (1, 0) to (2, 0); what only shows it does not count as changed.",
    )


def test_modules_of_the_standard_library_written_anew_are_unchanged() -> None:
    """`ast.unparse` keeps the meaning and nothing else."""
    for path in sorted(Path(ast.__file__).parent.glob("b*.py")):
        text = path.read_text(encoding="utf-8")
        assert_told(text, ast.unparse(ast.parse(text)))
