"""What lies around a mended input is told in one line."""

from __future__ import annotations

from dataclasses import replace

from tests.values_for_tests import finding

from assay.reports.sentences import neighbourhood_words
from assay.values.finding import Neighbourhood

TEST = "tests/test_shop.py::test_new"


def test_an_incomplete_fix_is_told_with_its_counts_and_a_case() -> None:
    """How it still fails stands beside the call."""
    around = Neighbourhood(
        kind="incomplete", test=TEST, found=3, tried=40, failure="ZeroDivisionError", example=(("n", "0"), ("m", None))
    )
    told = neighbourhood_words(replace(finding(), observed_at="shop.share", neighbourhood=around))
    assert told == (
        "incomplete fix: 3 of 40 calls around it still fail that way, such as share(n=0, m=...): ZeroDivisionError"
    )


def test_an_overshoot_names_the_test_that_it_came_with() -> None:
    """And where nothing is known around it nothing is said."""
    around = Neighbourhood(kind="overshoot", test=TEST, found=3, tried=40)
    assert TEST in neighbourhood_words(replace(finding(), neighbourhood=around))
    assert neighbourhood_words(finding()) == ""
