"""What the first call in a process pays for is not paid for in every child."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, write

LAZY = """
=== m.py
import sys


class Reader:
    def __init__(self):
        self.size, self.was_ready = 2, None

    def read(self, text):
        self.was_ready = "xml.dom.minidom" in sys.modules, "heavy" in sys.modules
        import xml.dom.minidom
        import heavy
        return len(text) + self.size


def make(n):
    return Reader().read("a" * n)
=== heavy.py
import os
os.write(2, b"heavy is loaded")
=== test_m.py
import unittest
import m


class Reading(unittest.TestCase):
    def test_read(self):
        reader = m.Reader()
        self.assertEqual(reader.read("abc"), 5)
        self.assertEqual(reader.was_ready, (True, False))
"""
AT_IMPORT = """
=== m.py
def make(n):
    return [n]
=== test_m.py
import m

AT_IMPORT = m.make([2, 3])


def test_make():
    assert m.make("3") == ["3"]
"""


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_a_module_that_a_call_imports_is_loaded_once(tmp_path: Path, python: str) -> None:
    """But not those of the project: what they do when they are loaded is part of what is compared."""
    told = write(tmp_path, LAZY).under(python).plan("Reader.read", experiments=30, per_call=30)
    assert set(told.endings.values()) == {"passed"}, told.problems
    unaltered = [e.outcome.output for e in told.made("Reader.read") if not e.intervention.edits]
    assert unaltered == ["heavy is loaded"]


def test_calls_of_a_file_that_is_imported_take_nothing_from_the_chosen_tests(tmp_path: Path) -> None:
    """They may have nothing to do with what the tests do, and nothing is in any cache yet."""
    project = replace(write(tmp_path, AT_IMPORT), runner="pytest")
    everything = project.plan("make", experiments=300, per_call=5).made("make")
    assert {e.id.scenario for e in everything} == {"import:test_m.py", "test_m.py::test_make"}
    chosen = replace(project, tests=("test_m.py::test_make",)).plan("make", experiments=300, per_call=5).made("make")
    assert {e.id.scenario for e in chosen} == {"test_m.py::test_make"}
    imported = replace(project, tests=("import:test_m.py",)).plan("make", experiments=300, per_call=5).made("make")
    assert {e.id.scenario for e in imported} == {"import:test_m.py"}
