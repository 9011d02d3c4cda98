"""A test that head edited or deleted is shown before and after."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.evidence.making import FakeLab, FakeSource

from assay.evidence.jobs import Scenarios
from assay.evidence.promises import Broken
from assay.evidence.withdrawn import with_texts, withdrawn_tests
from assay.values.change import Change, FilePair, Revision
from assay.values.finding import FailingTest, Finding, Location
from assay.values.lab import Frame, Run

BASE = """
class TestFee:
    def test_three(self):
        assert fee(3) == 2


@mark
def test_ten():
    assert fee(10) == 2
"""
HEAD = BASE.replace("fee(10) == 2", "fee(10) == 0")


def told(test: str, head: str | None, *, edited: bool = True, path: str = "tests/test_fee.py") -> tuple[str, str]:
    """What the finding about this test shows of it, where head edits the file `path`."""
    pair = FilePair(base_path=path, head_path=None if head is None else "tests/test_fees.py")
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


def test_a_test_whose_own_text_stands_is_not_shown_as_edited_or_deleted() -> None:
    """Head edited a fixture, in another file or in this one."""
    assert told("test_ten", HEAD, path="tests/conftest.py") == ("", "")
    assert told("TestFee::test_three", HEAD) == ("", "")


FEE, FIXTURES = "tests/test_fee.py", "tests/conftest.py"


def withdrawn(names: str, edited: dict[str, str | None], endings: dict[str, str]) -> list[str]:
    """Which of these tests of base head takes back, when among head's files the tests end so."""
    side = Revision(label="x", commit=None)
    pairs = tuple(FilePair(base_path=path, head_path=None if text is None else path) for path, text in edited.items())
    change = Change(base=side, head=side, files=(), units=(), tests=pairs)
    head = {FEE: BASE, FIXTURES: "", **{path: text for path, text in edited.items() if text is not None}}
    broken = [
        Broken(test=f"{FEE}{name and '::'}{name}", path=FEE, line=1, detail="E", units=frozenset())
        for name in names.split(",")
    ]

    def answer(run: Run) -> Sequence[Frame]:
        assert (run.side, dict(run.files)) == (
            "head",
            {path: text for path, text in edited.items() if text is not None},
        )
        shared: Frame = {"t": "test", "seconds": 0.1, "detail": "", "path": FEE, "line": 1}
        return [{**shared, "test": f"{FEE}::{name}", "outcome": how} for name, how in endings.items()]

    lab = FakeLab(answer=answer, source=FakeSource({FEE: BASE, FIXTURES: ""}, head))
    scenarios = Scenarios(runner="pytest", files=(FEE,))
    return sorted(test.removeprefix(f"{FEE}::") for test in withdrawn_tests(lab, change, broken, scenarios, 5.0))


def test_a_test_that_passes_among_heads_files_stands_on_something_that_head_edits() -> None:
    """A fixture in another file; and one that fails there too is broken by head."""
    endings = {"test_ten": "passed", "TestFee::test_three": "failed"}
    assert withdrawn("test_ten,TestFee::test_three", {FIXTURES: "x = 1"}, endings) == ["test_ten"]
    assert withdrawn("", {FIXTURES: "x = 1"}, endings) == [FEE]


def test_a_test_whose_text_head_edits_or_deletes_is_taken_back_without_being_run() -> None:
    """And one that stands as it was in an edited file is not, where it fails there too."""
    assert withdrawn("test_ten,TestFee::test_three", {FEE: HEAD}, {"TestFee::test_three": "failed"}) == ["test_ten"]
    assert withdrawn("test_ten", {FEE: None}, {}) == ["test_ten"]


def test_what_cannot_be_run_among_heads_files_counts_as_edited_where_its_file_is() -> None:
    """Time may be over; a test in a file that head left alone keeps its weight."""
    assert withdrawn("TestFee::test_three", {FEE: HEAD}, {}) == ["TestFee::test_three"]
    assert withdrawn("TestFee::test_three", {FIXTURES: "x = 1"}, {}) == []


def test_without_edited_tests_nothing_is_taken_back_and_nothing_is_run() -> None:
    """There is nothing that could have changed what a test stands on."""
    assert withdrawn("test_ten", {}, {"test_ten": "passed"}) == []
