"""A test that head edited or deleted is shown before and after."""

from __future__ import annotations

import pytest
from tests.evidence.making import FakeSource

from assay.evidence.withdrawn import with_texts
from assay.values.change import Change, FilePair, Revision
from assay.values.finding import FailingTest, Finding, Location

BASE = """
class TestFee:
    def test_three(self):
        assert fee(3) == 2


@mark
def test_ten():
    assert fee(10) == 2
"""
HEAD = BASE.replace("fee(10) == 2", "fee(10) == 0")


def told(test: str, head: str | None, *, edited: bool = True) -> tuple[str, str]:
    """What the finding about this test shows of it."""
    pair = FilePair(base_path="tests/test_fee.py", head_path=None if head is None else "tests/test_fees.py")
    side = Revision(label="x", commit=None)
    change = Change(base=side, head=side, files=(), units=(), tests=(pair,))
    source = FakeSource({"tests/test_fee.py": BASE}, {} if head is None else {"tests/test_fees.py": head})
    evidence = FailingTest(test=f"tests/test_fee.py::{test}", detail="", edited_by_head=edited, runs=3)
    where = Location(path="fee.py", line=1)
    finding = Finding(
        id="3f2a9c", investigator="b", claim="c", where=where, unit="fee", observed_at="fee", evidence=(evidence,)
    )
    (seen,) = with_texts([finding], change, source)[0].evidence
    assert isinstance(seen, FailingTest)
    return seen.before, seen.after


@pytest.mark.parametrize(
    ("test", "head", "before", "after"),
    [
        (
            "test_ten[a-1]",
            HEAD,
            "@mark\ndef test_ten():\n    assert fee(10) == 2",
            "@mark\ndef test_ten():\n    assert fee(10) == 0",
        ),
        ("TestFee::test_three", "", "    def test_three(self):\n        assert fee(3) == 2", ""),
        ("test_ten", None, "@mark\ndef test_ten():\n    assert fee(10) == 2", ""),
        ("test_nowhere", HEAD, "", ""),
        ("test_ten", "def broken(", "@mark\ndef test_ten():\n    assert fee(10) == 2", ""),
    ],
    ids=["edited", "deleted", "file gone", "not found", "not parsed"],
)
def test_a_withdrawn_promise_is_shown_as_it_was_and_as_it_is(
    test: str, head: str | None, before: str, after: str
) -> None:
    """Decorators included; empty where there is nothing."""
    assert told(test, head) == (before, after)


def test_a_test_that_head_left_as_it_was_is_not_shown() -> None:
    """It can be read where it stands."""
    assert told("test_ten", HEAD, edited=False) == ("", "")
