"""Real checks of changes that say what they change: in a commit message, in a file, by a test of their own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.checking import Repository, Told, new_repository

pytestmark = pytest.mark.slow

SHOP = """
=== shop.py
def fee(amount):
    if amount > 10:
        return 0
    return 2
"""
TESTS = """
=== tests/test_shop.py
from shop import fee


def test_fee():
    assert fee(3) == 2
    assert fee(20) == 0
"""
NEW_TEST = """
=== tests/test_shop.py
from shop import fee


def test_fee():
    assert fee(3) == 2
    assert fee(20) == 0


def test_ten_is_enough():
    assert fee(10) == 0
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository without a commit, on `main`."""
    return new_repository(tmp_path)


def check(repository: Repository, head: str, message: str, *, settings: str = "") -> Told:
    """Commit the shop on `main`, head on a branch under this message, and check what the branch adds."""
    repository.commit(SHOP + TESTS + settings)
    repository.git("checkout", "-q", "-b", "head")
    repository.write(head)
    repository.git("add", "-A")
    repository.git("commit", "-q", "-m", message)
    return repository.check("main..head", "--experiments", "300", python=sys.executable)


FIXED = SHOP.replace("amount > 10", "amount >= 10")


def test_a_claim_in_the_message_announces_what_it_says(repository: Repository) -> None:
    """A notice, with the claim beside it."""
    told = check(repository, FIXED, "Ten is enough.\n\nChanges: shop.fee when amount == 10\n")
    assert told.findings == ["notice shop.fee: fee() answers differently"]
    assert told.status == 0
    assert told.report["findings"][0]["announcement"]["says"] == "amount == 10"


def test_what_goes_beyond_the_claim_is_held_with_a_case_outside_it(repository: Repository) -> None:
    """A fix that does more than it says."""
    wide = SHOP.replace("amount > 10", "amount >= 3")
    told = check(repository, wide, "Ten is enough.\n\nChanges: shop.fee when amount == 10\n")
    assert told.status == 1
    announcement = next(f["announcement"] for f in told.report["findings"] if f["announcement"])
    assert announcement["standing"] == "beyond"
    assert announcement["case"].startswith("fee(amount=")


def test_policy_of_base_may_refuse_claims(repository: Repository) -> None:
    """Where authors' words are not believed."""
    settings = "\n=== pyproject.toml\n[tool.assay]\nrefuse-claims = true\n"
    told = check(repository, FIXED, "Changes: shop.fee when amount == 10\n", settings=settings)
    assert told.status == 1


def test_a_change_that_says_it_changes_nothing_is_judged_as_a_refactoring(repository: Repository) -> None:
    """Its own word raises the bar."""
    told = check(repository, FIXED, "Tidy up.\n\nChanges nothing.\n")
    assert told.status == 1
    assert told.report["expect_same"] is True


def test_a_claim_that_nothing_shows_is_a_gap(repository: Repository) -> None:
    """It may be right, but nobody has seen it."""
    same = SHOP.replace("    if amount > 10:\n        return 0\n    return 2", "    return 0 if amount > 10 else 2")
    told = check(repository, same, "Changes: shop.fee when amount == 10\n")
    assert told.status == 0
    assert "claim" in told.gaps


def test_a_new_test_that_fails_on_base_announces_its_call(repository: Repository) -> None:
    """What it covers is said; what lies around it is announced as far as a condition was learned there."""
    told = check(repository, FIXED + NEW_TEST, "Ten is enough.\n")
    announcement = next(f["announcement"] for f in told.report["findings"] if f["announcement"])
    assert announcement["by"] == "test"
    assert announcement["source"] == "tests/test_shop.py::test_ten_is_enough"


DATES = """
=== shop.py
def late(due, paid):
    days = (paid - due).days
    if days < 0:
        return None
    return days * 2 + 1
=== tests/test_shop.py
from datetime import date

from shop import late


def test_late():
    assert late(date(2024, 5, 1), date(2024, 5, 2)) == 3
    assert late(date(2024, 5, 2), date(2024, 5, 1)) is None
"""
ON_TIME = """

def test_on_the_day():
    assert late(date(2024, 7, 1), date(2024, 7, 1)) is None
"""


