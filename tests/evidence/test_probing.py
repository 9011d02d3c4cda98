"""How long a look may take, by what is left of the budget."""

from __future__ import annotations

import pytest
from tests.evidence.making import FakeClock, FakeLab

from assay.evidence.probing import to_be_sure


@pytest.mark.parametrize(
    ("elapsed_s", "given_s"),
    [(0.0, 15.0), (42.0, 13.5), (55.0, 10.0), (70.0, 10.0), (85.0, 5.0), (88.0, 4.0), (300.0, 4.0)],
)
def test_what_was_found_is_seen_again_beyond_the_budget_but_not_for_ever(elapsed_s: float, given_s: float) -> None:
    """Of 60 seconds: what is wanted, then a sixth each time, and from a half more on only a moment."""
    lab = FakeLab(clock=FakeClock(now_s=elapsed_s), budget_s=60.0)
    assert to_be_sure(lab, 15.0) == given_s
