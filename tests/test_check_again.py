"""A second check of work on the same base: what base did is known, and only head runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.checking import Repository, Told, new_repository

pytestmark = pytest.mark.slow

BASE = """
=== bill.py
def fee(amount, rate):
    if amount < 0:
        raise ValueError("negative")
    return round(amount * rate, 2)
=== test_bill.py
import unittest
from bill import fee
class Fees(unittest.TestCase):
    def test_some(self):
        for amount in (1, 20, 300):
            self.assertEqual(fee(amount, 0.5), amount / 2)
    def test_none(self):
        with self.assertRaises(ValueError):
            fee(-1, 0.5)
"""
SAME = "=== bill.py\ndef fee(amount, rate):\n    if amount < 0:\n        raise ValueError('negative')\n"
SAME += "    product = amount * rate\n    return round(product, 2)\n"
OTHER = SAME.replace("product, 2", "product, 1")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment of its own: one with links to files elsewhere cannot be told from itself a day later."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return str(folder / "bin" / "python")


def told(repository: Repository, python: str, *arguments: str) -> tuple[Told, int]:
    """A check of what is on the branch, and how many runs of base it had from an earlier one."""
    seen = repository.check("main..head", *arguments, python=python)
    return seen, seen.report["effort"]["kept_runs"]


def test_a_second_check_says_the_same_with_base_from_the_first(tmp_path: Path, python: str) -> None:
    """Setting up, the tests, the experiments and their control: none is made on base again."""
    repository = new_repository(tmp_path)
    repository.commit(BASE)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(SAME)
    first, n_first = told(repository, python)
    second, n_second = told(repository, python)
    assert (first.report["verdict"], n_first) == ("clear", 0)
    assert second.report["verdict"] == "clear"
    assert n_second >= 4
    effort = [seen.report["effort"] for seen in (first, second)]
    assert [each["experiments"] for each in effort] == [effort[0]["experiments"]] * 2
    _, n_uncached = told(repository, python, "--no-cache")
    assert n_uncached == 0


def test_another_attempt_at_head_is_seen_for_what_it_does(tmp_path: Path, python: str) -> None:
    """What is kept of base is held against head as it is now, and whatever differs is made again on base."""
    repository = new_repository(tmp_path)
    repository.commit(BASE)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(SAME)
    assert told(repository, python)[0].status == 0
    repository.commit(OTHER)
    seen, n_kept = told(repository, python)
    assert n_kept > 0
    assert (seen.status, seen.findings[0]) == (1, "hold bill.fee: fee() answers differently")
    elsewhere = repository.check("head~1..head", python=python)
    assert elsewhere.report["effort"]["kept_runs"] == 0
