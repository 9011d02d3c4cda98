"""Texts that one of two regular expressions takes and the other does not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, write

import assay_probe.patterns as untyped_patterns
from assay.evidence.jobs import Material

patterns: Any = untyped_patterns

PAIRS = (
    (r"[\u0100-\u017f\u00a0-\u00ff]+$", r"[\u0100-\u017f]+$"),
    (r"{[\w-]*}", r"{\w*}"),
    (r"^(a|b|c)\d{2,}$", r"^(a|b)\d{2,}$"),
    (r"^(?!no)\w+$", r"^\w+$"),
    (r"(?P<q>['\"])x(?P=q)", r"['\"]x['\"]"),
    (r"^[^/]+$", r"^[^/.]+$"),
)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_texts_that_two_expressions_read_differently_are_found(ours: str, theirs: str) -> None:
    """Each of them does what is said of it, and nothing in it is there for nothing."""
    found = patterns.telling([(ours, theirs)], 0)
    assert found
    for text in found:
        assert [m.span() for m in re.finditer(ours, text)] != [m.span() for m in re.finditer(theirs, text)]
    assert len(found[0]) <= 4


def test_expressions_that_take_the_same_have_no_such_text() -> None:
    assert patterns.telling([(r"[0-9]+x?", r"[0123456789]+(?:x)?"), (r"broken(", r"x")], 0) == []


VALID = """
=== m.py
import re
NAME = re.compile("[a-z\u00e0-\u00ef]+$")
def valid(text):
    user, _, host = text.partition("@")
    return bool(NAME.match(user)) and "." in host
=== test_m.py
import unittest
import m

class Valid(unittest.TestCase):
    def test_valid(self):
        self.assertTrue(m.valid("jo@a.b"))
"""


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_they_are_put_into_the_texts_of_calls(tmp_path: Path, python: str) -> None:
    """The character that only base takes stands where the expression is asked for it."""
    material = Material(patterns=(("[a-z\u00e0-\u00ef]+$", "[a-z]+$"),))
    own = replace(write(tmp_path, VALID), material=material).under(python)
    planned = own.plan("valid")
    told = [e for e in planned.story.experiments if any(x.operator == "text.telling" for x in e.intervention.edits)]
    texts = [str(edit.literal) for e in told for edit in e.intervention.edits]
    assert any("\u00e0" <= character <= "\u00ef" for text in texts for character in text.partition("@")[0])
