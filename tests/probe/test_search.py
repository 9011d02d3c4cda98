"""Many texts at one call in one process: the same on every run, steered by lines, undisturbed by what they do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, Project, Told, write

from assay.evidence.jobs import Material
from assay.evidence.searching import hints

SPLIT = """
=== m.py
import os, time

SEEN = []

def split(text, mark=";"):
    depth, parts = 0, [""]
    for word in text.split(" "):
        if word == "BEGIN":
            depth += 1
        elif word == "END":
            depth -= 1
        if depth == 2 and word == "GO":
            parts.append("")
        parts[-1] += word
    return parts

def remember(text):
    SEEN.append(text)
    return len(SEEN)

def fragile(text):
    if "x" in text:
        os._exit(3)
    if "y" in text:
        while True:
            pass
    return text.upper()

def number(n):
    return n + 1

def ordinal(n):
    return str(n) + ("th" if n % 100 in (11, 12, 13) else "st" if n % 10 == 1 else "th")

def header(data):
    return data.split(b":")[0]

def total(items):
    return sum(items)
=== test_m.py
import unittest
import m

class Split(unittest.TestCase):
    def test_split(self):
        self.assertEqual(m.split("a b"), ["ab"])

    def test_remember(self):
        self.assertEqual(m.remember("a"), 1)

    def test_fragile(self):
        self.assertEqual(m.fragile("a"), "A")

    def test_number(self):
        self.assertEqual(m.number(1), 2)

    def test_ordinal(self):
        self.assertEqual(m.ordinal(3), "3th")

    def test_header(self):
        self.assertEqual(m.header(b"a: b"), b"a")

    def test_total(self):
        self.assertEqual(m.total([1]), 1)
"""
CORPUS = ("BEGIN a END", "a; b", "select one", "BEGIN BEGIN b")


def project(tmp_path: Path, **members: object) -> Project:
    """The functions with their tests; what tests and code say is at hand."""
    written = write(tmp_path, SPLIT)
    return replace(written, material=Material(texts=("BEGIN", "END", "GO")), corpus=CORPUS, **members)  # type: ignore[arg-type]


def hinted(planned: Told, head: Told) -> list[str]:
    """Texts whose digests disagree."""
    found = hints(planned.story.searches, planned.story.searches, head.story.searches)
    return [str(experiment.intervention.edits[0].literal) for experiment in found]


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_the_same_texts_give_the_same_digests(tmp_path: Path, python: str) -> None:
    """In another process, under another hash seed."""
    own = project(tmp_path).under(python)
    planned = own.plan("split", texts=300)
    (search,) = planned.story.searches
    assert len(search.tried) == len(search.digests) == 300
    assert {name for name, _ in search.tried} == {"text", "mark"}
    assert {("text", repr(text)) for text in CORPUS} <= set(search.tried)
    assert len(set(search.tried)) == 300
    again = own.replay(planned, "split", hash_seed=3)
    assert [other.digests for other in again.story.searches] == [search.digests]


def test_a_difference_that_no_text_of_the_tests_shows(tmp_path: Path) -> None:
    """Three words in the right order; the material has them, the corpus does not have them together."""
    own = project(tmp_path)
    planned = own.plan("split", texts=1500)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(source.replace("if depth == 2 and", "if depth == 3 and"), encoding="utf-8")
    found = hinted(planned, own.replay(planned, "split"))
    assert found
    assert all("GO" in text and text.count("BEGIN") >= 2 for text in found)


TWICE = """
=== m.py
def without(text):
    lines, kept = text.splitlines(), []
    while lines:
        line = lines.pop(0)
        if line.startswith("#"):
            continue
        kept.append(line)
    return kept
=== test_m.py
import unittest, m
class Without(unittest.TestCase):
    def test_it(self): self.assertEqual(m.without("a"), ["a"])
"""


def test_what_shows_only_where_a_piece_stands_twice_in_a_row(tmp_path: Path) -> None:
    """No text of the tests has two such lines one after the other; one of them has one."""
    own = replace(write(tmp_path, TWICE), corpus=(*(f"text {n}" for n in range(60)), "one\n# note\ntwo"))
    planned = own.plan("without", texts=800)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(
        source.replace("continue", "lines[:1] and kept.append(lines.pop(0)); continue"), encoding="utf-8"
    )
    found = hinted(planned, own.replay(planned, "without"))
    assert found


NOTES = """
=== m.py
def without(text):
    kept, at = "", 0
    while at < len(text):
        if text.startswith("<!", at):
            end = text.find("!>", at)
            if end < 0:
                break
            at = end + 2
        else:
            kept += text[at]
            at += 1
    return kept
