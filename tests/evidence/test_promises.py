"""What base's tests promise: they passed there, and on head they fail, or no longer import."""

from __future__ import annotations

import pytest
from tests.evidence.making import POINT, TEST, Ending, call, result, story

from assay.evidence.promises import failing_on_base, find_broken, reach_by_test

PYTEST_DETAIL = (
    "def test_total():\n>   assert total(1) == 2\nE   AssertionError: assert 1 == 2\nE    +  where 1 = total(1)\n"
)
UNITTEST_DETAIL = 'Traceback (most recent call last):\n  File "t.py", line 3, in test\nAssertionError: 1 != 2\n'


@pytest.mark.parametrize(
    ("on_base", "on_head", "is_broken"),
    [
        ("passed", "failed", True),
        ("passed", "error", True),
        ("passed", "passed", False),
        ("passed", "skipped", False),
        ("failed", "failed", False),
        ("skipped", "failed", False),
        ("error", "error", False),
    ],
)
def test_a_promise_is_broken_where_a_test_passes_and_then_fails(
    on_base: Ending, on_head: Ending, is_broken: bool
) -> None:
    """Whatever failed before says nothing."""
    base = story(tests=(result(outcome=on_base),), calls=(call(touched=frozenset({"bill.py::round"})),))
    head = story(tests=(result(outcome=on_head, detail=PYTEST_DETAIL),))
    broken = find_broken(base, head)
    assert bool(broken) == is_broken
    for promise in broken:
        assert (promise.test, promise.path, promise.line) == (TEST, "tests/test_bill.py", 3)
        assert promise.detail == "AssertionError: assert 1 == 2"
        assert promise.units == {POINT, "bill.py::round"}


def test_under_unittest_the_reason_is_lost() -> None:
    """Its reports have no marks at the telling lines."""
    (broken,) = find_broken(story(tests=(result(),)), story(tests=(result(outcome="failed", detail=UNITTEST_DETAIL),)))
    # wrong: a reader wants to see `AssertionError: 1 != 2`.
    assert broken.detail == "Traceback (most recent call last):"


def test_a_test_that_did_not_run_on_head_breaks_no_promise() -> None:
    """Time may have been over; that it runs to its end is looked at elsewhere."""
    assert find_broken(story(tests=(result(),)), story()) == ()


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ("E   ImportError: cannot import name 'total' from 'bill' (/tree/bill.py)", "total"),
        ("E   AttributeError: module 'bill' has no attribute 'total'", "total"),
        ("E   ModuleNotFoundError: No module named 'bill.parts'", "bill.parts"),
        ("E   SyntaxError: invalid syntax", None),
    ],
)
def test_a_file_that_no_longer_imports_names_what_is_missing(detail: str, name: str | None) -> None:
    """A file that did not import on base either is none of head's doing."""
    base = story(calls=(call(), call(test="tests/other.py::test_x", point="bill.py::other")))
    head = story(uncollected=(("tests/test_bill.py", f"Traceback\n{detail}\n"),))
    (broken,) = find_broken(base, head)
    assert (broken.test, broken.path, broken.removed_name) == ("tests/test_bill.py", "tests/test_bill.py", name)
    assert broken.units == {POINT}
    assert detail.endswith(broken.detail)
    assert find_broken(head, head) == ()


def test_a_test_reaches_what_its_fixtures_reach() -> None:
    """Calls of its set-up are the test's."""
    calls = [call(), call(test=f"{TEST}::setup", point="bill.py::make", touched=frozenset({"bill.py::inner"}))]
    assert reach_by_test(calls) == {TEST: {POINT, "bill.py::make", "bill.py::inner"}}


def test_failing_tests_of_base_are_told() -> None:
    """They fail before anything was changed."""
    results = [result("a::b", "failed"), result("a::c", "error"), result("a::d"), result("a::e", "skipped")]
    assert [each.id for each in failing_on_base(results)] == ["a::b", "a::c"]
