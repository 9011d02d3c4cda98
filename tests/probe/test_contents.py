"""Files that arguments name hold something else for one call, and nobody else sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.probe.projects import EVERY_PYTHON, NAMES, write

READS = """
=== notes.txt
one
two
=== m.py
from pathlib import Path
def count(name):
    with open(name, encoding="utf-8", errors="replace") as file:
        return len(file.read().splitlines())
def first(paths):
    return Path(paths[0]).read_bytes()[:3]
def number(n):
    return n + 1
=== test_m.py
import unittest
from pathlib import Path
import m
class Reads(unittest.TestCase):
    def test_count(self): self.assertEqual(m.count("notes.txt"), 2)
    def test_first(self): self.assertEqual(m.first([Path("notes.txt")]), b"one")
    def test_number(self): self.assertEqual(m.number(1), 2)
"""


@pytest.mark.parametrize("python", EVERY_PYTHON, ids=NAMES)
def test_what_a_file_holds_decides_what_comes_out(tmp_path: Path, python: str) -> None:
    """The argument stays what it was, the answer does not, and the file on disk is as before."""
    own = write(tmp_path, READS).under(python)
    planned = own.plan("count")
    made = {
        edit.shown: experiment
        for experiment in planned.story.experiments
        for edit in experiment.intervention.edits
        if edit.operator == "file.content"
    }
    assert "the file notes.txt empty" in made
    told = {words: (e.arguments, e.outcome.shown, e.outcome.output) for words, e in made.items()}
    assert told["the file notes.txt empty"] == ((("name", "'notes.txt'"),), "0", "")
    assert told["the file notes.txt with bytes that are not UTF-8"][1] == "3"
    assert (own.root / "notes.txt").read_text(encoding="utf-8") == "one\ntwo\n"


def test_the_same_contents_come_again_on_the_other_side(tmp_path: Path) -> None:
    """A version that refuses bytes of another encoding differs there and only there."""
    own = write(tmp_path, READS)
    planned = own.plan("count")
    source = (own.root / "m.py").read_text(encoding="utf-8")
    (own.root / "m.py").write_text(source.replace(', errors="replace"', ""), encoding="utf-8")
    theirs = {e.id: e for e in own.replay(planned, "count").story.experiments}
    differing = {
        edit.shown
        for e in planned.story.experiments
        for edit in e.intervention.edits
        if e.id in theirs and theirs[e.id].outcome.kind != e.outcome.kind
    }
    assert "the file notes.txt with bytes that are not UTF-8" in differing
    assert all(words.startswith("the file notes.txt") for words in differing)


def test_paths_in_a_list_name_files_too_and_other_values_name_none(tmp_path: Path) -> None:
    own = write(tmp_path, READS)
    operators = {
        name: {edit.operator for e in own.plan(name).story.experiments for edit in e.intervention.edits}
        for name in ("first", "number")
    }
    assert {"file.content", "file.text"} <= operators["first"]
    assert not {"file.content", "file.text"} & operators["number"]
