"""What exists in the installed packages, and what does not: modules, names, attributes, and what guards a line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask, ask_all, denied, only
from tests.probe.projects import interpreters


@pytest.mark.parametrize("python", list(interpreters().values()), ids=list(interpreters()))
def test_any_interpreter_is_a_judge(python: str, tmp_path: Path) -> None:
    """The standard library is asked under every Python found."""
    text = (
        "import json, os\nfrom urllib.parse import urlencode_params\nimport email.fast\n"
        "json.parse('{}')\nos.makedirs('a', exists_ok=True)\nos.path.basename('a', 'b')\njson.dumps(1, indentation=2)\n"
    )
    assert denied(tmp_path, text, python=python) == [
        "2 missing-name urllib.parse.urlencode_params",
        "3 missing-module email.fast",
        "4 missing-attribute json.parse",
        "5 unknown-parameter os.makedirs(exists_ok=)",
        "6 wrong-arity posixpath.basename()",
        "7 unknown-parameter json.dumps(indentation=)",
    ]


def test_a_denial_carries_its_evidence(tmp_path: Path) -> None:
    """The version that denies it, the nearest name, and a line that was executed."""
    found = only(tmp_path, "import json\njson.load_s('1')\n")
    assert found.certainty == "proven"
    assert found.installed.startswith("Python 3.")
    assert found.nearest[0] == "loads"
    assert found.reproducer == "import json; json.load_s"
    assert found.output.startswith("AttributeError: module 'json' has no attribute 'load_s'")


def test_an_attribute_that_the_file_reads_as_one_that_may_be_absent_is_no_claim(tmp_path: Path) -> None:
    """It is set by name, put into `__dict__`, or read with a default somewhere."""
    for line in ("getattr(log, 'tag', None)", "setattr(log, 'tag', 1)", "log.__dict__.setdefault('tag', 1)"):
        assert denied(tmp_path, f"import logging\nlog = logging.getLogger('a')\n{line}\nlog.tag\n") == []
    assert len(denied(tmp_path, "import logging\nlog = logging.getLogger('a')\ngetattr(log, 'tag')\nlog.tag\n")) == 1


def test_a_forwarded_keyword_is_followed_to_who_takes_it(tmp_path: Path) -> None:
    """`json.dumps` hands on what it collects to the encoder's class."""
    found = only(tmp_path, "import json\njson.dumps({}, indent_with=2)\n")
    assert found.chain[0] == "json.dumps"
    assert len(found.chain) > 1
    assert "TypeError: got an unexpected keyword argument 'indent_with'" in found.output


def test_receivers_are_followed_through_names_attributes_and_returns(tmp_path: Path) -> None:
    """Constructors, `self.x`, `with` targets, annotated parameters and functions of the file."""
    text = (
        "import threading, logging, subprocess\nfrom datetime import datetime\n"
        "class Worker:\n"
        "    def __init__(self):\n"
        "        self.thread = threading.Thread(target=print)\n"
        "    def end(self):\n"
        "        self.thread.stop()\n"
        "def log() -> logging.Logger:\n"
        "    return logging.getLogger('a')\n"
        "def work(when: datetime):\n"
        "    log().success('x')\n"
        "    when.add(1)\n"
        "    done = subprocess.run(['true'])\n"
        "    return done.exit_code\n"
    )
    assert [line.split()[0] for line in denied(tmp_path, text)] == ["7", "11", "12", "14"]


@pytest.mark.parametrize(
    "guarded",
    [
        "try:\n    from json import fast\nexcept ImportError:\n    fast = None\n",
        "try:\n    json.fast()\nexcept AttributeError:\n    pass\n",
        "if hasattr(json, 'fast'):\n    json.fast()\n",
        "if not hasattr(json, 'fast'):\n    raise SystemExit\njson.fast()\n",
        "if sys.version_info < (3, 4):\n    json.fast()\n",
        "if sys.version_info >= (3, 4):\n    pass\nelse:\n    json.fast()\n",
        "if sys.platform == 'win32':\n    json.fast()\n",
        "if HAS_FAST_JSON:\n    json.fast()\n",
        "if TYPE_CHECKING:\n    from json import Fast\n",
        "fast = json.fast if hasattr(json, 'fast') else None\n",
        "hasattr(json, 'fast') and json.fast()\n",
        "with pytest.raises(AttributeError):\n    json.fast()\n",
        "with contextlib.suppress(AttributeError):\n    json.fast()\n",
        "@pytest.mark.skipif(OLD, reason='no')\ndef test():\n    json.fast()\n",
        "json.fast = print\n",
        "sys.getwindowsversion()\n",
        "from ctypes import windll\n",
        "sys.stdout.getvalue()\n",
        "import threading\nlocal = threading.local()\nlocal.stack.pop()\n",
        "import os, pathlib\nos.PathLike.register(pathlib.Path)\n",
        "import logging\nclass A(logging.Handler):\n    def go(self):\n        self.stop()\nclass B(A):\n    def stop(self): pass\n",
    ],
)
def test_code_that_is_prepared_says_nothing(guarded: str, tmp_path: Path) -> None:
    """A guard of any form stands for the knowledge that the name may be missing."""
    assert denied(tmp_path, f"import contextlib, json, sys\n{guarded}") == []


