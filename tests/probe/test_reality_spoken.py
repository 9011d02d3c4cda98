"""A keyword that disappears in a library is doubted where its package never says the word, in code or in lists."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.probe.asking import ask_all
from tests.probe.test_reality_loading import home_with

SENDER = (
    "from sender.wires import table\n\n"
    "def send(text, **options):\n    return table[text](timeout_s=options.get('timeout_s'), **options)\n"
)
DOCUMENTED = '"""Options\n\n* retries: how often\n\nThe word colour is prose, and pythons are not spoken of.\n"""\n'


@pytest.mark.parametrize(
    ("keyword", "near"),
    [
        ("timeouts", ("timeout_s",)),
        ("time_out_s", ("timeout_s",)),
        ("retries", ()),
        ("retriess", ()),
        ("reach_far", ("reachFar",)),
    ],
)
def test_a_word_counts_as_spoken_of_wherever_in_the_package_it_is_a_name(
    keyword: str, near: tuple[str, ...], tmp_path: Path
) -> None:
    """Also in a file that nothing imports; what only differs by underscores and case is what was meant."""
    files = {
        "sender/__init__.py": SENDER,
        "sender/wires.py": DOCUMENTED + "table = {}\n",
        "sender/never_loaded.py": "def far(*, reachFar=1):\n    return reachFar\n",
    }
    judge = home_with(tmp_path, sys.executable, files)
    (said,) = ask_all(tmp_path / "1", [f"import sender\n\nsender.send('a', {keyword}=1)\n"], python=judge)
    assert [denial.nearest for denial in said.found] == ([] if not near else [near])
