"""The sample history is what it says it is: every branch is green, and four of them are wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Sample:
    """The repository and a folder with the files of each branch."""

    repository: Path
    trees: Path

    def tree(self, branch: str) -> Path:
        """Files of the branch, put there once."""
        folder = self.trees / branch
        if not folder.exists():
            git = ["git", "-C", str(self.repository), "worktree", "add", "--quiet", "--detach", str(folder), branch]
            subprocess.run(git, check=True)
        return folder

    def answer(self, branch: str, program: str) -> str:
        """What the program prints when it runs with the branch's code."""
        return self.python(branch, "-c", program).stdout.strip()

    def python(self, branch: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the interpreter in the branch's tree."""
        return run_python(self.tree(branch), *arguments)


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run our own interpreter in a folder, with no plugins and no caches."""
    return subprocess.run(
        [sys.executable, "-B", *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Built once, by the script that `make demo` runs."""
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, str(ROOT / "sample/build.py"), str(folder / "repository")], check=True)
    return Sample(folder / "repository", folder / "trees")


BRANCHES = ("refactor-invoice", "fix-late-fee", "round-totals", "tz-checkout", "cache-prices", "sort-waiting-list")


@pytest.mark.parametrize("branch", ["main", *BRANCHES])
def test_its_own_tests_are_green(sample: Sample, branch: str) -> None:
    """Whatever is wrong with a branch, the tests it comes with do not see it."""
    done = sample.python(branch, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout


HALF_A_CENT = """
from decimal import Decimal
from roomly.money import Currency, round_amount
print(round_amount(Decimal("0.125")), round_amount(Decimal("2.5"), Currency.JPY))
"""
A_STAY_ACROSS_THE_LAST_SUNDAY_OF_MARCH = """
from datetime import datetime, timezone
from roomly.hotel import Hotel
from roomly.stay import checkout_deadline
print(checkout_deadline(Hotel("Zur Linde", "Berlin"), datetime(2024, 3, 29, 16, 0, tzinfo=timezone.utc), 3))
"""
THE_SAME_NIGHT_FOR_TWO_GUESTS_AND_THEN_FOR_FOUR = """
from datetime import date
from roomly.hotel import RoomKind
from roomly.pricing import standard_prices
prices = standard_prices()
print(*(prices.nightly(RoomKind.SUITE, date(2024, 5, 14), guests) for guests in (2, 4)))
"""
THE_LIST_AFTER_A_GUEST_ASKED_FOR_HIS_POSITION = """
from datetime import date, datetime
from roomly.hotel import RoomKind
from roomly.waiting_list import Entry, Tier, WaitingList
waiting = WaitingList()
for minute, guest, tier in ((1, "Ada", Tier.BASIC), (2, "Bob", Tier.GOLD)):
    stay = date(2024, 6, 3), date(2024, 6, 6)
    waiting.join(Entry(guest, RoomKind.DOUBLE, *stay, datetime(2024, 5, 1, 8, minute), tier))
waiting.position("Ada")
print(*(entry.guest for entry in waiting.entries))
"""
PAID_ON_THE_DUE_DAY = """
from datetime import date
from decimal import Decimal
from roomly.invoice import late_fee
print(late_fee(Decimal("100"), date(2024, 5, 21), date(2024, 5, 21)))
"""


@pytest.mark.parametrize(
    ("branch", "program", "on_main", "on_branch"),
    [
        ("round-totals", HALF_A_CENT, "0.13 3", "0.12 2"),
        (
            "tz-checkout",
            A_STAY_ACROSS_THE_LAST_SUNDAY_OF_MARCH,
            "2024-04-01 09:00:00+00:00",
            "2024-04-01 10:00:00+00:00",
        ),
        (
            "cache-prices",
            THE_SAME_NIGHT_FOR_TWO_GUESTS_AND_THEN_FOR_FOUR,
            "EUR 249.00 EUR 398.40",
            "EUR 249.00 EUR 249.00",
        ),
        ("sort-waiting-list", THE_LIST_AFTER_A_GUEST_ASKED_FOR_HIS_POSITION, "Ada Bob", "Bob Ada"),
        ("fix-late-fee", PAID_ON_THE_DUE_DAY, "5.00", "0"),
    ],
)
def test_a_changed_answer(sample: Sample, branch: str, program: str, on_main: str, on_branch: str) -> None:
    """On the input that the program's name describes; only the fix says so in its message."""
    assert sample.answer("main", program) == on_main
    assert sample.answer(branch, program) == on_branch


@pytest.mark.parametrize(
    "program",
    [
        HALF_A_CENT,
        A_STAY_ACROSS_THE_LAST_SUNDAY_OF_MARCH,
        THE_SAME_NIGHT_FOR_TWO_GUESTS_AND_THEN_FOR_FOUR,
        THE_LIST_AFTER_A_GUEST_ASKED_FOR_HIS_POSITION,
        PAID_ON_THE_DUE_DAY,
    ],
)
def test_the_refactoring_changes_no_answer(sample: Sample, program: str) -> None:
    """The harmless branch is harmless wherever another branch is not."""
    assert sample.answer("refactor-invoice", program) == sample.answer("main", program)


def test_the_fix_comes_with_a_test_that_fails_without_it(sample: Sample, tmp_path: Path) -> None:
    """The branch's tests on main's code: the new one fails, and only that one."""
    shutil.copytree(sample.tree("fix-late-fee"), tmp_path / "mixed", ignore=shutil.ignore_patterns("roomly", ".git"))
    shutil.copytree(sample.tree("main") / "roomly", tmp_path / "mixed/roomly")
    done = run_python(tmp_path / "mixed", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert "1 failed, 119 passed" in done.stdout
    assert "test_paying_on_the_due_day_costs_nothing" in done.stdout


def test_the_repository_is_the_same_on_every_machine(sample: Sample, tmp_path: Path) -> None:
    """Object names depend on the sources alone, not on the clock or on who builds it."""
    subprocess.run([sys.executable, str(ROOT / "sample/build.py"), str(tmp_path / "again")], check=True)
    heads = [
        subprocess.run(
            ["git", "-C", str(repository), "for-each-ref", "refs/heads"], capture_output=True, text=True, check=True
        ).stdout
        for repository in (sample.repository, tmp_path / "again")
    ]
    assert heads[0] == heads[1]
    assert len(heads[0].splitlines()) == 1 + len(BRANCHES)
