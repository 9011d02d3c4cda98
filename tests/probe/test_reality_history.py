"""Until when a name was there: what the installed distribution tells."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.probe.asking import ask_all
from tests.probe.projects import write
from tests.probe.test_reality_loading import home_with

from assay.evidence.reality import denials_of
from assay.values.lab import Run

CODE = '''
import warnings

class Mill:
    """Grinds.

    .. versionchanged:: 3.0
       The method ``crush`` was removed.
    """

    def grind(self, grain):
        """Grind it.

        .. versionchanged:: 2.0
           Removed the ``speed`` parameter.
        """

    def sieve(self):
        """Sieve it.

        .. deprecated:: 2.5
           Use ``sift``.
        """
        warnings.warn("use sift", DeprecationWarning)
'''
METADATA = "Metadata-Version: 2.1\nName: mill\nVersion: 3.1\n"
CHANGES = """
Changelog
=========

3.1 (2024-05-01)
----------------

* The ``flour`` module is faster.

v3.0
----

* Dropped `mill.winnow()`, which nobody
  called.
* ``Mill.grind`` no longer takes ``stones``.
* New word: winnow.
"""


def versions(folder: Path, line: str, more: Mapping[str, str] | None = None) -> list[str]:
    """What the one denial says of versions."""
    files = {"mill/__init__.py": CODE, "mill-3.1.dist-info/METADATA": METADATA, **(more or {})}
    files["mill-3.1.dist-info/RECORD"] = "".join(f"{name},,\n" for name in files)
    judge = home_with(folder, sys.executable, files)
    (answer,) = ask_all(folder, [f"import mill\n{line}\n"], python=judge)
    (found,) = answer.found
    return list(found.versions)


def test_documentation_strings_tell_it(tmp_path: Path) -> None:
    """Of the object itself, of the class around it, and of a parameter."""
    assert versions(tmp_path / "1", "mill.Mill().crush()") == ['removed in 3.0 ("The method ``crush`` was removed.")']
    assert versions(tmp_path / "2", "mill.Mill().grind(1, speed=2)") == [
        'removed in 2.0 ("Removed the ``speed`` parameter.")'
    ]
    assert versions(tmp_path / "3", "mill.Mill().sieve()") == ['deprecated in 2.5 ("Use ``sift``.")']


def test_a_changelog_tells_it_from_a_file_or_from_the_metadata(tmp_path: Path) -> None:
    """The entry below the heading of a version, and nothing that only has the word."""
    told = ['removed in 3.0 ("Dropped `mill.winnow()`, which nobody called.", {})']
    as_file = versions(tmp_path / "1", "mill.winnow()", {"mill/CHANGES.rst": CHANGES})
    as_text = versions(tmp_path / "2", "mill.winnow()", {"mill-3.1.dist-info/METADATA": f"{METADATA}\n{CHANGES}"})
    assert as_file == [told[0].format("CHANGES.rst")]
    assert as_text == [told[0].format("metadata")]
    stones = versions(tmp_path / "3", "mill.Mill().grind(1, stones=2)", {"mill/CHANGES.rst": CHANGES})
    assert stones == ['removed in 3.0 ("``Mill.grind`` no longer takes ``stones``.", CHANGES.rst)']


def test_what_nothing_installed_tells_is_not_told(tmp_path: Path) -> None:
    """Another word, or the word about another callable."""
    assert versions(tmp_path / "1", "mill.husk()", {"mill/CHANGES.rst": CHANGES}) == []
    assert versions(tmp_path / "2", "mill.Mill().grind(1, flour=2)", {"mill/CHANGES.rst": CHANGES}) == []


def test_a_name_without_an_owner_is_looked_for_in_its_package(tmp_path: Path) -> None:
    """The type checker says of a decorator that `rolled` is deprecated, and not whose it is; nothing dies of that."""
    code = "from typing import Any\n\ndef rolled(function: Any) -> Any:\n    return function\n"
    judge = home_with(tmp_path, sys.executable, {"mill/__init__.py": code})
    place = {"line": 3, "column": 7, "end_line": 3, "end_column": 13}
    told = {"callee": "rolled", "why": "use grind"}
    claim = {"class": "deprecated", "rule": "deprecated", "message": "it is deprecated", **place, "told": told}
    file = {"path": "a.py", "text": "import mill\n\n@mill.rolled\ndef f(): pass\n", "claims": [claim]}
    run = Run(side="head", job={"mode": "reality", "files": [file]}, time_limit_s=60.0)
    frames = write(tmp_path / "project", "=== empty.py\n").under(judge).run(run).frames
    (answer,) = [denials_of(frame) for frame in frames if frame["t"] == "file"]
    assert [denial.name for denial in answer.found] == ["rolled"]
