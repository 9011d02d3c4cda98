"""What only explains a finding may fail without costing the finding."""

from __future__ import annotations

from assay.evidence.faults import attempt
from assay.values.finding import Gap


def test_a_fault_costs_the_explanation_and_is_told() -> None:
    """With its traceback, under the slug that makes the check an internal failure."""

    def work() -> str:
        raise ZeroDivisionError("no calls")

    faults: list[Gap] = []
    assert attempt("Learning", work, "as it was", faults) == "as it was"
    (gap,) = faults
    assert (gap.slug, gap.reason) == ("internal", "Learning failed: ZeroDivisionError: no calls")
    assert "in work" in gap.detail


def test_what_succeeds_is_given() -> None:
    """And nothing is told."""
    faults: list[Gap] = []
    assert attempt("Learning", lambda: "learned", "as it was", faults) == "learned"
    assert faults == []