=== test_m.py
import unittest, m
class Without(unittest.TestCase):
    def test_it(self): self.assertEqual(m.without("a"), "a")
"""


def test_what_shows_only_where_the_smallest_pieces_meet(tmp_path: Path) -> None:
    """Such a piece has words around it wherever it stands in the texts of the tests, and here two have to meet."""
    words = "one of them is here <!as a note that nobody reads when it is printed!> and goes on for a while, to its end"
    own = replace(write(tmp_path, NOTES), corpus=(*(f"text number {n}, as it is" for n in range(40)), words))
    planned = own.plan("without", texts=500)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    bad = source.replace("at = end + 2", "at = end + 2 + 2 * text.startswith('<!', end + 2)")
    (own.root / "m.py").write_text(bad, encoding="utf-8")
    assert hinted(planned, own.replay(planned, "without"))


NESTED = """
=== m.py
def kind_of(text):
    start, _, rest = text.partition(" as ")
    nested = rest.lstrip().startswith("with")
    if text.startswith("with"):
        start = "with"
    if start.startswith("create"):
        return "view of names" if nested else "view"
    return start
=== test_m.py
import unittest, m
class Kinds(unittest.TestCase):
    def test_it(self): self.assertEqual(m.kind_of("a"), "a")
"""


def test_what_begins_at_a_word_of_the_change_is_put_before_other_texts(tmp_path: Path) -> None:
    """No text of the tests has the one inside the other, and the code says neither word in a text of its own."""
    texts = (*(f"show {n} of table" for n in range(20)), "create a as b", "with t as (select one) select two")
    own = replace(write(tmp_path, NESTED), corpus=texts, material=Material(words=("create", "kind_of")))
    planned = own.plan("kind_of", texts=1200)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(source.replace("view of names", "view of one"), encoding="utf-8")
    assert hinted(planned, own.replay(planned, "kind_of"))


def test_what_one_text_leaves_behind_is_the_same_on_both_sides(tmp_path: Path) -> None:
    """A counter goes up with every text; equal code still shows nothing."""
    own = project(tmp_path)
    planned = own.plan("remember", texts=100)
    again = own.replay(planned, "remember")
    assert hinted(planned, again) == []
    assert again.endings["test_remember"] == "passed"


def test_a_text_that_ends_its_process_costs_one_text(tmp_path: Path) -> None:
    """The next process goes on with other texts, and the replay goes on behind it."""
    own = replace(project(tmp_path), corpus=("ax", "b", "c", "ay", "d", "e"))
    planned = own.plan("fragile", texts=40)
    (search,) = planned.story.searches
    lost = [text for (_, text), digest in zip(search.tried, search.digests, strict=True) if digest == "lost"]
    assert {"'ax'", "'ay'"} <= set(lost)
    (again,) = own.replay(planned, "fragile").story.searches
    assert again.digests == search.digests[: len(again.digests)]
    assert planned.endings["test_fragile"] == "passed"


def test_numbers_are_searched_as_texts_are(tmp_path: Path) -> None:
    """A few of them show what no edge does: here those that end in thirteen."""
    own = project(tmp_path)
    planned = own.plan("ordinal", texts=50)
    (search,) = planned.story.searches
    assert {("n", "0"), ("n", "113"), ("n", "1000000")} <= set(search.tried)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(source.replace("(11, 12, 13)", "(11, 12)"), encoding="utf-8")
    assert hinted(planned, own.replay(planned, "ordinal")) == []
    (own.root / "m.py").write_text(source.replace("(11, 12, 13)", "(12, 13)"), encoding="utf-8")
    assert {"11", "111"} <= set(hinted(planned, own.replay(planned, "ordinal")))


def test_bytes_are_searched_as_texts_are(tmp_path: Path) -> None:
    """As bytes, on every side."""
    own = project(tmp_path)
    planned = own.plan("header", texts=100)
    (search,) = planned.story.searches
    assert all(literal.startswith(("b'", 'b"')) for _, literal in search.tried)
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(source.replace('split(b":")', 'split(b";")'), encoding="utf-8")
    assert "b'a; b'" in hinted(planned, own.replay(planned, "header"))


def test_a_call_without_a_text_or_number_is_not_searched(tmp_path: Path) -> None:
    """Nor is any where nobody asked for it."""
    own = project(tmp_path)
    assert own.plan("total", texts=50).story.searches == ()
    assert own.plan("split").story.searches == ()
