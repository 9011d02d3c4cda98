"""Projects inside a larger tree: which folders are meant, and what of a change lies in none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.change.telling import change_of

from assay.change.parts import folders_named, gaps_outside, part_of
from assay.errors import UsageError

PATHS = ["one/m.py", "two/deep/n.py", "m.py"]


@pytest.mark.parametrize(
    ("names", "here", "found"),
    [
        ((), "/r", ("",)),
        (("one", "./one/"), "/r", ("one",)),
        (("deep",), "/r/two", ("two/deep",)),
        (("one", "../two"), "/r/two", ("one", "two")),
    ],
)
def test_a_folder_is_named_from_here_or_from_the_root(
    names: tuple[str, ...], here: str, found: tuple[str, ...]
) -> None:
    assert folders_named(names, Path(here), Path("/r"), PATHS) == found


@pytest.mark.parametrize("name", ["three", "../..", "m.py", "on"])
def test_a_folder_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        folders_named((name,), Path("/r"), Path("/r"), PATHS)


def test_what_lies_in_no_project_is_a_gap() -> None:
    """And only units of the project are looked at."""
    change = change_of(
        "=== one/m.py\ndef f(): return 1\n=== two/m.py\ndef g(): return 1\n",
        "=== one/m.py\ndef f(): return 2\n=== two/m.py\ndef g(): return 2\n",
    )
    assert [unit.unit.qualname for unit in part_of(change, "one").units] == ["f"]
    assert [gap.reason for gap in gaps_outside(change, ["one"])] == [
        "1 changed files are in none of the projects under check: two/m.py."
    ]
    assert list(gaps_outside(change, [""])) == []
