"""What no run can notice is no change."""

from __future__ import annotations

import pytest
from tests.change.telling import assert_told


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
    ],
    ids=range(13),
)
def test_what_no_run_can_notice_is_no_change(base: str, head: str) -> None:
    assert_told(base, head)


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
        *("noxfile.py", "benchmarks/speed.py", "CHANGES.txt", "requirements-dev.txt", "p/py.typed", "p/stubs.pyi"),
        *("Makefile", "tox.ini", "p.egg-info/PKG-INFO"),
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