def test_a_new_test_announces_all_calls_that_go_its_way(repository: Repository) -> None:
    """Experiments pay on other days than the test; both versions go through the same lines with them."""
    repository.commit(DATES)
    repository.git("checkout", "-q", "-b", "head")
    repository.commit(DATES.replace("days < 0", "days <= 0") + ON_TIME)
    told = repository.check("main..head", "--experiments", "300", python=sys.executable)
    assert told.findings == ["notice shop.late: late() answers differently"]
    assert told.status == 0
    source = "tests/test_shop.py::test_on_the_day"
    assert told.report["findings"][0]["announcement"]["source"] == source
    assert told.report["findings"][0]["no_reproducer"] == f"the change brings one: {source}"


def test_a_promise_that_head_withdraws_announces_nothing(repository: Repository) -> None:
    """The old test fails on head, so the new one is no more than its author's change of mind."""
    fitted = SHOP.replace("return 2", "return 3") + TESTS.replace("fee(3) == 2", "fee(3) == 3")
    told = check(repository, fitted, "Three it is.\n")
    assert told.status == 1
    assert all(finding["announcement"] is None for finding in told.report["findings"])


SHARES = """
=== shop.py
def share(total, parts):
    return total / len(parts)
=== tests/test_shop.py
from shop import share


def test_share():
    assert share(10, [1, 2]) == 5
"""
NO_PARTS = """

def test_nothing_is_shared_by_nobody():
    assert share(0, []) == 0
"""


def test_a_fix_that_leaves_inputs_around_it_broken_is_incomplete(repository: Repository) -> None:
    """The one total of the test is mended, every other one still fails; the fix itself is announced."""
    repository.commit(SHARES)
    repository.git("checkout", "-q", "-b", "head")
    mended = "    if total == 0 and not parts:\n        return 0\n    return total / len(parts)"
    repository.commit(SHARES.replace("    return total / len(parts)", mended) + NO_PARTS)
    told = repository.check("main..head", "--experiments", "300", python=sys.executable)
    assert told.status == 0
    around = next(f["neighbourhood"] for f in told.report["findings"] if f["neighbourhood"])
    assert (around["kind"], around["failure"]) == ("incomplete", "ZeroDivisionError: division by zero")
    assert around["test"] == "tests/test_shop.py::test_nothing_is_shared_by_nobody"
    assert around["example"]["parts"] == "[]"


def test_a_fix_that_breaks_what_was_right_overshoots(repository: Repository) -> None:
    """A list with one part was shared before, and is refused now; no test of base has one."""
    repository.commit(SHARES)
    repository.git("checkout", "-q", "-b", "head")
    wide = "    if len(parts) < 2:\n        return 0\n    return total / len(parts)"
    repository.commit(SHARES.replace("    return total / len(parts)", wide) + NO_PARTS)
    told = repository.check("main..head", "--experiments", "300", python=sys.executable)
    assert told.status == 1
    held = [f for f in told.report["findings"] if f["level"] == "hold"]
    assert [f["neighbourhood"]["kind"] for f in held] == ["overshoot"]


PAGES = """
=== shop.py
from pathlib import Path


def page(name):
    with open(Path(__file__).parent / "docs" / name) as file:
        return file.read()
=== docs/fees.rst
Fees
====

Nothing above ten.
=== tests/test_shop.py
from shop import page


def test_page():
    assert page("fees.rst").startswith("Fees")
"""


def test_a_page_that_the_change_edits_and_a_function_gives_back_announces_it(repository: Repository) -> None:
    """The function reads it another way, and what stands there is another text: its diff shows that."""
    repository.commit(PAGES)
    read = '(Path(__file__).parent / "docs" / name).read_text()'
    head = PAGES.replace('open(Path(__file__).parent / "docs" / name) as file', "memoryview(b'')")
    head = head.replace("file.read()", read).replace("Nothing above ten.", "Nothing from ten on.")
    repository.commit(head)
    told = repository.check("HEAD~1..HEAD", "--experiments", "200", python=sys.executable)
    assert told.findings == ["notice shop.page: page() answers differently"]
    announcement = told.report["findings"][0]["announcement"]
    assert (announcement["by"], announcement["source"]) == ("data", "docs/fees.rst")