def test_names_that_the_file_binds_itself_are_its_own(tmp_path: Path) -> None:
    """Builtins may be shadowed, also further down, and globals may be rebound by functions."""
    text = (
        "from somewhere import *\nimport json\n"
        "def first():\n    return sorted([1], upwards=True)\n"
        "def second():\n    global json\n    json = None\n"
        "def third():\n    return json.fast()\n"
    )
    assert denied(tmp_path, text, first_party=["somewhere"]) == []


def test_ways_that_part_and_meet_again_are_joined(tmp_path: Path) -> None:
    """A name that is one class on one way and another on the other is either."""
    text = (
        "import pathlib, threading\n"
        "def f(x):\n"
        "    if x:\n        a = threading.Thread()\n    else:\n        a = object.__new__(x)\n"
        "    a.anything()\n"
        "    b = None\n"
        "    if x:\n        b = threading.Thread()\n"
        "    b.stop()\n"
    )
    assert denied(tmp_path, text) == ["11 missing-attribute threading.Thread.stop"]


def test_attributes_that_instances_set_are_there(tmp_path: Path) -> None:
    """In `__init__`, by annotation, in slots, by a subclass, by another module of the same package."""
    text = (
        "import argparse, ast, socketserver, subprocess\n"
        "def f(p: subprocess.Popen, a: argparse.Namespace, n: ast.Name, s: socketserver.BaseServer):\n"
        "    return p.returncode, a.anything, n.id, n.lineno, s.socket\n"
    )
    assert denied(tmp_path, text) == []


def test_what_is_not_installed_is_told_from_what_is_the_projects_own(tmp_path: Path) -> None:
    """A name of the project is never asked of the interpreter."""
    text = "import requests_retry_helpers\nimport ours.inner\nfrom . import near\nfrom clik import x\n"
    assert denied(tmp_path, text, first_party=["ours"]) == [
        "1 missing-package requests_retry_helpers",
        "4 missing-package clik",
    ]
    assert "click" in ask(tmp_path, "import clik\n").found[0].nearest


@pytest.mark.parametrize("ending", ["import os; os._exit(3)", "raise SystemExit(1)", "1 / 0", "print('hello')"])
def test_a_package_that_misbehaves_costs_itself_only(ending: str, tmp_path: Path) -> None:
    """It may end the process, raise, or print; what was asked before it is answered."""
    package = tmp_path / "home" / "broken_package.py"
    package.parent.mkdir()
    package.write_text(ending + "\n", encoding="utf-8")
    text = f"import sys\nsys.path.append({str(package.parent)!r})\nimport broken_package\nimport json\njson.fast()\n"
    assert denied(tmp_path, text, python=sys.executable)[-1:] == ["5 missing-attribute json.fast"]


def test_the_branch_for_versions_without_a_name_is_for_other_versions(tmp_path: Path) -> None:
    """`hasattr` that is true here leaves the other branch to releases that are not installed."""
    text = "import re\nif hasattr(re, 'compile'): re.compile\nelse: re.old_compile\nif hasattr(re, 'gone'): pass\nelse: re.older\n"
    assert denied(tmp_path, text) == ["5 missing-attribute re.older"]


def test_what_another_file_imports_forgives_nothing_here(tmp_path: Path) -> None:
    """Hypothesis marks objects with an attribute; only who has to do with it may meet one."""
    asking = "import textwrap\n\ndef f(given: textwrap.TextWrapper):\n    return given.is_hypothesis_test\n"
    beside, alone = ask_all(tmp_path, ["import hypothesis\n" + asking, asking])
    assert [denial.name for denial in beside.found] == []
    assert [denial.name for denial in alone.found] == ["textwrap.TextWrapper.is_hypothesis_test"]
