"""The tests that head adds or edits are told from those that stand as they were."""

from __future__ import annotations

from assay.codebase.edited_tests import edited_tests

BASE = """import pytest

RATE = 3

def helper():
    return RATE

def test_one():
    assert helper() == 3

class TestMore:
    def test_two(self):
        assert True
"""


def test_a_new_test_is_told() -> None:
    """Alone: the others need not run again."""
    assert edited_tests(BASE, BASE + "\ndef test_three():\n    assert helper()\n") == ("test_three",)


def test_an_edited_test_is_told_with_its_class() -> None:
    """As pytest names it, without the file."""
    assert edited_tests(BASE, BASE.replace("assert True", "assert 1")) == ("TestMore::test_two",)


def test_new_imports_helpers_and_constants_touch_no_other_test() -> None:
    """Only what uses them could see them."""
    head = f"import json\n{BASE}\nNEW = 1\n\ndef other():\n    return NEW\n\ndef test_four():\n    assert other()\n"
    assert edited_tests(BASE, head) == ("test_four",)


def test_an_edited_helper_may_touch_every_test() -> None:
    """So nothing can be left out."""
    assert edited_tests(BASE, BASE.replace("return RATE", "return 4")) is None
    assert edited_tests(BASE, BASE.replace("RATE = 3", "RATE = 4")) is None
    assert edited_tests(BASE, BASE.replace("class TestMore:", "class TestMore(object):")) is None


def test_all_tests_of_a_new_file_are_new() -> None:
    """There is nothing on base to compare with."""
    assert edited_tests(None, BASE) == ("test_one", "TestMore::test_two")


def test_deleted_tests_and_text_that_is_no_python() -> None:
    """What is gone cannot run; what cannot be read cannot be told."""
    assert edited_tests(BASE, BASE[: BASE.index("class")]) is None
    assert edited_tests(BASE, BASE.replace("def test_one():\n    assert helper() == 3\n", "")) == ()
    assert edited_tests("def (", BASE) is None
