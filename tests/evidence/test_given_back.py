"""Answers that give back a data file which the change edits, and answers that do not."""

from __future__ import annotations

from typing import Any

import pytest
from tests.evidence.making import FakeSource, difference, experiment, returned

from assay.evidence.announced import Measured, announce
from assay.evidence.given_back import DataFiles
from assay.judgement.levels import level_of
from assay.values.change import FilePair
from assay.values.finding import Difference, Finding, Level, Location, Policy

PAGE = "Usage\n=====\n\nGive it two trees.\n\n" + "It answers in one word, and explains itself in many.\n" * 20
NEWER = PAGE.replace("two trees", "two trees and a path") + "\nChanges\n=======\n\nPaths are new.\n"


def answered(base: object, head: object) -> Difference:
    """One call that answered otherwise."""
    return difference("answers-differently", experiment(returned(base)), experiment(returned(head)), confirmed=True)


def given_back(base: object, head: object, *, old: str = PAGE, new: str = NEWER, path: str = "docs/page.rst") -> str:
    """The file that explains these answers."""
    source = FakeSource({path: old}, {path: new})
    return DataFiles([FilePair(base_path=path, head_path=path)], source).given_back(answered(base, head))


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (PAGE, NEWER),
        (PAGE.strip(), NEWER.strip()),
        ("Give it two trees.", "Give it two trees and a path."),
        ({"doc": PAGE, "n": 1}, {"doc": NEWER, "n": 1}),
        (["x", PAGE], ["x", NEWER]),
    ],
)
def test_what_stands_in_the_file_is_given_back(base: object, head: object) -> None:
    """As a whole or some lines of it, alone or inside of something."""
    assert given_back(base, head) == "docs/page.rst"


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (PAGE, PAGE),
        (PAGE, NEWER.upper()),
        (PAGE, "Usage"),
        ("Usage", "Changes"),
        ("two trees", "two trees and a path"),
        ({"doc": PAGE, "n": 1}, {"doc": NEWER, "n": 2}),
        ([PAGE], (NEWER,)),
        (len(PAGE), len(NEWER)),
        ("", NEWER),
        (None, NEWER),
    ],
)
def test_what_is_made_of_it_is_not(base: object, head: object) -> None:
    """Another part of the file, less of it, something computed, or a difference beside it."""
    assert not given_back(base, head)


def test_one_line_is_all_of_a_file_of_one_line() -> None:
    """A version, a name."""
    assert given_back("1.2.3", "1.3.0", old="1.2.3\n", new="1.3.0\n") == "docs/page.rst"
    assert not given_back("1.2.3", "1.3", old="1.2.3\n", new="1.3.0\n")


def test_code_is_no_data() -> None:
    """What a module holds is what it does."""
    assert not given_back(PAGE, NEWER, path="shop/page.py")


def test_a_line_that_was_there_before_is_another_line() -> None:
    """Head gives the second line of two, which both sides have, where base gave the first."""
    assert not given_back("one", "two", old="one\ntwo\n", new="one\ntwo\nthree\n")


def test_it_is_announced_by_the_file_and_a_notice() -> None:
    """Whoever edits the page sees the page; a refactoring edits no data."""
    first = answered(PAGE, NEWER)
    assert announced(first, [first]) == ("data", "docs/page.rst", Level.NOTICE, Level.HOLD)


def test_a_call_of_the_same_kind_that_gives_back_something_else_is_not_announced() -> None:
    """The example is the simplest call, and may be the harmless one."""
    first = answered(PAGE, NEWER)
    assert announced(first, [first, answered(PAGE, "")]) == (None, None, Level.HOLD, Level.HOLD)


def announced(first: Difference, all_of: list[Difference]) -> tuple[Any, ...]:
    """What announces it, and its level, in a change and in a refactoring."""
    source = FakeSource({"docs/page.rst": PAGE}, {"docs/page.rst": NEWER})
    files = DataFiles([FilePair(base_path="docs/page.rst", head_path="docs/page.rst")], source)
    finding = Finding(
        id="3f2a9c",
        investigator="behaviour",
        claim="page() answers differently",
        where=Location(path="bill.py", line=1),
        unit="bill.page",
        observed_at="bill.page",
        evidence=(first,),
    )
    told = announce([finding], Measured(differences=tuple(all_of)), (), (), given_back=files.given_back)[0]
    said = told.announcement
    by = (None, None) if said is None else (said.by, said.source)
    return (*by, level_of(told, Policy(refuse_claims=True)), level_of(told, Policy(expect_same=True)))
